"""People need a cabin, food, water and air: a plan without them is refused, one that runs short of them is told."""

from __future__ import annotations

import math
import re

import pytest
from habitat import ALL, CABIN, CLEANER, CREW, FOOD, MISSION, OXYGEN, WATER, asset, faults, notes, text_of, without

from moonstation.components.life_support.cabin import Cabin
from moonstation.components.life_support.cabin_air import fill_fraction
from moonstation.components.life_support.crew import daily_balance
from moonstation.core.time import TimeGrid
from moonstation.facts.table import lookup
from moonstation.scenario.reading import load_scenario
from moonstation.station.still_place import StillPlace

PLACE = StillPlace(TimeGrid.between("2029-02-01", "2029-02-02", "1h"), "rim")
DELIVERY = '\n[[deliveries]]\nmission = "Landing"\nsite = "landing-place"\n'


def with_crew(keys: str) -> tuple[str, ...]:
    return (*(part for part in ALL if part is not CREW), asset("crew", "crew", keys))


def test_people_with_all_they_need_are_sound():
    assert notes(*ALL) == []


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        (CABIN, "people without a cabin"),
        (FOOD, "people without food: nothing at landing-place ever gives or holds any"),
        (WATER, "people without water"),
        (OXYGEN, "people without oxygen"),
    ],
)
def test_a_plan_without_is_refused_with_the_next_step(missing, words):
    told = [fault for fault in faults(without(missing)) if "people without" in fault]
    (only,) = told
    assert only.startswith("night.toml:")
    assert '"crew"' in only
    assert words in only
    assert re.search(r"; (add an asset|land some)", only)


def test_people_come_whole():
    (only,) = faults(text_of(*ALL).replace("crew_size = 2", "crew_size = 2.5"))
    assert "crew_size: must be a whole number of people; got 2.5" in only


def test_everything_that_is_missing_is_told_at_once():
    told = faults(without(FOOD, WATER, OXYGEN))
    assert sorted(re.findall(r"people without (\w+)", "\n".join(told))) == ["food", "oxygen", "water"]


def test_food_may_come_by_a_delivery_but_needs_a_store():
    empty = FOOD.replace("start_kg = 150", "start_kg = 0")
    parts = [part for part in ALL if part is not FOOD]
    assert notes(*parts, empty, DELIVERY + "food_kg = 100") == []
    assert any(
        "nothing at landing-place holds food" in fault for fault in faults(text_of(*parts, DELIVERY + "food_kg = 100"))
    )


def test_a_cabin_that_comes_later_or_goes_earlier_is_refused():
    late = CABIN.replace('"Landing"', '"Second"')
    second = MISSION.replace("Landing", "Second").replace("2029-02-01", "2029-02-10")
    told = faults(text_of(*(part for part in ALL if part is not CABIN), second, late))
    assert any(
        "no cabin stands at landing-place when they arrive on 2029-02-01: the next comes on 2029-02-10" in one
        for one in told
    )
    gone = CABIN.replace("volume_m3", "until = 2029-02-08\nvolume_m3")
    told = faults(text_of(*(part for part in ALL if part is not CABIN), gone))
    assert any("the last cabin at landing-place goes on 2029-02-08" in one for one in told)


def test_what_a_failed_mission_would_bring_is_a_note_and_no_fault():
    parts = [part for part in ALL if part is not CABIN]
    second = MISSION.replace("Landing", "First").replace('"planned"', '"failed"').replace("02-01", "01-20")
    told = notes(*parts, second, CABIN.replace('"Landing"', '"First"'))
    assert any("no cabin stands at landing-place on 2029-02-01, since a mission failed" in note for note in told)


def test_rations_for_fewer_days_than_the_stay_are_told_with_numbers():
    little = FOOD.replace("start_kg = 150", "start_kg = 10")
    (note,) = notes(*(little if part is FOOD else part for part in ALL))
    daily_kg = -daily_balance()["food"] * 2
    assert f"food for {10 / daily_kg:.0f} of 14 days; they need {14 * daily_kg:.0f} kg and find 10 kg" in note


def test_a_second_crew_finds_what_the_first_has_left():
    daily_kg = -daily_balance()["food"] * 2
    enough = FOOD.replace("start_kg = 150", f"start_kg = {20 * daily_kg:.3f}")
    second = CREW.replace('"crew"\ntype', '"second"\ntype').replace("2029-02-15", "2029-03-15")
    third = MISSION.replace("Landing", "Third").replace("02-01", "03-01")
    parts = [enough if part is FOOD else part for part in ALL]
    (note,) = notes(*parts, third, second.replace('"Landing"', '"Third"'))
    assert '"second"' in note
    assert "food for 6 of 14 days" in note


def test_air_that_nobody_cleans_is_told_with_the_hours_until_the_limit():
    (note,) = notes(*(part for part in ALL if part is not CLEANER))
    store = {one.name: one for one in Cabin(volume_m3=100).primitives(PLACE).stores}["cabin_carbon_dioxide"]
    room_kg = (
        fill_fraction("cabin_carbon_dioxide", lookup("cabin.carbon_dioxide_limit").value) * store.capacity - store.start
    )
    hours = room_kg / (2 * daily_balance()["cabin_carbon_dioxide"] / 24)
    assert 5 < hours < 200
    assert f"it reaches the limit in {hours:.0f} h" in note


def test_people_whom_nothing_takes_home_and_cabins_too_small_are_told():
    told = notes(*with_crew("crew_size = 2"))
    assert any("nothing takes them home" in note for note in told)
    told = notes(*with_crew("crew_size = 40\nuntil = 2029-02-02"))
    room = Cabin(volume_m3=100).primitives(PLACE).capability["cabin_crew"]
    assert math.isclose(room, 100 * lookup("cabin.habitable_share").value / lookup("cabin.volume_per_person").value)
    assert any(f"40 people live on 2029-02-01 in cabins with room for {room:.1f}" in note for note in told)


def test_the_shipped_scenarios_have_nothing_to_note():
    assert [load_scenario(name).notes for name in ("ilrs", "first-night")] == [(), ()]
