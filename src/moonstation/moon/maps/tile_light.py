"""The light of one tile of a map from its sky-lines: blocks of pixels share the sky of one place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from moonstation.moon.area import MapArea
from moonstation.moon.maps.layers import LAYERS
from moonstation.moon.maps.pixel_light import EARTH, ROWS, SUN, pixel_light
from moonstation.moon.maps.sky_table import SkyTable, sky_tables
from moonstation.moon.maps.tracks import Tracks
from moonstation.moon.sphere import moon_radius_m
from moonstation.moon.sweep.sky_lines import NO_SKY_LINE, QUANTUM_DEG, SkyLines

#: Side of the square of which all pixels share one sky, moved to each by its distance [km].
BLOCK_KM = 26.0
_LEAST_SLOTS = 720  # directions in which Sun and Earth are told apart: half a degree, their path of an hour
_LEAST_BLOCK_PX = 8
_LEAST_JOBS = 4  # of each thread: a bar that moves, and none waits long for another
_NO_FLAG = 255

_Box = tuple[int, int, int, int]
_Frame = tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class TilePlace:
    """Where a tile lies: the whole map, and the tile's first row and column on it."""

    whole: MapArea
    row: int = 0
    col: int = 0


def block_side_px(posting_m: float, block_km: float = BLOCK_KM) -> int:
    """Pixels along the side of a block: a power of two, so that blocks do not depend on the tiles."""
    side = _LEAST_BLOCK_PX
    while 2 * side * posting_m <= block_km * 1e3:
        side *= 2
    return side


def tile_light(  # noqa: PLR0913, PLR0917 (what, where, how)
    sky: SkyLines,
    tracks: Tracks,
    names: Sequence[str],
    place: TilePlace,
    threads: int = 1,
    block_px: int | None = None,
    tell: Callable[[float], None] = lambda share: None,
) -> dict[str, np.ndarray]:
    """Layers of a tile by name, shape (rows, columns): float32, NaN where there is no data; flags uint8.

    Parameters
    ----------
    sky : sky-lines of the tile's pixels
    tracks : Sun and Earth over the period
    names : layers to compute
    place : where the tile lies on its map; the result does not depend on how the map is cut
    threads : threads to compute with; the result does not depend on them
    block_px : side of the blocks that share a sky [pixels]; chosen from the posting unless given
    tell : is told the share that is done [-]
    """
    side = block_px or block_side_px(sky.area.posting_m)
    out = np.full((ROWS, *sky.area.shape), np.nan, dtype=np.float32)
    wanted = _wanted(names)
    work = _Work(sky, tracks, place, side, _slots(sky.direction_deg.size), wanted, out)
    boxes = work.boxes()
    jobs = [boxes] if len(boxes) >= _LEAST_JOBS * threads else [_strips(box, _LEAST_JOBS * threads) for box in boxes]
    count, done = sum(map(len, jobs)), 0
    with ThreadPoolExecutor(threads) as pool:
        for job in jobs:  # the strips of a block share its table
            for _ in pool.map(work.fill, job):
                done += 1
                tell(done / count)
    return {name: _layer(name, out, tracks.step_h) for name in names}


def no_light(shape: tuple[int, int], names: Sequence[str]) -> dict[str, np.ndarray]:
    """Layers of a tile without any ground."""
    return {name: _layer(name, np.full((ROWS, *shape), np.nan, dtype=np.float32), 1.0) for name in names}


