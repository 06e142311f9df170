"""Milestones as conditions on what the station has shown that it can do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from moonstation.core.time import DAY_S
from moonstation.roadmap.trailing import FloatArray, first_held
from moonstation.station.means import lacking, steps_in

if TYPE_CHECKING:
    from moonstation.station.results import RunResult


@dataclass(frozen=True, slots=True)
class Metric:
    """Something measured about a station over time: its unit, what it is, and a word for plots."""

    unit: str
    label: str
    doc: str


#: What a milestone may ask for, by the key that scenario files use.
METRICS: Mapping[str, Metric] = {
    "energy_kw": Metric("kW", "energy", "power that the sources offer, mean over the last synodic day"),
    "energy_firm_kw": Metric("kW", "firm energy", "mean power of the worst 24 h within the last synodic day"),
    "energy_served_share": Metric(
        "1", "energy served", "share of time in which all critical loads were served, over the last synodic day"
    ),
    "communication_gbit_day": Metric(
        "Gbit/d", "communication", "data that could be returned to Earth, mean over the last synodic day"
    ),
    "life_support_crew": Metric(
        "people", "life support", "people for whom air, water and room are ready, mean over the last synodic day"
    ),
    "crew": Metric("people", "crew", "people present"),
    "crew_days": Metric("d", "crew days", "days lived by people on the Moon, sum since the start"),
    "science_hours": Metric("h", "science", "hours worked by instruments, sum since the start"),
    "data_returned_gbit": Metric("Gbit", "data returned", "data returned to Earth, sum since the start"),
    "water_kg": Metric("kg", "water won", "water won from the ground, sum since the start"),
}

#: Values of a metric at a site ("" for the whole station) over the record's times.
SeriesOf = Callable[[str, str], FloatArray]


@dataclass(frozen=True, slots=True)
class Milestone:
    """A step of the road map.

    planned : when it is promised
    conditions : metric -> least value [unit of the metric]; all must hold together
    landed : mission -> its arrival, None where it failed; all must have arrived
    requires : milestones that must be reached before
    site : whose capability counts, "" for the whole station
    hold_days : the conditions must hold so long without a break [d]
    """

    name: str
    title: str
    planned: datetime
    conditions: Mapping[str, float] = field(default_factory=dict)
    landed: Mapping[str, datetime | None] = field(default_factory=dict)
    requires: tuple[str, ...] = ()
    site: str = ""
    hold_days: float = 0.0


@dataclass(frozen=True, slots=True)
class ConditionOutcome:
    """One condition by itself: when it came to hold, the best value seen, and the share of time it held since [-]."""

    metric: str
    least: float
    unit: str
    reached: datetime | None
    best: float
    held_since: float


@dataclass(frozen=True, slots=True)
class MilestoneOutcome:
    """When a milestone was reached (the moment from which its conditions held together), None if never."""

    name: str
    title: str
    planned: datetime
    reached: datetime | None
    conditions: tuple[ConditionOutcome, ...]
    landed: Mapping[str, datetime | None]
    waits_for: tuple[str, ...]

    @property
    def delay_days(self) -> float | None:
        """Days from the planned date to the reached one, negative when early; None while not reached [d]."""
        return (self.reached - self.planned).total_seconds() / DAY_S if self.reached else None


def evaluate(milestones: Sequence[Milestone], result: RunResult) -> list[MilestoneOutcome]:
    """Outcome of every milestone in a run, in the order given."""
    from moonstation.roadmap.capability import Capability

    capability = Capability(result)
    decided = {landing.mission: landing.landed for landing in result.landings}
    known = [replace(item, landed={**item.landed, **_among(item.landed, decided)}) for item in milestones]
    return judge(known, capability.time, cache(capability.series), lacking(result.record_lengths))


def _among(landed: Mapping[str, datetime | None], decided: Mapping[str, datetime | None]) -> dict[str, datetime | None]:
    """When the missions that needed a go landed, of those that a milestone asks for."""
    return {mission: decided[mission] for mission in landed if mission in decided}


def judge(
    milestones: Sequence[Milestone], time: NDArray[np.datetime64], series: SeriesOf, short: float = 0.0
) -> list[MilestoneOutcome]:
    """Outcome of every milestone from the values of the metrics at equally spaced UTC times, shape (n,).

    short : what the step of the last time lacks of a whole one [-]

    Raises ValueError for milestones that require each other in a circle or one that does not exist.
    """
    by_name = {milestone.name: milestone for milestone in milestones}
    done: dict[str, MilestoneOutcome] = {}
    while len(done) < len(by_name):
        ready = [item for item in by_name.values() if item.name not in done and set(item.requires) <= set(done)]
        if not ready:
            raise ValueError(f"milestones wait for each other: {', '.join(sorted(set(by_name) - set(done)))}")
        done.update({item.name: _outcome(item, _Records(time, short), series, done) for item in ready})
    return [done[milestone.name] for milestone in milestones]


@dataclass(frozen=True, slots=True)
class _Records:
    """Begins of equally long records, shape (n,), of which the last lacks ``short`` of a whole one [-]."""

    time: NDArray[np.datetime64]
    short: float

    def first_held(self, holds: NDArray[np.bool_], hold_days: float) -> int | None:
        """Record from which on something first held for so many days, None where it never did; for none, at all."""
        step_h = float((self.time[1] - self.time[0]) / np.timedelta64(1, "h")) if self.time.size > 1 else 1.0
        return first_held(holds, steps_in(24.0 * hold_days, step_h), self.short if hold_days > 0.0 else 0.0)

    def share_since(self, first: int, holds: NDArray[np.bool_]) -> float:
        """Share of the time from a record on in which something held [-]."""
        whole = float(holds[first:].sum()) - self.short * float(holds[-1])
        return whole / (holds.size - first - self.short)


def _outcome(
    milestone: Milestone, records: _Records, series: SeriesOf, done: Mapping[str, MilestoneOutcome]
) -> MilestoneOutcome:
    time = records.time
    held = np.ones(time.shape, dtype=bool)
    conditions = []
    for metric, least in milestone.conditions.items():
        values = series(metric, milestone.site)
        held &= values >= least
        conditions.append(_condition(metric, least, values, records, milestone.hold_days))
    waits_for = tuple(name for name in milestone.requires if done[name].reached is None)
    gates = [*(done[name].reached for name in milestone.requires), *milestone.landed.values()]
    passed = [gate for gate in gates if gate is not None]
    if len(passed) < len(gates):
        reached = None
    elif milestone.conditions:
        begin = int(np.searchsorted(time, _datetime64(max(passed)))) if passed else 0
        first = records.first_held(held[begin:], milestone.hold_days)
        reached = None if first is None else _utc(time[begin + first])
    else:
        reached = max(passed) if passed and _datetime64(max(passed)) <= time[-1] else None
    return MilestoneOutcome(
        name=milestone.name,
        title=milestone.title,
        planned=milestone.planned,
        reached=reached,
        conditions=tuple(conditions),
        landed=milestone.landed,
        waits_for=waits_for,
    )


def _condition(metric: str, least: float, values: FloatArray, records: _Records, hold_days: float) -> ConditionOutcome:
    holds = values >= least  # NaN holds nothing
    first = records.first_held(holds, hold_days)
    return ConditionOutcome(
        metric=metric,
        least=least,
        unit=METRICS[metric].unit,
        reached=None if first is None else _utc(records.time[first]),
        best=float(np.nanmax(values)) if np.isfinite(values).any() else float("nan"),
        held_since=0.0 if first is None else records.share_since(first, holds),
    )


def _utc(moment: np.datetime64) -> datetime:
    return datetime.fromtimestamp(float(moment.astype("datetime64[ms]").astype(np.int64)) / 1e3, UTC)


def _datetime64(moment: datetime) -> np.datetime64:
    return np.datetime64(moment.astimezone(UTC).replace(tzinfo=None), "ms")
