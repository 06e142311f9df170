"""A relay satellite on an ellipse about the Moon that station keeping holds, and what it sees.

Frame of the elements: the Moon's equator of date (z along the MOON_ME pole) with x along the projection of the ICRF's
x axis, the equinox, on that equator. It does not turn with the Moon. Elements stay as they are given: an uncontrolled
orbit would not (decision 004), so the fuel for holding it belongs to whoever plans the mission.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moonstation.core.errors import Fault, RangeError
from moonstation.core.machine_code import compiled
from moonstation.core.time import DAY_S, HOUR_S, parse_utc, tdb_from_utc
from moonstation.facts.table import lookup
from moonstation.facts.usage import fact_cache_of
from moonstation.orbits.interpolation import sampled
from moonstation.sky.apparent import body_vectors_moon_me_km, place_faults
from moonstation.sky.ephemeris import Ephemeris
from moonstation.sky.orientation import moon_me_from_icrf

FloatArray = NDArray[np.float64]

_NODE_S = DAY_S / 4  # cubics over six hours of the Moon's rotation err by less than 0.1 arcseconds
_BESIDE_DEG = 1e-6  # so far beside a sky-line's ends no rounding matters
_KEPLER_RAD = 1e-12
_KEPLER_STEPS = 50
_LIMITS = (
    ("perilune_altitude_km", 0.0, 60_000.0, "km", "above the sphere of 1737.4 km"),
    ("apolune_altitude_km", 0.0, 60_000.0, "km", "beyond, the Moon does not hold a satellite"),
    ("inclination_deg", 0.0, 180.0, "deg", "to the Moon's equator"),
    ("raan_deg", -360.0, 360.0, "deg", ""),
    ("argument_deg", -360.0, 360.0, "deg", ""),
    ("true_anomaly_deg", -360.0, 360.0, "deg", ""),
)


@dataclass(frozen=True)
class RelayOrbit:
    """A held Kepler ellipse about the Moon.

    perilune_altitude_km, apolune_altitude_km : above the sphere of 1737.4 km [km]
    inclination_deg : to the Moon's equator of date [deg]
    raan_deg : of the ascending node, from the equinox projected on the Moon's equator [deg]
    argument_deg : of perilune, from the node [deg]; 90 puts apolune over the south
    true_anomaly_deg : at ``epoch`` [deg]
    epoch : UTC, ISO 8601 text or aware datetime

    Raises RangeError with all faults.
    """

    perilune_altitude_km: float
    apolune_altitude_km: float
    inclination_deg: float
    raan_deg: float
    argument_deg: float
    true_anomaly_deg: float = 180.0
    epoch: str | datetime = "2026-01-01T00:00:00Z"

    def __post_init__(self) -> None:
        faults = [
            Fault(f"relay orbit {key}", "out of range", getattr(self, key), unit, f"{low:g} to {high:g}", hint)
            for key, low, high, unit, hint in _LIMITS
            if not low <= getattr(self, key) <= high
        ]
        if self.apolune_altitude_km < self.perilune_altitude_km:
            hint = "exchange it with perilune_altitude_km"
            faults.append(
                Fault("relay orbit apolune_altitude_km", "below perilune", self.apolune_altitude_km, "km", "", hint)
            )
        try:
            parse_utc(self.epoch)
        except RangeError as error:
            faults.append(Fault("relay orbit epoch", str(error)))
        if faults:
            raise RangeError(faults)

    @property
    def semi_major_axis_km(self) -> float:
        """Half the sum of perilune and apolune distance [km]."""
        return _moon_radius_km() + (self.perilune_altitude_km + self.apolune_altitude_km) / 2.0

    @property
    def eccentricity(self) -> float:
        """Eccentricity [-]."""
        return (self.apolune_altitude_km - self.perilune_altitude_km) / 2.0 / self.semi_major_axis_km

    @property
    def period_h(self) -> float:
        """Time of one turn by Kepler's third law [h]."""
        return float(2.0 * np.pi * np.sqrt(self.semi_major_axis_km**3 / lookup("moon.gm").value)) / HOUR_S

    @property
    def epoch_tdb(self) -> float:
        """Epoch of ``true_anomaly_deg`` [s past J2000 TDB]."""
        return float(tdb_from_utc(np.datetime64(parse_utc(self.epoch).replace(tzinfo=None), "ms")))

    def positions_moon_me_km(self, tdb: ArrayLike, ephemeris: Ephemeris | None = None) -> FloatArray:
        """Position from the Moon's centre in MOON_ME [km], shape (..., 3), at ``tdb`` [s past J2000 TDB], shape (...).

        Raises RangeError for an epoch outside the kernels.
        """
        epochs = np.asarray(tdb, dtype=np.float64)
        moments = _Moments(np.array(epochs.reshape(-1)))
        return _positions_km(self, ephemeris or Ephemeris.default(), moments).reshape(*epochs.shape, 3).copy()

    def _ellipse(self) -> tuple[float, float, float, float, FloatArray, FloatArray]:
        """Semi-major axis [km], eccentricity, mean motion [rad/s], mean anomaly at the epoch, axes P and Q."""
        e = self.eccentricity
        half = np.radians(self.true_anomaly_deg) / 2.0
        eccentric = 2.0 * np.arctan2(np.sqrt(1.0 - e) * np.sin(half), np.sqrt(1.0 + e) * np.cos(half))
        i, node, argument = np.radians([self.inclination_deg, self.raan_deg, self.argument_deg])
        along = np.array([np.cos(node), np.sin(node), 0.0])
        across = np.array([-np.sin(node) * np.cos(i), np.cos(node) * np.cos(i), np.sin(i)])
        towards_perilune = np.cos(argument) * along + np.sin(argument) * across
        ahead = np.cos(argument) * across - np.sin(argument) * along
        motion = 2.0 * np.pi / (self.period_h * HOUR_S)
        return self.semi_major_axis_km, e, motion, float(eccentric - e * np.sin(eccentric)), towards_perilune, ahead


