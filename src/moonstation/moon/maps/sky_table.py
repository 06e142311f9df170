"""The sky of one place over a period as a table: which share of a body stands above a sky-line, by direction.

A map needs no loop over hours: for each direction the table holds, against the elevation of the sky-line there, the sum
of the visible disc over all steps in which the body stands in that direction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moonstation.core.machine_code import compiled
from moonstation.moon.illumination import covered_fraction, sun_visible_fraction
from moonstation.moon.maps.tracks import Tracks

FloatArray = NDArray[np.float64]
Series = NDArray[np.float32]

#: Step of the sky-line's elevation in a table [deg]; between, values are interpolated.
ELEVATION_STEP_DEG = 0.05
#: Sky-lines outside are taken as at the limit [deg]; lunar terrain seen from the ground stays within.
_LIMITS_DEG = (-20.0, 75.0)
#: Upper edge of a Sun that the Earth hides [deg].
HIDDEN_DEG = np.float32(-1e3)
_DISC_STEPS = 2001


@dataclass(frozen=True, eq=False)
class SkyTable:
    """Sun or Earth over one place; ``slots`` directions evenly round the map, the first straight up.

    first_deg : lowest sky-line elevation of the table [deg]; ``share`` and ``part`` step by ELEVATION_STEP_DEG
    share, part : mean over the period of the visible fraction of the disc, and share of time with any part of it, that
        this direction gives to a place whose sky-line has that elevation there [-], shape (slots, elevations)
    full : the same for a sky-line below the body, shape (2, slots)
    low_deg, high_deg : lowest lower edge and highest upper edge of the disc [deg], shape (slots,)
    path : direction (number of the slot) and upper edge of the disc [deg] at every step, in order of time, shape
        (steps, 2); the edge of a Sun that the Earth hides is HIDDEN_DEG
    radius_deg : mean angular radius of the disc [deg]
    count : number of steps
    """

    first_deg: float
    share: Series
    part: Series
    full: Series
    low_deg: Series
    high_deg: Series
    path: Series
    radius_deg: float
    count: int

    @property
    def packed(self) -> tuple[object, ...]:
        """The fields as compiled code takes them."""
        return (
            np.float32(self.first_deg),
            self.share,
            self.part,
            self.full,
            self.low_deg,
            self.high_deg,
            self.path,
            np.float32(self.radius_deg),
            self.count,
        )


def sky_tables(
    track: Tracks,
    place_km: FloatArray,
    frame: FloatArray,
    slots: int,
    bodies: Sequence[str] = ("sun", "earth"),
    *,
    in_time: bool = True,
) -> tuple[SkyTable, ...]:
    """Tables of Sun or Earth or both for one place.

    place_km : the eye in MOON_ME axes [km], shape (3,)
    frame : unit vectors right and up the map and away from the ground, shape (3, 3)
    slots : number of directions
    bodies : ``sun``, ``earth``, in the order of the result
    in_time : keep direction and upper edge of every step
    """
    tables = []
    for body in bodies:
        left = np.ones(track.count, dtype=np.float32)
        if body == "sun":
            left[track.eclipse] = _left_by_earth(track, place_km, track.eclipse)
            sight = _sight(track.sun_km, place_km, frame, track.sun_radius_km, slots)
        else:
            sight = _sight(track.earth_km, place_km, frame, track.earth_radius_km, slots)
        tables.append(_table(sight, left, slots, in_time=in_time))
    return tuple(tables)


def _left_by_earth(track: Tracks, place_km: FloatArray, near: NDArray[np.intp]) -> FloatArray:
    """Share of the Sun's disc that the Earth leaves free at chosen steps [-]."""
    sun, earth = track.sun_km[near] - place_km, track.earth_km[near] - place_km
    far, close = np.linalg.norm(sun, axis=1), np.linalg.norm(earth, axis=1)
    apart = np.linalg.norm(sun / far[:, None] - earth / close[:, None], axis=1)
    apart_deg = np.degrees(2.0 * np.arcsin(apart / 2.0))
    radii = np.degrees(np.arcsin(track.sun_radius_km / far)), np.degrees(np.arcsin(track.earth_radius_km / close))
    return 1.0 - covered_fraction(apart_deg, *radii) if near.size else np.ones(0)


