"""Series of single parts of a station by name, such as ``charge_kwh@ridge`` or ``amount@water tank: content``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches

import numpy as np
from numpy.typing import NDArray

from moonstation.core.errors import Fault
from moonstation.station.network import Compiled
from moonstation.station.results import RunResult

#: Series of a node with a power bus, with their units.
POWER = {
    "power_supply_kw": "kW",
    "power_served_kw": "kW",
    "power_shed_kw": "kW",
    "power_spilled_kw": "kW",
    "charge_kwh": "kWh",
    "charge_capacity_kwh": "kWh",
    "mode": "1",
    "critical_served": "1",
}
_PROCESS, _STORE = ("activity", "shortfall", "ready"), ("amount", "capacity")
_SHOWN = 6


def parts(compiled: Compiled) -> Mapping[str, Sequence[str]]:
    """Names of the parts of a station by the name of the variable that can be asked of them."""
    processes = [f"{asset.name}: {process.name}" for asset, process in compiled.processes]
    stores = [f"{asset.name}: {store.name}" for asset, store, _ in compiled.stores if asset]
    nodes = [f"{asset.name}: {node.name}" for asset, node in compiled.thermal_nodes]
    return (
        dict.fromkeys(POWER, list(compiled.power_nodes))
        | dict.fromkeys(_PROCESS, processes)
        | dict.fromkeys(_STORE, stores)
        | {"temperature_k": nodes, "alive": [asset.name for asset in compiled.assets]}
    )


def name_faults(names: Sequence[str], compiled: Compiled, where: str) -> list[Fault]:
    """What is wrong with names of series that a person gave under ``where``."""
    known = parts(compiled)
    faults = []
    for name in names:
        variable, _, part = name.partition("@")
        if variable not in known:
            hint = f"write it like charge_kwh@{compiled.power_nodes[0] if compiled.power_nodes else 'ridge'}"
            faults.append(Fault(where, "no such series", name, allowed=", ".join(known), hint=hint))
        elif part not in known[variable]:
            near = get_close_matches(part, known[variable], n=_SHOWN, cutoff=0.3) or known[variable][:_SHOWN]
            faults.append(Fault(where, f"{variable} is not of that part", name, allowed=f"such as {', '.join(near)}"))
    return faults


def named_series(run: RunResult, name: str) -> NDArray[np.float32]:
    """The series of that name, means over the records or values at their end, shape (record,)."""
    variable, _, part = name.partition("@")
    if variable in POWER:
        return run.power_of(part)[variable][1]
    number = parts(run.compiled)[variable].index(part)
    if variable == "alive":
        return run.alive[:, number].astype(np.float32)
    if variable in _STORE:
        number = [row for row, (asset, _, _) in enumerate(run.compiled.stores) if asset][number]
    return np.asarray(getattr(run.records, variable)[:, number], np.float32)
