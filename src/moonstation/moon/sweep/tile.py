"""One tile of a map in some of its directions: far sweep and near stencil put together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from moonstation.moon.sweep.hull import Room, far_tangents, room_for, turn
from moonstation.moon.sweep.lattice import TILE, Lattice, circle_tables, line_steps, map_scale, ring_edge
from moonstation.moon.sweep.near import FIRST, join, stencil
from moonstation.moon.sweep.terrain import VOID, Raster

#: Pixels along the steeper axis that the exact near field covers; the sweep sees beyond.
LEAD = 64
#: Pixels that near field and sweep have in common: the sweep lets points within four pixels of its end go by a chord.
SHARED = 4

Window = tuple[int, int, int, int]


@dataclass(frozen=True)
class Ground:
    """Rasters of the rings round a block of tiles, in one row for compiled code: as they are, and transposed.

    ``tables`` has for each ring where it starts, its stride, and its first cell across the stride and along it.
    """

    lattice: Lattice
    radius_m: float
    heights: tuple[np.ndarray, np.ndarray]
    tables: tuple[np.ndarray, np.ndarray]
    shape: tuple[int, int]

    @classmethod
    def of(cls, lattice: Lattice, rasters: Sequence[Raster], radius_m: float) -> Ground:
        """From one raster per ring, the first of single pixels."""
        starts = np.cumsum([0, *[raster.heights.size for raster in rasters]])[:-1]
        plain = [[at, r.heights.shape[1], r.row0, r.col0] for at, r in zip(starts, rasters, strict=True)]
        turned = [[at, r.heights.shape[0], r.col0, r.row0] for at, r in zip(starts, rasters, strict=True)]
        return cls(
            lattice,
            radius_m,
            (
                np.concatenate([raster.heights.ravel() for raster in rasters]),
                np.concatenate([raster.heights.T.ravel() for raster in rasters]),
            ),
            (np.array(plain, np.int64), np.array(turned, np.int64)),
            rasters[0].heights.shape,
        )

    def pixels(self, row: int, col: int) -> np.ndarray:
        """Stored heights of the single pixels of a tile."""
        rows, cols = self.shape
        _, _, row0, col0 = self.tables[0][0]
        raster = self.heights[0][: rows * cols].reshape(rows, cols)
        return raster[row - row0 : row - row0 + TILE, col - col0 : col - col0 + TILE]


@dataclass(frozen=True)
class Tile:
    """One tile of the lattice with the eyes of its pixels (rows, columns), also transposed.

    ``stretch`` turns near tangents into those of the pixel: eye radius over R, times the map's scale over that of the
    tile's middle; negative where there is no ground.
    """

    ground: Ground
    row: int
    col: int
    eyes: tuple[np.ndarray, np.ndarray]
    stretch: np.ndarray

    @classmethod
    def of(cls, ground: Ground, row: int, col: int, height_m: float) -> Tile:
        """The tile whose first pixel is (row, col) of the map, seen from ``height_m`` above the ground."""
        radius = ground.radius_m
        stored = ground.pixels(row, col).astype(np.float64)
        known = stored > VOID / 10.0
        eye_radius = radius * radius / (radius - np.where(known, stored, 0.0)) + height_m
        rows, cols = np.meshgrid(np.arange(TILE) + row, np.arange(TILE) + col, indexing="ij")
        scale = map_scale(ground.lattice.frame, rows, cols) / _middle_scale(ground.lattice, row, col)
        eyes = (radius - radius * radius / eye_radius).astype(np.float32)
        stretch = np.where(known, scale * eye_radius / radius, -1.0).astype(np.float32)
        return cls(ground, row, col, (eyes, np.ascontiguousarray(eyes.T)), stretch)

    def sweep(
        self,
        directions: Sequence[tuple[float, np.ndarray | None, np.ndarray | None]],
        window: Window,
        corner: tuple[int, int, int],
        scale: tuple[float, int],
    ) -> None:
        """Stored elevations of rows and columns (r0, r1, c0, c1) of the tile, into arrays for the area.

        ``corner``: the window's first row and column counted from the area's, and of how many one is wanted.

        ``directions``: map direction [rad] with the arrays for it and for the opposite one, None where not wanted.
        ``scale``: counts per radian, and the count for no sky-line.
        """
        arrays = np.empty((3, TILE, TILE), dtype=np.float32)
        room = room_for(self.ground.tables[0].shape[0])
        none = np.empty((0, 0), dtype=np.float32)
        for theta, out, back in directions:
            along_cols = abs(math.sin(theta)) >= abs(math.cos(theta))
            forward = (math.sin(theta) if along_cols else -math.cos(theta)) > 0.0
            heading = theta if forward else theta + math.pi
            wanted = (out, back) if forward else (back, out)
            far = [none if one is None else array for one, array in zip(wanted, arrays[:2], strict=True)]
            self._far(heading, along_cols, window, room, far)
            for back_turn, one, array in zip((0.0, math.pi), wanted, far, strict=True):
                if one is None:
                    continue
                if along_cols:
                    turn(array, arrays[2])
                self._join(heading + back_turn, arrays[2] if along_cols else array, window, corner, scale, one)

    def _far(self, heading: float, along_cols: bool, window: Window, room: Room, far: Sequence[np.ndarray]) -> None:
        ground = self.ground
        first = (self.col, self.row) if along_cols else (self.row, self.col)
        spans = (*window[2:], *window[:2]) if along_cols else window
        rings = ground.tables[0].shape[0]
        middle = (TILE - 1) / 2.0
        steps = line_steps(first[0], rings)
        anchor = (self.row + middle, self.col + middle)
        tables = circle_tables(ground.lattice.frame, anchor, heading, float(TILE), steps, ground.radius_m)
        # The same limits whatever block the tile stands in.
        edges = np.array([ring_edge(ring) + TILE for ring in range(rings)], dtype=float)
        limits = np.stack([first[1] - edges, first[1] + TILE - 1 + edges], axis=1)
        turned = int(along_cols)
        terrain = (ground.heights[turned], ground.tables[turned], limits)
        outs = (far[0], far[1])
        far_tangents(terrain, (steps, *tables), (*first, LEAD), spans, self.eyes[turned], ground.radius_m, outs, room)

    def _join(
        self,
        theta: float,
        far: np.ndarray,
        window: Window,
        corner: tuple[int, int, int],
        scale: tuple[float, int],
        out: np.ndarray,
    ) -> None:
        ground = self.ground
        start, stride, row0, col0 = (int(value) for value in ground.tables[0][0])
        arc = ground.lattice.frame[2] / _middle_scale(ground.lattice, self.row, self.col)
        samples = stencil(theta, LEAD + SHARED, stride, arc, ground.radius_m, FIRST * corner[2])
        at = start + (self.row - row0) * stride + self.col - col0
        eyes = self.eyes[0]
        outs = out, np.empty(TILE, dtype=np.float32), np.empty(TILE, dtype=np.int16)
        join(
            ground.heights[0],
            (at, stride, *corner),
            samples,
            (eyes, self.stretch),
            far,
            window,
            scale,
            outs,
        )


def _middle_scale(lattice: Lattice, row: int, col: int) -> float:
    middle = (TILE - 1) / 2.0
    return float(map_scale(lattice.frame, row + middle, col + middle))
