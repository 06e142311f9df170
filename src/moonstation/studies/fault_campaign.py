"""A fault campaign: every unit fails alone, in every way, at the worst moment and in each season."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from moonstation.core.time import HOUR_S
from moonstation.facts.table import lookup
from moonstation.scenario.build import build_station
from moonstation.scenario.reading import load_scenario
from moonstation.station.fault_trials import Told, TrialOutcome, Trials, darkest_step
from moonstation.station.model import Asset, Station
from moonstation.station.network import compile_station
from moonstation.station.places import Places

#: The worst moment: the begin of the longest dark after the landing.
WORST = "longest dark"
SEASONS = ("season 1", "season 2", "season 3", "season 4")
#: How long each failure is followed [d].
LOOK_DAYS = 90.0
_DAY_H = 24.0


def fault_campaign(
    scenario: str | Path,
    *,
    look_days: float = LOOK_DAYS,
    units: Callable[[Station], list[Asset]] | None = None,
    progress: Told | None = None,
) -> list[TrialOutcome]:
    """What comes of every failure of a scenario, each alone, followed for ``look_days`` days.

    units : chooses the assets that fail, from the station; left out: all
    progress : told how many are done, of how many

    Raises ScenarioError with every fault of the file.
    """
    station = build_station(load_scenario(scenario))
    places = Places.of(station)
    places.look_round(station.assets)
    compiled = compile_station(station, places.of_asset)
    trials = Trials(station, compiled, look_days * _DAY_H)
    chosen = list(station.assets) if units is None else units(station)
    return list(trials.run(trials.of(chosen, lambda asset: moments(station, places, asset)), progress))


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
