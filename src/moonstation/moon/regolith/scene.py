"""The pixels of a map and of the terrain around it, as places that shine on each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from moonstation.core.errors import Fault, RangeError
from moonstation.moon.area import MapArea
from moonstation.moon.regolith.views import MOST_HITS, seen_terrain
from moonstation.moon.regolith.workers import Workers
from moonstation.moon.sphere import moon_radius_m
from moonstation.moon.sweep.sky_lines import NO_SKY_LINE, sky_lines

if TYPE_CHECKING:
    from moonstation.moon.dem import Dem

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int32]

SKY_DIRECTIONS = 180
_AROUND_SIDE = 96  # pixels of the raster of the terrain around, from edge to edge
_BELOW_ALL = np.int16(-32400)  # a sky-line at the nadir, in steps of the stored elevations


@dataclass(frozen=True, eq=False)
class Scene:
    """Nodes: first the pixels of the map that have ground, then those of a coarser raster round it.

    area : the map; node : number of each of its pixels' node, -1 without ground, shape (rows, columns)
    frame : unit vectors east and north on the map, up, and along the ground's normal, shape (nodes, 4, 3)
    sky : sky-lines in steps of their storing, directions evenly round the map from up, shape (nodes, directions)
    hit, weight : nodes that each sees and the share of its view that they fill; -1 and 0 where there is no more
    """

    area: MapArea
    node: IntArray
    frame: FloatArray
    sky: NDArray[np.int16]
    hit: IntArray
    weight: NDArray[np.float32]

    @property
    def count(self) -> int:
        """Number of nodes."""
        return len(self.frame)

    def on_map(self, values: NDArray[np.floating]) -> NDArray[np.float32]:
        """Values of the nodes as a raster, NaN without ground; the last axis of ``values`` is that of the nodes."""
        out = np.full((*values.shape[:-1], *self.node.shape), np.nan, np.float32)
        known = self.node >= 0
        out[..., known] = values[..., self.node[known]]
        return out


def scene_of(
    dems: Sequence[Dem],
    area: MapArea,
    around_km: float,
    reach_km: float | None,
    workers: Workers,
) -> Scene:
    """The pixels of an area, the terrain within ``around_km`` of its edges, their sky-lines and what they see.

    Raises RangeError for a distance out of range, TerrainError where there is no ground.
    """
    if faults := around_faults(around_km):
        raise RangeError(faults)
    around = _area_around(area, around_km * 1e3)
    inner, outer = (sky_lines(dems, one, 0.0, SKY_DIRECTIONS, reach_km, workers.count) for one in (area, around))
    fine = np.isfinite(inner.ground_m)
    coarse = np.isfinite(outer.ground_m) & ~_inside(around, area)
    node, node_around = _numbered(fine, 0), _numbered(coarse, int(fine.sum()))
    parts = [_geometry(lines.area, lines.ground_m, chosen) for lines, chosen in ((inner, fine), (outer, coarse))]
    place, frame = (np.concatenate([part[i] for part in parts]) for i in range(2))
    sky = np.vstack([lines.elevation[:, chosen].T for lines, chosen in ((inner, fine), (outer, coarse))])
    sky = np.ascontiguousarray(sky)
    sky[sky == NO_SKY_LINE] = _BELOW_ALL
    grids = np.array([[one.bounds_m[0], one.bounds_m[3], one.posting_m] for one in (area, around)])
    hit = np.empty((len(place), MOST_HITS), np.int32)
    weight = np.empty((len(place), MOST_HITS), np.float32)
    workers.share(len(place), lambda part: seen_terrain(part, place, frame, sky, grids, node, node_around, hit, weight))
    return Scene(area, node, frame, sky, hit, weight)


def around_faults(around_km: float) -> list[Fault]:
    """What is wrong with how far the terrain is followed [km]."""
    if 0.0 <= around_km <= 200.0:
        return []
    return [Fault("around_km", "out of range", around_km, "km", "0 to 200")]


def _area_around(area: MapArea, margin_m: float) -> MapArea:
    """A coarser raster round the area and ``margin_m`` beyond it."""
    west, south, east, north = area.bounds_m
    span = max(east - west, north - south) + 2.0 * margin_m
    side = area.posting_m * max(3, int(np.ceil(span / (_AROUND_SIDE * area.posting_m))))
    cols, rows = (int(np.ceil((length + 2.0 * margin_m) / side)) for length in (east - west, north - south))
    left = 0.5 * (west + east) - 0.5 * cols * side
    top = 0.5 * (south + north) + 0.5 * rows * side
    return replace(area, transform=(side, 0.0, left, 0.0, -side, top), shape=(rows, cols), posting_m=side)


def _inside(around: MapArea, area: MapArea) -> NDArray[np.bool_]:
    """Pixels of the coarser raster whose middle lies on the map itself."""
    west, south, east, north = area.bounds_m
    a, _, c, _, e, f = around.transform
    x, y = c + a * (np.arange(around.shape[1]) + 0.5), f + e * (np.arange(around.shape[0]) + 0.5)
    return np.outer((y > south) & (y < north), (x > west) & (x < east))


def _numbered(chosen: NDArray[np.bool_], first: int) -> IntArray:
    numbers = np.full(chosen.shape, -1, np.int32)
    numbers[chosen] = first + np.arange(int(chosen.sum()), dtype=np.int32)
    return numbers


def _geometry(area: MapArea, ground_m: NDArray[np.float32], chosen: NDArray[np.bool_]) -> tuple[FloatArray, FloatArray]:
    """Places [m] and frames of the chosen pixels."""
    up = area.directions()
    place = up * (moon_radius_m() + ground_m.astype(np.float64))[..., None]
    east, north = _slope(up, 1), -_slope(up, 0)
    normal = np.cross(_slope(place, 1), -_slope(place, 0))
    lone = ~np.isfinite(normal).all(axis=-1)
    normal[lone] = up[lone]  # beside a gap the ground counts as level
    frame = np.stack([_unit(vectors[chosen]) for vectors in (east, north, up, normal)], axis=1)
    return place[chosen], np.ascontiguousarray(frame)


def _slope(values: FloatArray, axis: int) -> FloatArray:
    """Change from pixel to pixel along an axis; none where there is but one pixel."""
    return np.gradient(values, axis=axis) if values.shape[axis] > 1 else np.full(values.shape, np.nan)


def _unit(vectors: FloatArray) -> FloatArray:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True))
