"""Networks of equal structure, one per life, side by side: their numbers get a last axis ``lane``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moonstation.station.packed import Network

#: Groups whose numbers may differ between lives; the schedule, the policy and the buses are common.
_LIVELY = ("stores", "processes", "thermal", "conditions")


def lanes_of(network: Network) -> int:
    """Number of lives that a network is stacked of; 0 for a plain one."""
    return network.processes.limit.shape[1] if network.processes.limit.ndim > 1 else 0


def stack_networks(networks: Sequence[Network]) -> Network:
    """One network whose limits, amounts, capacities and so on have the shape (row, lane), a lane per given network.

    Raises ValueError where they differ in more than such numbers: in structure, in the sign of what a recipe moves, in
    which way a hysteresis works, in schedule or policy.
    """
    first = networks[0]
    for other in networks[1:]:
        for name in first._fields:
            if name not in _LIVELY:
                _refuse_different(name, getattr(first, name), getattr(other, name))
    groups = {name: _stacked(name, [getattr(network, name) for network in networks]) for name in _LIVELY}
    stacked = first._replace(**groups)
    _refuse_mixed("recipe_rate", np.sign(stacked.processes.recipe_rate))
    _refuse_mixed("control_on and control_off", stacked.processes.control_on < stacked.processes.control_off)
    return stacked


def _refuse_different(name: str, one: Any, other: Any) -> None:
    for field in one._fields:
        if not np.array_equal(getattr(one, field), getattr(other, field)):
            raise ValueError(f"lives side by side must have the same {name}.{field}")


def _refuse_mixed(name: str, kinds: NDArray[Any]) -> None:
    if (kinds != kinds[:, :1]).any():
        raise ValueError(f"lives side by side must agree in which way {name} works")


def _stacked(name: str, groups: Sequence[Any]) -> Any:
    columns: dict[str, NDArray[Any]] = {}
    for field in groups[0]._fields:
        rows = [getattr(group, field) for group in groups]
        if rows[0].dtype == np.float64:
            if len({row.shape for row in rows}) > 1:
                raise ValueError(f"lives side by side must have equally many {name}.{field}")
            columns[field] = np.stack(rows, axis=-1)
        else:
            if any(not np.array_equal(row, rows[0]) for row in rows):
                raise ValueError(f"lives side by side must have the same {name}.{field}")
            columns[field] = rows[0]
    return type(groups[0])(**columns)
