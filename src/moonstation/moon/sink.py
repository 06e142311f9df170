"""Temperatures that a thing on the ground looks at: the regolith's surface and the radiative sinks.

The regolith is a massless skin over three lumps (3, 8 and 25 cm thick), with the density, conductivity and heat
capacity of Hayne et al. 2017; docs/models/regolith-sink.md says how far that carries.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.constants import Stefan_Boltzmann

from moonstation.core.errors import Fault, RangeError
from moonstation.core.machine_code import compiled
from moonstation.core.time import DAY_S, HOUR_S, TimeGrid
from moonstation.facts.table import lookup
from moonstation.facts.usage import fact_cache
from moonstation.moon.site import SiteLight, site_light

FloatArray = NDArray[np.float64]
Series = NDArray[np.float32]

#: Thickness of the lumps from the top [m]: about one skin depth of the lunar day, two more, one of the year.
LUMPS_M = (0.03, 0.08, 0.25)
_LONGEST_STEP_S = 1800.0  # explicit steps of the thinnest lump are stable to 6,000 s
_SKIN_K = 1e-3  # change at which the skin's energy balance counts as solved
_SKIN_TURNS = 50
_COLDEST_K = 1.0
_SETTLED_K = 0.05  # change of the deepest lump from one repetition to the next
_MOST_REPETITIONS = 200
_YEAR_S = 365.25 * DAY_S


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
    """Regolith and sink temperatures from a site's light.

    The regolith is brought into its rhythm by the year before the record (hourly, at the same sky-line), repeated
    until the deepest lump settles; where the kernels do not reach back, by the record's first year or, failing that,
    the record.
    """
    sunlight = direct_sunlight_w_m2(light.sun_disc_fraction, light.sun_distance_au)
    before = site_light(light.horizon, _year_before(light), light.ephemeris)
    before_w_m2 = absorbed_by_ground_w_m2(
        direct_sunlight_w_m2(before.sun_disc_fraction, before.sun_distance_au), before.sun_elevation_deg
    )
    absorbed = absorbed_by_ground_w_m2(sunlight, light.sun_elevation_deg)
    ground = regolith_temperature_k(absorbed, light.grid.step_s, before_w_m2, before.grid.step_s)
    return SinkTemperatures(
        regolith_k=ground.astype(np.float32),
        radiator_k=radiator_sink_k(sunlight, light.sun_elevation_deg).astype(np.float32),
        box_k=box_sink_k(sunlight, light.sun_elevation_deg, ground).astype(np.float32),
    )


def direct_sunlight_w_m2(sun_disc_fraction: ArrayLike, sun_distance_au: ArrayLike) -> FloatArray:
    """Sunlight on a surface that faces the Sun [W/m2]: visible share of the disc [-], distance [au], shape (...)."""
    share, distance = np.asarray(sun_disc_fraction, np.float64), np.asarray(sun_distance_au, np.float64)
    return lookup("sun.irradiance_1au").value * share / distance**2


def ground_albedo(sun_elevation_deg: ArrayLike) -> FloatArray:
    """Share of sunlight that level ground throws back [-], more as the Sun sinks (Keihm 1984; Hayne 2017 Eq. A8)."""
    incidence_deg = 90.0 - np.clip(np.asarray(sun_elevation_deg, np.float64), 0.0, 90.0)
    cubic, octic = lookup("regolith.albedo_cubic").value, lookup("regolith.albedo_octic").value
    return (
        lookup("regolith.albedo_normal").value
        + cubic * (incidence_deg / 45.0) ** 3
        + octic * (incidence_deg / 90.0) ** 8
    )


def absorbed_by_ground_w_m2(sunlight_w_m2: ArrayLike, sun_elevation_deg: ArrayLike) -> FloatArray:
    """Sunlight that level ground absorbs [W/m2], none while the Sun's centre is below the level plane, shape (...)."""
    return (1.0 - ground_albedo(sun_elevation_deg)) * _on_level_w_m2(sunlight_w_m2, sun_elevation_deg)


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
    absorptance, emissivity = _optics("radiator", solar_absorptance, emittance)
    absorbed = absorptance * _on_level_w_m2(sunlight_w_m2, sun_elevation_deg)
    return np.asarray((absorbed / (emissivity * Stefan_Boltzmann) + _space_k() ** 4) ** 0.25)


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
    absorptance, emissivity = _optics("box", solar_absorptance, emittance)
    sunlight, elevation = np.asarray(sunlight_w_m2, np.float64), np.asarray(sun_elevation_deg, np.float64)
    direct = sunlight * np.cos(np.radians(elevation)) / np.pi
    thrown_back = 0.5 * ground_albedo(elevation) * _on_level_w_m2(sunlight, elevation)
    from_sun = absorptance * (direct + thrown_back) / (emissivity * Stefan_Boltzmann)
    from_ground = 0.5 * lookup("regolith.emissivity").value * np.asarray(regolith_k, np.float64) ** 4
    return np.asarray((from_sun + from_ground + 0.5 * _space_k() ** 4) ** 0.25)


