"""Slow functions of time, evaluated on a coarse grid of nodes and interpolated by cubics."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from moonstation.core.machine_code import compiled
from moonstation.sky.cubic import NODES, four_nodes, weights

FloatArray = NDArray[np.float64]


def sampled(function: Callable[[FloatArray], FloatArray], tdb: FloatArray, node_step_s: float) -> FloatArray:
    """Values of ``function`` at ``tdb``, from nodes at most ``node_step_s`` apart where that is less work.

    Parameters
    ----------
    function : rows for epochs, (n,) -> (n, k), smooth over a few nodes
    tdb : epochs in any order [s past J2000 TDB], shape (n,)
    node_step_s : greatest distance of nodes [s]

    Returns
    -------
    Rows of shape (n, k): exact where the nodes would be more than the epochs, else by cubic Lagrange interpolation.
    No node lies before the first or after the last epoch.
    """
    if tdb.size == 0:
        return function(tdb)
    first, last = float(tdb.min()), float(tdb.max())
    count = max(int(np.ceil((last - first) / node_step_s)) + 1, NODES)
    if count >= tdb.size or last == first:
        return function(tdb)
    nodes = np.linspace(first, last, count)
    return _cubic(np.ascontiguousarray(tdb), first, (last - first) / (count - 1), function(nodes))


@compiled
def _cubic(tdb: FloatArray, first: float, step_s: float, rows: FloatArray) -> FloatArray:
    """Cubic Lagrange interpolation of ``rows`` (m >= 4, k), the first at ``first``, ``step_s`` apart."""
    out = np.empty((tdb.size, rows.shape[1]))
    for i in range(tdb.size):
        x = (tdb[i] - first) / step_s
        k = four_nodes(x, len(rows))
        w0, w1, w2, w3 = weights(x - k)
        for j in range(rows.shape[1]):
            out[i, j] = w0 * rows[k, j] + w1 * rows[k + 1, j] + w2 * rows[k + 2, j] + w3 * rows[k + 3, j]
    return out
