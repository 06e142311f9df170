"""Temperatures that a thing on the ground looks at: the regolith's surface and the radiative sinks.

The ground is a column of regolith (``moonstation.moon.regolith``) in the light of the Sun and of the terrain around.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.constants import Stefan_Boltzmann

from moonstation.core.errors import Fault, RangeError
from moonstation.core.time import DAY_S, HOUR_S, TimeGrid
from moonstation.facts.table import lookup
from moonstation.moon.regolith.albedo import diffuse_albedo, rough_albedo
from moonstation.moon.regolith.bowl import Bowl, TerrainGlow, bowl_of, terrain_glow
from moonstation.moon.regolith.ground import lunar_ground
from moonstation.moon.regolith.surface import regolith_temperature_k
from moonstation.moon.site import SiteLight, site_light

FloatArray = NDArray[np.float64]
Series = NDArray[np.float32]

_TERRAIN_STEP_S = 4.0 * HOUR_S  # the walls around follow the Sun in steps of 2 degrees
_NO_TERRAIN = 1e-7  # share of the view below which the terrain sends nothing that is worth a kelvin


@dataclass(frozen=True)
class SinkTemperatures:
    """Temperatures at a site over its time grid, shape (grid.count,).

    regolith_k : of the ground's surface [K]
    radiator_k : effective sink of a horizontal radiator that faces the sky [K]
    box_k : effective sink of the sides of a box that stands on the ground [K]
    """

    regolith_k: Series
    radiator_k: Series
    box_k: Series


def sink_temperatures(light: SiteLight) -> SinkTemperatures:
    """Regolith and sink temperatures from a site's light, and from what the terrain around throws in.

    Ground and terrain are brought into their rhythm by the year of seasons before the record (at the same sky-line),
    repeated until they settle; where the kernels do not reach back, by the record's first year or, failing that, the
    record.
    """
    before = site_light(light.horizon, _year_before(light), light.ephemeris)
    now, earlier = _light_on_ground(light), _light_on_ground(before)
    bowl = _bowl_around(light, before)
    glow, glow_before = _glow(bowl, light, before)
    ground = regolith_temperature_k(
        (1.0 - now.albedo) * now.level_w_m2 + _absorbed_from(glow),
        light.grid.step_s,
        (1.0 - earlier.albedo) * earlier.level_w_m2 + _absorbed_from(glow_before),
        before.grid.step_s,
    )
    radiator = _radiator_k(now, _optics("radiator"), glow, 1.0 - bowl.terrain_share)
    box = _box_k(now, ground, _optics("box"), glow, 0.5 - float(bowl.side_view.sum()))
    return SinkTemperatures(ground.astype(np.float32), radiator.astype(np.float32), box.astype(np.float32))


def direct_sunlight_w_m2(sun_disc_fraction: ArrayLike, sun_distance_au: ArrayLike) -> FloatArray:
    """Sunlight on a surface that faces the Sun [W/m2]: visible share of the disc [-], distance [au], shape (...)."""
    share, distance = np.asarray(sun_disc_fraction, np.float64), np.asarray(sun_distance_au, np.float64)
    return lookup("sun.irradiance_1au").value * share / distance**2


def radiator_sink_k(
    sunlight_w_m2: ArrayLike,
    sun_elevation_deg: ArrayLike,
    solar_absorptance: float | None = None,
    emittance: float | None = None,
) -> FloatArray:
    """Effective sink of a horizontal radiator that sees only the sky.

    Parameters
    ----------
    sunlight_w_m2 : on a surface that faces the Sun [W/m2], shape (...)
    sun_elevation_deg : [deg], shape (...)
    solar_absorptance, emittance : of the radiator [-], 0..1; a dusty optical solar reflector by default

    Returns
    -------
    Temperature [K], shape (...), at which the radiator neither gains nor loses heat. Raises RangeError for optics
    outside 0..1.
    """
    return _radiator_k(_falling(sunlight_w_m2, sun_elevation_deg), _optics("radiator", solar_absorptance, emittance))


def box_sink_k(
    sunlight_w_m2: ArrayLike,
    sun_elevation_deg: ArrayLike,
    regolith_k: ArrayLike,
    solar_absorptance: float | None = None,
    emittance: float | None = None,
) -> FloatArray:
    """Effective sink of the upright sides of a box on level ground: half their view is ground, half is sky.

    The sides together face every heading, so the mean over them of direct sunlight is cos(elevation)/pi of what a
    surface facing the Sun gets. Parameters, result and error as ``radiator_sink_k``, with ``regolith_k`` [K].
    """
    optics = _optics("box", solar_absorptance, emittance)
    return _box_k(_falling(sunlight_w_m2, sun_elevation_deg), np.asarray(regolith_k, np.float64), optics)


@dataclass(frozen=True)
class _Light:
    """Direct sunlight on level ground and, mean of them, on upright sides [W/m2]; albedo of the ground [-]."""

    level_w_m2: FloatArray
    side_w_m2: FloatArray
    albedo: FloatArray


def _falling(sunlight_w_m2: ArrayLike, sun_elevation_deg: ArrayLike) -> _Light:
    sunlight, elevation = np.asarray(sunlight_w_m2, np.float64), np.asarray(sun_elevation_deg, np.float64)
    rise = np.sin(np.radians(elevation))
    upright = np.sqrt(np.maximum(1.0 - rise * rise, 0.0)) / np.pi
    return _Light(sunlight * np.maximum(rise, 0.0), sunlight * upright, rough_albedo(elevation))


def _light_on_ground(light: SiteLight) -> _Light:
    at = light.directions
    return _falling(direct_sunlight_w_m2(light.sun_disc_fraction, at.sun_distance_au), at.sun_elevation_deg)


def _radiator_k(
    light: _Light, optics: tuple[float, float], glow: TerrainGlow | None = None, sky_share: float = 1.0
) -> FloatArray:
    """Sink of a horizontal radiator; ``glow`` is what terrain sends to level ground, ``sky_share`` what it leaves."""
    gain = optics[0] / optics[1] * light.level_w_m2
    if glow is not None:
        gain += optics[0] / optics[1] * glow.level_sunlight_w_m2 + glow.level_infrared_w_m2
    return _sink_k(gain, sky_share)


def _box_k(
    light: _Light,
    regolith_k: FloatArray,
    optics: tuple[float, float],
    glow: TerrainGlow | None = None,
    sky_share: float = 0.5,
) -> FloatArray:
    """Sink of a box's sides; ``glow`` is what terrain above the level plane sends to them."""
    black = 0.5 * lookup("regolith.emissivity").value * Stefan_Boltzmann
    squared = regolith_k * regolith_k
    gain = optics[0] / optics[1] * (light.side_w_m2 + 0.5 * light.albedo * light.level_w_m2) + black * squared * squared
    if glow is not None:
        gain += optics[0] / optics[1] * glow.side_sunlight_w_m2 + glow.side_infrared_w_m2
    return _sink_k(gain, sky_share)


