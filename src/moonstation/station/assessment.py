"""Judge a run: how much of the time each basic infrastructure was there, and how long it was not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moonstation.station.command_windows import Chain, Way, open_steps, ways_of
from moonstation.station.critical_loads import CriticalLoads, no_critical_loads
from moonstation.station.means import lacking, longest_steps
from moonstation.station.model import EARTH
from moonstation.station.performance import (
    LIFE_SUPPORT,
    WHOLE,
    Floats,
    crew_days,
    crew_present,
    offered,
    ready,
    science_hours,
)
from moonstation.station.results import RunResult
from moonstation.station.stakes import Stakes, stakes_of
from moonstation.station.survival import Loss, Presence, first_true, loss_of


@dataclass(frozen=True)
class Assessment:
    """Numbers that say whether a station lives. Shares are 0..1; None where the thing never was.

    energy : share of time in which all critical loads of the main site were served, since its first one landed
    communication : share of time with an open, powered way from the main site to the Earth, since the first
    life_support : share of time in which the people there got all they needed, or, when nobody was there, the plant
        stood ready for one person; counted while people were there and since the first cabin landed that was to stay
    longest_blackout_h : longest time in which the main site's critical loads were not all served [h]
    longest_without_contact_h : longest time without an open way to the Earth [h]
    lowest_charge : least share of the main site's usable charge at the end of a record, None without stores [-]
    loss : when and by what the station was lost by the rule of many lives, None where it lived (``survival``)
    stakes : what of it could be lost, and why nothing tells of its survival where nothing does
    """

    energy: float | None
    communication: float | None
    life_support: float | None
    longest_blackout_h: float
    longest_without_contact_h: float
    lowest_charge: float | None
    crew_days: float
    crew_lost: int
    science_hours: float
    data_returned_gbit: float
    loss: Loss | None
    stakes: Stakes


def main_site(run: RunResult) -> str:
    """The site whose infrastructure is judged: the scenario's main one, or the first."""
    return run.station.main_site or next(iter(run.station.sites))


def assess(run: RunResult) -> Assessment:
    """Judge a run by its main site's infrastructure and the whole station's yield."""
    site = main_site(run)
    critical = run.critical_at(site)
    linked = link_open(run, site)
    lived = living(run)
    stakes = stakes_of(run, site)
    return Assessment(
        energy=critical.share if critical else None,
        communication=share_of(linked > 0.5, since(linked > 0), run.record_lengths),
        life_support=share_of(lived > 0, lived >= 0, run.record_lengths),
        longest_blackout_h=(critical.longest_unserved if critical else 0) * run.station.grid.step_h,
        longest_without_contact_h=longest_steps((linked <= 0) & since(linked > 0), run.record_lengths)
        * run.station.grid.step_h,
        lowest_charge=lowest_charge(run, site),
        crew_days=crew_days(run),
        crew_lost=len(run.crew_losses),
        science_hours=float(science_hours(run).sum()),
        data_returned_gbit=data_returned_gbit(run),
        loss=loss(run, stakes, critical, presence_of(linked > 0.5, run), lived),
        stakes=stakes,
    )


def loss(
    run: RunResult,
    stakes: Stakes,
    critical: CriticalLoads | None,
    linked: Presence,
    lived: NDArray[np.int8],
) -> Loss | None:
    """How a station was lost, None where it lived or cannot be judged.

    stakes : what could be lost; of what never came, its date by the plan counts
    critical : the critical loads of its main site, None for none
    linked : when it had a way to the Earth
    lived : as ``living`` tells, shape (record,)
    """
    count, step_h = run.station.grid.count, run.station.grid.step_h
    loads = critical or no_critical_loads(count)
    energy = Presence(count, loads.first, loads.last_served, step_h)
    presences = {
        "energy": energy.due_from(stakes.due_h("energy") if stakes.never_powered(run) else None),
        "communication": linked.due_from(stakes.due_h("communication")),
        "life_support": presence_of(lived == 1, run, lasting_cabin(run)).due_from(stakes.due_h("life_support")),
    }
    crew_lost_h = run.crew_losses[0] * step_h if run.crew_losses else None
    return loss_of(presences, crew_lost_h, count * step_h)