def _table(sight: tuple[NDArray[np.uint16], Series, Series], left: Series, slots: int, *, in_time: bool) -> SkyTable:
    slot, elevation, radius = sight
    lowest = max(float((elevation - radius).min()), _LIMITS_DEG[0])
    highest = min(max(float((elevation + radius).max()), lowest), _LIMITS_DEG[1])
    first = np.floor(lowest / ELEVATION_STEP_DEG) * ELEVATION_STEP_DEG
    size = int(np.ceil((highest - first) / ELEVATION_STEP_DEG)) + 2
    share, part, full, low, high = _summed(
        slot, elevation, radius, left, (slots, size), first, ELEVATION_STEP_DEG, _disc()
    )
    top = np.where(left > 0.0, elevation + radius, HIDDEN_DEG)
    path = np.stack([slot, top], axis=1).astype(np.float32) if in_time else np.empty((0, 2), dtype=np.float32)
    mean_radius = float(radius.mean(dtype=np.float64))
    return SkyTable(float(first), share, part, full, low, high, path, mean_radius, slot.size)


def _disc() -> FloatArray:
    """Visible share of a disc [-] whose centre stands -1..1 radii over a level sky-line; between, linear to 1e-5."""
    return sun_visible_fraction(np.linspace(-1.0, 1.0, _DISC_STEPS), 0.0, 1.0)


@compiled
def _sight(
    body_km: FloatArray, place_km: FloatArray, frame: FloatArray, body_radius_km: float, slots: int
) -> tuple[NDArray[np.uint16], Series, Series]:
    """Slot of the direction, elevation [deg] and angular radius [deg] of a body at every step."""
    count = body_km.shape[0]
    slot = np.empty(count, dtype=np.uint16)
    elevation, radius = np.empty(count, dtype=np.float32), np.empty(count, dtype=np.float32)
    for i in range(count):
        x, y, z = body_km[i, 0] - place_km[0], body_km[i, 1] - place_km[1], body_km[i, 2] - place_km[2]
        right = x * frame[0, 0] + y * frame[0, 1] + z * frame[0, 2]
        ahead = x * frame[1, 0] + y * frame[1, 1] + z * frame[1, 2]
        above = x * frame[2, 0] + y * frame[2, 1] + z * frame[2, 2]
        turn = np.arctan2(right, ahead) * (slots / (2.0 * np.pi))
        slot[i] = int(np.floor(turn + 0.5)) % slots
        elevation[i] = np.degrees(np.arctan2(above, np.sqrt(right * right + ahead * ahead)))
        radius[i] = np.degrees(np.arcsin(body_radius_km / np.sqrt(x * x + y * y + z * z)))
    return slot, elevation, radius


@compiled
def _summed(  # noqa: PLR0914, PLR0917 (one pass over all steps)
    slot: NDArray[np.uint16],
    elevation: Series,
    radius: Series,
    left: Series,
    shape: tuple[int, int],
    first: float,
    step: float,
    disc: FloatArray,
) -> tuple[Series, Series, Series, Series, Series]:
    """The fields ``share``, ``part``, ``full``, ``low_deg``, ``high_deg`` of a SkyTable."""
    slots, size = shape
    share, clear, part = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    full = np.zeros((2, slots))
    low, high = np.full(slots, np.float32(1e3)), np.full(slots, np.float32(-1e3))
    for i in range(slot.size):
        s, weight = slot[i], left[i]
        if weight <= 0.0:
            continue
        bottom, top = elevation[i] - radius[i], elevation[i] + radius[i]
        low[s], high[s] = min(low[s], bottom), max(high[s], top)
        full[0, s] += weight
        full[1, s] += 1.0
        below = min(int(np.floor((bottom - first) / step)), size - 1)
        reached = min(int(np.ceil((top - first) / step)) - 1, size - 1)
        if below >= 0:
            clear[s, below] += weight
        if reached >= 0:
            part[s, reached] += 1.0
        for j in range(max(below + 1, 0), reached + 1):
            at = (1.0 + (elevation[i] - (first + j * step)) / radius[i]) * (0.5 * (disc.size - 1))
            near = min(max(int(at), 0), disc.size - 2)
            share[s, j] += weight * (disc[near] + (at - near) * (disc[near + 1] - disc[near]))
    per_step = 1.0 / slot.size
    for s in range(slots):
        all_clear, any_part = 0.0, 0.0
        for j in range(size - 1, -1, -1):
            all_clear += clear[s, j]
            any_part += part[s, j]
            share[s, j] = (share[s, j] + all_clear) * per_step
            part[s, j] = any_part * per_step
        full[0, s] *= per_step
        full[1, s] *= per_step
    return (
        share.astype(np.float32),
        part.astype(np.float32),
        full.astype(np.float32),
        low,
        high,
    )
