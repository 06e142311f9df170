"""What each node's place offers its components: light, sight, contacts and temperatures over the time grid."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moonstation.components.contract import Series, Surroundings
from moonstation.core.cores import core_count
from moonstation.core.errors import Fault, ScenarioError
from moonstation.core.time import HOUR_S, YEAR_H, TimeGrid
from moonstation.facts.table import lookup
from moonstation.moon.horizon import Horizon
from moonstation.moon.sink import SinkTemperatures, sink_temperatures
from moonstation.moon.site import SiteLight, site_light
from moonstation.orbits.ground import contact, contacts
from moonstation.orbits.ground_rain import GroundRain
from moonstation.orbits.interpolation import sampled
from moonstation.orbits.relay import (
    RelayOrbit,
    RelaySight,
    SkyLine,
    forget_positions,
    relay_over_sky_line,
    relay_sees_earth,
    relay_sunlit,
)
from moonstation.sky.apparent import AU_KM, body_vectors_moon_me_km
from moonstation.station.command_windows import GroundSkies
from moonstation.station.model import Asset, RelaySite, Station, SurfaceSite
from moonstation.station.silence import silent_steps


def _series(values: ArrayLike) -> Series:
    return np.ascontiguousarray(values, dtype=np.float32)


@dataclass(frozen=True)
class Sky:
    """What all places of a run share: the grid, the Earth's side of every contact, and the relays."""

    station: Station

    @property
    def grid(self) -> TimeGrid:
        """The run's time grid."""
        return self.station.grid

    @cached_property
    def ground_stations_in_view(self) -> Series:
        """Number of ground stations that have the Moon in sight, shape (grid.count,); none in an imposed silence."""
        seen = contacts(self.station.ground_stations, self.grid)
        seen[self._silence] = 0
        return _series(seen)

    @property
    def _silence(self) -> slice:
        first, after = silent_steps(self.station.recovery, self.grid)
        return slice(max(first, 0), max(after, 0))

    @cached_property
    def ground_skies(self) -> GroundSkies:
        """In which steps each ground station sees the Moon, and the Earth's distance."""
        seen = {station.name: contact(station, self.grid) for station in self.station.ground_stations}
        for mask in seen.values():
            mask[self._silence] = False
        return GroundSkies(self.grid, seen, self.distances[1])

    @cached_property
    def ground_rain(self) -> GroundRain:
        """Rain over the ground stations that listen."""
        return GroundRain(self.station.ground_stations, self.grid)

    @property
    def ground_contact(self) -> NDArray[np.bool_]:
        """Whether a ground station has the Moon in sight, shape (grid.count,)."""
        return np.asarray(self.ground_stations_in_view > 0)

    @cached_property
    def distances(self) -> tuple[Series, Series]:
        """Distances of the Sun [au] and of the Earth [km] from the Moon's centre, cubic between hours."""
        sun, earth = (
            np.linalg.norm(sampled(partial(body_vectors_moon_me_km, body), self.grid.tdb, HOUR_S), axis=-1)
            for body in ("sun", "earth")
        )
        return _series(sun / AU_KM), _series(earth)

    def relay(self, name: str) -> RelaySite:
        """The relay of that name; raises ScenarioError when there is none."""
        if name not in self.station.relays:
            known = ", ".join(self.station.relays) or "none"
            raise ScenarioError(Fault("relay", "there is no such relay", name, allowed=known))
        return self.station.relays[name]


@dataclass(frozen=True)
class GroundSky:
    """What a run keeps of the light at 2 m: visible shares of both discs [-], and the temperatures that follow."""

    sun_disc_fraction: Series
    earth_disc_fraction: Series
    sinks: SinkTemperatures


