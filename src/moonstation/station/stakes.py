"""What of a station can be lost by its plan, and from when on: what never comes cannot be, and tells of no survival."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from moonstation.core.time import HOUR_S, TimeGrid
from moonstation.station.command_windows import chain_open, ways_of
from moonstation.station.landing_log import lived_spans
from moonstation.station.means import means_over, steps_in
from moonstation.station.model import Asset, bus_key, effective_priority
from moonstation.station.results import RunResult
from moonstation.station.survival import judged_h


@dataclass(frozen=True)
class Stakes:
    """Each basic infrastructure of a main site that comes by the plan, and whether people come to the station.

    due : step from which on it should be there, by the names in ``survival.CAUSES``
    powered : numbers of the assets with critical loads
    """

    site: str
    grid: TimeGrid
    due: Mapping[str, int]
    people: bool
    powered: tuple[int, ...]

    @property
    def nothing(self) -> bool:
        """Whether nothing ever comes that could be lost."""
        return not self.due and not self.people

    @property
    def why_not_judged(self) -> str:
        """Why no life of the station can be told to survive or not, "" where it can."""
        if self.nothing:
            things = "no critical load, no way to the Earth, no cabin that is to stay"
            return f"nothing that could be lost ever comes to {self.site} ({things}), and no people to the station"
        run_h, step_h = self.grid.count * self.grid.step_h, self.grid.step_h
        last = self.grid.count - steps_in(judged_h(run_h), step_h)
        if self.people or min(self.due.values()) <= last:
            return ""
        there_days = (self.grid.count - min(self.due.values())) * step_h / 24.0
        asked = f"it is judged by the last {judged_h(run_h) / 24.0:.1f} days"
        return f"what could be lost is at {self.site} for {there_days:.1f} days before the end at most, and {asked}"

    def due_h(self, name: str) -> float | None:
        """Hours into the run from which on a basic infrastructure should be there, None for never."""
        return self.due[name] * self.grid.step_h if name in self.due else None

    def never_powered(self, run: RunResult) -> bool:
        """Whether no asset with critical loads ever came, for none had its go."""
        compiled = run.compiled
        spans = lived_spans(compiled, run.log, self.grid)
        return all(spans.get(compiled.assets[number].name, (self.grid.start,))[0] is None for number in self.powered)


def stakes_of(run: RunResult, site: str) -> Stakes:
    """What of a station can be lost; its records are not looked at.

    site : the main site
    """
    grid, compiled, policy = run.station.grid, run.compiled, run.station.policy
    number_of = {asset.name: number for number, asset in enumerate(compiled.assets)}
    powered = {
        number_of[asset.name]
        for asset, process in compiled.processes
        if effective_priority(asset, process) <= policy.critical_priority
        and any(rate < 0.0 and bus_key(name, asset) == ("electricity", site) for name, rate in process.recipe.items())
    }
    cabins = [
        asset
        for asset, stated in zip(compiled.assets, compiled.capabilities, strict=True)
        if "cabin_crew" in stated and asset.end is None
    ]
    steps = {
        "energy": [_landing(grid, compiled.assets[number]) for number in powered],
        "communication": list(_first_contacts(run, site)),
        "life_support": [_landing(grid, asset) for asset in cabins],
    }
    due = {name: min(firsts) for name, firsts in steps.items() if firsts}
    people = any(asset.component.kind == "crew" for asset in compiled.assets)
    return Stakes(site, grid, due, people, tuple(sorted(powered)))


def _first_contacts(run: RunResult, site: str) -> Iterator[int]:
    """First step of the first hour in which each chain to the Earth is there by the plan and open, where it ever is."""
    rows, grid = run.compiled.processes, run.station.grid
    hour_steps = max(round(HOUR_S / grid.step_s), 1)
    for chain in (chain for way in ways_of(rows, site) for chain in way.chains):
        assets = [rows[number][0] for number in chain.parts]
        ends = [grid.index_at(asset.end) for asset in assets if asset.end]
        first, end = max(_landing(grid, asset) for asset in assets), max(min([grid.count, *ends]), 0)
        is_open = chain_open(rows, chain, grid.count)
        is_open[:first], is_open[end:] = False, False
        hours = np.flatnonzero(means_over(is_open, hour_steps) > 0.5)
        if hours.size:
            yield max(int(hours[0]) * hour_steps, first)


def _landing(grid: TimeGrid, asset: Asset) -> int:
    """Step in which an asset is there first, by the plan."""
    return max(grid.index_at(asset.start), 0)
