"""The pixels of a map and of the terrain around it, as places that shine on each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from moonstation.core.errors import Fault, RangeError, TerrainError
from moonstation.moon.area import MapArea
from moonstation.moon.regolith.cells import Blends, blends_of, cells_over
from moonstation.moon.regolith.crests import whole_facets
from moonstation.moon.regolith.patches import WIDTH, Patches, patches_of
from moonstation.moon.regolith.surroundings import Raster, rasters_around
from moonstation.moon.regolith.views import SIDES, Places, Terrain, seen_from
from moonstation.moon.regolith.workers import Workers
from moonstation.moon.sphere import moon_radius_m
from moonstation.moon.sweep.sky_lines import NO_SKY_LINE, sky_lines

if TYPE_CHECKING:
    from moonstation.moon.dem import Dem

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int32]

SKY_DIRECTIONS = 180
#: How wide the cells are, in distances, that a pixel of the map tells apart, and in how many directions it looks;
_FINE = (WIDTH, 48)
#: and the same for the places around, whose light and heat matter less.
_ROUGH = (0.8, 24)
_NOT_SEEN = 1e-5  # of a facet that turns from all it could see: where no facet is seen, all count
_BELOW_ALL = np.int16(-32400)  # a sky-line at the nadir, in steps of the stored elevations


@dataclass(frozen=True, eq=False)
class Scene:
    """Nodes: first the pixels of the map that have ground, then those round it, coarser far away.

    area : the map; node : number of each of its pixels' node, -1 without ground, shape (rows, columns)
    frame : unit vectors east and north on the map and up, shape (nodes, 3, 3)
    facets : normals of the four parts of each, to east, north and up, shape (nodes, FACETS, 3)
    sky : sky-lines in steps of their storing, directions evenly round the map from up, shape (nodes, directions)
    patches : nodes far from the map share columns
    first, hit, weight : the lights that patch i sees are ``hit[first[i]:first[i + 1]]``, and fill shares of its view
    blends : what shines in the lights
    """

    area: MapArea
    node: IntArray
    frame: FloatArray
    facets: FloatArray
    sky: NDArray[np.int16]
    patches: Patches
    first: NDArray[np.int64]
    hit: IntArray
    weight: NDArray[np.float32]
    blends: Blends

    @property
    def count(self) -> int:
        """Number of nodes."""
        return len(self.frame)

    @property
    def pixels(self) -> int:
        """Number of nodes that are pixels of the map."""
        return int(self.node.max()) + 1

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
    pieces = [_Piece.of(dems, raster, reach_km, workers) for raster in rasters_around(area, around_km * 1e3)]
    node = _number(pieces, area)
    if (node < 0).all():
        names = ", ".join(dem.name for dem in dems)
        raise TerrainError(Fault("area", "no elevation model has ground there", allowed=names))
    mine = [piece.node >= 0 for piece in pieces]
    order = np.argsort(np.concatenate([piece.node[own] for piece, own in zip(pieces, mine, strict=True)]))

    def of_nodes(name: str) -> NDArray[Any]:
        """A field of the pixels of all rasters, in the order of the nodes."""
        return np.concatenate([getattr(piece, name)[own] for piece, own in zip(pieces, mine, strict=True)])[order]

    sky = np.concatenate([piece.sky[:, own].T for piece, own in zip(pieces, mine, strict=True)])[order]
    sky[sky == NO_SKY_LINE] = _BELOW_ALL
    level, at, slopes = of_nodes("level"), of_nodes("at"), of_nodes("facets")
    cells = cells_over(level, *of_nodes("lattice").T)
    facets = _unit(slopes)
    ground = 4.0**level / at[:, 3] ** 2
    patches = patches_of(level, of_nodes("lattice"), int(node.max()) + 1, ground * (1.0 / facets[..., 2]).mean(axis=1))
    places = _places(patches, at, slopes, level, int(node.max()) + 1)
    toward = np.empty((patches.count, SIDES, 3), np.float32)
    first, hit, weight = _views(_terrain(pieces, level, cells.parent), places, toward, workers)
    facing = np.maximum(np.einsum("nqc,nsc->nsq", facets, toward[patches.of]), 0.0) + _NOT_SEEN
    facing *= (of_nodes("whole") * ground[:, None] / facets[..., 2])[:, None, :]
    blends = blends_of(cells, facing, hit)
    return Scene(area, node, of_nodes("frame"), facets, sky, patches, first, hit, weight, blends)


def _places(patches: Patches, at: FloatArray, slopes: FloatArray, level: IntArray, pixels: int) -> Places:
    """Patches as the rays know them: each looks from its middle, the map's pixels more finely."""
    fine = np.arange(patches.count) < pixels
    width, rays = (np.where(fine, *both) for both in zip(_FINE, _ROUGH, strict=True))
    normal = _unit(patches.mean(slopes.mean(axis=1)))
    return Places(patches.mean(at), normal, patches.lone(), patches.largest(level), width, rays.astype(np.int32))


def _views(
    terrain: Terrain, places: Places, toward: NDArray[np.float32], workers: Workers
) -> tuple[NDArray[np.int64], IntArray, NDArray[np.float32]]:
    """What each patch sees, one behind the other, and where each begins."""
    parts = {}

    def look(part: tuple[int, int]) -> None:
        parts[part[0]] = seen_from(part, terrain, places, toward)

    workers.share(len(places.at), look)
    count, hit, weight = (np.concatenate(one) for one in zip(*(parts[first] for first in sorted(parts)), strict=True))
    return np.concatenate([[0], np.cumsum(count)]), hit, weight


