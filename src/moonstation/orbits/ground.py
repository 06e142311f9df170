"""Ground stations on the turning Earth: how high the Moon stands there, and when any of them sees it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moonstation.core.errors import Fault, RangeError
from moonstation.core.machine_code import compiled
from moonstation.core.time import DAY_S, J2000_JD, TimeGrid, utc_from_tdb
from moonstation.facts.table import all_facts, lookup
from moonstation.facts.usage import MadeWhenAsked, fact_cache
from moonstation.orbits.interpolation import sampled
from moonstation.sky.ephemeris import Ephemeris
from moonstation.sky.topocentric import LIGHT_KM_S

FloatArray = NDArray[np.float64]

_NODE_S = DAY_S / 4  # cubics over six hours of the Moon's path err by less than 0.1 arcseconds
_WGS84 = 1  # number of the ellipsoid in IAU SOFA
_EPOCH_MS = np.datetime64("2000-01-01T12:00:00", "ms")
_LIMITS = (
    ("latitude_deg", -90.0, 90.0, "deg", "geodetic, north is positive"),
    ("longitude_deg", -180.0, 360.0, "deg", "east is positive"),
    ("height_m", -500.0, 9000.0, "m", "above the sea"),
    ("min_elevation_deg", -5.0, 90.0, "deg", ""),
)


@dataclass(frozen=True, slots=True)
class GroundStation:
    """An antenna on the Earth: geodetic place on WGS84 and the lowest elevation at which it works.

    latitude_deg, longitude_deg (east), min_elevation_deg [deg]
    height_m : above the sea, for the rain over it; taken as that above the ellipsoid too, within 60 m [m]
    weather : the station of the facts tables whose rain it has, "" for a clear sky

    Raises RangeError with all faults.
    """

    name: str
    latitude_deg: float
    longitude_deg: float
    height_m: float = field(default_factory=lambda: lookup("ground.height").value)
    min_elevation_deg: float = field(default_factory=lambda: lookup("ground.min_elevation").value)
    weather: str = ""

    def __post_init__(self) -> None:
        faults = [
            Fault(
                f"ground station {self.name!r} {key}",
                "out of range",
                getattr(self, key),
                unit,
                f"{low:g} to {high:g}",
                hint,
            )
            for key, low, high, unit, hint in _LIMITS
            if not low <= getattr(self, key) <= high
        ]
        if faults:
            raise RangeError(faults)


@cache
def named_stations() -> Mapping[str, GroundStation]:
    """The ground stations whose places stand in the facts tables, by name."""
    ending = "_latitude"
    keys = (key for key in all_facts() if key.startswith("ground.") and key.endswith(ending))
    return MadeWhenAsked((key.removeprefix("ground.").removesuffix(ending) for key in keys), _named_station)


@fact_cache
def _named_station(name: str) -> GroundStation:
    latitude_deg, longitude_deg, height_m = (
        lookup(f"ground.{name}_{part}").value for part in ("latitude", "longitude", "height")
    )
    return GroundStation(name, latitude_deg, longitude_deg, height_m, weather=name)


def moon_elevation_deg(station: GroundStation, tdb: ArrayLike, ephemeris: Ephemeris | None = None) -> FloatArray:
    """Elevation of the Moon's centre above the station's ellipsoid horizon.

    Light time and aberration are in (for the Moon, that moves with the Earth, they leave 0.7 arcseconds); refraction,
    polar motion and UT1 - UTC (below 0.9 s, that is 0.004 deg) are left out. Earth rotation by IAU SOFA: precession
    and nutation 2000B on daily nodes, Earth rotation angle at every epoch.

    Parameters
    ----------
    station : the place
    tdb : epochs [s past J2000 TDB], shape (...)
    ephemeris : the kernels; the shipped ones by default

    Returns
    -------
    Elevation [deg], shape (...). Raises RangeError for an epoch outside the kernels.
    """
    kernels = ephemeris or Ephemeris.default()
    epochs = np.asarray(tdb, dtype=np.float64)
    flat = np.ascontiguousarray(epochs.reshape(-1))
    kernels.check(flat)
    moon = _moon_earth_fixed_km(flat, utc_from_tdb(flat), kernels)
    return _elevation_deg(moon, *_place(station)).reshape(epochs.shape)


def contact(station: GroundStation, grid: TimeGrid, ephemeris: Ephemeris | None = None) -> NDArray[np.bool_]:
    """Whether the Moon's centre stands at or over the station's lowest elevation at each step, shape (grid.count,)."""
    moon = _moon_on_grid(grid, ephemeris or Ephemeris.default())
    return np.asarray(_elevation_deg(moon, *_place(station)) >= station.min_elevation_deg)


def contacts(
    stations: Iterable[GroundStation], grid: TimeGrid, ephemeris: Ephemeris | None = None
) -> NDArray[np.int64]:
    """How many of the stations have the Moon in sight at each step, shape (grid.count,); 0 without stations."""
    seen = np.zeros(grid.count, dtype=np.int64)
    for station in stations:
        seen += contact(station, grid, ephemeris)
    return seen


def elevation_on_grid_deg(
    station: GroundStation, grid: TimeGrid, ephemeris: Ephemeris | None = None
) -> NDArray[np.float32]:
    """Elevation of the Moon's centre at each step of a grid [deg], shape (grid.count,)."""
    moon = _moon_on_grid(grid, ephemeris or Ephemeris.default())
    return _elevation_deg(moon, *_place(station)).astype(np.float32)


