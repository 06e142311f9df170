"""How full a recorder may be for each instrument: the less a Gbit of its data is worth, the sooner it pauses.

Nested thresholds, one for each class of traffic (partial buffer sharing: Kroener et al. 1991, IEEE J. Sel. Areas
Commun. 9:418).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from moonstation.components.contract import Interlock, Process, Store
from moonstation.facts.table import lookup
from moonstation.station.data_fate import data_by_node, is_science, worth_points_gbit
from moonstation.station.model import Asset, BusKey, bus_key

Row = tuple[Asset, Process]

#: An instrument gives up no more than this share of the room that it may fill [-].
_MOST_GIVEN = 0.5


def room_for_worthier(processes: Sequence[Row], stores: Iterable[tuple[Asset | None, Store, BusKey]]) -> list[Row]:
    """The same processes, of which instruments leave room for what worthier ones of their site make in a while.

    The while is the fact comms.room_for_worthier. Those that do not pause for the recorder give no room.
    """
    capacity: dict[str, float] = defaultdict(float)
    for owner, store, (quantity, node) in stores:
        if owner is not None and quantity == "data":
            capacity[node] += store.capacity
    made: dict[str, list[tuple[float, float]]] = defaultdict(list)  # by node: worth of a Gbit, Gbit/h at most
    for asset, process in processes:
        if is_science(process):
            for node, rate in data_by_node(asset, process).items():
                made[node].append((worth_points_gbit(process, rate), rate * process.limit))
    return [
        (asset, _leaving_room(asset, process, made, capacity) if _pauses(process) else process)
        for asset, process in processes
    ]


def _pauses(process: Process) -> bool:
    return is_science(process) and any(_is_room(lock) for lock in process.interlocks)


def _is_room(lock: Interlock) -> bool:
    return lock.bus.partition("@")[0] == "data" and lock.high < 1.0


def _leaving_room(
    asset: Asset, process: Process, made: Mapping[str, Sequence[tuple[float, float]]], capacity: Mapping[str, float]
) -> Process:
    hours, rates = lookup("comms.room_for_worthier").value, data_by_node(asset, process)

    def lowered(lock: Interlock) -> Interlock:
        node = bus_key(lock.bus, asset)[1]
        if not _is_room(lock) or rates.get(node, 0.0) <= 0.0 or capacity.get(node, 0.0) <= 0.0:
            return lock
        own = worth_points_gbit(process, rates[node])
        kept = hours * sum(gbit_h for worth, gbit_h in made[node] if worth > own * (1.0 + 1e-9)) / capacity[node]
        return replace(lock, high=lock.high - min(kept, _MOST_GIVEN * lock.high))

    return replace(process, interlocks=tuple(map(lowered, process.interlocks)))
