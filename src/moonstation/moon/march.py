"""The exact march: sky-line angles by walking along great circles over terrain, in compiled code."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from moonstation.core.machine_code import compiled
from moonstation.moon.dem import Patch
from moonstation.moon.projection import bilinear, pixel_of

_Nest = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]
_Pace = tuple[float, float, float, float, float, int]
Columns = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Steps:
    """Where along a ray heights are taken, in postings of the elevation model that the point lies in.

    ``first``: nearer heights are only the interpolation's own facet under the eye
    (docs/decisions/003-point-horizon.md). Then steps of the distance times ``near_share`` up to ``near`` postings,
    and of the distance times ``per_distance`` up to ``longest``. Last, the two steps around the highest
    point are cut into ``parts`` to find the crest between them. ``Steps(longest=0.25)`` is the reference that faster
    engines are held to.
    """

    first: float = 0.75
    near_share: float = 1.0 / 16.0
    near: float = 0.25
    per_distance: float = 1.0 / 256.0
    longest: float = 1.0
    parts: int = 16

    def __str__(self) -> str:
        """In words, for provenance."""
        return (
            f"march along great circles: first height at {self.first:g} posting, steps of 1/{1.0 / self.near_share:g} "
            f"of the distance up to {self.near:g} posting, then 1/{1.0 / self.per_distance:g} of it up to "
            f"{self.longest:g} posting; crest sought in {self.parts} parts of two steps"
        )


def march(
    patches: list[Patch],
    lat_deg: float,
    lon_deg: float,
    eye_radius_m: float,
    azimuth_deg: np.ndarray,
    reach_m: float,
    moon_radius_m: float,
    steps: Steps = Steps(),  # noqa: B008 (frozen)
) -> Columns:
    """Sky-line over a nest of patches (finest first) seen from ``eye_radius_m`` from the Moon's centre.

    Returns elevation [deg], arc distance of the sky-line point [m], arc distance of the last height found [m]
    and the share of the way up to there without any height [-], each of shape (azimuths,). Elevation is NaN
    where a ray meets no height at all.
    """
    nest = _packed(patches)
    eye = (math.radians(lat_deg), math.radians(lon_deg), eye_radius_m)
    pace = (steps.first, steps.near_share, steps.near, steps.per_distance, steps.longest, steps.parts)
    columns: Columns = _march(nest, eye, pace, np.radians(azimuth_deg), reach_m, moon_radius_m)
    return columns


def terrain_reached(
    patches: list[Patch],
    lat_deg: float,
    lon_deg: float,
    azimuth_deg: np.ndarray,
    reach_m: float,
    moon_radius_m: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Arc of the last height along each ray [m], and the share of the way up to there without any [-].

    Asked at steps of one posting of the model that the point lies in; shapes (azimuths,).
    """
    place = (math.radians(lat_deg), math.radians(lon_deg))
    reached: tuple[np.ndarray, np.ndarray] = _reached(
        _packed(patches), place, np.radians(azimuth_deg), reach_m, moon_radius_m, Steps().first
    )
    return reached


def _packed(patches: list[Patch]) -> _Nest:
    """A nest as compiled code takes it: all heights in one row, where each patch starts, shapes, grids, postings."""
    heights = [patch.heights_m.ravel() for patch in patches]
    sizes = [piece.size for piece in heights]
    return (
        heights[0] if len(heights) == 1 else np.concatenate(heights),
        np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64),
        np.array([patch.heights_m.shape for patch in patches], dtype=np.int64),
        np.stack([patch.grid for patch in patches]),
        np.array([patch.posting_m for patch in patches]),
    )


