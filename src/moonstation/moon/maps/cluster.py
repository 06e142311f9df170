"""The tiles of a map on the machines of a Dask cluster."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from moonstation.core.cluster import cluster_results
from moonstation.moon.maps.plan import MapPlan, compute_tile_elsewhere


def cluster_tiles(plan: MapPlan, address: str) -> Iterator[tuple[int, dict[str, np.ndarray]]]:
    """Number and layers of every tile as they come back from the workers at ``address`` (tcp://host:port).

    Every worker needs the elevation models under the same paths. Raises RangeError as ``core.cluster.cluster_results``.
    """
    yield from cluster_results(
        address, compute_tile_elsewhere, ((number, (plan, number, 1)) for number in range(len(plan.tiles)))
    )
