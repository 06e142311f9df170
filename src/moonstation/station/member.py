"""One life of an ensemble: a run that shares with all others whatever no life can change, and its outcomes."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moonstation.components.life_support.cabin_air import scale_kpa
from moonstation.components.quantities import quantities
from moonstation.core.events import find_runs
from moonstation.core.time import HOUR_S
from moonstation.station.assessment import (
    data_returned_gbit,
    living,
    loss,
    lowest_charge,
    main_site,
    share_of,
    since,
    way_ready,
)
from moonstation.station.command_windows import open_steps, ways_of
from moonstation.station.critical_loads import CriticalLoads, no_critical_loads
from moonstation.station.fault_spells import failures, open_spells, takes_of_use
from moonstation.station.fault_tables import Plan
from moonstation.station.landing_log import lived_by, planned_lives
from moonstation.station.means import lacking, lengths_of, longest_steps, means_over, record_at
from moonstation.station.model import EARTH, bus_key
from moonstation.station.performance import activity, crew_days, crew_present, processes_at, science_hours
from moonstation.station.results import Columns, RunResult
from moonstation.station.stakes import stakes_of
from moonstation.station.survival import CAUSES, Loss, Presence, first_true, worst_dark_survived_h
from moonstation.station.upkeep import upkeep

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]


class Shared:
    """What all lives of a station have in common, worked out once from its nominal run.

    run : any run of the station with the nominal network's processes; its records are not looked at
    """

    def __init__(self, run: RunResult) -> None:
        grid = run.station.grid
        self.site = main_site(run)
        self.record_steps = run.record_steps
        self.hour_steps = max(round(HOUR_S / grid.step_s), 1)
        self.hour_lengths = lengths_of(grid.count, self.hour_steps)
        self._means: dict[int, tuple[Any, Floats]] = {}
        self._takes: tuple[Plan, list[bool]] | None = None
        rows = run.compiled.processes
        ways = [(way, open_steps(rows, way, grid.count)) for way in ways_of(rows, self.site)]
        self.ways = [(way, means_over(mask, self.hour_steps).astype(np.float32)) for way, mask in ways]
        sky = run.places.surface.get(self.site)
        self.dark = None if sky is None else find_runs(sky.sun_disc_fraction <= 0)
        self.stakes = stakes_of(run, self.site)
        self.planned = planned_lives(run.compiled.assets, run.station.grid, run.record_steps)

    def means(self, series: ArrayLike) -> Floats:
        """Mean over each record of a series that every life has; worked out once."""
        found = self._means.get(id(series))
        if found is None or found[0] is not series:
            values = means_over(series, self.record_steps)
            found = self._means[id(series)] = (series, values)  # kept, so that no other array gets its number
        return found[1]

    def takes_of_use(self, plan: Plan) -> list[bool]:
        """Whether what each failure mode takes is taken of its unit's use; worked out once."""
        if self._takes is None or self._takes[0] is not plan:
            self._takes = plan, [takes_of_use(plan, mode) for mode in range(len(plan.modes))]
        return self._takes[1]


