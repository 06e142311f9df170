"""A study together with its report: what ``moonstation.study`` returns."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from moonstation.core.memory import give_back_free_memory
from moonstation.scenario.schema import Scenario
from moonstation.studies.folder import write_run
from moonstation.studies.study import Progress, Study
from moonstation.studies.study import study as _study


@dataclass(frozen=True, repr=False)
class Run(Study):
    """A finished study: ``timeseries``, ``events``, ``summary``, ``milestones``, ``report``."""

    @cached_property
    def report(self) -> str:
        """The report, one HTML page that opens offline."""
        from moonstation.report.html import render_report
        from moonstation.report.of_study import view_of

        view = view_of(self)
        give_back_free_memory()
        return render_report(view)

    def save(self, folder: str | Path, *, where: str = "folder", overwrite: bool = False) -> Path:
        """Write the run folder whole or not at all; returns its path.

        where : what a refusal calls the folder

        Raises RangeError when the place is taken (unless ``overwrite`` and it is a run folder) or unwritable.
        """
        return write_run(self, Path(folder), lambda: self.report, where=where, overwrite=overwrite)


def study(scenario: str | Path | Scenario, *, progress: Progress | None = None, step: str | None = None) -> Run:
    """Run a scenario and judge it (see ``moonstation.studies.study``); the report comes with it."""
    done = _study(scenario, progress=progress, step=step)
    return Run(done.scenario, done.run, done.milestones, done.fact_keys, done.elapsed_s)
