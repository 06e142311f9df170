"""What the outcomes of an ensemble hang on: its sampled facts, the failures of its assets, and how sure that is."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from moonstation.components.fact_meaning import meaning_of
from moonstation.station.influence import (
    TELLING,
    Influence,
    fact_influences,
    failure_influences,
    lives_needed,
    loss_influences,
    smallest_found,
    strongest,
)
from moonstation.studies.ensemble_tables import WORSE_WHEN_MORE

if TYPE_CHECKING:
    from moonstation.studies.ensemble import Ensemble


@dataclass(frozen=True)
class Causes:
    """What one outcome hangs on.

    found : every cause that was looked at, the surest first; lives : that have the outcome
    idle : sampled facts that were left out, for what they are about came to pass in no life
    """

    outcome: str
    lives: int
    found: tuple[Influence, ...]
    idle: int

    @property
    def sure(self) -> tuple[Influence, ...]:
        """Those that chance does not explain, with at most one false of twenty."""
        return tuple(item for item in self.found if item.significant)

    @property
    def smallest_found(self) -> float:
        """Least rank correlation that so many lives show four times of five, among so many causes [-]."""
        return smallest_found(self.lives, len(self.found))

    @property
    def lives_needed(self) -> int:
        """Lives that would show a correlation of ``station.influence.TELLING`` as surely."""
        return lives_needed(TELLING, len(self.found))

    def told(self, most: int) -> dict[str, Any]:
        """For machines: what is sure, at most so many of them, and how far the lives reach."""
        return {
            "causes": [asdict(item) | {"meaning": meaning(item)} for item in self.sure[:most]],
            "looked_at": len(self.found),
            "left_out": self.idle,
            "smallest_found": self.smallest_found,
            "lives_needed": self.lives_needed,
        }


def meaning(item: Influence) -> str:
    """What a cause is in words, "" where it is no fact or nobody says what that is."""
    return meaning_of(item.cause) if item.kind == "fact" else ""


def causes(run: Ensemble, outcome: str) -> Causes:
    """What an outcome of an ensemble hangs on; KeyError for an unknown outcome."""
    values, lives = run.outcome(outcome), run.lives
    keys = [fact.key for fact in run.plan.sampled]
    idle = run.idle_facts
    found: list[Influence] = []
    plan, first_h = lives.failure_plan, run.first_failures_h
    if plan is not None:
        if outcome == "survived" and not run.not_judged:
            found += loss_influences(plan.unit_names, first_h, run.outcome("lost_h"), values)
        else:
            harm = 1 if outcome in WORSE_WHEN_MORE else -1
            failed = np.isfinite(first_h)
            found += failure_influences(plan.unit_names, failed, values, harm=harm, chance=run.reorderings)
    used = [number for number, key in enumerate(keys) if key not in idle]
    names = [keys[number] for number in used]
    found += fact_influences(names, lives.values[:, used], values, chance=run.reorderings)
    return Causes(outcome, int(np.isfinite(values).sum()), tuple(strongest(found)), len(idle))