class _Moments:
    """Epochs that compare as a whole, so that positions at them are found again."""

    def __init__(self, tdb: FloatArray) -> None:
        self.tdb = tdb
        self._digest = hashlib.blake2b(tdb.tobytes()).digest()

    def __hash__(self) -> int:
        return hash(self._digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Moments) and self._digest == other._digest


@fact_cache_of(2)
def _positions_km(orbit: RelayOrbit, kernels: Ephemeris, moments: _Moments) -> FloatArray:
    """Positions on the ellipse [km], shape (n, 3); those asked for last are kept, for a run asks again and again."""
    turn = _equinox_longitude_rad(moments.tdb, kernels)
    return _ellipse_km(moments.tdb - orbit.epoch_tdb, turn, *orbit._ellipse())


def forget_positions() -> None:
    """Let go the positions that are kept for the next question at the same epochs."""
    cast(Any, _positions_km).forget()


class RelayView(NamedTuple):
    """A relay in the sky of a site: elevation and azimuth (from north, clockwise) [deg], distance [km]."""

    elevation_deg: FloatArray
    azimuth_deg: FloatArray
    range_km: FloatArray


def relay_elevation_azimuth_range(
    orbit: RelayOrbit,
    lat_deg: float,
    lon_deg: float,
    tdb: ArrayLike,
    height_m: float = 0.0,
    ephemeris: Ephemeris | None = None,
) -> RelayView:
    """Where the relay stands in the sky of a site on the Moon, geometric (light needs at most 0.2 s).

    Parameters
    ----------
    orbit : the held ellipse
    lat_deg, lon_deg : the site in MOON_ME [deg], longitude east
    tdb : epochs [s past J2000 TDB], shape (...)
    height_m : of the eye above the sphere of 1737.4 km [m]
    ephemeris : the kernels (for the Moon's rotation); the shipped ones by default

    Returns
    -------
    RelayView with arrays of shape (...). Raises RangeError for a place that is none and epochs outside the kernels.
    """
    faults = place_faults(lat_deg, lon_deg, height_m)
    if faults:
        raise RangeError(faults)
    positions = orbit.positions_moon_me_km(tdb, ephemeris)
    lat, lon = np.radians(lat_deg), np.radians(lon_deg)
    looked = _look(positions.reshape(-1, 3), lat, lon, _moon_radius_km() + height_m / 1000.0)
    return RelayView(*(row.reshape(positions.shape[:-1]) for row in looked))


class SkyLine(NamedTuple):
    """Terrain about a site: elevation [deg] at an azimuth [deg], its least and its greatest [deg]."""

    elevation_at: Callable[[FloatArray], FloatArray]
    lowest_deg: float
    highest_deg: float


class RelaySight(NamedTuple):
    """Whether a relay stands above a site's sky-line, and its distance [km]."""

    over: NDArray[np.bool_]
    range_km: FloatArray


