"""A small habitat for two people, to be added to good.toml, and how faults are read from a text."""

from __future__ import annotations

from pathlib import Path

import pytest

from moonstation.core.errors import ScenarioError
from moonstation.scenario.reading import read_scenario
from moonstation.scenario.schema import Scenario

GOOD = Path(__file__).with_name("good.toml").read_text("utf-8")
MISSION = '[[missions]]\nname = "Landing"\npartners = ["us"]\narrival = 2029-02-01\nstatus = "planned"\n'


def asset(name: str, kind: str, keys: str = "", mission: str = "Landing") -> str:
    return f'\n[[assets]]\nname = "{name}"\ntype = "{kind}"\nsite = "landing-place"\nmission = "{mission}"\n{keys}\n'


def tank(quantity: str, capacity_kg: float, start_kg: float) -> str:
    keys = f'quantity = "{quantity}"\ncapacity_kg = {capacity_kg}\nstart_kg = {start_kg}'
    return asset(f"{quantity} tank", "tank", keys)


CABIN = asset("cabin", "cabin", "volume_m3 = 100")
CLEANER = asset("cleaner", "co2_removal", "carbon_dioxide_kg_h = 0.2")
FOOD, WATER = tank("food", 200, 150), tank("water", 900, 800)
OXYGEN, NITROGEN = tank("oxygen", 200, 150), tank("nitrogen", 50, 40)
CREW = asset("crew", "crew", "crew_size = 2\nuntil = 2029-02-15")
ALL = (MISSION, CABIN, CLEANER, FOOD, WATER, OXYGEN, NITROGEN, CREW)


def text_of(*parts: str, good: str = GOOD) -> str:
    return "\n".join((good, *parts))


def scenario(*parts: str) -> Scenario:
    return read_scenario(text_of(*parts), Path("night.toml"))


def faults(text: str) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        read_scenario(text, Path("night.toml"))
    return [str(fault) for fault in caught.value.faults]


def without(*left_out: str) -> str:
    return text_of(*(part for part in ALL if part not in left_out))


def notes(*parts: str) -> list[str]:
    return [str(note) for note in scenario(*parts).notes]