def presence_of(there: NDArray[np.bool_], run: RunResult, counts: NDArray[np.bool_] | None = None) -> Presence:
    """When something was there by the records of a run; it counts from the first of ``counts`` on, or of itself.

    there, counts : shape (record,)
    """
    first = first_true(there if counts is None else counts)
    return Presence.of(there, first, run.record_h, lacking(run.record_lengths))


def link_open(run: RunResult, site: str) -> Floats:
    """Share of each record in which a site had an open, powered way to the Earth, shape (record,).

    A way over a relay counts while the relay's own link to the Earth is open and powered too (``command_windows``).
    """
    rows, best = run.compiled.processes, np.zeros(run.time.shape)
    for way in ways_of(rows, site):
        seen = run.record_means(open_steps(rows, way, run.station.grid.count))
        best = np.maximum(best, np.minimum(seen, way_ready(way, lambda number: ready(run, number))))
    return best


def way_ready(way: Way, ready_of: Callable[[int], NDArray[Any]]) -> NDArray[Any]:
    """Share of time in which what carries a way was alive and could run, shape (record,).

    ready_of : the same of a process by its number
    """
    return np.asarray(np.max([_chain_ready(chain, ready_of) for chain in way.chains], axis=0))


def _chain_ready(chain: Chain, ready_of: Callable[[int], NDArray[Any]]) -> NDArray[Any]:
    """The same of one chain; antennas count whole while some of them are left."""
    links = np.min([ready_of(number) for number in chain.links], axis=0)
    return np.asarray(links if chain.antennas is None else np.where(ready_of(chain.antennas) > 0.0, links, 0.0))


def data_returned_gbit(run: RunResult) -> float:
    """Data that reached the Earth [Gbit]."""
    earth = next(row for row in run.ledger if (row["quantity"], row["node"]) == ("data", EARTH))
    return float(earth["produced"])


def living(run: RunResult) -> NDArray[np.int8]:
    """Per record: 1 life support sufficed, 0 not, -1 while nobody was there and no lasting cabin had landed."""
    crew = crew_present(run)
    stands_ready = np.min([offered(run, name) for name in LIFE_SUPPORT], axis=0) >= WHOLE
    served = np.ones(len(run.time), np.bool_)
    for number, (asset, process) in enumerate(run.compiled.processes):
        if asset.component.kind == "crew" and process.name == "metabolism":
            given = run.column("activity", number)
            served &= given >= (given + run.column("shortfall", number)) * WHOLE
    out = np.where(crew > 0, served, stands_ready).astype(np.int8)
    out[~(since(lasting_cabin(run)) | (crew > 0))] = -1
    return out


def lasting_cabin(run: RunResult) -> NDArray[np.bool_]:
    """Per record: whether a cabin that is to stay is alive."""
    rows = [
        number
        for number, (asset, stated) in enumerate(zip(run.compiled.assets, run.compiled.capabilities, strict=True))
        if "cabin_crew" in stated and asset.end is None
    ]
    return np.asarray(run.alive[:, rows].any(axis=1))


def since(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """True from the first True on."""
    return np.asarray(np.maximum.accumulate(mask))


def share_of(good: NDArray[np.bool_], counted: NDArray[np.bool_], lengths: NDArray[np.int64]) -> float | None:
    """Share of the time that counts in which it was good, None where none counts [-].

    lengths : steps in each of these times, shape (n,)
    """
    total = int(lengths[counted].sum())
    return int(lengths[good & counted].sum()) / total if total else None


def lowest_charge(run: RunResult, site: str) -> float | None:
    """Least share of a site's usable charge at the end of a record, None without stores [-]."""
    power = run.energy_of(site)
    charge, capacity = (np.asarray(power[name][1], np.float64) for name in ("charge_kwh", "charge_capacity_kwh"))
    held = capacity > 0
    return float((charge[held] / capacity[held]).min()) if held.any() else None
