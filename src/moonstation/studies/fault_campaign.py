"""A fault campaign: every unit fails alone, in every way, at the worst moment and in each season."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from statistics import median
from typing import Any

from moonstation.core.errors import Fault, RangeError
from moonstation.core.time import DAY_H, HOUR_S, iso_utc
from moonstation.core.words import noun
from moonstation.facts.table import Fact, lookup
from moonstation.facts.usage import recorded
from moonstation.scenario.build import build_station, left_out
from moonstation.scenario.fields import did_you_mean
from moonstation.scenario.reading import load_scenario
from moonstation.scenario.schema import Scenario
from moonstation.station.fault_trials import TrialOutcome, Trials, darkest_step
from moonstation.station.model import Asset, Station
from moonstation.station.network import compile_station
from moonstation.station.places import Places
from moonstation.studies.compilation import COMPILING, kernel_compiles
from moonstation.studies.ensemble import seed_faults
from moonstation.studies.ensemble_progress import STATION, Progress

#: The worst moment: the begin of the longest dark after the landing.
WORST = "longest dark"
SEASONS = ("season 1", "season 2", "season 3", "season 4")
#: How long each failure is followed [d].
LOOK_DAYS = 90.0
_FAILURES = "failures"


@dataclass(frozen=True, repr=False)
class Campaign:
    """Every failure of a scenario, each alone, and what came of it.

    look_days : for so long each was followed [d]; seed : of what a reset does, which is drawn
    fact_keys : facts behind the station and its failures
    """

    scenario: Scenario
    station: Station
    outcomes: tuple[TrialOutcome, ...]
    look_days: float
    seed: int
    fact_keys: frozenset[str]
    elapsed_s: float

    def __repr__(self) -> str:
        """One line: what came of each is in ``table``."""
        told = self.summary
        failures = f"{told['failures']} {noun(told['failures'], 'failure')}"
        return f"<{type(self).__name__} {self.scenario.name}: {failures}, {told['lost']} with a loss>"

    @cached_property
    def failed(self) -> tuple[TrialOutcome, ...]:
        """What came to pass: a unit that was not there at its moment did not fail."""
        return tuple(outcome for outcome in self.outcomes if outcome.failed)

    @cached_property
    def facts(self) -> tuple[Fact, ...]:
        """Every fact behind the campaign, in order of key."""
        return tuple(lookup(key) for key in sorted(self.fact_keys))

    @cached_property
    def table(self) -> list[dict[str, Any]]:
        """A row for every failure, in order of time: what failed when, by what it was found, what mended it, who lived.

        Hours are counted from the failure; None for what never came within the time that was looked at.
        """
        units = {asset.name: asset for asset in self.station.assets}
        return [_row(self.station, units[outcome.trial.unit], outcome) for outcome in self.outcomes]

    @cached_property
    def summary(self) -> dict[str, Any]:
        """The numbers for machines."""
        found, mended = (
            [hours for outcome in self.failed if (hours := getattr(outcome, name)) is not None]
            for name in ("found_h", "restored_h")
        )
        return {
            "name": self.scenario.name,
            "title": self.scenario.title,
            "start": iso_utc(self.scenario.start),
            "end": iso_utc(self.scenario.end),
            "step_h": self.station.grid.step_h,
            "look_days": self.look_days,
            "seed": self.seed,
            "units": len({outcome.trial.unit for outcome in self.outcomes}),
            "failures": len(self.failed),
            "not_there": len(self.outcomes) - len(self.failed),
            "lived": sum(outcome.lived for outcome in self.failed),
            "lost": sum(not outcome.lived for outcome in self.failed),
            "found": len(found),
            "median_found_h": median(found) if found else None,
            "mended": len(mended),
            "median_mended_h": median(mended) if mended else None,
            "longest_unserved_h": max((outcome.unserved_h for outcome in self.failed), default=0.0),
            "left_out": left_out(self.scenario),
            "notes": [str(note) for note in self.scenario.notes],
        }


def fault_campaign(
    scenario: str | Path | Scenario,
    *,
    look_days: float = LOOK_DAYS,
    units: Sequence[str] = (),
    one_of_each: bool = False,
    seed: int = 0,
    step: str | None = None,
    progress: Progress | None = None,
) -> Campaign:
    """What comes of every failure of a scenario, each alone, followed for ``look_days`` days.

    units : names of the assets that fail; left out: all
    one_of_each : of all assets the first of each type fails, at the main site where one is there
    seed : of what a reset does, which is drawn; step : time step in place of the scenario's, such as ``1h``
    progress : told what is being done, how many failures are done, and how many there are

    Raises ScenarioError with every fault of the file, RangeError for an order that cannot be.
    """
    begin, tell = time.perf_counter(), progress or (lambda what, done, total: None)
    if faults := campaign_faults(look_days, units, one_of_each=one_of_each, seed=seed):
        raise RangeError(faults)
    tell(STATION, 0.0, 0.0)
    with recorded() as keys:
        loaded = load_scenario(scenario, **({"step": step} if step else {}))
        station = build_station(loaded)
        chosen = _chosen(station, units, one_of_each=one_of_each)
        places = Places.of(station)
        places.look_round(station.assets)
        trials = Trials(station, compile_station(station, places.of_asset, judged=True), look_days * DAY_H, seed)
        order = trials.of(chosen, lambda asset: moments(station, places, asset))
    tell(_FAILURES, 0, len(order))
    with kernel_compiles(lambda change: tell(COMPILING if change > 0 else _FAILURES, 0, len(order))):
        outcomes = tuple(trials.run(order, lambda done, total: tell(_FAILURES, done, total)))
    return Campaign(loaded, station, outcomes, look_days, seed, frozenset(keys), time.perf_counter() - begin)


def campaign_faults(look_days: float, units: Sequence[str], *, one_of_each: bool, seed: int) -> list[Fault]:
    """What is wrong with an order before its scenario is read."""
    faults = seed_faults(seed)
    if isinstance(look_days, bool) or not isinstance(look_days, int | float):
        faults.append(Fault("look_days", "is no number", look_days, "d", "over 0"))
    elif not 0.0 < look_days < math.inf:
        faults.append(Fault("look_days", "out of range", look_days, "d", "over 0"))
    if isinstance(units, str) or not all(isinstance(name, str) for name in units):
        faults.append(Fault("units", "is no list of names", units, hint="write such as ['rover']"))
    elif units and one_of_each:
        faults.append(Fault("one_of_each", "chooses among all, and units are named", hint="leave out one of both"))
    return faults


def _chosen(station: Station, names: Sequence[str], *, one_of_each: bool) -> list[Asset]:
    """The assets that fail: of those named, where any is; raises RangeError for names of none."""
    if one_of_each:
        return one_of_each_kind(station)
    known = dict.fromkeys(name for asset in station.assets for name in (asset.name, asset.group) if name)
    unknown = [name for name in names if name not in known]
    if unknown:
        hint = "moonstation check --print shows the file; what never comes cannot fail"
        raise RangeError(
            Fault("units", "no such asset comes", name, hint=did_you_mean(name, known, hint)) for name in unknown
        )
    return [asset for asset in station.assets if not names or {asset.name, asset.group} & set(names)]


def one_of_each_kind(station: Station) -> list[Asset]:
    """The first asset of every kind that stays at the main site, or what comes nearest to that."""
    found: dict[str, Asset] = {}
    for asset in sorted(station.assets, key=lambda asset: (asset.node != station.main_site, asset.end is not None)):
        found.setdefault(asset.component.kind, asset)
    return list(found.values())


def moments(station: Station, places: Places, asset: Asset) -> dict[str, int]:
    """Steps at which an asset is made to fail: in the longest dark of its life, and in each season from its landing."""
    grid = station.grid
    first = max(grid.index_at(asset.start), 0) + 1
    last = min(grid.index_at(asset.end) if asset.end else grid.count, grid.count)
    season = timedelta(days=lookup("regolith.season_period").value / len(SEASONS))
    steps = {name: first + round(number * season.total_seconds() / grid.step_s) for number, name in enumerate(SEASONS)}
    sky = places.surface.get(asset.node)
    if sky is not None:
        worst = darkest_step(sky.sun_disc_fraction, first, last, station.policy.dark_sun_below)
        if worst is not None:
            steps = {WORST: worst, **steps}
    hour = round(HOUR_S / grid.step_s)
    return {name: step for name, step in steps.items() if first <= step < last - hour}


def _row(station: Station, asset: Asset, outcome: TrialOutcome) -> dict[str, Any]:
    trial, grid = outcome.trial, station.grid
    return {
        "unit": trial.unit,
        "type": asset.component.kind,
        "site": asset.node,
        "failure": trial.mode,
        "when": trial.when,
        "utc": iso_utc(grid.start + timedelta(seconds=trial.step * grid.step_s)),
        "failed": outcome.failed,
        "found_h": outcome.found_h,
        "found_by": outcome.found_by,
        "mended_h": outcome.restored_h,
        "ended_by": outcome.ended_by,
        "unserved_h": outcome.unserved_h,
        "lost": list(outcome.lost),
        "lived": outcome.lived,
    }