class SurfaceSky:
    """Series of one surface site; each is computed when first asked for, and kept."""

    def __init__(self, sky: Sky, site: SurfaceSite) -> None:
        self.sky = sky
        self.site = site
        self._relays_over: dict[str, NDArray[np.bool_]] = {}
        self._relay_views: dict[str, tuple[Series, Series]] = {}
        self._mast: SiteLight | None = None
        self._ground: GroundSky | None = None

    def look_round(self) -> None:
        """Compute what nearly every station asks for: light, and temperatures of the ground."""
        _ = self.ground

    # Not cached properties: in Python 3.11 those of all sites would wait for each other.
    @property
    def mast(self) -> SiteLight:
        """Light at the top of the mast."""
        if self._mast is None:
            self._mast = site_light(self.site.mast_horizon, self.sky.grid)
        return self._mast

    @property
    def sun_disc_fraction(self) -> Series:
        """Visible share of the solar disc from the top of the mast."""
        return self.mast.sun_disc_fraction

    @property
    def earth_disc_fraction(self) -> Series:
        """Visible share of the Earth's disc from the top of the mast."""
        return self.mast.earth_disc_fraction

    @property
    def ground(self) -> GroundSky:
        """What is seen from 2 m, and the temperatures there."""
        if self._ground is None:
            alike, mast = self.site.ground_horizon is self.site.mast_horizon, self.mast
            light = mast if alike else site_light(self.site.ground_horizon, self.sky.grid)
            self._ground = GroundSky(light.sun_disc_fraction, light.earth_disc_fraction, sink_temperatures(light))
        return self._ground

    @cached_property
    def panel_sink_k(self) -> Series:
        """Half of what each side of an upright panel sees is ground; direct sunlight aside [K]."""
        ground = 0.5 * lookup("regolith.emissivity").value * self.ground.sinks.regolith_k.astype(np.float64) ** 4
        return _series((ground + 0.5 * lookup("sink.space_temperature").value ** 4) ** 0.25)

    @cached_property
    def earth_contact(self) -> Series:
        """Earth's centre over the mast's sky-line and the Moon over a ground station's."""
        return _series(self.mast.earth_centre_visible & self.sky.ground_contact)

    def relay_over(self, name: str) -> NDArray[np.bool_]:
        """Whether a relay stands above the mast's sky-line."""
        if name not in self._relays_over:
            self._relays_over[name] = self._sight_of_relay(name).over
        return self._relays_over[name]

    def relay_view(self, name: str) -> tuple[Series, Series]:
        """Visibility (0 or 1) and distance [km] of a relay from the mast."""
        if name not in self._relay_views:
            sight = self._sight_of_relay(name)
            self._relays_over[name] = sight.over
            self._relay_views[name] = (_series(sight.over), _series(sight.range_km))
        return self._relay_views[name]

    def forget(self) -> None:
        """Let go what only components ask for; should it be asked for again, it is computed again."""
        if self._mast:
            self._mast.forget_directions()
        self._ground = None
        self._relay_views.clear()
        self.__dict__.pop("panel_sink_k", None)

    def _sight_of_relay(self, name: str) -> RelaySight:
        place = self.site.latitude_deg, self.site.longitude_deg
        return relay_sight(self.sky.relay(name).orbit, *place, self.site.mast_horizon, self.sky.grid)


def relay_sight(
    orbit: RelayOrbit, latitude_deg: float, longitude_deg: float, line: Horizon, grid: TimeGrid
) -> RelaySight:
    """Whether a relay stands above the sky-line of a place, and its distance, at every step of a grid."""
    sky_line = SkyLine(line.elevation_at, float(line.elevation_deg.min()), float(line.elevation_deg.max()))
    return relay_over_sky_line(orbit, latitude_deg, longitude_deg, grid.tdb, sky_line)


