"""The main job: read one scenario, run its station, judge it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moonstation.core.time import iso_utc
from moonstation.core.words import noun
from moonstation.facts.table import UNCONFIRMED, Fact, lookup
from moonstation.facts.usage import recorded
from moonstation.roadmap.milestones import MilestoneOutcome, evaluate
from moonstation.scenario.build import build_milestones, build_station, left_out
from moonstation.scenario.reading import load_scenario
from moonstation.scenario.schema import Scenario
from moonstation.station.assessment import Assessment, assess, main_site
from moonstation.station.landing_log import LandingOutcome
from moonstation.station.results import Event, RunResult
from moonstation.station.simulate import simulate
from moonstation.studies.compilation import COMPILING, kernel_compiles
from moonstation.studies.kernel_beside import kernel_compiled_beside

if TYPE_CHECKING:
    import xarray as xr

#: Missions that are left out, named on a terminal; all are in the summary and the report.
_MOST_LEFT_OUT = 4
_RUNNING = "running the station"
#: Told the name of each stage as it begins.
Progress = Callable[[str], None]


@dataclass(frozen=True, repr=False)
class Study:
    """A scenario, its run and the judgement of it."""

    scenario: Scenario
    run: RunResult
    milestones: tuple[MilestoneOutcome, ...]
    fact_keys: frozenset[str]
    elapsed_s: float

    def __repr__(self) -> str:
        """One line: the numbers are in ``summary``, the series in ``timeseries``."""
        period = f"{self.scenario.start:%Y-%m-%d} to {self.scenario.end:%Y-%m-%d}"
        assets = len(self.run.station.assets)
        return f"<{type(self).__name__} {self.scenario.name}: {self.summary['verdict']}, {period}, {assets} assets>"

    @property
    def origin(self) -> dict[str, Any]:
        """What was drawn: nothing."""
        return {"seed": None, "seed_note": "one life without failures: nothing is random"}

    @property
    def timeseries(self) -> xr.Dataset:
        """The run's time series (see ``station.results.RunResult.dataset``)."""
        return self.run.dataset

    @property
    def events(self) -> tuple[Event, ...]:
        """Everything that happened, in order of time."""
        return self.run.events

    @cached_property
    def assessment(self) -> Assessment:
        """Availability of the infrastructure, blackouts and yield."""
        return assess(self.run)

    @cached_property
    def facts(self) -> tuple[Fact, ...]:
        """Every fact that the study stood on, in order of key."""
        return tuple(lookup(key) for key in sorted(self.fact_keys))

    @property
    def assumptions(self) -> tuple[Fact, ...]:
        """The facts among them that nobody has confirmed: assumptions."""
        return tuple(fact for fact in self.facts if fact.status in UNCONFIRMED)

    @cached_property
    def lost(self) -> tuple[Event, ...]:
        """Assets that froze, overheated or starved."""
        return tuple(event for event in self.events if event.kind.startswith("lost-"))

    @cached_property
    def reasons(self) -> tuple[str, ...]:
        """Why the verdict is negative; empty when the station lives.

        A station lives when its people all stay, when the critical loads of its main site are never unserved for
        longer than their stores of heat and patience allow (nothing of the main site is lost), when all people come
        who are to come and stay as long, and when every milestone within the period is reached. A station to which
        nothing comes that could be lost does not live.
        """
        site = main_site(self.run)
        node_of = {asset.name: asset.node for asset in self.run.station.assets}
        stakes = self.assessment.stakes
        reasons = [stakes.why_not_judged] if stakes.nothing else []
        if self.assessment.crew_lost:
            reasons.append(f"{self.assessment.crew_lost} crew(s) could not be kept alive")
        reasons += [_told(landing) for landing in self.run.landings if landing.people and _failed(landing)]
        here = sorted({event.subject for event in self.lost if node_of[event.subject] == site})
        if here:
            reasons.append(f"lost at the main site: {', '.join(here)}")
        missed = [item.title for item in self.milestones if item.reached is None and item.planned < self.scenario.end]
        if missed:
            reasons.append(f"not reached: {', '.join(missed)}")
        return tuple(reasons)

    @property
    def lives(self) -> bool:
        """The verdict."""
        return not self.reasons

    @cached_property
    def summary(self) -> dict[str, Any]:
        """The numbers for machines: the content of summary.json."""
        judged = self.assessment
        return {
            "name": self.scenario.name,
            "title": self.scenario.title,
            "start": iso_utc(self.scenario.start),
            "end": iso_utc(self.scenario.end),
            "main_site": main_site(self.run),
            "verdict": "lives" if self.lives else "does not live",
            "reasons": list(self.reasons),
            "survives": None if judged.stakes.why_not_judged else judged.loss is None,
            "not_judged": judged.stakes.why_not_judged or None,
            "lost": iso_utc(self.scenario.start + timedelta(hours=judged.loss.at_h)) if judged.loss else None,
            "lost_by": judged.loss.cause if judged.loss else None,
            "milestones": {item.name: _milestone(item) for item in self.milestones},
            "availability": {
                "energy": judged.energy,
                "communication": judged.communication,
                "life_support": judged.life_support,
            },
            "longest_blackout_h": judged.longest_blackout_h,
            "longest_without_contact_h": judged.longest_without_contact_h,
            "lowest_charge": judged.lowest_charge,
            "crew_days": judged.crew_days,
            "crew_lost": judged.crew_lost,
            "landings": [_landing(landing) for landing in self.run.landings],
            "science_hours": judged.science_hours,
            "data_returned_gbit": judged.data_returned_gbit,
            "assets": len(self.run.station.assets),
            "assets_lost": sorted({event.subject for event in self.lost}),
            "left_out": left_out(self.scenario),
            "notes": [str(note) for note in self.scenario.notes],
            "max_relative_residual": self.run.max_relative_residual,
            "facts": len(self.facts),
            "assumptions": len(self.assumptions),
            "assumption_keys": [fact.key for fact in self.assumptions],
        }


