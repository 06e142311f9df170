"""Crests between the posts of a raster: how high they stand and where, as the slopes on both sides tell."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from moonstation.core.machine_code import compiled

FloatArray = NDArray[np.float64]
Floats = NDArray[np.float32]

#: A sharp edge bends a profile at the two posts beside it alone. Blurred by a Gaussian, it bends it at the next ones
#: too: where they have this share of the bend, half of what an edge would stand over the cubic is left (decision 013).
_HALF_SHARP = 0.045
_LEAST_WHOLE = 0.01  # of a facet: where no facet is whole, all count


class Ray(NamedTuple):
    """A ray over the map: where it begins and how high [m], its direction, radians of the Moon to a metre of the map,
    the Moon's radius [m].
    """

    x: float
    y: float
    height: float
    dx: float
    dy: float
    to_arc: float
    radius_m: float


class Lines(NamedTuple):
    """Lines of a raster's posts that a ray crosses, its rows or its columns, numbered in the ray's direction.

    start, pace : where the ray begins among the lines, and lines to a metre of the map
    aside, drift : the same along the lines, in posts
    number, posts : of lines, and of posts on each
    first, to_line, to_post : places in the flat heights, of the first post, to the next line, to the next post
    """

    start: float
    pace: float
    aside: float
    drift: float
    number: int
    posts: int
    first: int
    to_line: int
    to_post: int


@compiled
def lines_crossed(ray: Ray, grid: FloatArray, shape: NDArray[np.int64]) -> Lines:
    """The lines that a ray crosses more squarely, of a raster with ``grid`` and ``shape`` as ``views.Terrain`` has."""
    pixel, rows, cols, first = grid[2], shape[0], shape[1], shape[2]
    col, row = (ray.x - grid[0]) / pixel - 0.5, (grid[1] - ray.y) / pixel - 0.5
    right, down = ray.dx / pixel, -ray.dy / pixel
    if abs(right) >= abs(down):
        start, pace, aside, drift, number, posts, to_line, to_post = col, right, row, down, cols, rows, 1, cols
    else:
        start, pace, aside, drift, number, posts, to_line, to_post = row, down, col, right, rows, cols, cols, 1
    if pace < 0.0:
        start, pace, first, to_line = number - 1.0 - start, -pace, first + (number - 1) * to_line, -to_line
    return Lines(start, pace, aside, drift, number, posts, first, to_line, to_post)


@compiled
def holds(lines: Lines, line: float) -> bool:
    """Whether the raster reaches to where the ray crosses a line."""
    at = _along(lines, line)
    return 0.0 <= line < lines.number and -0.5 <= at < lines.posts - 0.5


@compiled
def _along(lines: Lines, line: float) -> float:
    return lines.aside + (line - lines.start) / lines.pace * lines.drift


@compiled
def height_on(lines: Lines, line: float, height: Floats, edged: bool) -> float:
    """Height where the ray crosses a line, linear between the posts or, ``edged``, with what stands over that [m]."""
    at = min(max(_along(lines, line), 0.0), lines.posts - 1.0)
    i = min(int(at), max(lines.posts - 2, 0))
    t, step = at - i, lines.to_post
    post = lines.first + int(line) * lines.to_line + i * step
    c, d = float(height[post]), float(height[post + min(1, lines.posts - 1) * step])
    level = c + t * (d - c)
    if not edged or i < 2 or i + 3 >= lines.posts:
        return level
    a, b = float(height[post - 2 * step]), float(height[post - step])
    e, f = float(height[post + 2 * step]), float(height[post + 3 * step])
    return level + over_chord(a, b, c, d, e, f, t)


@compiled
def elevation(ray: Ray, away: float, there: float) -> float:
    """Tangent of the elevation of a height ``there`` [m], so many metres of the map away."""
    arc = away * ray.to_arc
    across = (ray.radius_m + there) * arc
    return (there - ray.height - 0.5 * across * arc) / across


@compiled
def over_chord(  # noqa: PLR0917
    a: float, b: float, c: float, d: float, e: float, f: float, t: float
) -> float:
    """How far the ground stands over the straight line from ``c`` to ``d`` at a share ``t`` of it, of six even heights.

    An edge stands where the profiles of both sides meet (as Harten's subcell resolution, 1989), a round top is the
    cubic through the four nearest. Which it is, the bends at the posts beside tell.
    """
    before, first, second, after = a - 2.0 * b + c, b - 2.0 * c + d, c - 2.0 * d + e, d - 2.0 * e + f
    cubic = -t * (1.0 - t) / 6.0 * ((2.0 - t) * first + (1.0 + t) * second)
    bend = first + second
    if bend >= 0.0:
        return cubic
    u = 1.0 - t
    near = -first * t + 0.5 * max(before, 0.0) * t * (1.0 + t)  # a wall that steepens towards the edge does so on
    far = -second * u + 0.5 * max(after, 0.0) * u * (1.0 + u)
    sharp = max(0.0, min(near, far))
    return cubic + (sharp - cubic) * _HALF_SHARP / (_HALF_SHARP + max(0.0, (before + after) / bend))


@compiled
def crest_near(  # noqa: PLR0917
    ray: Ray, lines: Lines, height: Floats, line: float, jump: float, top: float
) -> tuple[float, float, float]:
    """What the ground rises to near the highest of the lines that a ray met, whose that is, and what is the next one's.

    ``line`` was met after ``jump`` others, ``top`` is the tangent of its elevation. The crest's is returned, no less,
    the distance of the line nearest to it or the highest before it [m], and the share of the rise past the middle of
    the way to the next.
    """
    best, rise = _highest(ray, lines, height, line, jump, top)
    near, past, profile = best, 0.0, np.empty(7)
    for i in range(7):
        k = best + i - 3.0
        profile[i] = profile[i - 1] if i > 0 else ray.height
        if k > lines.start and holds(lines, k):
            profile[i] = height_on(lines, k, height, True)
    for first in (2, 3):
        a, b, c, d, e, f = profile[first - 2 : first + 4]
        before, after = b - 2.0 * c + d, c - 2.0 * d + e
        for i in range(6):
            t = 0.2 * i
            if i == 0:  # the edge itself
                t = after / (before + after) if before < 0.0 and after < 0.0 else 0.5
            away = (best + first - 3.0 + t - lines.start) / lines.pace
            if away <= 0.0:
                continue
            one = elevation(ray, away, c + t * (d - c) + over_chord(a, b, c, d, e, f, t))
            if one > rise:
                near, past, rise = best, 0.0, one
                if first == 2 and t < 0.5:
                    near = best - 1.0
                if first == 3 and t > 0.5:
                    past = 1.0 - 0.5 / t
    return rise, max(near - lines.start, 0.0) / lines.pace, past


@compiled
def _highest(  # noqa: PLR0917
    ray: Ray, lines: Lines, height: Floats, line: float, jump: float, top: float
) -> tuple[float, float]:
    """The highest of the lines less than ``jump`` from one of tangent ``top``, and its tangent."""
    best, rise = line, top
    for i in range(1, int(jump)):
        for k in (line - i, line + i):
            if k > lines.start and holds(lines, k):
                one = elevation(ray, (k - lines.start) / lines.pace, height_on(lines, k, height, False))
                if one > rise:
                    best, rise = k, one
    return best, rise


def whole_facets(height: FloatArray) -> FloatArray:
    """How much the four parts of each pixel count in what it shows, 1 in the mean; shape (rows, columns, FACETS).

    The slope of a part that an edge cuts is of neither side: as much of it as lies on the post's own side of the edge
    looks like the parts that are whole.
    """
    ways = []
    for axis in (0, 1):
        before, after = _past_edges(height, axis)
        end = np.ones_like(height.take([0], axis))
        ways.append((np.concatenate([end, before], axis), np.concatenate([after, end], axis)))
    whole = np.maximum(np.stack([x * y for y in ways[0] for x in ways[1]], axis=2), _LEAST_WHOLE)
    return np.asarray(whole / whole.mean(axis=2, keepdims=True))


def _past_edges(height: FloatArray, axis: int) -> tuple[FloatArray, FloatArray]:
    """Share of each half of the way from a post to the next that does not lie on its own post's side of an edge, or all
    where there is no edge: of the half before the second post, and of that after the first.
    """
    rows = np.moveaxis(height, axis, -1)
    bend = np.zeros((*rows.shape[:-1], rows.shape[-1] + 2))
    if rows.shape[-1] > 2:
        bend[..., 2:-2] = np.nan_to_num(np.diff(rows, 2))
    before, first, second, after = (bend[..., k : k + rows.shape[-1] - 1] for k in range(4))
    edge = (first < 0.0) & (second < 0.0)
    both = np.where(edge, first + second, -1.0)
    at, beside = second / both, np.maximum((before + after) / both, 0.0)
    sharp = np.where(edge, _HALF_SHARP / (_HALF_SHARP + beside), 0.0)
    halves = (1.0 - sharp * np.minimum(2.0 * away, 1.0) for away in (1.0 - at, at))
    first_half, second_half = (np.asarray(np.moveaxis(half, -1, axis)) for half in halves)
    return first_half, second_half