def relay_over_sky_line(
    orbit: RelayOrbit,
    lat_deg: float,
    lon_deg: float,
    tdb: ArrayLike,
    sky_line: SkyLine,
    ephemeris: Ephemeris | None = None,
) -> RelaySight:
    """Whether the relay stands above a sky-line: ``relay_elevation_azimuth_range`` where it is neither far over it nor
    far under it.

    Parameters as there, for an eye on the sphere. Returns arrays of the shape of ``tdb``; raises the same errors.
    """
    faults = place_faults(lat_deg, lon_deg)
    if faults:
        raise RangeError(faults)
    epochs = np.asarray(tdb, dtype=np.float64)
    moments = _Moments(np.array(epochs.reshape(-1)))
    positions = _positions_km(orbit, ephemeris or Ephemeris.default(), moments)
    here = np.radians(lat_deg), np.radians(lon_deg), _moon_radius_km()
    over, near, range_km = _over_levels(positions, *here, *_tangents(sky_line.lowest_deg, sky_line.highest_deg))
    elevation_deg, azimuth_deg, _ = _look(positions[near], *here)
    over[near] = elevation_deg > sky_line.elevation_at(azimuth_deg)
    return RelaySight(over.reshape(epochs.shape), range_km.reshape(epochs.shape))


def _tangents(lowest_deg: float, highest_deg: float) -> tuple[float, float]:
    """Tangents of elevations just under the lowest and just over the highest terrain, without end near the poles."""
    low, high = lowest_deg - _BESIDE_DEG, highest_deg + _BESIDE_DEG
    steepest = 89.0
    return (
        float(np.tan(np.radians(low))) if low > -steepest else -np.inf,
        float(np.tan(np.radians(high))) if high < steepest else np.inf,
    )


def relay_sees_earth(orbit: RelayOrbit, tdb: ArrayLike, ephemeris: Ephemeris | None = None) -> NDArray[np.bool_]:
    """Whether the Moon leaves the line from relay to the Earth's centre free, shape (...)."""
    return _line_free(orbit, "earth", tdb, ephemeris)


def relay_sunlit(orbit: RelayOrbit, tdb: ArrayLike, ephemeris: Ephemeris | None = None) -> NDArray[np.bool_]:
    """Whether the Sun's centre is covered neither by the Moon nor by the Earth for the relay, shape (...)."""
    kernels = ephemeris or Ephemeris.default()
    epochs = np.asarray(tdb, dtype=np.float64)
    flat = np.ascontiguousarray(epochs.reshape(-1))
    relay = orbit.positions_moon_me_km(flat, kernels)
    sun, earth = _body_km("sun", flat, kernels), _body_km("earth", flat, kernels)
    free = _sees(relay, sun, _moon_radius_km()) & _sees(relay - earth, sun - earth, lookup("light.earth_radius").value)
    return free.reshape(epochs.shape)


def _line_free(orbit: RelayOrbit, body: str, tdb: ArrayLike, ephemeris: Ephemeris | None) -> NDArray[np.bool_]:
    kernels = ephemeris or Ephemeris.default()
    epochs = np.asarray(tdb, dtype=np.float64)
    flat = np.ascontiguousarray(epochs.reshape(-1))
    relay = orbit.positions_moon_me_km(flat, kernels)
    return _sees(relay, _body_km(body, flat, kernels), _moon_radius_km()).reshape(epochs.shape)


def _body_km(body: str, tdb: FloatArray, kernels: Ephemeris) -> FloatArray:
    return sampled(lambda nodes: body_vectors_moon_me_km(body, nodes, kernels), tdb, _NODE_S)


def _moon_radius_km() -> float:
    return lookup("sky.moon_reference_radius").value


def _equinox_longitude_rad(tdb: FloatArray, kernels: Ephemeris) -> FloatArray:
    """MOON_ME longitude of the ICRF's x axis, projected on the Moon's equator of date [rad], shape (n,)."""
    kernels.check(tdb)
    return sampled(lambda nodes: _unwrapped_longitude(nodes, kernels), tdb, _NODE_S)[:, 0]


def _unwrapped_longitude(tdb: FloatArray, kernels: Ephemeris) -> FloatArray:
    x_axis = moon_me_from_icrf(tdb, kernels)[:, :, 0]
    return np.unwrap(np.arctan2(x_axis[:, 1], x_axis[:, 0]))[:, np.newaxis]


