"""The point engine: the sky-line of one place over a nest of patches, and how far there is terrain.

A pyramid of caps is walked once for all azimuths (``cap_walk``), each cell of the surface exactly (``leaf_ways``,
``cell_ways``); docs/decisions/009-point-engine.md says why this way. ``march`` is the reference.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

import numpy as np

from moonstation.core.cores import core_count
from moonstation.core.machine_code import compiled_with
from moonstation.moon.dem import Patch
from moonstation.moon.march import Columns, Steps, march, terrain_reached
from moonstation.moon.projection import bilinear_many, pixels_of, unit_vectors
from moonstation.moon.sky_line.cap_walk import search
from moonstation.moon.sky_line.leaf_ways import Sky, Tree
from moonstation.moon.sky_line.looks import Frame, Limits, Sector, local, look_at
from moonstation.moon.sky_line.mipmap import Mipmap
from moonstation.moon.sky_line.nest import Nest, nest_of

METHOD = (
    "every cell along great circles, found in a pyramid of greatest heights: bilinear between posts, "
    f"first height at {Steps().first:g} posting, curvature exact"
)

#: A tangent under all that there are, for an azimuth without terrain.
_NOTHING = -1e30
#: How far beyond a sector's last azimuth vectors may run.
_LANES = 8
#: From so many azimuths on, threads save more than they cost.
_WORTH_THREADS = 720


def point_horizon(
    patches: Sequence[Patch],
    lat_deg: float,
    lon_deg: float,
    radii_m: tuple[float, float],
    azimuth_count: int,
    reach_m: float,
) -> Columns:
    """Sky-line over a nest of patches (finest first) from an eye at ``radii_m[0]`` from the centre of a Moon of
    radius ``radii_m[1]``, at ``azimuth_count`` azimuths evenly from north, clockwise.

    Returns what ``march`` returns: elevation [deg], arc to the sky-line point [m], arc to the last height [m] and the
    share of the way up to there without any height [-].
    """
    azimuth_deg = np.arange(azimuth_count) * (360.0 / azimuth_count)
    nest, first_m = nest_of(patches), first_height_m(patches, lat_deg, lon_deg)
    if not nest.sound or first_m >= reach_m:
        return march(list(patches), lat_deg, lon_deg, radii_m[0], azimuth_deg, reach_m, radii_m[1])
    elevation_deg, distance_m = sky_line(nest, lat_deg, lon_deg, radii_m, (first_m, reach_m), azimuth_count)
    last_m, gap = np.full(azimuth_count, reach_m), np.zeros(azimuth_count)
    doubtful = open_azimuths(nest, lat_deg, lon_deg, radii_m[1], reach_m, azimuth_count)
    if doubtful.any():
        last_m[doubtful], gap[doubtful] = terrain_reached(
            list(patches), lat_deg, lon_deg, azimuth_deg[doubtful], reach_m, radii_m[1]
        )
    return elevation_deg, distance_m, last_m, gap


def sky_line(
    nest: Nest,
    lat_deg: float,
    lon_deg: float,
    radii_m: tuple[float, float],
    span_m: tuple[float, float],
    count: int,
    threads: int | None = None,
    first_deg: float = 0.0,
) -> tuple[np.ndarray, np.ndarray]:
    """Elevation [deg] of the sky-line and arc to its point [m] at ``count`` azimuths, each of shape (count,).

    The first azimuth is ``first_deg``, the others follow evenly, clockwise.
    Heights count between the two arcs ``span_m``; NaN where there is none at all. ``threads``: all cores unless told;
    the answer is the same to the bit, because the sectors of azimuths are.
    """
    frame, limits = _frame(lat_deg, lon_deg, radii_m, first_deg), _limits(span_m, radii_m[1])
    sectors = _sectors(count)
    skies = [_dark(count, sector) for sector in sectors]
    stride = 0.25 * min(nest.postings_m) / radii_m[1]

    def look(number: int) -> None:
        for model in reversed(range(len(nest.mipmaps))):  # far ground first: it mostly rules
            tree = _tree(nest.mipmaps[model], nest.mixed[model], nest.grids[model])
            search(tree, nest.finer[model], frame, limits, sectors[number], skies[number], stride)

    _share(look, len(sectors), (threads or core_count()) if count >= _WORTH_THREADS else 1)
    best, way = (np.concatenate([sky[row][:-_LANES] for sky in skies]) for row in range(2))
    known = best > _NOTHING
    return np.where(known, np.degrees(np.arctan(best)), np.nan), np.arctan(way) * radii_m[1]


def _sectors(count: int) -> list[Sector]:
    """Sectors of azimuths that are walked apart, whatever the number of threads."""
    parts = min(8, max(4, count // 900))  # as many as even out what two cores have to do
    ends = [count * part // parts for part in range(parts + 1)]
    return [(float(count), float(low), float(high)) for low, high in zip(ends[:-1], ends[1:], strict=True)]


def _dark(count: int, sector: Sector) -> Sky:
    """A sector's sky before any terrain is seen."""
    low, high = int(sector[1]), int(sector[2])
    room = high - low + _LANES
    sines, cosines = _turns(count)
    return np.full(room, _NOTHING), np.full(room, np.nan), sines[low : low + room], cosines[low : low + room]


