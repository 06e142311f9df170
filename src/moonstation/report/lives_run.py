"""An ensemble together with its report: what ``moonstation.simulate`` returns when it is given members."""

from __future__ import annotations

import gc
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moonstation.studies.chunks import Order
from moonstation.studies.ensemble import Ensemble
from moonstation.studies.ensemble import ensemble as _ensemble
from moonstation.studies.ensemble_folder import write_ensemble

if TYPE_CHECKING:
    from moonstation.report.life_run import LifeRun
    from moonstation.scenario.schema import Scenario


@dataclass(frozen=True, repr=False)
class LivesRun(Ensemble):
    """Finished lives: ``summary``, ``outcomes``, ``timeseries``, ``report``."""

    @cached_property
    def report(self) -> str:
        """The report, one HTML page that opens offline."""
        from moonstation.report.ensemble_report import render_ensemble

        return render_ensemble(self)

    def life(self, member: int) -> LifeRun:
        """One of the lives in full, run again: series by the hour, events, report. RangeError where there is none."""
        from moonstation.report.life_run import run_life

        return run_life(self.lives, member)

    def save(self, folder: str | Path, *, where: str = "folder", overwrite: bool = False) -> Path:
        """Write the run folder whole or not at all; returns its path.

        where : what a refusal calls the folder

        Raises RangeError when the place is taken (unless ``overwrite`` and it is such a folder) or unwritable.
        """
        return write_ensemble(self, Path(folder), lambda: self.report, where=where, overwrite=overwrite)


def simulate_lives(scenario: str | Path | Scenario, order: Order, **how: Any) -> LivesRun:
    """Run lives of a scenario (see ``moonstation.studies.ensemble``); the report comes with them."""
    done = _ensemble(scenario, order, **how, meanwhile=_import_what_tells)
    return LivesRun(done.lives, done.gathered, done.elapsed_s)


def _import_what_tells() -> None:
    """What the run folder and the report need takes a second to import, while other threads run lives.

    What is there then stays to the end, most of it modules: the garbage collector, which stops all threads to look at
    what is there, need not look at it again.
    """
    for name in ("xarray", "zarr", "pyarrow.parquet", "scipy.stats", "moonstation.report.ensemble_report"):
        import_module(name)
    gc.freeze()
