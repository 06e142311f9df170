"""A go that can never hold: refused beyond all that the file has, noted beyond what dates and supplies allow."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moonstation.components.life_support.cabin_air import GASES, scale_kpa
from moonstation.components.life_support.crew import daily_balance
from moonstation.core.errors import ScenarioError
from moonstation.scenario.reading import library, load_scenario, read_scenario

HABITAT = Path(__file__).with_name("visit.toml").read_text("utf-8")
WATER_KG_DAY = -2.0 * daily_balance()["water"]  # of two people
ASSETS = "assets = [\n"
VISIT = 'name = "Visit"'
CLEANER = (
    '  { name = "cleaner", type = "co2_removal", site = "base", mission = "Habitat", carbon_dioxide_kg_h = 0.05, '
    "count = 3, needed = 2 },\n"
)


def changed(*changes: tuple[str, str]) -> str:
    text = HABITAT
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def faults(*changes: tuple[str, str]) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        read_scenario(changed(*changes), Path("visit.toml"))
    return [str(fault) for fault in caught.value.faults]


def notes(*changes: tuple[str, str]) -> list[str]:
    return [str(note) for note in read_scenario(changed(*changes), Path("visit.toml")).notes if "go." in str(note)]


@pytest.mark.parametrize("name", library())
def test_nothing_is_told_of_the_goes_of_shipped_scenarios(name):
    assert not [note for note in load_scenario(name).notes if "policy.go" in note.where or "ascent" in note.where]


def test_nothing_is_told_of_a_go_that_can_hold():
    assert notes() == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        # a tank of 500 kg lasts two people 500 / 5.02 d
        ("water_days = 30", "water_days = 300", ("water_days", "for Visit", "last 2 people", "got 300 d", "at most")),
        ("water_days = 30", "room_share = 40", ("room_share", "room in cabins", "2 come", "got 40", "at most")),
        ("water_days = 30", "co2_removal_share = 0.1", ("carbon dioxide removal at base is for 0 people",)),
        ("water_days = 30", "coldest_k = 399", ("warmth is lost at", "got 399 K")),
        ("carbon_dioxide_kpa = 0.7", "coldest_k = 295\nwarmest_k = 290", ("over warmest_k", "at most 290 K")),
        ("water_days = 5", "oxygen_days = 3000", ("leave.oxygen_days", "would leave at once", "oxygen")),
        ('  { name = "radio"', '#  { name = "radio"', ("contact", "nothing at base sends data", "land a link")),
    ],
)
def test_a_limit_beyond_all_that_the_file_has_is_refused(old, new, words):
    told = faults((old, new))
    assert any(all(word in fault for word in words) for fault in told), told


def test_each_limit_is_told_with_its_line():
    text = changed(("water_days = 30", "water_days = 300")).splitlines()
    (told,) = faults(("water_days = 30", "water_days = 300"))
    assert told.startswith(f"visit.toml:{text.index('water_days = 300') + 1} policy.go.base.water_days: ")


def test_what_only_comes_with_those_who_wait_for_it_is_no_cabin():
    told = faults(
        ('"cabin", site = "base", mission = "Habitat"', '"cabin", site = "base", mission = "Visit"'),
        ("water_days = 30", "pressure_kpa = 50"),
    )
    assert any("there is no cabin at base before it lands" in fault for fault in told), told


def test_units_that_stand_by_count_for_nobody():
    one = changed((ASSETS, ASSETS + CLEANER), ("water_days = 30", "co2_removal_share = 1.5"))
    enough = one.replace("needed = 2", "needed = 3")
    cleaned = 2 * 0.05 / (daily_balance()["cabin_carbon_dioxide"] / 24.0)  # by the two of three that work
    with pytest.raises(ScenarioError, match=f"removal at base is for {cleaned:.3g} people, and 2 come"):
        read_scenario(one)
    assert read_scenario(enough)


@given(kg=st.floats(1.0, 900.0), share=st.floats(0.1, 1.5).filter(lambda x: min(abs(x - 0.5), abs(x - 1.0)) > 1e-3))
@settings(max_examples=25, deadline=None)
def test_days_of_water_are_refused_beyond_full_tanks_and_noted_beyond_what_lands(kg, share):
    days = share * kg / WATER_KG_DAY
    tank = ("capacity_kg = 500, start_kg = 400", f"capacity_kg = {kg}, start_kg = {kg / 2}")
    asked = (("water_days = 5", "food_days = 1"), ("water_days = 30", f"water_days = {days}"), tank)
    if share > 1.0:
        assert any("all tanks at base and what it brings" in fault for fault in faults(*asked))
    else:  # nothing makes water, so half a tank is all there is
        assert ["all water that lands at base by then" in note for note in notes(*asked)] == [True] * (share > 0.5)


def test_what_comes_too_late_is_noted_and_waiting_helps():
    second = (
        '[[missions]]\nname = "Tank"\npartners = ["us"]\narrival = 2031-02-10\nstatus = "planned"\nsite = "base"\n\n'
        f"[[missions]]\n{VISIT}"
    )
    tank = (
        '  { name = "more water", type = "tank", site = "base", mission = "Tank", quantity = "water", '
        "capacity_kg = 900, start_kg = 900 },\n"
    )
    asked = ((f"[[missions]]\n{VISIT}", second), (ASSETS, ASSETS + tank), ("water_days = 30", "water_days = 150"))
    assert notes(*asked) == [], "twenty days after its date the tank is there"
    (told,) = notes(*asked, ("wait_days = 20", "wait_days = 5"))
    assert "policy.go.base.water_days: cannot hold for Visit" in told
    assert "allowed: at most" in told
    failed = ('arrival = 2031-02-10\nstatus = "planned"', 'arrival = 2031-02-10\nstatus = "failed"')
    assert notes(*asked, failed), "a mission that fails brings nothing"


def test_a_site_behind_the_limb_never_has_contact_by_itself():
    behind = ("latitude_deg = -89.5\nlongitude_deg = 0.0", "latitude_deg = -60\nlongitude_deg = 180.0")
    (told,) = notes(behind)
    assert "policy.go.base.contact: cannot hold for Visit" in told
    assert "its links lead to the Earth alone, never over the sky-line of base then; got true; " in told
    assert notes(behind, ("contact = true\n", "")) == []
    (told,) = notes(("[ground_stations.kashi]\n", ""))
    assert "no ground station" in told


RADIO = 'type = "direct_link", site = "base", mission = "Habitat", dish_m = 0.5, transmit_w = 5'
UPLINK = RADIO.replace("direct_link", "relay_link") + ', relay = "bird"'
DOWNLINK = (
    ASSETS + '  { name = "down", type = "relay_downlink", site = "bird", mission = "Habitat", recorder_gbit = 10 },\n'
)
ORBIT = "perilune_altitude_km = 300\napolune_altitude_km = 8600\ninclination_deg = 55\nepoch = 2031-01-01\n"
BIRD = ("[policy]\n", f"[relays.bird]\n{ORBIT}argument_deg = 90\n\n[policy]\n")
OVER_THE_NORTH = ("argument_deg = 90", "argument_deg = 270")


def test_contact_over_a_relay_that_never_speaks_with_the_earth_is_refused():
    told = faults(BIRD, (RADIO, UPLINK))
    assert any(
        "contact: can never hold for Visit: base sends to bird alone, from where nothing sends to the Earth" in fault
        and "add a relay_downlink there" in fault
        for fault in told
    ), told
    assert notes(BIRD, (RADIO, UPLINK), (ASSETS, DOWNLINK)) == []


def test_contact_over_a_relay_that_never_rises_while_it_is_waited_for_is_noted():
    over_the_north = (BIRD, (RADIO, UPLINK), (ASSETS, DOWNLINK), OVER_THE_NORTH)
    (told,) = notes(*over_the_north)
    assert "contact: cannot hold for Visit: its links lead to bird alone, never over the sky-line of base" in told
    own = (ASSETS, f'{ASSETS}  {{ name = "own", {RADIO} }},\n')
    assert notes(*over_the_north, own) == [], "the Earth itself rises there"


def test_air_beyond_what_the_valves_of_every_cabin_hold_is_noted():
    (told,) = notes(("water_days = 30", "pressure_kpa = 140"))
    assert "the cabins at base hold at most" in told
    (told,) = notes(("water_days = 30", "oxygen_kpa = 31"))
    assert "the cabins at base hold at most 30.4 kPa" in told  # 30 % of 101.325 kPa are let go
    assert notes(("water_days = 30", "pressure_kpa = 110\noxygen_kpa = 30")) == []
    beyond = sum(scale_kpa(gas) for gas in GASES) + 0.1
    assert any(
        "pressure_kpa: can never hold" in fault for fault in faults(("water_days = 30", f"pressure_kpa = {beyond}"))
    )


def test_a_rule_of_many_missions_is_told_once():
    visit = HABITAT[HABITAT.index(f"[[missions]]\n{VISIT}") :]
    more = "".join(f"\n{visit.replace('Visit', f'Visit {n}').replace('2031-02', f'2031-0{n}')}\n" for n in (3, 4, 5))
    crews = "".join(
        f'  {{ name = "people {n}", type = "crew", site = "base", mission = "Visit {n}", crew_size = {n} }},\n'
        for n in (3, 4, 5)
    )
    text = changed(
        (ASSETS, ASSETS + crews), ("end = 2031-03-01", "end = 2031-08-01"), ("water_days = 30", "water_days = 60")
    )
    with pytest.raises(ScenarioError) as caught:
        read_scenario(text + more)
    (told,) = caught.value.faults
    assert "for Visit 3, Visit 4 and 1 more" in told.message, "two people could have it"
    assert "last 5 people" in told.message, "the tightest bound is told"


def test_a_vehicle_that_has_gone_takes_nobody_home():
    lander = (
        '  { name = "lander", type = "battery", site = "base", mission = "Habitat", capacity_kwh = 5, '
        "until = 2031-01-20 },\n"
    )
    told = [
        str(note)
        for note in read_scenario(changed((ASSETS, ASSETS + lander), ('["warmth"]', '["lander"]'))).notes
        if "ascent" in note.where
    ]
    assert len(told) == 1
    assert "could never leave early" in told[0]