def _share(look: Callable[[int], None], parts: int, threads: int) -> None:
    """Do all parts, this thread among others."""
    todo = iter(range(parts))

    def work() -> None:
        for number in todo:  # a range's iterator may be shared
            look(number)

    if min(threads, parts) <= 1:
        work()
        return
    with ThreadPoolExecutor(min(threads, parts) - 1) as pool:
        others = [pool.submit(work) for _ in range(min(threads, parts) - 1)]
        work()
        for other in others:
            other.result()


def open_azimuths(
    nest: Nest, lat_deg: float, lon_deg: float, moon_radius_m: float, reach_m: float, count: int
) -> np.ndarray:
    """Whether, in an azimuth, heights may be missing or end within reach: whether in no model all leaves are whole."""
    frame, limits = _frame(lat_deg, lon_deg, (moon_radius_m, moon_radius_m)), _limits((0.0, reach_m), moon_radius_m)
    doubtful = np.ones(count, np.bool_)
    for mip, grid in zip(nest.mipmaps, nest.grids, strict=True):
        col, row = pixels_of(grid, unit_vectors(lat_deg, lon_deg)[None, :])[0]
        rows, cols = mip.shape
        if -0.5 <= row <= rows - 2.5 and -0.5 <= col <= cols - 2.5:
            touched = np.zeros(count, np.bool_)
            for sector in _sectors(count):
                _touch(mip.caps, mip.open, frame, limits, sector, touched[int(sector[1]) : int(sector[2])])
            doubtful &= touched
    return doubtful


@compiled_with(error_model="numpy")
def _touch(
    caps: np.ndarray, leaves: np.ndarray, frame: Frame, limits: Limits, sector: Sector, touched: np.ndarray
) -> None:
    """Mark the azimuths of a sector that cross one of the leaves within reach."""
    for leaf in leaves:
        centre = local(caps[leaf, 0], caps[leaf, 1], caps[leaf, 2], frame)
        _, _, first, last = look_at(centre, (caps[leaf, 3], caps[leaf, 4]), 0.0, frame, limits, sector)
        for k in range(first, last):
            touched[k] = True


@lru_cache(maxsize=8)
def _turns(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Sines and cosines of ``count`` azimuths, and of some more for vectors to run over."""
    azimuth = np.arange(count + _LANES) * (2.0 * math.pi / count)
    return np.sin(azimuth), np.cos(azimuth)


def _frame(lat_deg: float, lon_deg: float, radii_m: tuple[float, float], first_deg: float = 0.0) -> Frame:
    lat, lon, turn = math.radians(lat_deg), math.radians(lon_deg), math.radians(first_deg)
    up = (math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat))
    north = (-math.sin(lat) * math.cos(lon), -math.sin(lat) * math.sin(lon), math.cos(lat))
    east = (-math.sin(lon), math.cos(lon), 0.0)
    cos, sin = math.cos(turn), math.sin(turn)
    ahead = (cos * n + sin * e for n, e in zip(north, east, strict=True))
    right = [cos * e - sin * n for n, e in zip(north, east, strict=True)]
    return (*up, *ahead, *right[:2], *radii_m, right[2])  # type: ignore[return-value]  # 11 numbers


def _limits(span_m: tuple[float, float], moon_radius_m: float) -> Limits:
    near, far = (arc / moon_radius_m for arc in span_m)
    return math.tan(near), math.tan(far), math.sin(near), math.cos(near), math.sin(far), math.cos(far)


def _tree(mip: Mipmap, mixed: np.ndarray, grid: np.ndarray) -> Tree:
    return mip.levels, mip.groups, mip.frames, mip.records, mip.bent, mixed, grid, mip.caps, mip.shape


def first_height_m(patches: Sequence[Patch], lat_deg: float, lon_deg: float) -> float:
    """Arc [m] of the first height: a part of the posting of the model that has a height at the place."""
    here = unit_vectors(lat_deg, lon_deg)[None, :]
    for patch in patches:
        if np.isfinite(bilinear_many(patch.heights_m, patch.grid[20], pixels_of(patch.grid, here))[0]):
            return Steps().first * patch.posting_m
    return Steps().first * patches[-1].posting_m
