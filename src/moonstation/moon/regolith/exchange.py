"""One step of all the pixels of a scene: direct light over their sky-lines, light and heat from what they see."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.constants import Stefan_Boltzmann

from moonstation.core.machine_code import compiled
from moonstation.moon.regolith.cells import FACETS
from moonstation.moon.regolith.column import step_columns, take_up
from moonstation.moon.regolith.ground import Ground
from moonstation.moon.sweep.sky_lines import QUANTUM_DEG

FloatArray = NDArray[np.float64]
Floats = NDArray[np.float32]

#: Columns side by side.
LANES = 32
_LOWEST = -0.2  # sine of the Sun's elevation below which no sky-line of the Moon lets it be seen


class Surfaces(NamedTuple):
    """State of the patches, in blocks of LANES: the last of the last block are none.

    layers, skin : [K], shapes (blocks, layers, LANES) and (blocks, LANES)
    scattered : sunlight that other ground throws in [W/m2]; glowing : infrared that leaves each [W/m2]; (patches,)
    sent : sunlight and infrared of each light during the step [W/m2], shape (lights, 2)
    """

    layers: FloatArray
    skin: FloatArray
    scattered: Floats
    glowing: Floats
    sent: Floats


class SunRays(NamedTuple):
    """The Sun in a series of steps.

    toward : unit vectors to it, shape (steps, moments of a step, 3); light_w_m2 : on a surface that faces it, (steps,)
    radius_rad : of its disc
    """

    toward: FloatArray
    light_w_m2: FloatArray
    radius_rad: float


class Lights(NamedTuple):
    """Direct light of one step [W/m2].

    patch_takes, takes : what each patch and each node absorbs, shapes (patches,) and (nodes,)
    throws : what each facet throws back, shape (nodes, FACETS)
    """

    patch_takes: Floats
    takes: Floats
    throws: Floats


class Lie(NamedTuple):
    """How the nodes lie: ``frame``, ``facets`` and ``sky`` as a scene has them."""

    frame: FloatArray
    facets: FloatArray
    sky: NDArray[np.int16]


@compiled
def direct_light(
    part: tuple[int, int],
    sun: SunRays,
    lie: Lie,
    albedo: FloatArray,
    takes: Floats,
    throws: Floats,
) -> None:
    """Direct sunlight that nodes absorb and their facets throw back [W/m2], for nodes from ``part[0]`` to ``part[1]``.

    ``albedo`` is the ground's at evenly spaced cosines of incidence from 0 to 1; ``takes`` has shape (steps, nodes),
    ``throws`` (steps, nodes, facets).
    """
    directions = lie.sky.shape[1]
    moments = sun.toward.shape[1]
    quantum = np.radians(QUANTUM_DEG)
    last = albedo.size - 1
    for node in range(part[0], part[1]):
        area = _area(lie.facets[node])
        for t in range(sun.toward.shape[0]):
            takes[t, node] = 0.0
            throws[t, node] = 0.0
            for m in range(moments):
                e, n, u = 0.0, 0.0, 0.0
                for c in range(3):
                    e += sun.toward[t, m, c] * lie.frame[node, 0, c]
                    n += sun.toward[t, m, c] * lie.frame[node, 1, c]
                    u += sun.toward[t, m, c] * lie.frame[node, 2, c]
                if u < _LOWEST or not _faces(lie.facets[node], e, n, u):
                    continue
                toward = np.arctan2(e, n) * directions / (2.0 * np.pi)
                first = int(np.floor(toward))
                share = toward - first
                line = lie.sky[node, first % directions] * (1.0 - share)
                line += share * lie.sky[node, (first + 1) % directions]
                x = (np.arcsin(u) - line * quantum) / sun.radius_rad
                if x <= -1.0:
                    continue
                seen = 1.0 if x >= 1.0 else 0.5 + (np.arcsin(x) + x * np.sqrt(1.0 - x * x)) / np.pi
                light = seen * sun.light_w_m2[t] / moments
                for q in range(FACETS):
                    facing = lie.facets[node, q, 0] * e + lie.facets[node, q, 1] * n + lie.facets[node, q, 2] * u
                    if facing <= 0.0:
                        continue
                    at = facing * last
                    j = min(int(at), last - 1)
                    back = albedo[j] + (at - j) * (albedo[j + 1] - albedo[j])
                    takes[t, node] += light * facing * (1.0 - back) / (lie.facets[node, q, 2] * area)
                    throws[t, node, q] += light * facing * back


@compiled
def _area(facets: FloatArray) -> float:
    """Of the facets of a node, each 1 on the map."""
    area = 0.0
    for q in range(FACETS):
        area += 1.0 / facets[q, 2]
    return area


@compiled
def _faces(facets: FloatArray, east: float, north: float, up: float) -> bool:
    """Whether any facet faces a direction."""
    most = 0.0
    for q in range(FACETS):
        most = max(most, facets[q, 0] * east + facets[q, 1] * north + facets[q, 2] * up)
    return most > 0.0


@compiled
def send(  # noqa: PLR0917
    part: tuple[int, int],
    state: Surfaces,
    direct: Lights,
    patch: NDArray[np.int32],
    facet_shares: Floats,
    diffuse_albedo: float,
) -> None:
    """Note what leaves a part's nodes to each side in a step: direct light of the facets that face it now, the rest
    as a step before. The heat of a ``patch`` is of its nodes as they absorb: what one takes more than the mean, it
    sends out at once, where the patch sends out so much.
    """
    sides = facet_shares.shape[1]
    for node in range(part[0], part[1]):
        back, heat = diffuse_albedo * state.scattered[patch[node]], state.glowing[patch[node]]
        mean, own = direct.patch_takes[patch[node]], direct.takes[node]
        heat = heat + own - mean if heat >= mean else heat * own / mean
        for side in range(sides):
            light = back
            for q in range(FACETS):
                light += facet_shares[node, side, q] * direct.throws[node, q]
            state.sent[sides * node + side, 0] = light
            state.sent[sides * node + side, 1] = heat


@compiled
def step_surfaces(  # noqa: PLR0913, PLR0917
    part: tuple[int, int],
    state: Surfaces,
    takes: Floats,
    views: tuple[NDArray[np.int64], NDArray[np.int32], Floats],
    step_s: float,
    ground: Ground,
    diffuse_albedo: float,
    sums: FloatArray,
) -> None:
    """Carry the blocks from ``part[0]`` to ``part[1]`` through one step, in place.

    ``takes`` is the direct light that each patch absorbs, shape (patches,); ``sums`` (blocks, 2, layers + 1, LANES)
    takes up what ``column.advance`` says, or is empty. Call ``send`` for all nodes before.
    """
    first, hit, weight = views
    count = takes.size
    scratch = np.empty((4, state.layers.shape[1], LANES))
    absorbed = np.zeros(LANES)
    infrared = np.zeros(LANES)
    black = ground.emissivity * Stefan_Boltzmann
    for block in range(part[0], part[1]):
        for m in range(LANES):
            node = block * LANES + m
            if node >= count:
                continue
            light, heat = 0.0, 0.0
            for j in range(first[node], first[node + 1]):
                light += weight[j] * state.sent[hit[j], 0]
                heat += weight[j] * state.sent[hit[j], 1]
            state.scattered[node] = light
            infrared[m] = heat
            absorbed[m] = takes[node] + (1.0 - diffuse_albedo) * light + ground.emissivity * heat
        step_columns(state.layers[block], state.skin[block], absorbed, step_s, ground, scratch)
        if sums.size:
            take_up(state.layers[block], state.skin[block], ground, scratch[0], sums[block])
        for m in range(LANES):
            node = block * LANES + m
            if node < count:
                state.glowing[node] = black * state.skin[block, m] ** 4 + (1.0 - ground.emissivity) * infrared[m]


@compiled
def note_extremes(  # noqa: PLR0917
    part: tuple[int, int],
    state: Surfaces,
    loss: FloatArray,
    loss_per_k: float,
    extremes: FloatArray,
    lost: FloatArray,
) -> None:
    """Take up a step's temperatures: ``extremes`` (3, nodes) least, greatest and sum of the surface's [K].

    ``lost`` (layers + 1, nodes) adds up what bare ice would lose at the surface and in each layer; ``loss`` is
    tabulated from 0 K with ``loss_per_k`` values to a kelvin.
    """
    nodes = extremes.shape[1]
    for block in range(part[0], part[1]):
        for m in range(LANES):
            node = block * LANES + m
            if node >= nodes:
                continue
            kelvin = state.skin[block, m]
            extremes[0, node] = min(extremes[0, node], kelvin)
            extremes[1, node] = max(extremes[1, node], kelvin)
            extremes[2, node] += kelvin
            for j in range(lost.shape[0]):
                if j > 0:
                    kelvin = state.layers[block, j - 1, m]
                at = kelvin * loss_per_k
                k = min(int(at), loss.size - 2)
                lost[j, node] += loss[k] + (at - k) * (loss[k + 1] - loss[k])