@lru_cache(maxsize=4)
def hours_of_records(hours: int, records: int, hour_steps: int, record_steps: int) -> NDArray[np.int64]:
    """How many hours begin in each record, shape (records,), read-only; every life asks for the same."""
    counts: NDArray[np.int64] = np.bincount(np.arange(hours) * hour_steps // record_steps, minlength=records)
    counts.flags.writeable = False
    return counts


@dataclass(frozen=True, repr=False)
class MemberRun(RunResult):
    """A life: the same judgement as any run's, at a small part of the cost."""

    shared: Shared = field(kw_only=True)
    columns: Columns | None = field(default=None, kw_only=True)

    def column(self, name: str, number: int) -> Singles:
        """Records of that name of one process, store or node, shape (record,)."""
        return self.columns(name, number) if self.columns else RunResult.column(self, name, number)

    def record_means(self, series: ArrayLike) -> Floats:
        """Mean over each record of a series of the station, shape (count,) -> (record,)."""
        return self.shared.means(series)

    @cached_property
    def planned(self) -> NDArray[np.bool_]:
        """Which asset would be alive at the end of each record if nothing were lost, shape (record, asset)."""
        return lived_by(self.shared.planned, self.compiled, self.log, self.record_steps)

    def energy_of(self, node: str) -> dict[str, tuple[str, Singles]]:
        """Power and charge at a node by the name of the series: unit and values, shape (record,)."""
        if node not in self._energies:
            self._energies[node] = RunResult.energy_of(self, node)
        return self._energies[node]

    def served_at(self, node: str) -> Singles:
        """Share of each record in which all critical loads of a node were served, nan where there were none."""
        if node not in self._served:
            self._served[node] = RunResult.served_at(self, node)
        return self._served[node]

    @cached_property
    def _energies(self) -> dict[str, dict[str, tuple[str, Singles]]]:
        return {}

    @cached_property
    def _served(self) -> dict[str, Singles]:
        return {}

    @cached_property
    def contact(self) -> Singles:
        """Share of each hour in which the main site had an open, powered way to the Earth, shape (hour,)."""
        shared = self.shared
        best = np.zeros(-(-self.station.grid.count // shared.hour_steps), np.float32)
        hours = self._hours_of_records(len(best))
        for way, share in shared.ways:
            readiness = way_ready(way, lambda number: self.column("ready", number))
            np.maximum(best, np.minimum(share, np.repeat(readiness, hours)), out=best)
        return best

    def _hours_of_records(self, hours: int) -> NDArray[np.int64]:
        return hours_of_records(hours, len(self.time), self.shared.hour_steps, self.record_steps)

    @cached_property
    def critical(self) -> CriticalLoads:
        """The critical loads of the main site."""
        return self.critical_at(self.shared.site) or no_critical_loads(self.station.grid.count)

    @cached_property
    def living(self) -> NDArray[np.int8]:
        """Per record: 1 life support sufficed, 0 not, -1 while nobody was there and no lasting cabin had landed."""
        return living(self)

    @cached_property
    def loss(self) -> Loss | None:
        """How the station was lost, None where it lived or cannot be judged."""
        step_h = self.station.grid.step_h
        linked, hour_h = self.contact > 0.5, self.shared.hour_steps * step_h
        presence = Presence.of(linked, first_true(linked), hour_h, lacking(self.shared.hour_lengths))
        return loss(self, self.shared.stakes, self.critical, presence, self.living)

    def outcomes(self) -> dict[str, float]:
        """The numbers that a life is judged by; nan where there is nothing to judge."""
        step_h = self.station.grid.step_h
        linked, expected = self.contact > 0.5, since(self.contact > 0)
        hours, lost = self.shared.hour_lengths, self.loss
        return {
            "survived": np.nan if self.shared.stakes.why_not_judged else float(lost is None),
            "lost_h": np.nan if lost is None else lost.at_h,
            "lost_by": np.nan if lost is None else float(CAUSES.index(lost.cause)),
            "energy": _number(self.critical.share),
            "communication": _number(share_of(linked, expected, hours)),
            "life_support": _number(share_of(self.living > 0, self.living >= 0, self.record_lengths)),
            "longest_blackout_h": self.critical.longest_unserved * step_h,
            "longest_without_contact_h": longest_steps((self.contact <= 0) & expected, hours) * step_h,
            "worst_dark_survived_h": self._worst_dark_survived_h(lost),
            "lowest_charge": _number(lowest_charge(self, self.shared.site)),
            "crew_days": crew_days(self),
            "crew_lost": float(len(self.crew_losses)),
            **self._visits(),
            "science_hours": float(science_hours(self).sum()),
            "data_returned_gbit": data_returned_gbit(self),
            "assets_lost": float(len(self.losses)),
            "failures": float(failures(self.faults)) if self.faults else 0.0,
            **upkeep(self.faults),
            "max_relative_residual": self.max_relative_residual,
        }

    def _visits(self) -> dict[str, float]:
        """How often people came late, not at all, or left early, of those that need a go."""
        crewed = [landing for landing in self.landings if landing.people]
        return {
            "crews_late": float(sum(landing.waited_days > 0 for landing in crewed)),
            "crews_not_come": float(sum(landing.landed is None for landing in crewed)),
            "crews_left_early": float(sum(landing.left is not None for landing in crewed)),
            "landing_wait_days": float(sum(landing.waited_days for landing in crewed)),
        }

    def downtime_h(self) -> Singles:
        """Hours within its planned life that each asset was down: lost, or failed by the share lost, shape (asset,)."""
        return self._hours(self.planned - self.useful)

    def degraded_h(self) -> Singles:
        """Hours in which each asset had an open failure and was of some use all the same, shape (asset,)."""
        open_now = np.zeros(self.useful.shape, np.bool_)
        for unit, _, first, end in self._lasting.tolist():
            open_now[first:end, unit] = True
        return self._hours(open_now & (self.useful > 0))

    def _hours(self, share: NDArray[Any]) -> Singles:
        """Hours of what held for a share of each record, shape (record, asset) -> (asset,)."""
        hours = self.record_hours
        return np.asarray(share[:-1].sum(axis=0) * hours[0] + share[-1] * hours[-1], np.float32)

    @cached_property
    def useful(self) -> Singles:
        """What is left of each asset's use at the end of each record: 0 where it is not alive, (record, asset) [-]."""
        useful = self.alive.astype(np.float32)
        log = self.faults
        if log is None or log.remaining is None:
            return useful
        taking, remaining = self.shared.takes_of_use(log.plan), log.remaining.astype(np.float32)
        for unit, mode, first, end in self._lasting.tolist():
            if taking[mode]:
                useful[first:end, unit] *= remaining[mode]
        return useful

    @cached_property
    def _lasting(self) -> NDArray[np.int64]:
        """Failures that were open at the end of a record: unit, mode, first such record and the one after, (spell, 4).

        The end of most falls into the record in which they began.
        """
        if self.faults is None:
            return np.zeros((0, 4), np.int64)
        spells = open_spells(self.faults, self.station.grid.count)
        spells[:, 2:] = record_at(spells[:, 2:], self.station.grid.count, self.record_steps)
        return spells[spells[:, 2] < spells[:, 3]]

    def tracked(self) -> dict[str, Singles]:
        """The series that every life keeps, one value per record, each shape (record,)."""
        site, record = self.shared.site, np.arange(len(self.time))
        power = self.energy_of(site)
        charge, capacity = power["charge_kwh"][1], power["charge_capacity_kwh"][1]
        nothing = np.full(len(record), np.nan, np.float32)
        table = {
            "charge": np.divide(charge, capacity, out=nothing.copy(), where=capacity > 0),
            "power_supply_kw": power["power_supply_kw"][1],
            "energy": self.served_at(site),
            "communication": self._contact_per_record(),
            "life_support": np.where(self.living >= 0, self.living, np.nan),
            "assets_working": self.useful.sum(axis=1) / np.maximum(self.planned.sum(axis=1), 1),
            "crew": crew_present(self),
            "science_hours": np.cumsum(science_hours(self)),
            "data_returned_gbit": np.cumsum(self._returned_gbit()),
            "data_backlog_gbit": self._stocked("data"),
            "cold_margin_k": self._cold_margin_k(),
            "cabin_oxygen_kpa": self._partial_pressure_kpa("oxygen"),
            "cabin_carbon_dioxide_kpa": self._partial_pressure_kpa("carbon_dioxide"),
        }
        table |= {f"{quantity}_kg": self._stocked(quantity) for quantity in self._stocks()}
        return {name: np.asarray(values, np.float32) for name, values in table.items()}

    def _contact_per_record(self) -> Floats:
        """Mean of the contact in the hours that begin in each record, shape (record,)."""
        hours, lengths = self._hours_of_records(len(self.contact)), self.shared.hour_lengths
        begun = hours[hours > 0]  # none may begin in the last record
        first = np.cumsum(begun) - begun
        means = np.add.reduceat(self.contact * lengths, first) / np.add.reduceat(lengths, first)
        return np.asarray(np.concatenate((means, self.contact[-1:] if len(means) < len(self.time) else ())))

    def _returned_gbit(self) -> Floats:
        """Data that reached the Earth in each record [Gbit]."""
        total = np.zeros(len(self.time))
        for number, asset, process in processes_at(self):
            sent = [(name, rate) for name, rate in process.recipe.items() if name.startswith("data")]
            rate = sum(rate for name, rate in sent if bus_key(name, asset) == ("data", EARTH))
            if rate > 0:
                total += rate * activity(self, number) * self.record_hours
        return total

    def _stocks(self) -> list[str]:
        """Masses that the main site stores, cabin air aside."""
        kept = {quantity for _, _, (quantity, node) in self.compiled.stores if node == self.shared.site}
        known = quantities()
        return sorted(name for name in kept if known[name].is_mass and not name.startswith("cabin_"))

    def _stocked(self, quantity: str) -> Singles:
        return self._in_stores("amount", quantity)

    def _in_stores(self, name: str, quantity: str) -> Singles:
        """Records of that name of the main site's stores of a quantity, added up, shape (record,)."""
        stores, key = enumerate(self.compiled.stores), (quantity, self.shared.site)
        columns = (self.column(name, number) for number, row in stores if row[2] == key)
        return sum(columns, np.zeros(len(self.time), np.float32))

    def _partial_pressure_kpa(self, gas: str) -> Singles:
        """Of a gas in the main site's cabins, nan where there is none, shape (record,) [kPa]."""
        amount, room = (self._in_stores(name, f"cabin_{gas}") for name in ("amount", "capacity"))
        full = np.divide(amount, room, out=np.full(len(room), np.nan, np.float32), where=room > 0)
        return full * np.float32(scale_kpa(f"cabin_{gas}"))

    def _cold_margin_k(self) -> Singles:
        """Least distance of any part of the main site to its death by cold, nan where there is none, (record,) [K]."""
        nodes = enumerate(self.compiled.thermal_nodes)
        mortal = [(n, node) for n, (asset, node) in nodes if asset.node == self.shared.site and node.survive_min_k > 0]
        if not mortal:
            return np.full(len(self.time), np.nan, np.float32)
        margins = [self.column("temperature_k", n) - np.float32(node.survive_min_k) for n, node in mortal]
        return np.asarray(np.fmin.reduce([np.maximum(margin, 0.0) for margin in margins]), np.float32)

    def _worst_dark_survived_h(self, lost: Loss | None) -> float:
        step_h = self.station.grid.step_h
        if self.shared.dark is None:
            return 0.0
        last = self.station.grid.count if lost is None else round(lost.at_h / step_h)
        lived = (self.critical.first, last)
        return worst_dark_survived_h(self.shared.dark, self.critical.unserved, lived, step_h)


def _number(value: float | None) -> float:
    return np.nan if value is None else value
