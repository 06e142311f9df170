"""Which pixels of a map every pixel sees, and how much of its view each fills."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from moonstation.core.machine_code import compiled_with
from moonstation.moon.sweep.sky_lines import QUANTUM_DEG

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int32]

DIRECTIONS = 32
_HITS = 4  # pixels kept in one direction at most
MOST_HITS = DIRECTIONS * _HITS
_LUMP = 0.03  # share of the view of one direction for which one pixel may stand
_STRIDE = 0.8  # of a pixel, near; far away a fiftieth of the distance
_STRIDE_FAR = 0.02
_nogil = compiled_with(nogil=True)


@_nogil
def seen_terrain(  # noqa: PLR0913, PLR0917 (two rasters, four vectors)
    part: tuple[int, int],
    place: FloatArray,
    frame: FloatArray,
    sky: NDArray[np.int16],
    grids: FloatArray,
    fine: IntArray,
    coarse: IntArray,
    hit: IntArray,
    weight: NDArray[np.float32],
) -> None:
    """Fill ``hit`` and ``weight`` (nodes, MOST_HITS) for the nodes from ``part[0]`` up to ``part[1]``.

    Rays run over the two rasters of nodes (the finer one where it is), in directions evenly round the map. What rises
    above what the ray has met, and above the plane of the node's own ground, is seen; it fills of the view

        1/pi  integral of (normal . direction) over the solid angle.

    What is seen in a direction, up to the sky-line, is cut into at most four stretches of like weight; for each stands
    one of its pixels, drawn evenly from it by a sequence that depends on nothing but the node's number.

    Parameters
    ----------
    place : of the nodes [m], shape (nodes, 3); frame : east and north of the map, up, normal, shape (nodes, 4, 3)
    sky : sky-lines as stored, shape (nodes, directions of the sky-line)
    grids : of both rasters west edge, north edge and side of a pixel [m on the map], then x, y of every node's place
        are found from ``fine`` and ``coarse``, which hold the number of the node at each pixel, -1 where none is
    """
    rows, cols = fine.shape
    for i in range(fine.size + coarse.size):
        inner = i < fine.size
        raster = fine if inner else coarse
        at = i if inner else i - fine.size
        node = raster[at // raster.shape[1], at % raster.shape[1]]
        if node < part[0] or node >= part[1]:
            continue
        edges = grids[0] if inner else grids[1]
        x = edges[0] + (at % raster.shape[1] + 0.5) * edges[2]
        y = edges[1] - (at // raster.shape[1] + 0.5) * edges[2]
        _look_round(node, x, y, edges[2], place, frame, sky[node], grids, fine, coarse, hit[node], weight[node])


@_nogil
def _look_round(  # noqa: PLR0913, PLR0917
    node: int,
    x: float,
    y: float,
    side: float,
    place: FloatArray,
    frame: FloatArray,
    line: NDArray[np.int16],
    grids: FloatArray,
    fine: IntArray,
    coarse: IntArray,
    hit: IntArray,
    weight: NDArray[np.float32],
) -> None:
    hit[:], weight[:] = -1, 0.0
    count = 0
    for k in range(DIRECTIONS):
        turn = 2.0 * np.pi * (k + 0.5) / DIRECTIONS
        dx, dy = np.sin(turn), np.cos(turn)
        ahead, up = _leaning(frame[node], dx, dy)
        top = np.arctan2(-ahead, up)
        at = int((k + 0.5) / DIRECTIONS * line.size)
        sky = max(np.radians(line[at] * QUANTUM_DEG), top)
        terrain = _below(ahead, up, sky) - _below(ahead, up, top)
        full = _below(ahead, up, 0.5 * np.pi) - _below(ahead, up, top)
        lump = terrain / min(max(np.ceil(terrain / (_LUMP * full)), 1.0), _HITS)
        first, gathered, pick, last, away = count, 0.0, -1, -1, side
        while True:
            seen, stride = _node_at(x + away * dx, y + away * dy, grids, fine, coarse)
            if stride < 0.0:
                break
            away += max(_STRIDE * stride, _STRIDE_FAR * away)
            if seen < 0 or seen == node:
                continue
            elevation = _elevation(place[node], place[seen], frame[node, 2])
            if elevation <= top:
                continue
            gathered += _below(ahead, up, elevation) - _below(ahead, up, top)
            top, last = elevation, seen
            if pick < 0 and gathered >= lump * _even(node, k, count):
                pick = seen
            if gathered >= lump and count < first + _HITS:
                hit[count], weight[count] = pick, gathered * 2.0 / DIRECTIONS
                count += 1
                gathered, pick = 0.0, -1
        if gathered > 0.0 and count == first + _HITS:
            weight[count - 1] += gathered * 2.0 / DIRECTIONS
        elif gathered > 0.0:
            hit[count], weight[count] = (pick if pick >= 0 else last), gathered * 2.0 / DIRECTIONS
            count += 1


@_nogil
def _leaning(frame: FloatArray, dx: float, dy: float) -> tuple[float, float]:
    """The normal's parts along a direction of the map and upwards."""
    ahead, up = 0.0, 0.0
    for c in range(3):
        ahead += frame[3, c] * (frame[0, c] * dx + frame[1, c] * dy)
        up += frame[3, c] * frame[2, c]
    return ahead, up


@_nogil
def _even(node: int, direction: int, count: int) -> float:
    """A number in 0..1, evenly spread over nodes, directions and hits (a Kronecker sequence)."""
    value = node * 0.6180339887498949 + direction * 0.7548776662466927 + count * 0.5698402909980532
    return float(value - np.floor(value))


@_nogil
def _elevation(here: FloatArray, there: FloatArray, up: FloatArray) -> float:
    """Of one place over the level plane of another [rad]."""
    rise, square = 0.0, 0.0
    for c in range(3):
        step = there[c] - here[c]
        rise += step * up[c]
        square += step * step
    return float(np.arctan2(rise, np.sqrt(max(square - rise * rise, 1e-9))))


@_nogil
def _below(ahead: float, up: float, elevation: float) -> float:
    """Integral of (normal . direction) cos(e) de up to an elevation [rad]; ``ahead``, ``up`` are the normal's parts."""
    return float(0.5 * (ahead * (elevation + 0.5 * np.sin(2.0 * elevation)) - 0.5 * up * np.cos(2.0 * elevation)))


@_nogil
def _node_at(x: float, y: float, grids: FloatArray, fine: IntArray, coarse: IntArray) -> tuple[int, float]:
    """Node under a point of the map and the side of its pixel; -1 where there is none, side -1 off the map."""
    col = int(np.floor((x - grids[0, 0]) / grids[0, 2]))
    row = int(np.floor((grids[0, 1] - y) / grids[0, 2]))
    if 0 <= row < fine.shape[0] and 0 <= col < fine.shape[1]:
        return fine[row, col], grids[0, 2]
    col = int(np.floor((x - grids[1, 0]) / grids[1, 2]))
    row = int(np.floor((grids[1, 1] - y) / grids[1, 2]))
    if 0 <= row < coarse.shape[0] and 0 <= col < coarse.shape[1]:
        return coarse[row, col], grids[1, 2]
    return -1, -1.0
