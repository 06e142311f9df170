"""Lives of one station side by side in the lanes of the kernel."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from moonstation.components.contract import Series
from moonstation.station.fault_tables import FaultTables
from moonstation.station.kernel import run_kernel
from moonstation.station.network import series_blocks
from moonstation.station.packed import Network, Records, empty_records
from moonstation.station.stacking import stack_networks
from moonstation.station.tables import make_tables

#: Lives that run side by side: two of the widest registers each took least time. The results do not depend on it.
LANES = 16
_EVENT_ROOM = 10_000


def run_lanes(  # noqa: PLR0913 (a run's numbers)
    networks: Sequence[Network],
    columns: Sequence[Series],
    steps: int,
    step_h: float,
    record_steps: int,
    *,
    width: int = LANES,
    faults: Callable[[], FaultTables] | None = None,
) -> Records:
    """One life of each network, up to ``width`` of them, in one go; the records have a last axis ``lane``.

    Each life is the same to the bit as alone. Other threads run meanwhile, so groups of lives share the cores.

    networks : of equal structure (see ``stack_networks``); their numbers may differ
    columns : series over the steps, common to all lives
    step_h, record_steps : length of a step [h], steps in a record
    faults : makes the tables of the failures of the lives, of ``width`` lanes, before the first landing

    Raises ValueError for none or too many lives, or where their structures differ.
    """
    count = len(networks)
    if not 0 < count <= width:
        raise ValueError(f"between 1 and {width} lives run side by side, got {count}")
    stacked = stack_networks([*networks, *[networks[-1]] * (width - count)])
    room = _EVENT_ROOM
    while True:
        records = empty_records(networks[0], steps, record_steps, room, lanes=width)
        tables, failing = make_tables(stacked, step_h), faults() if faults else None
        for block in series_blocks(columns, 0, steps):
            run_kernel(tables, stacked.rules, block, step_h, record_steps, steps, records, failing)
        most = int(records.log["index"][0].max())
        if most <= room:
            return Records._make(array[..., :count] for array in records)
        room = most