@dataclass(frozen=True)
class SurfacePlace:
    """``Surroundings`` of one asset at a surface site."""

    shared: SurfaceSky
    landed: datetime

    @property
    def grid(self) -> TimeGrid:
        """The run's time grid."""
        return self.shared.sky.grid

    @property
    def node(self) -> str:
        """Name of the site."""
        return self.shared.site.name

    def sun_disc_fraction(self, on_mast: bool = True) -> Series:
        """Visible share of the solar disc, from the mast's top or from 2 m [-]."""
        return (self.shared.mast if on_mast else self.shared.ground).sun_disc_fraction

    def sun_elevation_deg(self) -> Series:
        """Apparent elevation of the Sun's centre [deg]."""
        return self.shared.mast.directions.sun_elevation_deg

    def sun_azimuth_deg(self) -> Series:
        """Apparent azimuth of the Sun's centre, east of north [deg]."""
        return self.shared.mast.directions.sun_azimuth_deg

    def sun_distance_au(self) -> Series:
        """Distance of the Sun [au]."""
        return self.shared.mast.directions.sun_distance_au

    def earth_disc_fraction(self, on_mast: bool = True) -> Series:
        """Visible share of the Earth's disc [-]."""
        return (self.shared.mast if on_mast else self.shared.ground).earth_disc_fraction

    def earth_contact(self) -> Series:
        """1 while site and some ground station see each other, else 0 [-]."""
        return self.shared.earth_contact

    def earth_distance_km(self) -> Series:
        """Distance of the Earth's centre [km]."""
        return self.shared.mast.directions.earth_distance_km

    def ground_stations_in_view(self) -> Series:
        """Number of ground stations that see the Moon [-]."""
        return self.shared.sky.ground_stations_in_view

    def signal_through_rain(self, frequency_ghz: float, month_share: float) -> Series:
        """Share of a signal's power that rain on the ground leaves in all but ``month_share`` of a month [-]."""
        return self.shared.sky.ground_rain.power_left(frequency_ghz, month_share)

    def relay_visible(self, relay: str) -> Series:
        """1 while the relay stands above the mast's sky-line, else 0 [-]."""
        return self.shared.relay_view(relay)[0]

    def relay_distance_km(self, relay: str) -> Series:
        """Distance of the relay [km]."""
        return self.shared.relay_view(relay)[1]

    def radiator_sink_k(self) -> Series:
        """Effective sink of a horizontal radiator that faces the sky [K]."""
        return self.shared.ground.sinks.radiator_k

    def box_sink_k(self) -> Series:
        """Effective sink of a box that stands on the ground [K]."""
        return self.shared.ground.sinks.box_k

    def panel_sink_k(self) -> Series:
        """Effective sink of both sides of an upright panel, direct sunlight aside [K]."""
        return self.shared.panel_sink_k

    def regolith_k(self) -> Series:
        """Temperature of the ground's surface [K]."""
        return self.shared.ground.sinks.regolith_k

    def age_years(self) -> Series:
        """Years since the asset landed, 0 before [yr]."""
        return _age_years(self.grid, self.landed)


class RelaySky:
    """Series of one relay in its orbit; each is computed when first asked for, and kept."""

    def __init__(self, sky: Sky, relay: RelaySite) -> None:
        self.sky = sky
        self.relay = relay

    @cached_property
    def sun_disc_fraction(self) -> Series:
        """1 while neither Moon nor Earth hides the Sun's centre, else 0."""
        return _series(relay_sunlit(self.relay.orbit, self.sky.grid.tdb))

    @cached_property
    def earth_disc_fraction(self) -> Series:
        """1 while the Moon leaves the line to the Earth free, else 0."""
        return _series(relay_sees_earth(self.relay.orbit, self.sky.grid.tdb))

    @cached_property
    def earth_contact(self) -> Series:
        """1 while relay and some ground station see each other, else 0."""
        return _series((self.earth_disc_fraction > 0) & self.sky.ground_contact)