@compiled
def _march(
    nest: _Nest,
    eye: tuple[float, ...],
    pace: _Pace,
    azimuths: np.ndarray,
    reach: float,
    radius: float,
) -> Columns:
    lat, lon, eye_radius = eye
    first, near_share, near, per_distance, longest, parts = pace
    count = azimuths.size
    elevation, distance, last, gap = np.empty(count), np.empty(count), np.empty(count), np.empty(count)
    up = np.array([math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)])
    north = np.array([-math.sin(lat) * math.cos(lon), -math.sin(lat) * math.sin(lon), math.cos(lat)])
    east = np.array([-math.sin(lon), math.cos(lon), 0.0])
    _, posting_here = _height_at(nest, up, north, 0.0)
    for i in range(count):
        ahead = north * math.cos(azimuths[i]) + east * math.sin(azimuths[i])
        best, best_way, best_step, seen, missed, missed_so_far = -math.inf, math.nan, 0.0, 0.0, 0.0, 0.0
        way = min(first * posting_here, reach)
        while True:
            height, posting = _height_at(nest, up, ahead, way / radius)
            near_step = min(way * near_share, near * posting)
            step = min(max(near_step, way * per_distance), longest * posting)
            if math.isnan(height):
                missed_so_far += step
            else:
                tangent = _tangent(radius + height, eye_radius, way / radius)
                if tangent > best:
                    best, best_way, best_step = tangent, way, step
                seen, missed = way, missed_so_far
            if way >= reach:
                break
            way = min(way + step, reach)
        if seen > 0.0:
            span = (max(best_way - best_step, first * posting_here), min(best_way + best_step, reach))
            best, best_way = _crest(nest, up, ahead, (eye_radius, radius), span, parts, best, best_way)
        elevation[i] = math.degrees(math.atan(best)) if seen > 0.0 else math.nan
        distance[i], last[i] = best_way, seen
        gap[i] = missed / seen if seen > 0.0 else 1.0
    return elevation, distance, last, gap


@compiled
def _reached(
    nest: _Nest, place: tuple[float, float], azimuths: np.ndarray, reach: float, radius: float, first: float
) -> tuple[np.ndarray, np.ndarray]:
    lat, lon = place
    up = np.array([math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)])
    north = np.array([-math.sin(lat) * math.cos(lon), -math.sin(lat) * math.sin(lon), math.cos(lat)])
    east = np.array([-math.sin(lon), math.cos(lon), 0.0])
    _, posting_here = _height_at(nest, up, north, 0.0)
    last, gap = np.zeros(azimuths.size), np.ones(azimuths.size)
    for i in range(azimuths.size):
        ahead = north * math.cos(azimuths[i]) + east * math.sin(azimuths[i])
        missed, missed_so_far = 0.0, 0.0
        way = min(first * posting_here, reach)
        while True:
            height, posting = _height_at(nest, up, ahead, way / radius)
            if math.isnan(height):
                missed_so_far += posting
            else:
                last[i], missed = way, missed_so_far
            if way >= reach:
                break
            way = min(way + posting, reach)
        if last[i] > 0.0:
            gap[i] = missed / last[i]
    return last, gap


@compiled
def _crest(
    nest: _Nest,
    up: np.ndarray,
    ahead: np.ndarray,
    radii: tuple[float, float],
    span: tuple[float, float],
    parts: int,
    best: float,
    best_way: float,
) -> tuple[float, float]:
    """The highest tangent within a span of the ray, and where: the crest lies between two heights of the march."""
    eye_radius, radius = radii
    for part in range(1, parts):
        way = span[0] + (span[1] - span[0]) * part / parts
        height, _ = _height_at(nest, up, ahead, way / radius)
        tangent = _tangent(radius + height, eye_radius, way / radius)
        if tangent > best:  # never for NaN
            best, best_way = tangent, way
    return best, best_way


@compiled
def _height_at(nest: _Nest, up: np.ndarray, ahead: np.ndarray, angle: float) -> tuple[float, float]:
    """Height [m] in the finest patch that has one, and the posting [m] that this place is marched with."""
    heights, starts, shapes, grids, postings = nest
    cos, sin = math.cos(angle), math.sin(angle)
    x, y, z = up[0] * cos + ahead[0] * sin, up[1] * cos + ahead[1] * sin, up[2] * cos + ahead[2] * sin
    for level in range(starts.size):
        col, row = pixel_of(grids[level], x, y, z)
        rows, cols = shapes[level, 0], shapes[level, 1]
        height = bilinear(heights, starts[level], rows, cols, grids[level, 20], col, row)
        if not math.isnan(height):
            return height, postings[level]
    return math.nan, postings[starts.size - 1]


@compiled
def _tangent(point_radius: float, eye_radius: float, angle: float) -> float:
    """Tangent of the elevation of a point ``angle`` [rad] away round the sphere: the Moon's curvature, exact."""
    return (point_radius * math.cos(angle) - eye_radius) / (point_radius * math.sin(angle))