@dataclass(frozen=True, eq=False)
class _Piece:
    """A raster of the terrain, and of each pixel: height [m], sky-line, frame, facets, place, level, row and column.

    whole : how much each facet counts in what a pixel shows
    node : numbers of its nodes, -1 where a pixel is none; lattice : row and column as ``Raster.box`` counts them
    """

    raster: Raster
    ground_m: NDArray[np.float32]
    sky: NDArray[np.int16]
    frame: FloatArray
    facets: FloatArray
    whole: FloatArray
    at: FloatArray
    level: IntArray
    lattice: NDArray[np.int64]
    node: IntArray

    @classmethod
    def of(cls, dems: Sequence[Dem], raster: Raster, reach_km: float | None, workers: Workers) -> _Piece:
        lines = sky_lines(dems, raster.area, 0.0, SKY_DIRECTIONS, reach_km, workers.count)
        ground_m, shape = lines.ground_m, raster.area.shape
        a, _, c, _, e, f = raster.area.transform
        row, col = np.indices(shape)
        return cls(
            raster,
            ground_m,
            lines.elevation,
            _frames(raster.area),
            _facets(raster.area, ground_m),
            whole_facets(ground_m.astype(np.float64)),
            np.stack([c + a * (col + 0.5), f + e * (row + 0.5), ground_m, raster.area.scale()], axis=-1),
            np.full(shape, raster.level, np.int32),
            np.stack([row, col], axis=-1) + raster.box[:2],
            np.where(raster.own() & np.isfinite(ground_m), 0, -1).astype(np.int32),
        )


def _terrain(pieces: Sequence[_Piece], level: IntArray, parent: IntArray) -> Terrain:
    """The rasters as the rays know them."""
    sizes = [piece.node.size for piece in pieces]
    bounds = [piece.raster.area.bounds_m for piece in pieces]
    return Terrain(
        np.array([[b[0], b[3], piece.raster.area.posting_m] for b, piece in zip(bounds, pieces, strict=True)]),
        np.array([[*p.node.shape, begin] for p, begin in zip(pieces, np.cumsum([0, *sizes[:-1]]), strict=True)]),
        np.concatenate([piece.ground_m.ravel() for piece in pieces]),
        np.concatenate([piece.node.ravel() for piece in pieces]),
        level,
        parent,
        moon_radius_m(),
    )


def _number(pieces: Sequence[_Piece], area: MapArea) -> IntArray:
    """Number the nodes of all rasters, those of the map first; the map's numbers, shape (rows, columns)."""
    fine = pieces[0]
    west, _, _, north = fine.raster.area.bounds_m
    row, col = (round(step / area.posting_m) for step in (north - area.bounds_m[3], area.bounds_m[0] - west))
    on_map = np.zeros(fine.node.shape, bool)
    on_map[row : row + area.shape[0], col : col + area.shape[1]] = True
    count = 0
    around = [(piece, np.ones(piece.node.shape, bool)) for piece in pieces[1:]]
    for piece, chosen in [(fine, on_map), (fine, ~on_map), *around]:
        mine = chosen & (piece.node >= 0)
        piece.node[mine] = count + np.arange(int(mine.sum()), dtype=np.int32)
        count += int(mine.sum())
    return fine.node[row : row + area.shape[0], col : col + area.shape[1]].copy()


def around_faults(around_km: float) -> list[Fault]:
    """What is wrong with how far the terrain is followed [km]."""
    if 0.0 <= around_km <= 200.0:
        return []
    return [Fault("around_km", "out of range", around_km, "km", "0 to 200")]


def _frames(area: MapArea) -> FloatArray:
    """Unit vectors east and north on the map and up of each pixel, shape (rows, columns, 3, 3)."""
    up = area.directions()
    turn = np.radians(area.convergence_deg())
    lat, lon = (np.radians(part) for part in area.places())
    to_east = np.stack([-np.sin(lon), np.cos(lon), np.zeros_like(lon)], axis=-1)
    to_north = np.cross(up, to_east)
    cos, sin = np.cos(turn)[..., None], np.sin(turn)[..., None]
    return np.stack([cos * to_east + sin * to_north, cos * to_north - sin * to_east, up], axis=2)


def _facets(area: MapArea, ground_m: NDArray[np.float32]) -> FloatArray:
    """Upward normals of the four parts of each pixel, of length 1 upwards, shape (rows, columns, FACETS, 3)."""
    side = area.posting_m / area.scale()
    height = ground_m.astype(np.float64)
    west, east = _steps(height, 1)
    south, north = (-step for step in _steps(height, 0)[::-1])
    parts = [(x, y) for y in (north, south) for x in (west, east)]
    return np.stack([np.stack([-x / side, -y / side, np.ones_like(x)], axis=-1) for x, y in parts], axis=2)


def _steps(height: FloatArray, axis: int) -> tuple[FloatArray, FloatArray]:
    """Change of height from the pixel before and to the one after, each for both where one is missing, else none."""
    change = np.diff(height, axis=axis)
    gap = np.full_like(height.take([0], axis), np.nan)
    before, after = np.concatenate([gap, change], axis), np.concatenate([change, gap], axis)
    before, after = np.where(np.isnan(before), after, before), np.where(np.isnan(after), before, after)
    return np.nan_to_num(before), np.nan_to_num(after)


def _unit(vectors: FloatArray) -> FloatArray:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True))