def regolith_temperature_k(
    absorbed_w_m2: ArrayLike, step_s: float, before_w_m2: ArrayLike, before_step_s: float
) -> FloatArray:
    """Surface temperature of level regolith, mean of each step.

    Parameters
    ----------
    absorbed_w_m2 : sunlight that the ground absorbs in each step [W/m2], shape (n,)
    step_s : length of a step [s]
    before_w_m2, before_step_s : the same for a time just before, repeated until the deepest lump settles; shape (m,)

    Returns
    -------
    Temperature [K], shape (n,). Raises RangeError for flux that is negative or not finite.
    """
    now, earlier = (np.ascontiguousarray(flux, dtype=np.float64) for flux in (absorbed_w_m2, before_w_m2))
    for name, flux in (("absorbed_w_m2", now), ("before_w_m2", earlier)):
        if flux.size == 0 or not np.all(np.isfinite(flux)) or flux.min() < 0:
            raise RangeError(Fault(name, "must be finite numbers, none negative, at least one", unit="W/m2"))
    ground = _ground()
    mean_w_m2 = earlier.mean() + lookup("regolith.heat_flow").value
    lumps_k = np.full(len(LUMPS_M), (mean_w_m2 / (lookup("regolith.emissivity").value * Stefan_Boltzmann)) ** 0.25)
    for _ in range(_MOST_REPETITIONS):
        deep_k = lumps_k[-1]
        _step_through(earlier, before_step_s, lumps_k, ground)
        if abs(lumps_k[-1] - deep_k) < _SETTLED_K:
            break
    return _step_through(now, step_s, lumps_k, ground)


def _year_before(light: SiteLight) -> TimeGrid:
    start = light.grid.start - timedelta(seconds=_YEAR_S)
    if not light.ephemeris.covers_utc(start):
        start = light.grid.start
    year = TimeGrid(start, HOUR_S, round(_YEAR_S / HOUR_S))
    return year if light.ephemeris.covers_utc(year.end) else light.grid


def _on_level_w_m2(sunlight_w_m2: ArrayLike, sun_elevation_deg: ArrayLike) -> FloatArray:
    rise = np.sin(np.radians(np.asarray(sun_elevation_deg, np.float64)))
    return np.asarray(sunlight_w_m2, np.float64) * np.maximum(rise, 0.0)


def _optics(surface: str, solar_absorptance: float | None, emittance: float | None) -> tuple[float, float]:
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


def _space_k() -> float:
    return lookup("sink.space_temperature").value


class _Ground(NamedTuple):
    """Lumps from the top: thickness [m], density [kg/m3], contact conductivity [W/m/K]; heat capacity's coefficients;
    radiative share of conduction [-], emissivity [-], heat from the interior [W/m2].
    """

    thick_m: FloatArray
    density: FloatArray
    contact: FloatArray
    capacity: FloatArray
    chi: float
    emissivity: float
    heat_flow: float


