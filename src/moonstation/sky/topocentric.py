"""What a place on the Moon sees: light time from the place itself, stellar aberration, azimuth and elevation."""

from __future__ import annotations

import numpy as np
from scipy.constants import c as LIGHT_M_S

from moonstation.core.machine_code import compiled_with
from moonstation.sky.chebyshev import FloatArray
from moonstation.sky.cubic import four_nodes, weights

LIGHT_KM_S = LIGHT_M_S / 1000.0
#: Columns of a table of states: light-time vector Moon -> body [km], velocity of body, velocity of Moon [km/s].
STATE_COLUMNS = 9
#: Columns of a table of places: position [km], velocity about the Moon's centre [km/s], unit vectors east, north, up.
PLACE_COLUMNS = 15
_BLOCK = 256  # epochs that are worked on together

_inlined = compiled_with(error_model="numpy", inline="always")
_without_checks = compiled_with(error_model="numpy")  # asking whether a divisor is 0 would keep loops from using SIMD


def places(lat_deg: FloatArray, lon_deg: FloatArray, radius_km: FloatArray, rotation_rad_s: float) -> FloatArray:
    """Table of places for the kernels below, shape (m, 15): see PLACE_COLUMNS. All in MOON_ME axes."""
    lat, lon = np.radians(lat_deg), np.radians(lon_deg)
    zero = np.zeros_like(lat)
    up = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1)
    east = np.stack([-np.sin(lon), np.cos(lon), zero], axis=-1)
    north = np.stack([-np.sin(lat) * np.cos(lon), -np.sin(lat) * np.sin(lon), np.cos(lat)], axis=-1)
    position = radius_km[:, np.newaxis] * up
    velocity = rotation_rad_s * np.stack([-position[:, 1], position[:, 0], zero], axis=-1)
    return np.concatenate([position, velocity, east, north, up], axis=-1)


@_inlined
def _towards(  # noqa: PLR0913, PLR0917 (the columns of a state: as an array they would keep loops from using SIMD)
    px: float,
    py: float,
    pz: float,
    vx: float,
    vy: float,
    vz: float,
    mx: float,
    my: float,
    mz: float,
    place: FloatArray,
) -> tuple[float, float, float, float]:
    """Apparent direction of a body in a state (see STATE_COLUMNS) from ``place``: east, north, up; distance [km]."""
    sx, sy, sz = place[0], place[1], place[2]
    center_s = np.sqrt(px * px + py * py + pz * pz) / LIGHT_KM_S
    delay_s = 0.0  # light time from the place less light time from the Moon's centre
    x = y = z = distance = 0.0
    for _ in range(3):
        x, y, z = px - sx - vx * delay_s, py - sy - vy * delay_s, pz - sz - vz * delay_s
        distance = np.sqrt(x * x + y * y + z * z)
        delay_s = distance / LIGHT_KM_S - center_s
    x, y, z = x / distance, y / distance, z / distance
    # Aberration: the direction turns towards the observer's velocity by arcsin(v/c sin(angle between them)).
    bx, by, bz = mx + place[3], my + place[4], mz + place[5]
    bx, by, bz = bx / LIGHT_KM_S, by / LIGHT_KM_S, bz / LIGHT_KM_S
    along = x * bx + y * by + z * bz
    ax, ay, az = bx - along * x, by - along * y, bz - along * z  # the velocity's part across the direction, over c
    cosine = np.sqrt(1.0 - (ax * ax + ay * ay + az * az))
    x, y, z = cosine * x + ax, cosine * y + ay, cosine * z + az
    east = x * place[6] + y * place[7] + z * place[8]
    north = x * place[9] + y * place[10] + z * place[11]
    up = x * place[12] + y * place[13] + z * place[14]
    return east, north, up, distance


@_without_checks
def _azimuth_deg(east: float, north: float) -> float:
    """Azimuth from north, clockwise, 0 up to but not 360 [deg]."""
    azimuth_deg = np.degrees(np.arctan2(east, north))
    if azimuth_deg < 0.0:
        azimuth_deg += 360.0
    return float(azimuth_deg) if azimuth_deg < 360.0 else 0.0


@_without_checks
def look_each(states: FloatArray, place_table: FloatArray) -> FloatArray:
    """Azimuth [deg], elevation [deg], distance [km] for each state, shape (3, n); one place for all or one for each."""
    out = np.empty((3, len(states)))
    many = len(place_table) > 1
    for i in range(len(states)):
        s = states[i]
        place = place_table[i if many else 0]
        east, north, up, distance = _towards(s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7], s[8], place)
        out[0, i], out[2, i] = _azimuth_deg(east, north), distance
        out[1, i] = np.degrees(np.arctan2(up, np.sqrt(east * east + north * north)))
    return out


@_without_checks
def look_between(tdb: FloatArray, first: float, step_s: float, nodes: FloatArray, place: FloatArray) -> FloatArray:
    """The same at epochs between nodes, by cubic Lagrange interpolation of the states, shape (3, n).

    Parameters
    ----------
    tdb : epochs within the nodes [s past J2000 TDB], shape (n,)
    first, step_s : epoch of the first node, distance of nodes [s]
    nodes : states, shape (m >= 4, 9)
    place : one row of a table of places, shape (15,)
    """
    out = np.empty((3, tdb.size))
    s = np.empty((STATE_COLUMNS, _BLOCK))
    east, north, up = np.empty(_BLOCK), np.empty(_BLOCK), np.empty(_BLOCK)
    for begin in range(0, tdb.size, _BLOCK):
        count = min(_BLOCK, tdb.size - begin)
        for i in range(count):
            x = (tdb[begin + i] - first) / step_s
            k = four_nodes(x, len(nodes))
            w0, w1, w2, w3 = weights(x - k)
            for j in range(STATE_COLUMNS):
                s[j, i] = w0 * nodes[k, j] + w1 * nodes[k + 1, j] + w2 * nodes[k + 2, j] + w3 * nodes[k + 3, j]
        for i in range(count):  # a loop of its own, so that it is done in SIMD
            east[i], north[i], up[i], out[2, begin + i] = _towards(
                s[0, i], s[1, i], s[2, i], s[3, i], s[4, i], s[5, i], s[6, i], s[7, i], s[8, i], place
            )
        for i in range(count):
            out[0, begin + i] = _azimuth_deg(east[i], north[i])
            out[1, begin + i] = np.degrees(np.arctan2(up[i], np.sqrt(east[i] * east[i] + north[i] * north[i])))
    return out
