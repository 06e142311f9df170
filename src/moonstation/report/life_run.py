"""One life of an ensemble together with its report."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

from moonstation.report.run import Run
from moonstation.scenario.schema import Scenario
from moonstation.studies.chunks import Lives, Order
from moonstation.studies.ensemble import lives_of
from moonstation.studies.one_life import LifeStudy, life_study
from moonstation.studies.study import Progress


@dataclass(frozen=True, repr=False)
class LifeRun(LifeStudy, Run):
    """A finished life: what a study gives (``timeseries``, ``events``, ``summary``, ``report``, ``save``)."""


def run_life(lives: Lives, member: int, progress: Progress | None = None) -> LifeRun:
    """Run a life of an ensemble in full (see ``moonstation.studies.one_life``); the report comes with it."""
    done = life_study(lives, member, progress)
    return LifeRun(**{field.name: getattr(done, field.name) for field in fields(done)})


def simulate_life(
    scenario: str | Path | Scenario, order: Order, member: int, progress: Progress | None = None
) -> LifeRun:
    """Run one of the lives that ``simulate_lives`` would run of the same order, in full."""
    if progress:
        progress("compiling the station")
    return run_life(lives_of(scenario, order), member, progress)