@fact_cache
def _ground() -> _Ground:
    thick_m = np.array(LUMPS_M)
    depth_m = np.cumsum(thick_m) - thick_m / 2.0
    loose = np.exp(-depth_m / lookup("regolith.scale_depth").value)

    def profile(name: str) -> FloatArray:
        surface, deep = lookup(f"regolith.{name}_surface").value, lookup(f"regolith.{name}_deep").value
        return np.asarray(deep - (deep - surface) * loose)

    capacity = np.array([lookup(f"regolith.heat_capacity_c{i}").value for i in range(5)])
    single = (lookup(f"regolith.{name}").value for name in ("radiative_conduction", "emissivity", "heat_flow"))
    return _Ground(thick_m, profile("density"), profile("conductivity"), capacity, *single)


@compiled
def _step_through(absorbed: FloatArray, step_s: float, lumps_k: FloatArray, ground: _Ground) -> FloatArray:
    """Mean temperature of the skin in each step [K]; ``lumps_k`` is carried on in place."""
    parts = int(np.ceil(step_s / _LONGEST_STEP_S))
    part_s = step_s / parts
    thick_m, contact, chi = ground.thick_m, ground.contact, ground.chi
    count = len(lumps_k)
    down = np.empty(count + 1)  # heat flux into each lump from above, and out of the last [W/m2]
    out = np.empty(absorbed.size)
    skin = lumps_k[0]
    for i in range(absorbed.size):
        total = 0.0
        for _ in range(parts):
            skin = _skin_k(skin, absorbed[i], lumps_k[0], contact[0] / (0.5 * thick_m[0]), chi, ground.emissivity)
            down[0] = _conductivity(contact[0], chi, skin) * (skin - lumps_k[0]) / (0.5 * thick_m[0])
            for j in range(count - 1):
                upper = 0.5 * thick_m[j] / _conductivity(contact[j], chi, lumps_k[j])
                lower = 0.5 * thick_m[j + 1] / _conductivity(contact[j + 1], chi, lumps_k[j + 1])
                down[j + 1] = (lumps_k[j] - lumps_k[j + 1]) / (upper + lower)
            down[count] = -ground.heat_flow
            for j in range(count):
                areal = ground.density[j] * thick_m[j] * _heat_capacity(ground.capacity, lumps_k[j])
                lumps_k[j] += part_s * (down[j] - down[j + 1]) / areal
            total += skin
        out[i] = total / parts
    return out


@compiled
def _skin_k(guess: float, absorbed: float, lump_k: float, contact_w_k: float, chi: float, emissivity: float) -> float:
    """Skin temperature at which sunlight and conduction balance emission [K], by Newton steps."""
    skin = guess
    for _ in range(_SKIN_TURNS):
        warm = 1.0 + chi * (skin / 350.0) ** 3
        gain = absorbed + contact_w_k * warm * (lump_k - skin) - emissivity * Stefan_Boltzmann * skin**4
        slope = contact_w_k * (3.0 * chi * skin**2 / 350.0**3 * (lump_k - skin) - warm)
        slope -= 4.0 * emissivity * Stefan_Boltzmann * skin**3
        new = max(skin - gain / slope, _COLDEST_K)
        if abs(new - skin) < _SKIN_K:
            return float(new)
        skin = new
    return float(skin)


@compiled
def _conductivity(contact: float, chi: float, temperature_k: float) -> float:
    return float(contact * (1.0 + chi * (temperature_k / 350.0) ** 3))


@compiled
def _heat_capacity(capacity: FloatArray, temperature_k: float) -> float:
    """Specific heat [J/kg/K], no less than 1 below the polynomial's range."""
    t = temperature_k
    value = capacity[0] + t * (capacity[1] + t * (capacity[2] + t * (capacity[3] + t * capacity[4])))
    return float(max(value, 1.0))
