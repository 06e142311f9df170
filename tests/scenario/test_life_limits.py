"""Where a machine reaches its limit of life and no spare is there to change it with, a note says so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from habitat import ALL, GOOD, asset, text_of

from moonstation.facts.table import lookup
from moonstation.scenario.reading import load_scenario, read_scenario

ARRIVAL = datetime(2029, 2, 1, tzinfo=UTC)
GENERATOR_KG_H = 0.2
LATER = '[[missions]]\nname = "Later"\npartners = ["us"]\narrival = 2029-06-01\nstatus = "planned"\n'


def generator(keys: str = "") -> str:
    return asset("generator", "oxygen_generator", f"oxygen_kg_h = {GENERATOR_KG_H}\n{keys}")


def delivered(mission: str, count: int) -> str:
    given = f'[[deliveries]]\nmission = "{mission}"\nsite = "landing-place"\n'
    return f"{given}spares = {{ oxygen_generator = {count} }}\n"


def told(*parts: str, good: str = GOOD) -> list[str]:
    notes = read_scenario(text_of(*ALL, *parts, good=good)).notes
    return [str(note) for note in notes if "limit of life" in str(note)]


def full_work_until(limit: str) -> str:
    """Day on which a generator at full work since its landing has made so much oxygen."""
    limit_kg = lookup(f"failure.oxygen_generator.{limit}.limit_kg").value
    return f"{ARRIVAL + timedelta(hours=limit_kg / GENERATOR_KG_H):%Y-%m-%d}"


def test_a_limit_by_work_is_told_by_machine_part_and_first_day():
    (note,) = told(generator())
    assert '"generator": reaches a limit of life, and no spare lands beyond the 1 kept for repairs' in note
    assert f"hydrogen sensor on {full_work_until('hydrogen_sensor')} (245 kg, at full work)" in note
    assert "water pump" not in note  # 980 kg are 204 days, and the run ends before
    assert "give it spares, or land spares = { oxygen_generator = 4 } in [[deliveries]]" in note  # 181 days: 3 sensors


def test_a_limit_by_age_is_told_by_the_calendar():
    longer = GOOD.replace("end = 2029-08-01", "end = 2030-08-01")
    assert not told(asset("filter", "contaminant_control"))  # it lives a year, and the run half of one
    (note,) = told(asset("filter", "contaminant_control"), good=longer)
    assert "charcoal bed on 2030-02-01 (365 d)" in note
    assert not told(asset("filter", "contaminant_control", "until = 2030-01-31"), good=longer)


@pytest.mark.parametrize(
    ("keys", "notes"),
    [("spares = 1", 1), ("spares = 2", 0), ("spares = 1\ncount = 2\nneeded = 1", 1), ("spares = 2\ncount = 2", 0)],
)
def test_one_spare_is_kept_for_repairs(keys, notes):
    assert len(told(generator(keys))) == notes


def test_spares_of_another_asset_of_its_type_at_its_site_serve_it_too():
    assert not told(generator(), generator("spares = 2").replace('"generator"', '"second"'))


def test_spares_at_the_site_that_tends_it_serve_it_too():
    other = '[sites.other]\nhorizon = "flat"\nmast_m = 2\nlatitude_deg = -80\nlongitude_deg = 0\n\n[sites.'
    good = GOOD.replace("[sites.", other, 1)
    tended = good.replace("[sites.landing-place]", '[sites.landing-place]\ntended_from = "other"')
    elsewhere = asset("second", "oxygen_generator", f"oxygen_kg_h = {GENERATOR_KG_H}\nspares = 2")
    elsewhere = elsewhere.replace('"landing-place"', '"other"')
    (note,) = (note for note in told(generator(), elsewhere, good=good) if '"generator"' in note)
    assert "no spare lands" in note
    assert not told(generator(), elsewhere, good=tended)


def test_the_policy_decides_what_is_kept_and_whether_anything_is_changed():
    assert not told(generator("spares = 1"), "[policy.recovery]\nkept_spares = 0")
    (note,) = told(generator(), "[policy.recovery]\nkept_spares = 0")
    assert "and no spare lands: hydrogen sensor" in note
    assert not told(generator(), "[policy.recovery]\nscheduled_changes = false")


def test_delivered_spares_count_from_their_landing_on():
    assert not told(generator(), delivered("Landing", 2))
    (late,) = told(generator(), LATER, delivered("Later", 2))
    assert full_work_until("hydrogen_sensor") < "2029-06-01"
    assert "the first spare beyond the 1 kept for repairs lands on 2029-06-01: hydrogen sensor" in late
    assert not told(generator("spares = 1"), LATER.replace("2029-06-01", "2029-03-01"), delivered("Later", 1))
    (lost,) = told(generator(), LATER.replace('"planned"', '"failed"'), delivered("Later", 2))
    assert "no spare lands" in lost


def test_the_reference_station_lands_spares_for_every_limit_of_life():
    assert not [note for note in load_scenario("ilrs").notes if "limit of life" in note.message]
