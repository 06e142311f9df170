"""The International Lunar Research Station in software: site, road map, station, report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from moonstation.report.campaign_report import CampaignRun
    from moonstation.report.comparison_report import ComparedLives
    from moonstation.report.lives_run import LivesRun
    from moonstation.report.run import Run
    from moonstation.scenario.schema import Scenario
    from moonstation.studies.ensemble_progress import Progress as LivesProgress
    from moonstation.studies.study import Progress

__version__ = "0.1.0"
__all__ = ["__version__", "campaign", "compare", "simulate", "study"]


def study(scenario: str | Path | Scenario, *, progress: Progress | None = None) -> Run:
    """Run a scenario of the library (``ilrs``, ``first-night``), a TOML file or a loaded scenario, and judge it.

    The result has ``timeseries`` (xarray), ``events``, ``summary``, ``milestones``, ``report`` (HTML) and
    ``save(folder)``. Raises ScenarioError with every fault of the file.
    """
    from moonstation.report.run import study as run_study

    return run_study(scenario, progress=progress)


def simulate(
    scenario: str | Path | Scenario,
    *,
    members: int | None = None,
    seed: int | None = None,
    step: str | None = None,
    progress: LivesProgress | None = None,
    **more: Any,
) -> Run | LivesRun:
    """Run ``members`` lives of a scenario, each with its own values of the uncertain facts, all drawn from ``seed``.

    The result has ``summary``, ``outcomes`` and ``timeseries`` (xarray, with an axis of members), ``report`` (HTML) and
    ``save(folder)``. Without ``members``, one life with every fact at its table's value, as ``study`` gives it.

    seed : 0 if not given; step : time step in place of the scenario's, such as ``1h``
    more : ``series`` and ``failures`` of a ``moonstation.studies.chunks.Order``, ``workers`` and ``keep`` as
        ``moonstation.studies.ensemble.ensemble`` takes them

    Raises ScenarioError with every fault of the file, RangeError for numbers that cannot be, and for what only many
    lives have where one is asked for.
    """
    if members is None:
        from moonstation.studies.ensemble import refuse_order_of_many

        refuse_order_of_many({"seed": seed, **more})
        return _one_life(scenario, step, progress)
    from moonstation.report.lives_run import simulate_lives
    from moonstation.studies.chunks import Order

    asked = {name: more.pop(name) for name in ("series", "failures") if name in more}
    return simulate_lives(scenario, Order(members, seed or 0, step, **asked), progress=progress, **more)


def _one_life(scenario: str | Path | Scenario, step: str | None, progress: LivesProgress | None) -> Run:
    """The life that ``study`` runs; ``progress`` is told its stages, of which nobody knows how long each takes."""
    from moonstation.report.run import study as run_study

    return run_study(scenario, step=step, progress=(lambda stage: progress(stage, 0.0, 0.0)) if progress else None)


def compare(
    first: str | Path | Scenario,
    second: str | Path | Scenario,
    *,
    members: int,
    seed: int = 0,
    step: str | None = None,
    progress: LivesProgress | None = None,
    **more: Any,
) -> ComparedLives:
    """Run the same lives of two scenarios and compare them pair by pair: the same values of the facts that both use.

    The result has ``differences`` (of every outcome, the second less the first, with intervals), ``summary``,
    ``report`` and ``save(folder)``. ``step`` and errors as of ``simulate``, and of ``more``
    ``failures`` and ``workers``.
    """
    from moonstation.report.comparison_report import compare_lives
    from moonstation.studies.chunks import Order

    order = Order(members, seed, step, failures=more.pop("failures", True))
    return compare_lives(first, second, order, progress=progress, **more)


def campaign(scenario: str | Path | Scenario, *, progress: LivesProgress | None = None, **more: Any) -> CampaignRun:
    """Let every unit of a scenario fail alone, in every way, at the worst moment and in each season.

    The result has ``table`` (a row for every failure: found and mended after how long and by what, what was lost),
    ``summary``, ``report`` (HTML) and ``save(folder)``.

    more : ``look_days``, ``units``, ``one_of_each``, ``seed`` and ``step`` as
        ``moonstation.studies.fault_campaign.fault_campaign`` takes them

    Raises ScenarioError with every fault of the file, RangeError for an order that cannot be.
    """
    from moonstation.report.campaign_report import run_campaign

    return run_campaign(scenario, progress=progress, **more)
