"""Every failure alone: from the one life without failures a life with one failure branches each time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from moonstation.core.events import find_runs
from moonstation.station import packed
from moonstation.station.chances import Chances, FaultEvent, alone, log_of, mode_names, plan_of
from moonstation.station.critical_loads import unserved_spells
from moonstation.station.event_words import LOST_CODES
from moonstation.station.fault_tables import FaultTables, fault_tables
from moonstation.station.kernel import run_kernel
from moonstation.station.model import Asset, Station
from moonstation.station.network import Compiled, series_blocks
from moonstation.station.tables import Tables, make_tables

_ROOM = 20_000
Told = Callable[[int, int], None]
_T = TypeVar("_T", Tables, FaultTables)


@dataclass(frozen=True, slots=True)
class Trial:
    """One failure at one time: ``when`` says which, ``step`` the step of the failure."""

    unit: str
    mode: str
    when: str
    step: int


@dataclass(frozen=True, slots=True)
class TrialOutcome:
    """What came of it.

    found_h, restored_h : hours until it was known, until it was mended; None: never within the time looked at [h]
    found_by, ended_by : evidence; the step that mended it, or what was decided in the end
    unserved_h : hours in which critical loads of its bus went unserved, more than without it [h]
    lost : assets lost that would not have been
    """

    trial: Trial
    events: tuple[FaultEvent, ...]
    found_h: float | None
    found_by: str
    restored_h: float | None
    ended_by: str
    unserved_h: float
    lost: tuple[str, ...]

    @property
    def failed(self) -> bool:
        """Whether it came to pass; what is not there cannot fail."""
        return any(event.kind == "failed" for event in self.events)

    @property
    def lived(self) -> bool:
        """Whether nothing was lost by it."""
        return not self.lost


def darkest_step(sun_disc: np.ndarray, first: int, last: int, dark_below: float) -> int | None:
    """Begin of the longest time without enough of the Sun's disc within steps ``first`` to ``last``; None: no dark."""
    begins, ends = find_runs(sun_disc[first:last] < dark_below)
    return first + int(begins[np.argmax(ends - begins)]) if len(begins) else None


class Trials:
    """All trials of a station, and the life from which they branch."""

    def __init__(self, station: Station, compiled: Compiled, look_h: float, seed: int = 0) -> None:
        """``look_h``: for so long each failure is followed [h]."""
        self.station, self.compiled = station, compiled
        self.look = packed.steps_of(look_h, station.grid.step_h)
        self.plan, numbers = plan_of(station, compiled, Chances(seed))
        self.numbers = alone(numbers)
        self.records = packed.empty_records(compiled.network, compiled.steps, compiled.steps, _ROOM)

    def of(self, units: Iterable[Asset], steps_of: Callable[[Asset], Mapping[str, int]]) -> list[Trial]:
        """A trial for every mode of the units and every moment that ``steps_of`` names, in order of time."""
        found = []
        for asset in units:
            moments = steps_of(asset).items()
            modes = [name for unit, name in mode_names(self.plan) if unit == asset.name]
            found += [Trial(asset.name, mode, when, step) for mode in modes for when, step in moments]
        return sorted(found, key=lambda trial: trial.step)

    def run(self, trials: Iterable[Trial], told: Told | None = None) -> Iterator[TrialOutcome]:
        """Outcomes of trials that are in order of time."""
        trials = list(trials)
        base = make_tables(self.compiled.network, self.station.grid.step_h)
        faults = fault_tables(self.plan, [self.numbers], [0], _ROOM)
        untouched = self._nominal()
        names = mode_names(self.plan)
        at = 0
        for number, trial in enumerate(trials):
            self._go(base, faults, at, trial.step)
            at = trial.step
            tables, own = _copy(base), _copy(faults)
            own.lanes["forced_mode"], own.lanes["forced_step"] = names.index((trial.unit, trial.mode)), trial.step
            own.lanes["due"] = trial.step
            last = min(trial.step + self.look, self.compiled.steps)
            self.records.log["index"][0] = 0
            self._go(tables, own, trial.step, last)
            power = self._power_of(trial.unit)
            begun = power >= 0 and base.powers["unserved"][power, 0] > 0.0
            yield self._outcome(trial, own, untouched, last, bool(begun))
            if told:
                told(number + 1, len(trials))

    def _nominal(self) -> packed.Records:
        """The life without failures to its end."""
        records = packed.empty_records(self.compiled.network, self.compiled.steps, self.compiled.steps, _ROOM)
        tables = make_tables(self.compiled.network, self.station.grid.step_h)
        faults = fault_tables(self.plan, [self.numbers], [0], _ROOM)
        kept, self.records = self.records, records
        self._go(tables, faults, 0, self.compiled.steps)
        self.records = kept
        return records

    def _go(self, tables: Tables, faults: FaultTables, first: int, last: int) -> None:
        network, step_h, total = self.compiled.network, self.station.grid.step_h, self.compiled.steps
        for block in series_blocks(self.compiled.columns, first, last):
            run_kernel(tables, network.rules, block, step_h, total, total, self.records, faults)

    def _outcome(
        self, trial: Trial, faults: FaultTables, untouched: packed.Records, last: int, begun: bool
    ) -> TrialOutcome:
        events = tuple(log_of(self.plan, faults).events())
        found = next((event for event in events if event.kind == "detected"), None)
        ended = next((event for event in events if event.outcome in {"mended", "cleared by itself"}), None)
        left = next((event for event in events if event.outcome == "left as it is"), None)
        step_h = self.station.grid.step_h
        power = self._power_of(trial.unit)
        dark = [
            self._unserved(self.records, power, trial.step, last, begun),
            self._unserved(untouched, power, trial.step, last),
        ]
        return TrialOutcome(
            trial=trial,
            events=events,
            found_h=(found.step - trial.step) * step_h if found else None,
            found_by=found.evidence if found else "",
            restored_h=(ended.step - trial.step) * step_h if ended else None,
            ended_by=(ended.rule or ended.outcome) if ended else left.outcome if left else "",
            unserved_h=(dark[0] - dark[1]) * step_h,
            lost=tuple(sorted(self._lost(self.records, last) - self._lost(untouched, last))),
        )

    @staticmethod
    def _unserved(records: packed.Records, power: int, first: int, last: int, begun: bool = False) -> int:
        """Steps between two in which critical loads of a bus went unserved."""
        begins, ends = unserved_spells(packed.log_rows(records), power, first, last, begun=begun)
        return int(np.maximum(ends - np.maximum(begins, first), 0).sum())

    def _power_of(self, unit: str) -> int:
        return int(self.plan.units["power"][self.plan.unit_names.index(unit)])

    def _lost(self, records: packed.Records, last: int) -> set[str]:
        """Assets lost before a step."""
        rows = packed.log_rows(records)
        rows = rows[np.isin(rows["code"], LOST_CODES) & (rows["step"] < last)]
        return {self.compiled.assets[number].name for number in rows["index"]}


def _copy(tables: _T) -> _T:
    copies: Any = (table.copy() for table in tables)
    return type(tables)(*copies)
