"""What a finished run has shown that the station can do: the series behind milestones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moonstation.components.contract import Process
from moonstation.facts.table import lookup
from moonstation.roadmap.trailing import FloatArray, steps_in, trailing_mean, trailing_minimum
from moonstation.station.assessment import LIFE_SUPPORT
from moonstation.station.model import EARTH, Asset
from moonstation.station.network import bus_key
from moonstation.station.results import RunResult

#: Least share of a whole that still counts as whole, against rounding in single precision.
_WHOLE = 1.0 - 1e-6


@dataclass(frozen=True)
class Capability:
    """The metrics of ``roadmap.milestones.METRICS`` over a run's records."""

    run: RunResult

    @property
    def time(self) -> NDArray[np.datetime64]:
        """Begin of each record, UTC, shape (record,)."""
        return self.run.time

    def series(self, metric: str, site: str = "") -> FloatArray:
        """Values of a metric at a site, or of the whole station, shape (record,); NaN while nothing is shown yet."""
        return _SERIES[metric](self, site)

    # ------------------------------------------------------------ windows

    @property
    def _synodic_steps(self) -> int:
        return steps_in(lookup("moon.synodic_day").value, self.run.record_h)

    def _over_synodic_day(self, values: FloatArray) -> FloatArray:
        return trailing_mean(values, self._synodic_steps)

    def _sum(self, per_hour: FloatArray) -> FloatArray:
        """Sum since the start of something given per hour."""
        return np.asarray(np.cumsum(per_hour) * self.run.record_h, dtype=np.float64)

    # ------------------------------------------------------------ what stands where

    def _processes(self, site: str) -> Iterator[tuple[int, Asset, Process]]:
        for number, (asset, process) in enumerate(self.run.compiled.processes):
            if site in ("", asset.node):
                yield number, asset, process

    def _ready(self, number: int) -> FloatArray:
        return np.asarray(self.run.records.ready[:, number], np.float64)

    def _activity(self, number: int) -> FloatArray:
        return np.asarray(self.run.records.activity[:, number], np.float64)

    def _supply_kw(self, site: str) -> FloatArray:
        """Power that the sources of a site, or of all surface sites, offer [kW]."""
        power = self.run.dataset["power_supply_kw"]
        sites = [site] if site else list(self.run.station.sites)
        return np.asarray(power.sel(site=sites).sum("site"), np.float64)

    # ------------------------------------------------------------ metrics

    def energy_kw(self, site: str) -> FloatArray:
        """Power that the sources offer, mean over the last synodic day [kW]."""
        return self._over_synodic_day(self._supply_kw(site))

    def energy_firm_kw(self, site: str) -> FloatArray:
        """Mean power of the worst 24 h within the last synodic day [kW]."""
        daily = trailing_mean(self._supply_kw(site), steps_in(24.0, self.run.record_h))
        return trailing_minimum(daily, self._synodic_steps)

    def communication_gbit_day(self, site: str) -> FloatArray:
        """Data that could be returned, mean over the last synodic day [Gbit/d].

        Links to the Earth at the site, and for every relay the lesser of what its links carry up and down.
        """
        to_earth, to_relay = self._routes(site)
        everywhere, _ = self._routes("")
        total = sum((rate for node, rate in to_earth.items() if node in self.run.station.sites), self._nothing())
        for relay, up in to_relay.items():
            total = total + np.minimum(up, everywhere.get(relay, self._nothing()))
        return 24.0 * total

    def _routes(self, site: str) -> tuple[dict[str, FloatArray], dict[str, FloatArray]]:
        """Possible rates [Gbit/h], means over the last synodic day: to the Earth by sender, to relays by receiver."""
        to_earth: dict[str, FloatArray] = {}
        to_relay: dict[str, FloatArray] = {}
        for number, asset, process in self._processes(site):
            for name, rate in process.recipe.items():
                quantity, node = bus_key(name, asset)
                if quantity == "data" and rate > 0 and node == EARTH:
                    self._add(to_earth, asset.node, rate * self._possible(number, process))
                elif quantity == "data" and rate > 0 and node in self.run.station.relays and node != asset.node:
                    self._add(to_relay, node, rate * self._possible(number, process))
        return to_earth, to_relay

    def _add(self, rates: dict[str, FloatArray], node: str, rate: FloatArray) -> None:
        rates[node] = rates.get(node, self._nothing()) + self._over_synodic_day(rate)

    def _possible(self, number: int, process: Process) -> FloatArray:
        """Activity that a process could have, were its inputs endless, shape (record,)."""
        count = self.run.station.grid.count
        series = np.ones(count) if process.series is None else np.asarray(process.series, np.float64)
        starts = np.arange(0, count, self.run.record_steps)
        means = np.add.reduceat(series, starts) / np.diff([*starts, count])
        return process.limit * means * self._ready(number)

    def _nothing(self) -> FloatArray:
        return np.zeros(self.time.shape)

    def life_support_crew(self, site: str) -> FloatArray:
        """People for whom the scarcest of air, CO2 removal, water and room is ready, mean over a synodic day [-]."""
        offers = [self._over_synodic_day(self._offered(name, site)) for name in LIFE_SUPPORT]
        least = np.asarray(np.min(offers, axis=0), np.float64)
        return np.where(least >= np.rint(least) * _WHOLE, np.maximum(least, np.rint(least)), least)

    def _offered(self, name: str, site: str) -> FloatArray:
        """Sum of a stated capability over what is alive and ready."""
        total = self._nothing()
        for number, _, process in self._processes(site):
            if name in process.capability:
                total += process.capability[name] * self._ready(number)
        for number, (asset, stated) in enumerate(
            zip(self.run.compiled.assets, self.run.compiled.capabilities, strict=True)
        ):
            if name in stated and site in ("", asset.node):
                total += stated[name] * self.run.alive[:, number]
        return total

    def crew(self, site: str) -> FloatArray:
        """People present [-]."""
        present = self.run.dataset["crew"]
        return np.asarray(present.sel(site=site) if site else present.sum("site"), np.float64)

    def crew_days(self, site: str) -> FloatArray:
        """Days lived by people since the start [d]."""
        return self._sum(self.crew(site)) / 24.0

    def science_hours(self, site: str) -> FloatArray:
        """Hours worked by instruments since the start [h]."""
        worked = self._nothing()
        for number, _, process in self._processes(site):
            if process.limit > 0 and any(name.startswith("science_field:") for name in process.capability):
                worked += self._activity(number) / process.limit
        return self._sum(worked)

    def data_returned_gbit(self, site: str) -> FloatArray:
        """Data returned to the Earth since the start [Gbit]; of a site what it sent by itself, relays aside."""
        return self._given("data", site, lambda node: node == EARTH)

    def water_kg(self, site: str) -> FloatArray:
        """Water won from the ground since the start [kg]: what processes that take ice give as water."""
        won = self._nothing()
        for number, asset, process in self._processes(site):
            rates = {bus_key(name, asset)[0]: rate for name, rate in process.recipe.items()}
            if rates.get("ice", 0.0) < 0:
                won += max(rates.get("water", 0.0), rates.get("grey_water", 0.0), 0.0) * self._activity(number)
        return self._sum(won)

    def _given(self, quantity: str, site: str, counts: Callable[[str], bool]) -> FloatArray:
        given = self._nothing()
        for number, asset, process in self._processes(site):
            for name, rate in process.recipe.items():
                key = bus_key(name, asset)
                if key[0] == quantity and counts(key[1]) and rate > 0:
                    given += rate * self._activity(number)
        return self._sum(given)


_SERIES: Mapping[str, Callable[[Capability, str], FloatArray]] = {
    "energy_kw": Capability.energy_kw,
    "energy_firm_kw": Capability.energy_firm_kw,
    "communication_gbit_day": Capability.communication_gbit_day,
    "life_support_crew": Capability.life_support_crew,
    "crew": Capability.crew,
    "crew_days": Capability.crew_days,
    "science_hours": Capability.science_hours,
    "data_returned_gbit": Capability.data_returned_gbit,
    "water_kg": Capability.water_kg,
}
