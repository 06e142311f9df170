"""Pyramids of greatest heights walked from the top for all azimuths at once: the search for a sky-line.

Each node is a cap of the sphere. Its greatest height, put where in the cap it would be seen highest, bounds the
elevation of all it holds; a node that cannot beat what every azimuth across it has already is left out with all below.
"""

from __future__ import annotations

import math

import numpy as np

from moonstation.core.machine_code import compiled_with
from moonstation.moon.sky_line.leaf_ways import Frame, Limits, Sky, Span, Tree, bent_leaf, local, straight_leaf
from moonstation.moon.sky_line.nest import Finer

#: Caps smaller than this part of their distance are taken in the order of how high they seem.
_FRONT = 0.3
#: Level, row and column of a node.
_Node = tuple[int, int, int]
#: Bound of the tangent, first azimuth, how many azimuths, tangent at the middle.
_Look = tuple[float, int, int, float]
_fast = compiled_with(error_model="numpy")


@_fast
def search(tree: Tree, finer: Finer, frame: Frame, limits: Limits, sky: Sky, stride: float) -> None:
    """Raise tangents and ways of ``sky`` (tangent, way, turns) at all azimuths to what this pyramid holds."""
    levels = tree[1]
    stack = np.empty((4 * levels.shape[0] + 4, 7))
    fronts = _fronts(tree, frame, limits, sky[0].size, stack)
    for front in np.argsort(-fronts[:, 6]):
        stack[0] = fronts[front]
        size = 1
        while size > 0:
            size -= 1
            span = (int(stack[size, 4]), int(stack[size, 5]), stack[size, 3])
            if not _beats(sky[0], span):
                continue
            node = (int(stack[size, 0]), int(stack[size, 1]), int(stack[size, 2]))
            if node[0] > 0:
                size = _push_children(tree, node, frame, limits, sky[0], (stack, size))
            elif tree[5][node[1] * levels[0, 2] + node[2]]:
                bent_leaf(tree, finer, frame, limits, (node[1], node[2]), span, sky, stride)
            else:
                straight_leaf(tree, finer, frame, limits, (node[1], node[2]), span, sky, stride)


@_fast
def _fronts(tree: Tree, frame: Frame, limits: Limits, n: int, stack: np.ndarray) -> np.ndarray:
    """Nodes that together hold all within reach, each small against its distance; rows as in ``search``'s stack."""
    levels, caps = tree[1], tree[2]
    fronts = np.empty((256, 7))
    found, size = 0, 1
    stack[0, 0], stack[0, 1], stack[0, 2] = levels.shape[0] - 1, 0, 0
    while size > 0:
        size -= 1
        level, i, j = int(stack[size, 0]), int(stack[size, 1]), int(stack[size, 2])
        node = levels[level, 0] + i * levels[level, 2] + j
        east, north, up = local(caps, node, 0, frame)
        radius = (caps[node, 3], caps[node, 4])
        high, likely, first, many = seen(east, north, up, radius, tree[3][node], frame, limits, n)
        if many == 0:
            continue
        far = caps[node, 4] > 0.5 and caps[node, 3] < _FRONT * math.sqrt(east * east + north * north)
        if level > 0 and not far:
            for k in range(4):
                p, q = 2 * i + k // 2, 2 * j + k % 2
                if p < levels[level - 1, 1] and q < levels[level - 1, 2]:
                    stack[size, 0], stack[size, 1], stack[size, 2] = level - 1, p, q
                    size += 1
            continue
        if found == fronts.shape[0]:
            wider = np.empty((2 * found, 7))
            wider[:found] = fronts
            fronts = wider
        _put(fronts, found, (level, i, j), (high, first, many, likely))
        found += 1
    return fronts[:found]