def study(scenario: str | Path | Scenario, *, progress: Progress | None = None, step: str | None = None) -> Study:
    """Run a scenario of the library (``ilrs``, ``first-night``), a TOML file or a loaded scenario, and judge it.

    progress : told the name of each stage as it begins
    step : time step in place of the scenario's, such as ``1h``

    Raises ScenarioError with every fault of the file; RangeError, TerrainError for what it points to;
    BalanceError when mass or energy does not close.
    """
    tell = progress or (lambda _stage: None)
    begin = time.perf_counter()
    with recorded() as keys:
        tell("reading the scenario")
        loaded = load_scenario(scenario, **({"step": step} if step else {}))
        with kernel_compiled_beside() as kernel_is_there:
            tell("placing the station under Sun and Earth")
            station = build_station(loaded)
            tell(_RUNNING)
            with kernel_compiles(lambda change: tell(COMPILING if change > 0 else _RUNNING)):
                run = simulate(station, before=kernel_is_there)
        tell("judging the run")
        outcomes = tuple(evaluate(build_milestones(loaded), run))
    return Study(loaded, run, outcomes, frozenset(keys), time.perf_counter() - begin)


def other_verdict(summary: Mapping[str, Any]) -> str:
    """What many lives would call a study's life, by its summary: they are less strict; "" where both are content."""
    if why := summary["not_judged"]:
        return "" if why in summary["reasons"] else f"among many lives (simulate) this one is not judged: {why}"
    if summary["survives"]:
        counted = "counts as lived" if summary["reasons"] else ""
        why = "no crew is lost, and its basic infrastructure is there to the end"
    else:
        counted, cause = "counts as lost", summary["lost_by"].replace("_", " ")
        why = f"by {'the loss of a crew' if cause == 'crew' else cause} on {summary['lost'][:10]}"
    return f"among many lives (simulate) this one {counted}: {why}" if counted else ""


def notes_told(notes: Sequence[str]) -> str:
    """How many notes a scenario has, and where they are to be read; "" for none."""
    many = f"{len(notes)} {noun(len(notes), 'note')} on what may go ill in this scenario"
    return f"{many}: see the report's verdict, or moonstation check" if notes else ""


def left_out_told(left_out: Sequence[str]) -> str:
    """Which missions are left out, of which nothing comes or something does not, and why, in one line; "" for none."""
    more = f"; and {len(left_out) - _MOST_LEFT_OUT} more" if len(left_out) > _MOST_LEFT_OUT else ""
    return "; ".join(left_out[:_MOST_LEFT_OUT]) + more


def _failed(landing: LandingOutcome) -> bool:
    """Whether people who were to come did not, or left before their time."""
    return landing.landed is None or landing.left is not None


def _told(landing: LandingOutcome) -> str:
    """Why people did not come or did not stay."""
    what = "left early" if landing.left else "did not come"
    return f"the people of {landing.mission} {what}: {landing.cause}"


def _landing(landing: LandingOutcome) -> dict[str, Any]:
    moments = {"planned": landing.planned, "landed": landing.landed, "left": landing.left}
    told = {name: iso_utc(when) if when else None for name, when in moments.items()}
    return {
        "mission": landing.mission,
        "people": landing.people,
        "state": landing.state,
        **told,
        "waited_days": landing.waited_days,
        "cause": landing.cause,
    }


def _milestone(item: MilestoneOutcome) -> dict[str, Any]:
    return {
        "title": item.title,
        "planned": iso_utc(item.planned),
        "reached": iso_utc(item.reached) if item.reached else None,
        "delay_days": item.delay_days,
        "conditions": [asdict(c) | {"reached": iso_utc(c.reached) if c.reached else None} for c in item.conditions],
    }