@dataclass(frozen=True)
class RelayPlace:
    """``Surroundings`` of one asset on a relay: no ground, no mast."""

    shared: RelaySky
    landed: datetime

    @property
    def grid(self) -> TimeGrid:
        """The run's time grid."""
        return self.shared.sky.grid

    @property
    def node(self) -> str:
        """Name of the relay."""
        return self.shared.relay.name

    def sun_disc_fraction(self, on_mast: bool = True) -> Series:
        """1 in sunlight, 0 in eclipse [-]."""
        return self.shared.sun_disc_fraction

    def sun_elevation_deg(self) -> Series:
        """90: a spacecraft turns to the Sun [deg]."""
        return _series(np.full(self.grid.count, 90.0))

    def sun_azimuth_deg(self) -> Series:
        """0: a spacecraft has no north [deg]."""
        return _series(np.zeros(self.grid.count))

    def sun_distance_au(self) -> Series:
        """Distance of the Sun from the Moon [au]."""
        return self.shared.sky.distances[0]

    def earth_disc_fraction(self, on_mast: bool = True) -> Series:
        """1 while the Moon leaves the Earth's centre free, else 0 [-]."""
        return self.shared.earth_disc_fraction

    def earth_contact(self) -> Series:
        """1 while relay and some ground station see each other, else 0 [-]."""
        return self.shared.earth_contact

    def earth_distance_km(self) -> Series:
        """Distance of the Earth from the Moon [km]."""
        return self.shared.sky.distances[1]

    def ground_stations_in_view(self) -> Series:
        """Number of ground stations that see the Moon [-]."""
        return self.shared.sky.ground_stations_in_view

    def signal_through_rain(self, frequency_ghz: float, month_share: float) -> Series:
        """Share of a signal's power that rain on the ground leaves in all but ``month_share`` of a month [-]."""
        return self.shared.sky.ground_rain.power_left(frequency_ghz, month_share)

    def relay_visible(self, relay: str) -> Series:
        """Links between relays are not modelled."""
        raise self._on_the_ground_only("relay_link")

    def relay_distance_km(self, relay: str) -> Series:
        """Links between relays are not modelled."""
        raise self._on_the_ground_only("relay_link")

    def radiator_sink_k(self) -> Series:
        """The thermal design of a relay is not modelled."""
        raise self._on_the_ground_only("a component with temperatures")

    def box_sink_k(self) -> Series:
        """The thermal design of a relay is not modelled."""
        raise self._on_the_ground_only("a component with temperatures")

    def panel_sink_k(self) -> Series:
        """Empty space on both sides [K]."""
        return _series(np.full(self.grid.count, lookup("sink.space_temperature").value))

    def regolith_k(self) -> Series:
        """A relay has no ground."""
        raise self._on_the_ground_only("a component with temperatures")

    def age_years(self) -> Series:
        """Years since the asset arrived, 0 before [yr]."""
        return _age_years(self.grid, self.landed)

    def _on_the_ground_only(self, what: str) -> ScenarioError:
        return ScenarioError(
            Fault(f"relay {self.node!r}", f"{what} cannot sit on a relay", hint="put it at a surface site")
        )


def _age_years(grid: TimeGrid, landed: datetime) -> Series:
    first = grid.index_at(landed)
    age = np.zeros(grid.count, np.float32)
    begin = min(max(first, 0), grid.count)
    age[begin:] = np.arange(begin - first, grid.count - first) * (grid.step_h / YEAR_H)
    return age


@dataclass(frozen=True)
class Places:
    """Every node of a station, computed as far as asked for."""

    sky: Sky
    surface: Mapping[str, SurfaceSky]
    relays: Mapping[str, RelaySky]

    @classmethod
    def of(cls, station: Station) -> Places:
        """Places of a station's sites and relays."""
        sky = Sky(station)
        return cls(
            sky,
            {name: SurfaceSky(sky, site) for name, site in station.sites.items()},
            {name: RelaySky(sky, relay) for name, relay in station.relays.items()},
        )

    def look_round(self, assets: Iterable[Asset]) -> None:
        """Compute what the places of ``assets`` are asked for, several sites at a time, one on each core."""
        sites = [self.surface[name] for name in dict.fromkeys(asset.node for asset in assets) if name in self.surface]
        with ThreadPoolExecutor(core_count()) as cores:
            looking = [cores.submit(copy_context().run, site.look_round) for site in sites]
            for found in looking:
                found.result()

    def look_for_relays(self) -> None:
        """Compute what results tell of relays: when each is in light and over each site's sky-line, and has contact."""
        for name, relay in self.relays.items():
            for site in self.surface.values():
                site.relay_over(name)
            _ = relay.sun_disc_fraction, relay.earth_contact

    def forget(self) -> None:
        """Let go what only components ask for (temperatures, directions, distances), after a run."""
        for site in self.surface.values():
            site.forget()
        forget_positions()

    def of_asset(self, asset: Asset) -> Surroundings:
        """Surroundings of one asset; raises ScenarioError when its node does not exist."""
        if asset.node in self.surface:
            return SurfacePlace(self.surface[asset.node], asset.start)
        if asset.node in self.relays:
            return RelayPlace(self.relays[asset.node], asset.start)
        known = ", ".join([*self.surface, *self.relays])
        raise ScenarioError(Fault(asset.name, "sits at a node that does not exist", asset.node, allowed=known))