@compiled
def _ellipse_km(
    since_epoch_s: FloatArray,
    turn_rad: FloatArray,
    a_km: float,
    e: float,
    motion: float,
    mean_at_epoch: float,
    towards_perilune: FloatArray,
    ahead: FloatArray,
) -> FloatArray:
    """Positions on the ellipse [km], turned about z by ``turn_rad``, shape (n, 3)."""
    out = np.empty((since_epoch_s.size, 3))
    minor = np.sqrt(1.0 - e * e)
    for i in range(since_epoch_s.size):
        eccentric = _eccentric_anomaly(mean_at_epoch + motion * since_epoch_s[i], e)
        p, q = a_km * (np.cos(eccentric) - e), a_km * minor * np.sin(eccentric)
        x, y = p * towards_perilune[0] + q * ahead[0], p * towards_perilune[1] + q * ahead[1]
        c, s = np.cos(turn_rad[i]), np.sin(turn_rad[i])
        out[i, 0], out[i, 1] = c * x - s * y, s * x + c * y
        out[i, 2] = p * towards_perilune[2] + q * ahead[2]
    return out


@compiled
def _eccentric_anomaly(mean: float, e: float) -> float:
    """Solution of Kepler's equation M = E - e sin E [rad] by Newton steps, halved where they would leave [M-e, M+e]."""
    mean = mean % (2.0 * np.pi)
    low, high = mean - e, mean + e
    eccentric = mean + e * np.sin(mean)
    for _ in range(_KEPLER_STEPS):
        error = eccentric - e * np.sin(eccentric) - mean
        if error > 0.0:
            high = eccentric
        else:
            low = eccentric
        new = eccentric - error / (1.0 - e * np.cos(eccentric))
        if not low <= new <= high:
            new = 0.5 * (low + high)
        if abs(new - eccentric) < _KEPLER_RAD:
            return float(new)
        eccentric = new
    return float(eccentric)


@compiled
def _from_place(position: FloatArray, place: tuple[float, float, float, float, float]) -> tuple[float, float, float]:
    """East, north and up [km] of a position in MOON_ME [km] from a place: sines and cosines of its latitude and
    longitude, and radius [km].
    """
    slat, clat, slon, clon, radius_km = place
    outward = position[0] * clon + position[1] * slon
    east = position[1] * clon - position[0] * slon
    return east, position[2] * clat - outward * slat, outward * clat + position[2] * slat - radius_km


@compiled
def _look(positions: FloatArray, lat: float, lon: float, radius_km: float) -> FloatArray:
    """Elevation [deg], azimuth [deg], distance [km] of positions in MOON_ME [km] from a place, shape (3, n)."""
    out = np.empty((3, len(positions)))
    place = np.sin(lat), np.cos(lat), np.sin(lon), np.cos(lon), radius_km
    for i in range(len(positions)):
        east, north, up = _from_place(positions[i], place)
        flat = np.sqrt(east * east + north * north)
        out[0, i] = np.degrees(np.arctan2(up, flat))
        out[1, i] = np.degrees(np.arctan2(east, north)) % 360.0
        out[2, i] = np.sqrt(flat * flat + up * up)
    return out


@compiled
def _over_levels(
    positions: FloatArray, lat: float, lon: float, radius_km: float, low: float, high: float
) -> tuple[NDArray[np.bool_], NDArray[np.intp], FloatArray]:
    """Which positions stand higher than the tangent ``high``, numbers of those between it and ``low``; ranges [km]."""
    over, near = np.empty(len(positions), np.bool_), np.empty(len(positions), np.intp)
    range_km = np.empty(len(positions))
    place = np.sin(lat), np.cos(lat), np.sin(lon), np.cos(lon), radius_km
    count = 0
    for i in range(len(positions)):
        east, north, up = _from_place(positions[i], place)
        flat = np.sqrt(east * east + north * north)
        range_km[i] = np.sqrt(flat * flat + up * up)
        over[i] = up > flat * high
        near[count] = i
        count += not (up > flat * high or up < flat * low)
    return over, near[:count], range_km


@compiled
def _sees(viewer: FloatArray, body: FloatArray, radius_km: float) -> NDArray[np.bool_]:
    """Whether a sphere of ``radius_km`` about the origin leaves the line from viewer to body free, shape (n,)."""
    out = np.empty(len(viewer), dtype=np.bool_)
    for i in range(len(viewer)):
        x, y, z = body[i, 0] - viewer[i, 0], body[i, 1] - viewer[i, 1], body[i, 2] - viewer[i, 2]
        length = np.sqrt(x * x + y * y + z * z)
        towards = -(viewer[i, 0] * x + viewer[i, 1] * y + viewer[i, 2] * z) / length
        passed = viewer[i, 0] ** 2 + viewer[i, 1] ** 2 + viewer[i, 2] ** 2 - towards * towards
        out[i] = not (0.0 < towards < length and passed < radius_km * radius_km)
    return out
