"""The spares that the ILRS lands follow from what fails until the next flight (docs/models/failures.md)."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence

import pytest
from scipy.stats import poisson

from moonstation.components.failure_modes import modes_of, numbers_of
from moonstation.components.registry import components
from moonstation.facts.table import lookup
from moonstation.scenario.reading import load_scenario
from moonstation.scenario.schema import AssetEntry, Scenario

#: Nobody has hands there, and nothing lands there later.
WITHOUT_HANDS = {"change-7", "mons-mouton", "luna-27a", "luna-27b"}


@pytest.fixture(scope="module")
def ilrs() -> Scenario:
    return load_scenario("ilrs")


def failures_per_h(kind: str) -> float:
    """Rate of failures of one unit in service that take a spare, and that hands can mend [1/h]."""
    numbers = [numbers_of(kind, mode) for mode in modes_of(components()[kind]) if mode.spare]
    mended = [each for each in numbers if math.isfinite(min(each.robot_h, each.crew_h))]
    return sum((1.0 - each.reset_chance) / (each.life_h * math.gamma(1.0 + 1.0 / each.shape)) for each in mended)


def service_h(scenario: Scenario, entries: Sequence[AssetEntry], until) -> float:
    """Hours that units are planned to work until then, but for those that stand by."""
    total_h = 0.0
    for entry in entries:
        mission = next(mission for mission in scenario.missions if mission.name == entry.mission)
        ends = [moment for moment in (entry.until, mission.until, until) if moment]
        spent_h = (min(ends) - mission.arrival).total_seconds() / 3600.0
        total_h += max(spent_h, 0.0) * (entry.needed or entry.count)
    return total_h


def test_the_ilrs_lands_spares_for_what_fails_of_all_until_the_next_flight_with_some(ilrs: Scenario) -> None:
    """As many as are exceeded in one case of twenty at most, by Poisson's law for all that has failed until then."""
    arrivals = {mission.name: mission.arrival for mission in ilrs.missions}
    entries, short = defaultdict(list), []
    for entry in ilrs.assets:
        if entry.site not in WITHOUT_HANDS:
            entries[entry.site, entry.type].append(entry)
    for (site, kind), own in entries.items():
        kits = defaultdict(int)
        for entry in own:
            kits[entry.mission] += entry.spares
        for item in ilrs.deliveries:
            kits[item.mission] += item.spares.get(kind, 0) if item.site == site else 0
        flights = sorted((name for name in kits if kits[name]), key=lambda name: arrivals[name])
        ends = [*(arrivals[name] for name in flights), ilrs.end]
        for number, until in enumerate(ends):
            landed = sum(kits[name] for name in flights[:number])
            needed = int(poisson.ppf(0.95, service_h(ilrs, own, until) * failures_per_h(kind)))
            if landed < needed:
                short.append((site, kind, f"until {until:%Y-%m-%d}", landed, needed))
    assert short == []


def test_the_ilrs_lands_kits_for_what_fails_of_its_urine_processor_until_the_next_flight_with_some(ilrs) -> None:
    """Each flight covers the planned work until the next: its failures to 95 % by Poisson's law, and its changes."""
    numbers = [numbers_of("urine_processor", mode) for mode in modes_of(components()["urine_processor"])]
    failures_per_kg = sum(1.0 / each.life_kg for each in numbers)
    reached = [math.exp(-each.limit_kg / each.life_kg) for each in numbers]
    changes_per_kg = sum(share / (1.0 - share) / each.life_kg for share, each in zip(reached, numbers, strict=True))
    arrivals = {mission.name: mission.arrival for mission in ilrs.missions}
    (machine,) = (entry for entry in ilrs.assets if entry.type == "urine_processor")
    kits = {machine.mission: machine.spares}
    kits |= {item.mission: n for item in ilrs.deliveries if (n := item.spares.get("urine_processor", 0))}
    flights = sorted(kits, key=lambda name: arrivals[name])
    stays = [(entry.crew_size, arrivals[entry.mission], entry.until) for entry in ilrs.assets if entry.type == "crew"]

    def urine_kg(until) -> float:
        begin = arrivals[machine.mission]
        planned = ((people, max(came, begin), min(left, until)) for people, came, left in stays if left)
        days = sum(people * max((last - first).total_seconds(), 0.0) / 86_400 for people, first, last in planned)
        return days * lookup("crew.urine_water").value

    for name, following in zip(flights, [*(arrivals[name] for name in flights[1:]), ilrs.end], strict=True):
        work_kg, landed = urine_kg(following), sum(kits[each] for each in flights[: flights.index(name) + 1])
        needed = poisson.ppf(0.95, work_kg * failures_per_kg) + math.ceil(work_kg * changes_per_kg)
        assert needed <= landed <= needed + 3, name
