"""Stores, deliveries and loads meet on buses: what meets nobody is refused, what will never work is told."""

from __future__ import annotations

import pytest
from habitat import ALL, MISSION, asset, faults, notes, tank, text_of

DELIVERY = '\n[[deliveries]]\nmission = "Landing"\nsite = "landing-place"\n'


@pytest.mark.parametrize("quantity", ["water", "regolith", "propellant", "carbon"])
def test_a_store_without_a_user_is_refused(quantity):
    (only,) = faults(text_of(MISSION, tank(quantity, 10, 5)))
    assert f"is a store without a user: nothing at landing-place takes or gives {quantity}" in only
    assert "leave it out" in only
    assert only.startswith("night.toml:")


def test_a_store_where_nobody_uses_it_names_the_site_where_somebody_does():
    hollow = '\n[sites.hollow]\nhorizon = "flat"\nlatitude_deg = -82.88\nlongitude_deg = 78.1\nmast_m = 2\n'
    away = tank("food", 10, 5).replace('"landing-place"', '"hollow"').replace("food tank", "larder")
    (only,) = faults(text_of(*ALL, hollow, away))
    assert "put it where food is used, at landing-place" in only


def test_a_delivery_that_nothing_holds_is_refused():
    (only,) = faults(text_of(*ALL, DELIVERY + "methane_kg = 12"))
    assert "methane_kg: nothing at landing-place holds methane; got 12 kg" in only
    assert 'add an asset of type tank with quantity = "methane"' in only


def test_a_load_that_nothing_feeds_is_told():
    oven = asset("oven", "brick_maker", "bricks_kg_h = 1")
    (note, *others) = notes(MISSION, oven, tank("bricks", 100, 0))
    assert "nothing at landing-place ever gives regolith" in " ".join((note, *others))
    assert "oven takes" in " ".join((note, *others))


def test_a_load_whose_feed_fails_with_its_mission_is_told():
    panel = asset("panel", "solar_array", "area_m2 = 3", mission="Feed")
    far = '\n[sites.hollow]\nhorizon = "flat"\nlatitude_deg = -82.88\nlongitude_deg = 78.1\nmast_m = 2\n'
    radio = asset("radio", "direct_link", "dish_m = 0.4\ntransmit_w = 10")
    flights = MISSION.replace("Landing", "Feed") + MISSION
    text = flights + far + (panel + radio).replace('"landing-place"', '"hollow"')
    told = "nothing at hollow ever gives electricity"
    assert not any(told in note for note in notes(text))
    (note,) = (note for note in notes(text.replace('"planned"', '"failed"', 1)) if told in note)
    assert "which radio takes" in note
    assert not any("radio take" in note for note in notes(text.replace('"planned"', '"failed"')))


def test_one_wrong_number_makes_no_second_fault():
    (only,) = faults(text_of(*ALL).replace("start_kg = 150", "start_kg = -1", 1))
    assert "start_kg" in only


def test_one_misspelt_type_makes_no_second_fault():
    (only,) = faults(text_of(*ALL).replace('type = "cabin"', 'type = "cabbin"'))
    assert "did you mean cabin?" in only
