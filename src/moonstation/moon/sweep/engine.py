"""The sweep over a whole area: blocks of tiles, their terrain, and the threads that share the work."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from moonstation.core.cores import core_count
from moonstation.moon.area import MapArea
from moonstation.moon.sphere import moon_radius_m
from moonstation.moon.sweep.lattice import TILE, Lattice, direction_of, lattice_of, ring_count
from moonstation.moon.sweep.terrain import VOID, Raster, empty_raster, fill_raster, packed
from moonstation.moon.sweep.tile import Ground, Tile

if TYPE_CHECKING:
    from moonstation.moon.dem import Dem

#: Tiles along the side of a block that shares its terrain.
BLOCK_TILES = 4
#: Directions (with their opposites) that one piece of work takes.
_FAMILIES = 6
_ROWS = 128

Rows = tuple[int, int, int, int]


def swept(
    dems: Sequence[Dem],
    area: MapArea,
    height_m: float,
    direction_deg: np.ndarray,
    reach_m: float,
    stored: tuple[float, int],
    threads: int | None = None,
    every: int = 1,
) -> tuple[np.ndarray, np.ndarray]:
    """Sky-lines of an area by near stencil and far sweep: stored elevations (directions, rows, columns), ground [m].

    ``stored``: elevations are whole counts of so many degrees, and the count where there is no sky-line. ``every``: of
    so many pixels along each axis (an odd number) one is wanted, the middle of each group. The same to the bit for any
    part of a map, whatever the number of threads.
    """
    lattice = lattice_of(area)
    radius = moon_radius_m()
    elevation = np.empty((direction_deg.size, *(side // every for side in area.shape)), dtype=np.int16)
    ground_m = np.empty(area.shape, dtype=np.float32)
    scale = (math.degrees(1.0) / stored[0], stored[1])
    families = _families(direction_deg, elevation)
    with ThreadPoolExecutor(threads or core_count()) as pool:
        for tiles in _blocks(lattice.origin, area.shape):
            ground = _ground(pool, dems, lattice, tiles, reach_m, radius)
            waiting = []
            for row in range(tiles[0], tiles[2], TILE):
                for col in range(tiles[1], tiles[3], TILE):
                    window, place = _windows(row, col, lattice.origin, area.shape)
                    ground_m[place] = _heights_m(ground.pixels(row, col), radius)[
                        window[0] : window[1], window[2] : window[3]
                    ]
                    if not np.isfinite(ground_m[place]).any():
                        elevation[(slice(None), *(_wanted(side, every) for side in place))] = stored[1]
                        continue
                    tile = Tile.of(ground, row, col, height_m)
                    corner = place[0].start, place[1].start, every
                    waiting += [
                        pool.submit(tile.sweep, families[i : i + _FAMILIES], window, corner, scale)
                        for i in range(0, len(families), _FAMILIES)
                    ]
            for piece in waiting:
                piece.result()
    return elevation, ground_m[every // 2 :: every, every // 2 :: every]


def _wanted(pixels: slice, every: int) -> slice:
    """Groups of ``every`` pixels whose middle lies within."""
    return slice(*(-(-(end - every // 2) // every) for end in (pixels.start, pixels.stop)))


def _blocks(origin: tuple[int, int], shape: tuple[int, int]) -> Iterator[Rows]:
    """Rectangles (r0, c0, r1, c1) of whole tiles, one per block of the lattice, that hold the area."""
    side = BLOCK_TILES * TILE
    r0, c0 = origin
    r1, c1 = r0 + shape[0], c0 + shape[1]
    for row in range(r0 // side * side, r1, side):
        for col in range(c0 // side * side, c1, side):
            low = max(row, r0 // TILE * TILE), max(col, c0 // TILE * TILE)
            high = min(row + side, -(-r1 // TILE) * TILE), min(col + side, -(-c1 // TILE) * TILE)
            yield (*low, *high)


def _windows(row: int, col: int, origin: tuple[int, int], shape: tuple[int, int]) -> tuple[Rows, tuple[slice, slice]]:
    """Rows and columns of a tile that lie in the area (r0, r1, c0, c1), and where in the area they are."""
    r0, c0 = max(row, origin[0]), max(col, origin[1])
    r1, c1 = min(row + TILE, origin[0] + shape[0]), min(col + TILE, origin[1] + shape[1])
    window = (r0 - row, r1 - row, c0 - col, c1 - col)
    return window, (slice(r0 - origin[0], r1 - origin[0]), slice(c0 - origin[1], c1 - origin[1]))


def _ground(
    pool: ThreadPoolExecutor, dems: Sequence[Dem], lattice: Lattice, tiles: Rows, reach_m: float, radius: float
) -> Ground:
    """Terrain round a block, from pieces of the models that depend only on which block of the lattice it is."""
    side = BLOCK_TILES * TILE
    middle = [corner // side * side + (side - 1) / 2.0 for corner in tiles[:2]]
    x, y, z = direction_of(lattice.frame, *middle)
    lat, lon = math.degrees(math.atan2(z, math.hypot(x, y))), math.degrees(math.atan2(y, x))
    nest = packed([patch for dem in dems for patch in dem.patches(lat, lon, reach_m + side * lattice.posting_m)])
    rasters: list[Raster] = []
    waiting = []
    for ring in range(ring_count(lattice.posting_m, reach_m)):
        raster = empty_raster(tiles, ring)
        rows = raster.heights.shape[0]
        waiting += [
            pool.submit(fill_raster, nest, lattice, raster, row, min(row + _ROWS, rows))
            for row in range(0, rows, _ROWS)
        ]
        rasters.append(raster)
    for piece in waiting:
        piece.result()
    return Ground.of(lattice, rasters, radius)


def _heights_m(stored: np.ndarray, radius: float) -> np.ndarray:
    """Heights [m] from the stored R h / (R + h), NaN where there is no ground."""
    known = stored > VOID / 10.0
    exact = np.where(known, stored, 0.0).astype(np.float64)
    return np.where(known, radius * exact / (radius - exact), np.nan)


def _families(
    direction_deg: np.ndarray, elevation: np.ndarray
) -> list[tuple[float, np.ndarray | None, np.ndarray | None]]:
    """Directions [rad] with their arrays, each with its opposite where the directions have it."""
    count = direction_deg.size
    if count % 2:
        return [(math.radians(angle), elevation[i], None) for i, angle in enumerate(direction_deg)]
    half = count // 2
    return [(math.radians(direction_deg[i]), elevation[i], elevation[i + half]) for i in range(half)]
