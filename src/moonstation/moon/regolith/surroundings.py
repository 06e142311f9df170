"""The terrain round a map as rasters within each other, each with pixels twice as wide as the one before."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from moonstation.moon.area import MapArea
from moonstation.moon.sweep.sky_lines import COARSEST_M

#: Pixels by which a raster reaches beyond the one before; what is seen across them is blended over wider cells.
MARGIN_PX = 16
#: The same of the coarsest raster whose sky-lines are swept: beyond, each pixel takes thirty times as long.
LAST_MARGIN_PX = 64


@dataclass(frozen=True)
class Raster:
    """A raster of square pixels that are 2**level pixels of the map wide.

    area : its places; box : first row and column and one past the last, counted from the same corner for all areas of
    a map, in its own pixels; inner : the part of it that the raster before covers, empty for the first
    """

    area: MapArea
    level: int
    box: NDArray[np.int64]
    inner: NDArray[np.int64]

    def own(self) -> NDArray[np.bool_]:
        """Pixels that no finer raster covers."""
        mine = np.ones(self.area.shape, dtype=bool)
        r0, c0, r1, c1 = self.inner - np.tile(self.box[:2], 2)
        mine[r0:r1, c0:c1] = False
        return mine


def rasters_around(area: MapArea, around_m: float) -> list[Raster]:
    """The map with a margin as fine, then coarser rasters that hold the one before, until ``around_m`` is covered.

    Their pixels are counted from a corner that is the same for every area of a map, so that its terrain is cut alike.
    """
    side = area.posting_m
    first = np.array([_count(-area.transform[5], side), _count(area.transform[2], side)])
    corner = area.transform[2] - first[1] * side, area.transform[5] + first[0] * side
    box = np.concatenate([first, first + area.shape])
    wanted = box + np.repeat([-1, 1], 2) * int(np.ceil(around_m / side - 1e-6))
    inner = np.repeat(box[:2], 2)[[0, 2, 0, 2]]
    made: list[Raster] = []
    while True:
        step = 2 ** len(made)
        end = _outward(wanted, step)
        margin = LAST_MARGIN_PX if 2 * step * side > COARSEST_M else MARGIN_PX
        grown = box + np.repeat([-margin, margin], 2)
        grown = np.concatenate([np.maximum(grown[:2], end[:2]), np.minimum(grown[2:], end[2:])])
        done = np.array_equal(grown, end)
        if not done:
            grown = 2 * _outward(grown, 2)
        made.append(Raster(_raster(area, corner, grown, step), len(made), grown, inner))
        if done:
            return made
        inner = box = grown // 2


def _count(length: float, side: float) -> int:
    return int(np.floor(length / side + 1e-6))


def _outward(box: NDArray[np.int64], step: int) -> NDArray[np.int64]:
    """A box in pixels ``step`` times as wide that holds it."""
    return np.concatenate([box[:2] // step, -(-box[2:] // step)])


def _raster(area: MapArea, corner: tuple[float, float], box: NDArray[np.int64], step: int) -> MapArea:
    side = area.posting_m * step
    west, north = corner[0] + float(box[1]) * side, corner[1] - float(box[0]) * side
    shape = int(box[2] - box[0]), int(box[3] - box[1])
    return replace(area, transform=(side, 0.0, west, 0.0, -side, north), shape=shape, posting_m=side)
