"""Lives of one station side by side in the lanes of the kernel."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from moonstation.components.contract import Series
from moonstation.station.fault_tables import FaultTables
from moonstation.station.kernel import run_kernel
from moonstation.station.network import series_blocks
from moonstation.station.packed import Network, Records, empty_records
from moonstation.station.results import Columns
from moonstation.station.stacking import stack_networks
from moonstation.station.tables import make_tables

#: Lives that run side by side: two of the widest registers each took least time. The results do not depend on it.
LANES = 16
_EVENT_ROOM = 10_000
#: Some 1,500 a year at the ILRS. What does not fit costs a second run, what is not used costs no memory.
_FAULT_ROOM = 100_000


class LaneColumns:
    """Columns of the records of lives side by side, each laid out once for all of them.

    In the records the values of one life lie far apart, so that to gather them took most of the time to judge it.
    """

    def __init__(self, records: Records) -> None:
        self._records = records
        self._known: dict[tuple[str, int], NDArray[np.float32]] = {}

    def of_lane(self, lane: int) -> Columns:
        """Gives the column of that number of those records, by their name, for one life, shape (..., record)."""

        def column(name: str, number: int) -> NDArray[np.float32]:
            key = (name, number)
            if key not in self._known:
                self._known[key] = np.ascontiguousarray(getattr(self._records, name)[:, number].T)
            return self._known[key][lane]

        return column


def run_lives(  # noqa: PLR0913 (a run's numbers)
    networks: Sequence[Network],
    columns: Sequence[Series],
    steps: int,
    step_h: float,
    record_steps: int,
    *,
    width: int = LANES,
    room: int = _EVENT_ROOM,
    faults: Callable[[int], FaultTables] | None = None,
    told: Callable[[float], None] | None = None,
    blocks: Sequence[NDArray[np.float32]] = (),
) -> tuple[Records, FaultTables | None]:
    """One life of each network, up to ``width`` of them, in one go; the records have a last axis ``lane``.

    Each life is the same to the bit as alone. Other threads run meanwhile, so groups of lives share the cores. Where
    more happens than there is room for, all begin again with that room.

    networks : of equal structure (see ``stack_networks``); their numbers may differ
    columns : series over the steps, common to all lives
    step_h, record_steps : length of a step [h], steps in a record
    room : for how many events of each life there is room at first
    faults : makes the tables of the failures of the lives before the first landing, of ``width`` lanes and with room
        for so many events; left out, nothing fails and there are no such tables
    told : is told from time to time which share of the run is done [-]
    blocks : ``network.series_blocks`` of all the columns, where they are kept for many runs

    Raises ValueError for none or too many lives, or where their structures differ.
    """
    count = len(networks)
    if not 0 < count <= width:
        raise ValueError(f"between 1 and {width} lives run side by side, got {count}")
    stacked = stack_networks([*networks, *[networks[-1]] * (width - count)])
    fault_room = _FAULT_ROOM
    while True:
        records = empty_records(networks[0], steps, record_steps, room, lanes=width)
        tables, failing = make_tables(stacked, step_h), faults(fault_room) if faults else None
        done = 0
        for block in blocks or series_blocks(columns, 0, steps):
            run_kernel(tables, stacked.rules, block, step_h, record_steps, steps, records, failing)
            done += len(block)
            if told:
                told(done / steps)
        most, failures = int(records.log["index"][0].max()), int(failing.lanes["count"].max()) if failing else 0
        if most <= room and failures <= fault_room:
            return Records._make(array[..., :count] for array in records), failing
        room, fault_room = max(room, most), max(fault_room, failures)


def run_lanes(
    networks: Sequence[Network],
    columns: Sequence[Series],
    steps: int,
    step_h: float,
    record_steps: int,
    *,
    width: int = LANES,
) -> Records:
    """The records of ``run_lives`` where nothing fails."""
    return run_lives(networks, columns, steps, step_h, record_steps, width=width)[0]
