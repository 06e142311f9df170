"""When the critical loads of an electricity bus were served, by the counts and the events that a run leaves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moonstation.station.packed import EV_SERVED, EV_UNSERVED, Records, log_rows

Steps = NDArray[np.int64]


@dataclass(frozen=True)
class CriticalLoads:
    """The critical loads of one bus over a run.

    there, served : per record, steps with critical loads and steps with all of them served, shape (record,)
    first : first step with critical loads, the run's end where there never were any
    last_served : end of the last step in which all of them were served, -1 where they never were
    unserved : begins and ends of the spells in which they were not, in steps, shape (n,) each
    """

    there: NDArray[np.int32]
    served: NDArray[np.int32]
    first: int
    last_served: int
    unserved: tuple[Steps, Steps]

    @property
    def share(self) -> float | None:
        """Share of the time with critical loads in which all of them were served, None where there were none [-]."""
        there = int(self.there.sum())
        return float(int(self.served.sum()) / there) if there else None

    @property
    def share_by_record(self) -> NDArray[np.float32]:
        """The same of each record, nan where there were none, shape (record,)."""
        there, served = self.there.astype(np.float32), self.served.astype(np.float32)
        return np.divide(served, there, out=np.full(len(there), np.nan, np.float32), where=there > 0)

    @property
    def longest_unserved(self) -> int:
        """Steps of the longest spell in which they were not all served."""
        begins, ends = self.unserved
        return int((ends - begins).max()) if len(begins) else 0


def critical_loads(records: Records, power: int, steps: int) -> CriticalLoads:
    """Critical loads of the electricity bus of number ``power`` in a run of so many steps."""
    first, last_served = map(int, records.critical_span[power])
    return CriticalLoads(
        there=records.critical[:, power, 0],
        served=records.critical[:, power, 1],
        first=first if first >= 0 else steps,
        last_served=last_served,
        unserved=unserved_spells(log_rows(records), power, 0, steps),
    )


def no_critical_loads(steps: int) -> CriticalLoads:
    """What a run of so many steps tells of a place without critical loads."""
    nothing, never = np.zeros(0, np.int32), np.zeros(0, np.int64)
    return CriticalLoads(nothing, nothing, first=steps, last_served=-1, unserved=(never, never))


def unserved_spells(
    rows: NDArray[Any], power: int, first: int, last: int, *, begun: bool = False
) -> tuple[Steps, Steps]:
    """Begins and ends of the times in which the critical loads of a bus went unserved, shape (n,) each.

    rows : events of the kernel from step ``first`` on; those from ``last`` on do not count
    begun : whether they went unserved just before
    """
    own = rows[(rows["index"] == power) & (rows["step"] < last)]
    begins, ends = own["step"][own["code"] == EV_UNSERVED], own["step"][own["code"] == EV_SERVED]
    if begun:
        begins = np.append(first, begins)
    if len(begins) > len(ends):
        ends = np.append(ends, last)
    return begins.astype(np.int64), ends.astype(np.int64)
