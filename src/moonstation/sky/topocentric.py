"""What a place on the Moon sees: light time from the place itself, stellar aberration, azimuth and elevation."""

from __future__ import annotations

import numpy as np
from scipy.constants import c as LIGHT_M_S

from moonstation.core.machine_code import compiled
from moonstation.sky.chebyshev import FloatArray
from moonstation.sky.cubic import four_nodes, weights

LIGHT_KM_S = LIGHT_M_S / 1000.0
#: Columns of a table of states: light-time vector Moon -> body [km], velocity of body, velocity of Moon [km/s].
STATE_COLUMNS = 9
#: Columns of a table of places: position [km], velocity about the Moon's centre [km/s], unit vectors east, north, up.
PLACE_COLUMNS = 15


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


@compiled
def _look(state: FloatArray, place: FloatArray) -> tuple[float, float, float]:
    """Apparent azimuth [deg], elevation [deg] and distance [km] of a body in ``state`` from ``place``."""
    px, py, pz, vx, vy, vz = state[0], state[1], state[2], state[3], state[4], state[5]
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
    bx, by, bz = state[6] + place[3], state[7] + place[4], state[8] + place[5]
    bx, by, bz = bx / LIGHT_KM_S, by / LIGHT_KM_S, bz / LIGHT_KM_S
    along = x * bx + y * by + z * bz
    ax, ay, az = bx - along * x, by - along * y, bz - along * z  # the velocity's part across the direction, over c
    cosine = np.sqrt(1.0 - (ax * ax + ay * ay + az * az))
    x, y, z = cosine * x + ax, cosine * y + ay, cosine * z + az
    east = x * place[6] + y * place[7] + z * place[8]
    north = x * place[9] + y * place[10] + z * place[11]
    up = x * place[12] + y * place[13] + z * place[14]
    azimuth_deg = np.degrees(np.arctan2(east, north))
    if azimuth_deg < 0.0:
        azimuth_deg += 360.0
    if azimuth_deg >= 360.0:
        azimuth_deg = 0.0
    return azimuth_deg, np.degrees(np.arctan2(up, np.sqrt(east * east + north * north))), distance


@compiled
def look_each(states: FloatArray, place_table: FloatArray) -> FloatArray:
    """Azimuth [deg], elevation [deg], distance [km] for each state, shape (3, n); one place for all or one for each."""
    out = np.empty((3, len(states)))
    many = len(place_table) > 1
    for i in range(len(states)):
        out[0, i], out[1, i], out[2, i] = _look(states[i], place_table[i if many else 0])
    return out


@compiled
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
    state = np.empty(STATE_COLUMNS)
    for i in range(tdb.size):
        x = (tdb[i] - first) / step_s
        k = four_nodes(x, len(nodes))
        w0, w1, w2, w3 = weights(x - k)
        for j in range(STATE_COLUMNS):
            state[j] = w0 * nodes[k, j] + w1 * nodes[k + 1, j] + w2 * nodes[k + 2, j] + w3 * nodes[k + 3, j]
        out[0, i], out[1, i], out[2, i] = _look(state, place)
    return out
