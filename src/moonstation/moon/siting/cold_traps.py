"""Cold traps round an area: permanent shadow that is large enough, sought beyond the area's edge as well."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from moonstation.core.time import TimeGrid
from moonstation.moon.area import MapArea, lat_lon
from moonstation.moon.siting.light import Progress, light_maps
from moonstation.moon.ways.moves import MOST_PIXELS

if TYPE_CHECKING:
    from moonstation.moon.dem import Dem
    from moonstation.sky.ephemeris import Ephemeris

BoolArray = NDArray[np.bool_]

#: Period over which a shadow must hold to be called permanent: one turn of the Moon's node, hourly.
PERMANENT = ("2026-01-01", "2044-08-08", "1h")
#: How far a patch of shadow is followed to tell its size, in sides of a square of the least size; a narrower patch of
#: which less is seen does not count.
_SIDES_FOLLOWED = 4.0
_HEIGHTS_SHARE = 1.01  # the highest ground is 0.6 % farther from the Moon's centre than the sphere
_MESH = 257


@dataclass(frozen=True, eq=False)
class ColdTraps:
    """Ground that counts as a cold trap, shape (rows, columns) of ``area``.

    margin_km : how far beyond the edges of the area that was asked about it is known, where there is ground [km]
    """

    area: MapArea
    mask: BoolArray
    margin_km: float


def cold_traps(
    dems: Sequence[Dem],
    area: MapArea,
    kernels: Ephemeris,
    least_km2: float = 0.0,
    margin_km: float = 0.0,
    progress: Progress | None = None,
) -> ColdTraps:
    """Ground within and round an area that no part of the Sun's disc lights within one turn of the Moon's node.

    Patches of joined pixels smaller than ``least_km2`` [km2] are left out. ``margin_km`` [km] is how far round the area
    to look, less where that would take more than ``MOST_PIXELS``; a patch that goes on beyond is followed a little
    farther to tell its size.
    """
    wide, margin_px = surroundings(dems, area, _pixels_of(area, margin_km))
    wider, _ = surroundings(dems, wide, _patch_px(area, least_km2))
    grid = TimeGrid.between(*PERMANENT)
    layer = "permanent_shadow"
    shadow = light_maps(dems, wider, 0.0, [layer], grid, kernels, progress, "permanent shadow")[layer]
    mask = patches_of(shadow == 1, wider, least_km2)[within(wide, wider)]
    return ColdTraps(wide, mask, min(margin_km, margin_px * area.posting_m / 1e3))


def surroundings(dems: Sequence[Dem], area: MapArea, margin_px: int) -> tuple[MapArea, int]:
    """The area with a margin of pixels as far as an elevation model reaches, and how wide the margin is at most.

    It is narrower where the whole would have more than ``MOST_PIXELS`` pixels.
    """
    free = _covered_px(dems, area, margin_px)

    def size(margin: int) -> int:
        sides = [min(margin, one) for one in free]
        return (area.shape[0] + sides[0] + sides[1]) * (area.shape[1] + sides[2] + sides[3])

    low, high = 0, margin_px
    while low < high:  # the widest margin that fits
        middle = (low + high + 1) // 2
        low, high = (middle, high) if size(middle) <= MOST_PIXELS else (low, middle - 1)
    return area.widened(*(min(low, one) for one in free)), low


def within(inner: MapArea, outer: MapArea) -> tuple[slice, slice]:
    """Rows and columns of an area on a wider one of the same pixels."""
    row = round((outer.transform[5] - inner.transform[5]) / outer.posting_m)
    col = round((inner.transform[2] - outer.transform[2]) / outer.posting_m)
    return slice(row, row + inner.shape[0]), slice(col, col + inner.shape[1])


def patches_of(mask: BoolArray, area: MapArea, least_km2: float) -> BoolArray:
    """The joined pixels of a mask that together have at least an area [km2]; of a patch the edge cuts, what is seen."""
    from scipy.ndimage import label

    patches, count = label(mask, structure=np.ones((3, 3), dtype=int))
    kept = np.bincount(patches.ravel(), area.pixel_km2().ravel(), minlength=count + 1) >= least_km2
    kept[0] = False
    return np.asarray(kept[patches])


def _pixels_of(area: MapArea, distance_km: float) -> int:
    """Pixels that hold a distance on the ground [km] beyond the area's edge, whatever the map's scale there."""
    pixels = 0
    for _ in range(2):  # the scale grows outward
        corners = area.widened(pixels, pixels, pixels, pixels)
        scale = max(float(corners.part(rows, cols).scale().max()) for rows in _ENDS for cols in _ENDS)
        pixels = math.ceil(_HEIGHTS_SHARE * scale * 1e3 * distance_km / area.posting_m)
    return pixels


_ENDS = (slice(0, 1), slice(-1, None))


def _patch_px(area: MapArea, least_km2: float) -> int:
    """How far to follow a patch [pixels]: one that reaches farther than so many pixels is larger than the least."""
    pixels = math.ceil(least_km2 / float(area.pixel_km2().min()))
    return min(pixels, math.ceil(_SIDES_FOLLOWED * 1e3 * math.sqrt(least_km2) / area.posting_m))


def _covered_px(dems: Sequence[Dem], area: MapArea, margin_px: int) -> tuple[int, int, int, int]:
    """Pixels above, below, left and right of the area that hold all ground within a margin.

    Looked at along the area's middle row and column, exactly where a model lies as the area does, and on a mesh.
    """
    wide = area.widened(margin_px, margin_px, margin_px, margin_px)
    all_rows, all_cols = (np.arange(side, dtype=float) for side in wide.shape)
    middle = [margin_px + side // 2 for side in area.shape]
    mesh = [np.unique(np.linspace(0, side - 1, _MESH).round()) for side in wide.shape]
    found = [
        _covered(dems, wide, rows, cols)
        for rows, cols in ((all_rows, np.array(middle[1:])), (np.array(middle[:1]), all_cols), tuple(mesh))
    ]
    rows, cols = (np.concatenate([each[axis] for each in found]) for axis in (0, 1))
    if not rows.size:
        return 0, 0, 0, 0
    first, last = (rows.min(), cols.min()), (rows.max(), cols.max())
    free = [
        (margin_px - low, high + 1 - margin_px - side) for low, high, side in zip(first, last, area.shape, strict=True)
    ]
    above, below, left, right = (int(np.clip(one, 0, margin_px)) for pair in free for one in pair)
    return above, below, left, right


def _covered(
    dems: Sequence[Dem], area: MapArea, rows: NDArray[Any], cols: NDArray[Any]
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Those of the rows and columns in whose crossings a model lies."""
    lat, lon = lat_lon(area.directions_at(*np.meshgrid(rows, cols, indexing="ij")))
    covered = np.any([dem.covers(lat, lon) for dem in dems], axis=0)
    return rows[covered.any(axis=1)], cols[covered.any(axis=0)]
