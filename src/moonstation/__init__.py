"""The International Lunar Research Station in software: site, road map, station, report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from moonstation.report.run import Run
    from moonstation.studies.study import Progress

__version__ = "0.1.0"
__all__ = ["__version__", "study"]


def study(scenario: str | Path, *, progress: Progress | None = None) -> Run:
    """Run a scenario of the library (``ilrs``, ``first-night``) or a TOML file, and judge it.

    The result has ``timeseries`` (xarray), ``events``, ``summary``, ``milestones``, ``report`` (HTML) and
    ``save(folder)``. Raises ScenarioError with every fault of the file.
    """
    from moonstation.report.run import study as run_study

    return run_study(scenario, progress=progress)
