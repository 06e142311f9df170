"""Two scenarios side by side: the same members, the same draws and facts, and the difference that the design makes."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from moonstation.core.errors import Fault, RangeError, ScenarioError
from moonstation.core.time import iso_utc
from moonstation.scenario.build import left_out
from moonstation.scenario.reading import load_scenario
from moonstation.scenario.schema import Scenario
from moonstation.station.odds import CONFIDENCE
from moonstation.station.paired import Difference, paired_difference
from moonstation.studies.chunks import Order
from moonstation.studies.ensemble import Ensemble, ensemble, order_faults
from moonstation.studies.ensemble_progress import Progress
from moonstation.studies.ensemble_tables import described, survival
from moonstation.studies.running import Workers

#: Outcomes that are no gain or loss of a design by themselves.
_NOT_COMPARED = ("lost_by", "max_relative_residual")


@dataclass(frozen=True, repr=False)
class Comparison:
    """Two ensembles of the same seed and size, member by member."""

    first: Ensemble
    second: Ensemble

    def __repr__(self) -> str:
        """One line: the numbers are in ``differences``."""
        survived = self.difference("survived")
        change = (
            f"{survived.mean:+.3f} ({survived.low:+.3f} to {survived.high:+.3f})" if survived.pairs else "not judged"
        )
        return f"<{type(self).__name__} {self.names[0]} to {self.names[1]}: survival {change}>"

    @property
    def names(self) -> tuple[str, str]:
        """Names of both scenarios, told apart where they are the same."""
        one, two = self.first.name, self.second.name
        if one == two:
            one, two = (_file(run.plan.scenario).stem for run in (self.first, self.second))
        return (f"{one} (A)", f"{two} (B)") if one == two else (one, two)

    @cached_property
    def differences(self) -> tuple[Difference, ...]:
        """The second less the first, for every outcome that both have in two lives or more and that differs in any."""
        shared = [name for name in self.first.gathered.names if name in self.second.gathered.names]
        made = [self.difference(name) for name in shared if name not in _NOT_COMPARED and self._moves(name)]
        return tuple(item for item in made if item.pairs > 1)  # one pair has no interval

    def difference(self, outcome: str) -> Difference:
        """The second less the first of one outcome."""
        return paired_difference(outcome, self.first.outcome(outcome), self.second.outcome(outcome), self.first.seed)

    def reached(self, milestone: str) -> Difference:
        """The same of whether a milestone of both is reached."""
        first, second = (np.isfinite(run.outcome(f"milestone.{milestone}")) for run in (self.first, self.second))
        return paired_difference(milestone, first, second, self.first.seed)

    @property
    def milestones(self) -> list[str]:
        """Names of the milestones that both have."""
        return [
            item.name for item in self.first.plan.milestones if f"milestone.{item.name}" in self.second.gathered.names
        ]

    @cached_property
    def is_of_one_design(self) -> bool:
        """Whether both scenarios describe one station to the model, so that no life could differ."""
        one, two = self.first, self.second
        alike = one.gathered.names == two.gathered.names
        alike = alike and np.array_equal(one.gathered.outcomes, two.gathered.outcomes, equal_nan=True)
        return alike and one.plan.digest == two.plan.digest  # a digest takes its time where stations are large

    @cached_property
    def summary(self) -> dict[str, Any]:
        """The numbers for machines."""
        return {
            "first": self._told(self.first),
            "second": self._told(self.second),
            "members": self.first.members,
            "seed": self.first.seed,
            "confidence": CONFIDENCE,
            "shared_facts": len(self.shared_facts),
            "one_design": self.is_of_one_design,
            "differences": {item.outcome: self._row(item) for item in self.differences},
            "milestones": {name: self._reached_row(name) for name in self.milestones},
        }

    @property
    def shared_facts(self) -> list[str]:
        """Facts that both sample, each pair of members alike."""
        return sorted({fact.key for fact in self.first.plan.sampled} & {fact.key for fact in self.second.plan.sampled})

    def _moves(self, name: str) -> bool:
        values = np.concatenate([self.first.outcome(name), self.second.outcome(name)])
        known = values[np.isfinite(values)]
        return bool(known.size and np.ptp(known) > 0.0)

    @staticmethod
    def _told(run: Ensemble) -> dict[str, Any]:
        scenario = run.plan.scenario
        period = {"start": iso_utc(scenario.start), "end": iso_utc(scenario.end)}
        notes = {"left_out": left_out(scenario), "notes": [str(note) for note in scenario.notes]}
        return {"name": scenario.name, "title": scenario.title} | period | survival(run) | notes

    def _reached_row(self, name: str) -> dict[str, Any]:
        item = self.reached(name)
        row = asdict(item)
        del row["outcome"]
        return row | {"clear": item.is_clear}

    @staticmethod
    def _row(item: Difference) -> dict[str, Any]:
        row = asdict(item)
        unit, meaning = described(row.pop("outcome"))
        return {"unit": unit, "meaning": meaning} | row | {"clear": item.is_clear}


def comparison(
    first: str | Path | Scenario,
    second: str | Path | Scenario,
    order: Order,
    *,
    workers: Workers = Workers(),  # noqa: B008 (nobody can change it)
    progress: Progress | None = None,
) -> Comparison:
    """Run the same members of two scenarios: each pair has the same values of every fact that both sample.

    Raises ScenarioError (with the faults of both), RangeError, TerrainError for bad input, BalanceError when mass or
    energy does not close.
    """
    if faults := pair_faults(order, workers) or _period_faults(*_both(first, second, order.step)):
        raise RangeError(faults)
    runs = [
        ensemble(scenario, order, workers=workers, progress=_half(progress, number))
        for number, scenario in enumerate((first, second))
    ]
    return Comparison(*runs)


def pair_faults(order: Order, workers: Workers) -> list[Fault]:
    """What is wrong with an order of pairs: of one pair nobody can tell how sure its difference is."""
    if faults := order_faults(order, workers):
        return faults
    if order.members > 1:
        return []
    return [Fault("members", "is too few to tell a difference", order.members, allowed="2 or more")]


def _both(first: str | Path | Scenario, second: str | Path | Scenario, step: str | None) -> list[Scenario]:
    """Both scenarios, or ScenarioError with all that is wrong with them, by letter where their files have one name."""
    found: list[Scenario] = []
    faults: list[Fault] = []
    one, other = _file(first), _file(second)
    alike = one != other and one.name == other.name
    for letter, scenario in zip("AB", (first, second), strict=True):
        try:
            found.append(load_scenario(scenario, **({"step": step} if step else {})))
        except ScenarioError as error:
            told = (replace(fault, where=f"{letter}, {fault.where}") if alike else fault for fault in error.faults)
            faults += [fault for fault in told if fault not in faults]
    if faults:
        raise ScenarioError(faults)
    return found


def _file(scenario: str | Path | Scenario) -> Path:
    """File of a scenario; its name where it has none."""
    return (scenario.path or Path(scenario.name)) if isinstance(scenario, Scenario) else Path(scenario)


def _half(progress: Progress | None, number: int) -> Progress | None:
    if progress is None:
        return None
    tell = progress
    return lambda what, done, total: tell(f"{what} of {'AB'[number]}", done + number * total, 2 * total)


def _period_faults(one: Scenario, two: Scenario) -> list[Fault]:
    """Scenarios over different times cannot be paired."""
    hints = dict.fromkeys(("start", "end"), "give both the same start and end") | {"step": "say one step for both"}
    return [
        Fault(
            "B", f"has another {name} than A", _told(getattr(two, name)), allowed=_told(getattr(one, name)), hint=hint
        )
        for name, hint in hints.items()
        if getattr(one, name) != getattr(two, name)
    ]


def _told(given: datetime | str) -> str:
    return iso_utc(given) if isinstance(given, datetime) else given
