"""Where Sun and Earth stand in the sky of a place on the Moon, with light time and stellar aberration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import ArrayLike
from scipy.constants import au

from moonstation.core.errors import Fault, RangeError
from moonstation.core.time import DAY_S, HOUR_S, TimeGrid, iso_utc, parse_utc, tdb_from_utc
from moonstation.facts.table import lookup
from moonstation.facts.usage import fact_cache_of
from moonstation.sky.chebyshev import FloatArray
from moonstation.sky.cubic import NODES
from moonstation.sky.ephemeris import Ephemeris
from moonstation.sky.orientation import moon_me_from_icrf
from moonstation.sky.topocentric import LIGHT_KM_S, STATE_COLUMNS, look_between, look_each, places

AU_KM = au / 1000.0
_SEEN = ("sun", "earth")
_NODE_S = HOUR_S  # cubic interpolation over one hour errs by less than 0.0001 arcseconds
_HEIGHT_LIMITS_M = (-15_000.0, 100_000.0)  # the Moon's own relief runs from -9,100 m to 10,800 m


@dataclass(frozen=True)
class Apparent:
    """Apparent place of a body: azimuth from north, clockwise [deg]; elevation [deg]; length of the light path [km]."""

    azimuth_deg: FloatArray
    elevation_deg: FloatArray
    distance_km: FloatArray


def apparent_directions(
    lat_deg: ArrayLike,
    lon_deg: ArrayLike,
    tdb: ArrayLike,
    height_m: ArrayLike = 0.0,
    body: str = "sun",
    ephemeris: Ephemeris | None = None,
) -> Apparent:
    """Apparent direction of ``body`` from places on the Moon: light time and stellar aberration as SPICE ``LT+S``.

    Parameters
    ----------
    lat_deg, lon_deg : place in MOON_ME [deg], longitude east, -180 to 360; shapes broadcast with ``tdb``
    tdb : epochs [s past J2000 TDB], shape (...)
    height_m : height of the eye above the sphere of 1737.4 km [m]; broadcasts
    body : ``sun`` or ``earth``
    ephemeris : the kernels; the shipped ones by default

    Returns
    -------
    Apparent, arrays of the broadcast shape.

    Raises RangeError that lists every fault: latitude, longitude, height, date outside the kernels.
    """
    kernels = ephemeris or Ephemeris.default()
    faults = place_faults(lat_deg, lon_deg, height_m)
    if faults:
        raise RangeError(faults)
    kernels.check(tdb)
    lat, lon, height, epochs = np.broadcast_arrays(lat_deg, lon_deg, height_m, tdb)
    one_place = np.size(lat_deg) == np.size(lon_deg) == np.size(height_m) == 1
    sites = _place_table(*((a.reshape(-1)[:1] if one_place else a.reshape(-1)) for a in (lat, lon, height)))
    looked = look_each(_states(body, epochs.reshape(-1), kernels), sites)
    return Apparent(*(row.reshape(epochs.shape) for row in looked))


def apparent_directions_on_grid(
    lat_deg: float,
    lon_deg: float,
    grid: TimeGrid,
    body: str,
    height_m: float = 0.0,
    ephemeris: Ephemeris | None = None,
    steps: slice = slice(None),
) -> Apparent:
    """Apparent direction of ``body`` from one place over a time grid, fast for long grids of short steps.

    On steps below half an hour the body's states are evaluated once an hour (and kept for the next place) and
    interpolated by cubics, within 0.001 arcseconds of ``apparent_directions``. Arrays of shape (grid.count,), or of as
    many of its ``steps`` as are asked for.
    Raises RangeError as ``apparent_directions``.
    """
    kernels = ephemeris or Ephemeris.default()
    last = grid.end - timedelta(seconds=grid.step_s)
    faults = [*place_faults(lat_deg, lon_deg, height_m), *_moment_faults([grid.start, last], kernels, "time grid")]
    if faults:
        raise RangeError(faults)
    states = _grid_states(kernels, body, grid)
    site = _place_table(*(np.array([value], dtype=np.float64) for value in (lat_deg, lon_deg, height_m)))
    if len(states) == grid.count:
        return Apparent(*look_each(states[steps], site))
    step_s = (grid.tdb[-1] - grid.tdb[0]) / (len(states) - 1)
    return Apparent(*look_between(grid.tdb[steps], grid.tdb[0], step_s, states, site[0]))


def body_vectors_moon_me_km(body: str, tdb: ArrayLike, ephemeris: Ephemeris | None = None) -> FloatArray:
    """Vector from the Moon's centre to where ``body`` was when its light left, without aberration [km].

    ``tdb`` are epochs of arrival at the Moon's centre [s past J2000 TDB], shape (...); result (..., 3) in MOON_ME axes.
    Raises RangeError for an epoch outside the kernels.
    """
    kernels = ephemeris or Ephemeris.default()
    kernels.check(tdb)
    epochs = np.asarray(tdb, dtype=np.float64)
    return _states(body, epochs.reshape(-1), kernels)[:, :3].reshape(*epochs.shape, 3)


def ephemeris_table(
    lat_deg: float,
    lon_deg: float,
    utc: Sequence[str | datetime],
    height_m: float = 0.0,
    ephemeris: Ephemeris | None = None,
) -> list[dict[str, str | float]]:
    """One record for each moment of ``utc`` with the apparent Sun and Earth: what ``moonstation ephemeris`` prints.

    Keys: utc, sun_azimuth_deg, sun_elevation_deg, earth_azimuth_deg, earth_elevation_deg, sun_distance_au,
    earth_distance_km. Raises RangeError with every fault of place and moments at once.
    """
    kernels = ephemeris or Ephemeris.default()
    faults = place_faults(lat_deg, lon_deg, height_m)
    moments = []
    for text in utc:
        try:
            moments.append(parse_utc(text))
        except RangeError as error:
            faults.append(Fault("at", str(error)))
    faults += _moment_faults(moments, kernels, "at")
    if faults:
        raise RangeError(faults)
    stamps = np.array([moment.replace(tzinfo=None) for moment in moments], dtype="datetime64[ms]")
    tdb = tdb_from_utc(stamps)
    sun, earth = (apparent_directions(lat_deg, lon_deg, tdb, height_m, body, kernels) for body in ("sun", "earth"))
    return [
        {
            "utc": iso_utc(moment),
            "sun_azimuth_deg": float(sun.azimuth_deg[i]),
            "sun_elevation_deg": float(sun.elevation_deg[i]),
            "earth_azimuth_deg": float(earth.azimuth_deg[i]),
            "earth_elevation_deg": float(earth.elevation_deg[i]),
            "sun_distance_au": float(sun.distance_km[i] / AU_KM),
            "earth_distance_km": float(earth.distance_km[i]),
        }
        for i, moment in enumerate(moments)
    ]


def place_faults(lat_deg: ArrayLike, lon_deg: ArrayLike, height_m: ArrayLike = 0.0) -> list[Fault]:
    """Faults of places on the Moon: latitude -90..90 deg, longitude -180..360 deg, height -15..100 km."""
    limits = (
        ("latitude", lat_deg, -90.0, 90.0, "deg", ""),
        ("longitude", lon_deg, -180.0, 360.0, "deg", "east is positive"),
        ("height", height_m, *_HEIGHT_LIMITS_M, "m", "count it from the sphere of 1737.4 km"),
    )
    faults = []
    for name, given, low, high, unit, hint in limits:
        values = np.asarray(given, dtype=np.float64)
        bad = ~((values >= low) & (values <= high))  # catches NaN too
        if bad.any():
            worst = float(values[bad].flat[0])
            faults.append(Fault(name, "not a place on the Moon", worst, unit, f"{low:g} to {high:g} {unit}", hint))
    return faults


def _moment_faults(moments: Sequence[datetime], kernels: Ephemeris, where: str) -> list[Fault]:
    """Faults of moments outside the kernels, told without the calendar arithmetic that far dates overflow."""
    outside = [moment for moment in moments if not kernels.covers_utc(moment)]
    return [kernels.date_fault(iso_utc(moment), where) for moment in outside]


def _place_table(lat_deg: FloatArray, lon_deg: FloatArray, height_m: FloatArray) -> FloatArray:
    radius_km = lookup("sky.moon_reference_radius").value + height_m / 1000.0
    rotation_rad_s = np.radians(lookup("sky.moon_rotation_rate").value) / DAY_S
    return places(lat_deg, lon_deg, radius_km, rotation_rad_s)


def _states(body: str, tdb: FloatArray, kernels: Ephemeris) -> FloatArray:
    """Light-time vector Moon -> body [km], velocities of body and of Moon from the barycentre [km/s], shape (n, 9).

    All in MOON_ME axes of the epoch of arrival ``tdb``.
    """
    if body not in _SEEN:
        raise RangeError(Fault("body", "cannot be looked for in the Moon's sky", body, allowed=", ".join(_SEEN)))
    moon, moon_velocity = kernels.states_icrf("moon", "ssb", tdb)
    delay_s = _light_s(kernels.positions_icrf_km(body, "ssb", tdb) - moon)
    emitted, body_velocity = kernels.states_icrf(body, "ssb", tdb - delay_s)
    vector = emitted - moon
    vector -= body_velocity * (_light_s(vector) - delay_s)[:, np.newaxis]  # what is left is below a millimetre
    rows = np.stack([vector, body_velocity, moon_velocity], axis=1)
    return (rows @ moon_me_from_icrf(tdb, kernels).transpose(0, 2, 1)).reshape(-1, STATE_COLUMNS)


def _light_s(vector_km: FloatArray) -> FloatArray:
    return np.asarray(np.sqrt(np.einsum("ij,ij->i", vector_km, vector_km)) / LIGHT_KM_S)


@fact_cache_of(8)
def _grid_states(kernels: Ephemeris, body: str, grid: TimeGrid) -> FloatArray:
    """States at every step of the grid, or about every hour from its first to its last step when steps are short."""
    span_s = grid.tdb[-1] - grid.tdb[0]
    nodes = max(int(np.ceil(span_s / _NODE_S)) + 1, NODES)
    tdb = grid.tdb if 2 * nodes > grid.count else np.linspace(grid.tdb[0], grid.tdb[-1], nodes)
    return _states(body, tdb, kernels)