@dataclass(frozen=True, eq=False)
class _Work:
    sky: SkyLines
    tracks: Tracks
    place: TilePlace
    side: int
    slots: int
    wanted: tuple[bool, bool, bool, bool]
    out: np.ndarray

    def boxes(self) -> list[_Box]:
        """Rows and columns of the tile that lie in one block each."""
        rows, cols = (
            _cuts(first, count, self.side) for first, count in zip(self._first, self.out.shape[1:], strict=True)
        )
        return [(r0, r1, c0, c1) for r0, r1 in rows for c0, c1 in cols]

    @property
    def _first(self) -> tuple[int, int]:
        return self.place.row, self.place.col

    def fill(self, box: _Box) -> None:
        """Compute the pixels of a box that lies in one block."""
        if np.isnan(self.sky.ground_m[box[0] : box[1], box[2] : box[3]]).all():
            return
        frame = self._frame(box)
        radius_km = (moon_radius_m() + self.sky.height_m) / 1e3
        bodies = ("sun",) * any(self.wanted[:2]) + ("earth",) * any(self.wanted[2:])
        made = _tables(self.tracks, frame, radius_km, self.slots, bodies, self.wanted[1] or self.wanted[3])
        sun, earth = made[0], made[-1]  # where one is not wanted, the other stands in its place unread
        angle = np.arange(self.slots) * (2.0 * np.pi / self.slots)
        ring = np.stack([np.sin(angle), np.cos(angle)]).astype(np.float32)
        r0, r1, c0, c1 = box
        part = self.sky.area.part(slice(r0, r1), slice(c0, c1)).directions()
        tilt = np.degrees(np.stack([part @ np.array(frame[0]), part @ np.array(frame[1])])).astype(np.float32)
        pixel_light(
            self.sky.elevation,
            (QUANTUM_DEG, NO_SKY_LINE),
            tilt,
            ring,
            (sun.packed, earth.packed),
            self.wanted,
            box,
            self.out,
        )

    def _frame(self, box: _Box) -> _Frame:
        """Unit vectors right and up the map and away from the ground at the middle pixel of the block."""
        whole = self.place.whole
        row, col = (
            min((first + at) // self.side * self.side + self.side // 2, count - 1)
            for first, at, count in zip(self._first, (box[0], box[2]), whole.shape, strict=True)
        )
        up = whole.part(slice(row, row + 1), slice(col, col + 1)).directions()[0, 0]
        right_c, ahead_c, centre = whole.grid[1:4], whole.grid[4:7], whole.grid[7:10]
        # From the map's own centre along the great circle: a stereographic map keeps directions on it.
        right, ahead = (axis - (up @ axis) / (1.0 + up @ centre) * (up + centre) for axis in (right_c, ahead_c))
        return tuple(tuple(float(value) for value in axis) for axis in (right, ahead, up))


@lru_cache(maxsize=4)
def _tables(
    tracks: Tracks, frame: _Frame, radius_km: float, slots: int, bodies: tuple[str, ...], in_time: bool
) -> tuple[SkyTable, ...]:
    axes = np.array(frame)
    return sky_tables(tracks, radius_km * axes[2], axes, slots, bodies, in_time=in_time)


def _slots(directions: int) -> int:
    """Directions of a table: a whole multiple of those of the sky-lines."""
    return directions * max(1, -(-_LEAST_SLOTS // directions))


def _cuts(first: int, count: int, side: int) -> list[tuple[int, int]]:
    edges = [0, *range(side - first % side, count, side), count]
    return list(zip(edges[:-1], edges[1:], strict=True))


def _strips(box: _Box, count: int) -> list[_Box]:
    r0, r1, c0, c1 = box
    edges = np.linspace(r0, r1, min(count, r1 - r0) + 1).astype(int)
    return [(int(a), int(b), c0, c1) for a, b in zip(edges[:-1], edges[1:], strict=True)]


def _wanted(names: Sequence[str]) -> tuple[bool, bool, bool, bool]:
    """Means and longest gap of the Sun, means and longest gap of the Earth."""
    chosen = [LAYERS[name] for name in names]
    flags = [
        any(layer.body == body and layer.longest == longest for layer in chosen)
        for body in ("sun", "earth")
        for longest in (False, True)
    ]
    return flags[0], flags[1], flags[2], flags[3]


def _layer(name: str, out: np.ndarray, step_h: float) -> np.ndarray:
    rows = {
        "sun_visible_mean": SUN,
        "sun_any_mean": SUN + 1,
        "longest_dark_h": SUN + 2,
        "earth_visible_mean": EARTH,
        "earth_any_mean": EARTH + 1,
        "longest_without_earth_h": EARTH + 2,
    }
    if name == "permanent_shadow":
        any_part = out[SUN + 1]
        return np.where(np.isnan(any_part), _NO_FLAG, any_part == 0.0).astype(np.uint8)
    values = out[rows[name]]
    return np.asarray(values * np.float32(step_h) if LAYERS[name].longest else values.copy())