@lru_cache(maxsize=2)
def _moon_on_grid(grid: TimeGrid, kernels: Ephemeris) -> FloatArray:
    kernels.check(grid.tdb[[0, -1]])
    return _moon_earth_fixed_km(grid.tdb, grid.utc, kernels)


def _moon_earth_fixed_km(tdb: FloatArray, utc: NDArray[np.datetime64], kernels: Ephemeris) -> FloatArray:
    """Moon's centre from the Earth's, as its light shows it, in axes that turn with the Earth [km], shape (n, 3)."""
    import erfa

    vectors = sampled(lambda nodes: _moon_intermediate_km(nodes, kernels), tdb, _NODE_S)
    days = (utc - _EPOCH_MS) / np.timedelta64(1, "D")  # UT1 taken as UTC
    return np.asarray(_turn(vectors, erfa.era00(J2000_JD, days)))


def _moon_intermediate_km(tdb: FloatArray, kernels: Ephemeris) -> FloatArray:
    """The same in the celestial intermediate frame of date [km]."""
    distance = np.linalg.norm(kernels.positions_icrf_km("moon", "earth", tdb), axis=-1)
    # With the Earth's own motion in common, aberration and light time leave where the Moon was relative to it.
    seen = kernels.positions_icrf_km("moon", "earth", tdb - distance / LIGHT_KM_S)
    return np.asarray(np.einsum("nij,nj->ni", _intermediate_from_icrf(tdb), seen))


def _intermediate_from_icrf(tdb: FloatArray) -> FloatArray:
    """Precession and nutation (IAU 2000B), linear between days: below 0.01 arcseconds; shape (n, 3, 3)."""
    import erfa

    days = tdb / DAY_S
    if days.size == 0:
        return np.empty((0, 3, 3))
    nodes = np.arange(np.floor(days.min()), np.ceil(days.max()) + 1.0)
    x, y, s = (np.interp(days, nodes, values) for values in erfa.xys00b(J2000_JD, nodes))
    return np.asarray(erfa.c2ixys(x, y, s))


def _place(station: GroundStation) -> tuple[FloatArray, FloatArray]:
    """Position [km] and upward normal of a station in Earth-fixed axes."""
    import erfa

    lon, lat = np.radians(station.longitude_deg), np.radians(station.latitude_deg)
    position_m = erfa.gd2gc(_WGS84, lon, lat, station.height_m)
    up = np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    return np.asarray(position_m) / 1000.0, up


@compiled
def _turn(vectors: FloatArray, angle_rad: FloatArray) -> FloatArray:
    """Each vector in axes turned by its angle about z, shape (n, 3)."""
    out = np.empty_like(vectors)
    for i in range(len(vectors)):
        c, s = np.cos(angle_rad[i]), np.sin(angle_rad[i])
        out[i, 0] = c * vectors[i, 0] + s * vectors[i, 1]
        out[i, 1] = c * vectors[i, 1] - s * vectors[i, 0]
        out[i, 2] = vectors[i, 2]
    return out


@compiled
def _elevation_deg(vectors: FloatArray, position: FloatArray, up: FloatArray) -> FloatArray:
    """Elevation [deg] of the ends of ``vectors`` [km] seen from ``position`` [km] with the vertical ``up``."""
    out = np.empty(len(vectors))
    for i in range(len(vectors)):
        x, y, z = vectors[i, 0] - position[0], vectors[i, 1] - position[1], vectors[i, 2] - position[2]
        rise = x * up[0] + y * up[1] + z * up[2]
        out[i] = np.degrees(np.arcsin(rise / np.sqrt(x * x + y * y + z * z)))
    return out
