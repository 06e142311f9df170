"""Cubic Lagrange interpolation between evenly spaced nodes, for compiled loops."""

from __future__ import annotations

from moonstation.core.machine_code import compiled

#: Nodes that a cubic goes through.
NODES = 4


@compiled
def four_nodes(x: float, count: int) -> int:
    """Number of the first of the four nodes around ``x`` (counted in nodes from the first of ``count``)."""
    return min(max(int(x) - 1, 0), count - NODES)


@compiled
def weights(x: float) -> tuple[float, float, float, float]:
    """Weights [-] of four nodes at 0, 1, 2, 3 for the value at ``x``; they sum to 1."""
    return (
        -(x - 1.0) * (x - 2.0) * (x - 3.0) / 6.0,
        x * (x - 2.0) * (x - 3.0) / 2.0,
        -x * (x - 1.0) * (x - 3.0) / 2.0,
        x * (x - 1.0) * (x - 2.0) / 6.0,
    )