def _sink_k(gain_w_m2: FloatArray, sky_share: float) -> FloatArray:
    """Temperature at which a black surface emits what it gains, with a share of the sky in its view [K]."""
    sky = sky_share * lookup("sink.space_temperature").value ** 4
    return np.asarray(np.sqrt(np.sqrt(gain_w_m2 / Stefan_Boltzmann + sky)))


def _bowl_around(light: SiteLight, before: SiteLight) -> Bowl:
    """The wall that the sky-line stands for, in the Sun of both records."""
    both = [record.directions.sun_elevation_deg for record in (light, before)]
    lowest, highest = min(series.min() for series in both), max(series.max() for series in both)
    return bowl_of(light.horizon, float(lowest), float(highest))


def _glow(bowl: Bowl, light: SiteLight, before: SiteLight) -> tuple[TerrainGlow | None, TerrainGlow | None]:
    """What the terrain sends during the record and the year before it; None where it fills none of the view."""
    if bowl.terrain_share < _NO_TERRAIN:
        return None, None
    seconds, step_s, sun = _coarse_sun(light)
    seconds_before, step_before_s, sun_before = _coarse_sun(before)
    now, earlier = terrain_glow(bowl, sun, sun_before, (step_s, step_before_s), lunar_ground())
    return now.at(seconds, _seconds(light.grid)), earlier.at(seconds_before, _seconds(before.grid))


def _coarse_sun(light: SiteLight) -> tuple[FloatArray, float, tuple[FloatArray, FloatArray, FloatArray]]:
    """Every so many steps: seconds into the record, step [s]; free sunlight [W/m2], the Sun's azimuth, elevation."""
    every = max(1, int(_TERRAIN_STEP_S / light.grid.step_s))
    chosen, at = slice(None, None, every), light.directions
    free = direct_sunlight_w_m2(1.0, at.sun_distance_au[chosen])
    sun = (free, at.sun_azimuth_deg[chosen].astype(float), at.sun_elevation_deg[chosen].astype(float))
    return _seconds(light.grid)[chosen], every * light.grid.step_s, sun


def _seconds(grid: TimeGrid) -> FloatArray:
    return np.arange(grid.count, dtype=np.float64) * grid.step_s


def _absorbed_from(glow: TerrainGlow | None) -> FloatArray | float:
    """What level ground absorbs of what the terrain sends [W/m2]."""
    if glow is None:
        return 0.0
    emissivity = lookup("regolith.emissivity").value
    return (1.0 - diffuse_albedo()) * glow.level_sunlight_w_m2 + emissivity * glow.level_infrared_w_m2


def _year_before(light: SiteLight) -> TimeGrid:
    year_s = lookup("regolith.season_period").value * DAY_S
    start = light.grid.start - timedelta(seconds=year_s)
    if not light.ephemeris.covers_utc(start):
        start = light.grid.start
    year = TimeGrid(start, HOUR_S, round(year_s / HOUR_S))
    return year if light.ephemeris.covers_utc(year.end) else light.grid


def _optics(
    surface: str, solar_absorptance: float | None = None, emittance: float | None = None
) -> tuple[float, float]:
    absorptance = lookup(f"sink.{surface}_solar_absorptance").value if solar_absorptance is None else solar_absorptance
    emissivity = lookup(f"sink.{surface}_emittance").value if emittance is None else emittance
    faults = []
    if not 0.0 <= absorptance <= 1.0:
        faults.append(Fault("solar_absorptance", "out of range", absorptance, "-", "0 to 1"))
    if not 0.0 < emissivity <= 1.0:
        faults.append(Fault("emittance", "out of range", emissivity, "-", "above 0, to 1"))
    if faults:
        raise RangeError(faults)
    return absorptance, emissivity
