"""What a finished run has shown that the station can do: the series behind milestones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moonstation.components.contract import Process
from moonstation.facts.table import lookup
from moonstation.roadmap.trailing import FloatArray, trailing_mean, trailing_minimum
from moonstation.station.means import steps_in
from moonstation.station.model import EARTH, bus_key
from moonstation.station.performance import (
    LIFE_SUPPORT,
    WHOLE,
    activity,
    crew_present,
    offered,
    processes_at,
    ready,
    science_hours,
)
from moonstation.station.results import RunResult


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
        return self._trailing_mean(values, self._synodic_steps)

    def _trailing_mean(self, values: FloatArray, steps: int) -> FloatArray:
        """Mean over the last ``steps`` records, of which the last of all may be short."""
        mean, hours = trailing_mean(values, steps), self.run.record_hours
        if hours[-1] < hours[0] and hours.size >= steps:
            mean[-1] = np.average(values[-steps:], weights=hours[-steps:])
        return mean

    def _sum(self, per_hour: FloatArray) -> FloatArray:
        """Sum since the start of something given per hour."""
        return np.asarray(np.cumsum(per_hour * self.run.record_hours), dtype=np.float64)

    # ------------------------------------------------------------ metrics

    def _supply_kw(self, site: str) -> FloatArray:
        """Power that the sources of a site, or of all surface sites, offer [kW]."""
        sites = [site] if site else list(self.run.station.sites)
        return np.asarray(
            np.sum([self.run.energy_of(name)["power_supply_kw"][1] for name in sites], axis=0), np.float64
        )

    def energy_kw(self, site: str) -> FloatArray:
        """Power that the sources offer, mean over the last synodic day [kW]."""
        return self._over_synodic_day(self._supply_kw(site))

    def energy_firm_kw(self, site: str) -> FloatArray:
        """Mean power of the worst 24 h within the last synodic day [kW]."""
        daily = self._trailing_mean(self._supply_kw(site), steps_in(24.0, self.run.record_h))
        return trailing_minimum(daily, self._synodic_steps)

    def energy_served_share(self, site: str) -> FloatArray:
        """Share of the last synodic day in which all critical loads were served; the worst site where none is named.

        A site without critical loads is NaN, and does not count.
        """
        sites = [site] if site else list(self.run.station.sites)
        served = [np.asarray(self.run.served_at(name), np.float64) for name in sites]
        shares = [self._over_synodic_day(values) for values in served]
        return np.asarray(np.fmin.reduce(shares), np.float64)

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
        for number, asset, process in processes_at(self.run, site):
            for name, rate in process.recipe.items():
                if rate <= 0 or not name.startswith("data"):
                    continue
                quantity, node = bus_key(name, asset)
                if quantity == "data" and node == EARTH:
                    self._add(to_earth, asset.node, rate * self._possible(number, process))
                elif quantity == "data" and node in self.run.station.relays and node != asset.node:
                    self._add(to_relay, node, rate * self._possible(number, process))
        return to_earth, to_relay

    def _add(self, rates: dict[str, FloatArray], node: str, rate: FloatArray) -> None:
        rates[node] = rates.get(node, self._nothing()) + self._over_synodic_day(rate)

    def _possible(self, number: int, process: Process) -> FloatArray:
        """Activity that a process could have, were its inputs endless, shape (record,)."""
        open_share = 1.0 if process.series is None else self.run.record_means(process.series)
        return process.limit * open_share * ready(self.run, number)

    def _nothing(self) -> FloatArray:
        return np.zeros(self.time.shape)

    def life_support_crew(self, site: str) -> FloatArray:
        """People for whom the scarcest of air, CO2 removal, water and room is ready, mean over a synodic day [-]."""
        offers = [self._over_synodic_day(offered(self.run, name, site)) for name in LIFE_SUPPORT]
        least = np.asarray(np.min(offers, axis=0), np.float64)
        return np.where(least >= np.rint(least) * WHOLE, np.maximum(least, np.rint(least)), least)

    def crew(self, site: str) -> FloatArray:
        """People present [-]."""
        return crew_present(self.run, site)

    def crew_days(self, site: str) -> FloatArray:
        """Days lived by people since the start [d]."""
        return self._sum(self.crew(site)) / 24.0

    def science_hours(self, site: str) -> FloatArray:
        """Hours worked by instruments since the start [h]."""
        return np.cumsum(science_hours(self.run, site))

    def data_returned_gbit(self, site: str) -> FloatArray:
        """Data returned to the Earth since the start [Gbit]; of a site what it sent by itself, relays aside."""
        returned = self._nothing()
        for number, asset, process in processes_at(self.run, site):
            sent = [(name, rate) for name, rate in process.recipe.items() if name.startswith("data")]
            rate = sum(rate for name, rate in sent if bus_key(name, asset) == ("data", EARTH))
            if rate > 0.0:
                returned += rate * activity(self.run, number)
        return self._sum(returned)

    def water_kg(self, site: str) -> FloatArray:
        """Water won from the ground since the start [kg]: what processes that take ice give as water."""
        won = self._nothing()
        for number, _, process in processes_at(self.run, site):
            rates = {name.partition("@")[0]: rate for name, rate in process.recipe.items()}
            if rates.get("ice", 0.0) < 0:
                water = max(rates.get("water", 0.0), rates.get("grey_water", 0.0), 0.0)
                won += water * activity(self.run, number)
        return self._sum(won)


_SERIES: Mapping[str, Callable[[Capability, str], FloatArray]] = {
    "energy_kw": Capability.energy_kw,
    "energy_firm_kw": Capability.energy_firm_kw,
    "energy_served_share": Capability.energy_served_share,
    "communication_gbit_day": Capability.communication_gbit_day,
    "life_support_crew": Capability.life_support_crew,
    "crew": Capability.crew,
    "crew_days": Capability.crew_days,
    "science_hours": Capability.science_hours,
    "data_returned_gbit": Capability.data_returned_gbit,
    "water_kg": Capability.water_kg,
}