@_fast
def _push_children(
    tree: Tree, node: _Node, frame: Frame, limits: Limits, best: np.ndarray, pile: tuple[np.ndarray, int]
) -> int:
    """Push those children of a node that can beat ``best``, the likeliest last; returns the stack's new size."""
    levels, caps, tops = tree[1], tree[2], tree[3]
    stack, size = pile
    level, start = node[0] - 1, size
    for k in range(4):
        i, j = 2 * node[1] + k // 2, 2 * node[2] + k % 2
        if i >= levels[level, 1] or j >= levels[level, 2]:
            continue
        child = levels[level, 0] + i * levels[level, 2] + j
        east, north, up = local(caps, child, 0, frame)
        high, likely, first, many = seen(
            east, north, up, (caps[child, 3], caps[child, 4]), tops[child], frame, limits, best.size
        )
        if many == 0 or not _beats(best, (first, many, high)):
            continue
        at = size
        while at > start and stack[at - 1, 6] > likely:
            for m in range(7):
                stack[at, m] = stack[at - 1, m]
            at -= 1
        _put(stack, at, (level, i, j), (high, first, many, likely))
        size += 1
    return size


@_fast
def _put(rows: np.ndarray, at: int, node: _Node, look: _Look) -> None:
    rows[at, 0], rows[at, 1], rows[at, 2] = node
    rows[at, 3], rows[at, 4], rows[at, 5], rows[at, 6] = look


@_fast
def _beats(best: np.ndarray, span: Span) -> bool:
    """Whether a span's bound is above what one of its azimuths has."""
    first, many, bound = span
    n = best.size
    for k in range(first, first + many):  # noqa: SIM110 (any() of a generator does not compile)
        if best[k if k < n else k - n] < bound:
            return True
    return False


@_fast
def seen(
    east: float,
    north: float,
    up: float,
    radius: tuple[float, float],
    top: float,
    frame: Frame,
    limits: Limits,
    n: int,
) -> tuple[float, float, int, int]:
    """Bound of the tangent within a cap, tangent at its middle, first azimuth and how many azimuths cross it."""
    eye, moon = frame[8], frame[9]
    sin_r, cos_r = radius
    if not top > -math.inf:
        return -math.inf, -math.inf, 0, 0
    across = math.sqrt(east * east + north * north)
    sin_0, cos_0 = across * cos_r - up * sin_r, up * cos_r + across * sin_r
    around = up >= cos_r or cos_r <= 0.0  # the cap holds the place itself
    if around or cos_0 > limits[3]:
        sin_0, cos_0 = limits[2], limits[3]
    elif cos_0 < limits[5] or sin_0 < 0.0:
        return -math.inf, -math.inf, 0, 0
    r = moon + top
    if r < cos_0 * eye:  # below the eye the sphere's height r is best seen where the line of sight touches it
        sin_1, cos_1 = across * cos_r + up * sin_r, up * cos_r - across * sin_r
        if cos_1 < limits[5] or sin_1 < 0.0 or cos_r <= 0.0:
            sin_1, cos_1 = limits[4], limits[5]
        sin_0, cos_0 = (math.sqrt(1.0 - (r / eye) ** 2), r / eye) if r > cos_1 * eye else (sin_1, cos_1)
    high = (r * cos_0 - eye) / (r * sin_0)
    likely = (r * up - eye) / (r * max(across, limits[2]))
    ratio = sin_r / across
    if around or ratio >= 1.0:
        return high, likely, 0, n
    # 0.571 = pi / 2 - 1 makes this cubic an upper bound of the arc sine; 2e-5 is room for _turn
    half = (ratio + 0.571 * ratio * ratio * ratio + 2e-5) * (n / (2.0 * math.pi))
    middle = _turn(east, north) * n
    first = math.ceil(middle - half)
    many = min(math.floor(middle + half) - first + 1, n)
    first += n if first < 0 else -n if first >= n else 0
    return high, likely, int(first), int(max(many, 0))


@_fast
def _turn(east: float, north: float) -> float:
    """Azimuth as a part of a turn, 0 to 1, good to 1e-5 rad (Abramowitz and Stegun 1964, eq. 4.4.49 in kind)."""
    a, b = abs(east), abs(north)
    z = min(a, b) / max(a, b)
    q = z * z
    series = 0.19354346 + q * (-0.11643287 + q * (0.05265332 - q * 0.01172120))
    angle = z * (0.99997726 + q * (-0.33262347 + q * series))
    angle = 0.5 * math.pi - angle if a > b else angle
    angle = math.pi - angle if north < 0.0 else angle
    angle = 2.0 * math.pi - angle if east < 0.0 else angle
    return angle / (2.0 * math.pi)
