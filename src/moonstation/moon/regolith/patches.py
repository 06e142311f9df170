"""Patches of ground that share a column: single nodes near a map, the wider the farther from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Floats = NDArray[np.float32]
IntArray = NDArray[np.int32]

#: Width of a patch in distances from the map's edge: no wider than the cells that a pixel there tells apart.
WIDTH = 0.2
_WIDEST = 12  # patches of 4096 pixels of the map


@dataclass(frozen=True, eq=False)
class Patches:
    """Nodes that share one column of ground.

    of : patch of each node, shape (nodes,); the first patches are the map's pixels
    share : of the patch's ground that a node is, shape (nodes,)
    order, starts : nodes patch by patch, and where each patch begins among them
    """

    of: IntArray
    share: Floats
    order: NDArray[np.int64]
    starts: NDArray[np.int64]

    @property
    def count(self) -> int:
        """Number of patches."""
        return len(self.starts)

    def lone(self) -> IntArray:
        """The node of each patch that is a single one, -1 of others, shape (patches,)."""
        single = np.diff(np.append(self.starts, self.order.size)) == 1
        return np.where(single, self.order[self.starts], -1).astype(np.int32)

    def mean(self, values: NDArray[np.floating]) -> FloatArray:
        """Means over the ground of each patch, shape (patches, ...), of values of nodes, shape (nodes, ...)."""
        share = self.share.reshape(-1, *[1] * (values.ndim - 1))
        return np.asarray(np.add.reduceat((values * share)[self.order], self.starts, axis=0))

    def largest(self, values: IntArray) -> IntArray:
        """The largest of the values of each patch's nodes, shape (patches,)."""
        return np.asarray(np.maximum.reduceat(values[self.order], self.starts), np.int32)


def patches_of(level: IntArray, lattice: NDArray[np.int64], pixels: int, ground: FloatArray) -> Patches:
    """Patches for nodes 2**level pixels wide at rows and columns counted in their own width, the map's pixels first.

    ``pixels`` are the map's, each a patch; ``ground`` is the area of each node. Patches are squares on the lattice.
    """
    at = lattice << level[:, None]
    edges = at[:pixels].min(axis=0), at[:pixels].max(axis=0) + 1
    width = level.copy()
    for wide in range(1, _WIDEST + 1):
        first = (at >> wide) << wide
        away = np.maximum(edges[0] - first - (1 << wide), first - edges[1]).max(axis=1)
        width[(away * WIDTH >= 1 << wide) & (level <= wide)] = wide
    keys = np.concatenate([width[:, None], at >> width[:, None]], axis=1)
    _, of = np.unique(keys[pixels:], axis=0, return_inverse=True)
    patch = np.concatenate([np.arange(pixels), pixels + of.reshape(-1)]).astype(np.int32)
    order = np.argsort(patch, kind="stable")
    starts = np.searchsorted(patch[order], np.arange(int(patch.max()) + 1))
    share = ground / np.bincount(patch, ground)[patch]
    return Patches(patch, share.astype(np.float32), order, starts)
