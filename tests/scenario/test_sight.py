"""Links whose other end never is in sight, and relays that send nothing on."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moonstation.core.time import TimeGrid
from moonstation.orbits.relay import RelayOrbit, relay_elevation_azimuth_range
from moonstation.scenario.draft import Draft
from moonstation.scenario.go_scene import Span
from moonstation.scenario.reading import library, load_scenario, read_scenario
from moonstation.scenario.sight import Sight

SOUTH = (-89.5, 0.0)
FAR_SIDE = (-60.0, 180.0)
START = datetime(2031, 1, 1, tzinfo=UTC)


def scenario(*, argument_deg=90.0, place=SOUTH, links=("relay_link",), downlink=True, until="", raan_deg=0.0) -> str:
    """A camera whose data go by these links; the relay's apolune is 8,600 km over a pole."""
    common = f'site = "base", mission = "Lander", dish_m = 0.5, transmit_w = 5{until}'
    relay = {"relay_link": ', relay = "bird"'}
    radios = [f'{{ name = "{kind}", type = "{kind}", {common}{relay.get(kind, "")} }},' for kind in links]
    onward = '{ name = "down", type = "relay_downlink", site = "bird", mission = "Lander", recorder_gbit = 10 },'
    return f"""
name = "seen"
title = "Seen"
main_site = "base"
start = 2031-01-01
end = 2031-04-01
assets = [
{chr(10).join(radios)}
{onward if downlink else ""}
]
[sites.base]
horizon = "flat"
latitude_deg = {place[0]}
longitude_deg = {place[1]}
mast_m = 2
[relays.bird]
perilune_altitude_km = 300
apolune_altitude_km = 8600
inclination_deg = 55
raan_deg = {raan_deg}
argument_deg = {argument_deg}
epoch = 2031-01-01
[ground_stations.kashi]
[policy]
critical_priority = 2
dark_sun_below = 0.5
dark_charge_below = 0.9
survival_below = 0.4
survival_exit = 0.5
safe_below = 0.15
safe_exit = 0.25
recovery_h = 6
serve_up_to = {{ nominal = 9, dark = 9, survival = 3, safe = 1 }}
[[missions]]
name = "Lander"
partners = ["us"]
arrival = 2031-01-05
status = "planned"
site = "base"
"""


def notes(**choices) -> list[str]:
    told = read_scenario(scenario(**choices), Path("seen.toml")).notes
    return [str(note) for note in told if "sends to" in note.message or "can never send" in note.message]


@pytest.mark.parametrize("name", library())
def test_the_links_of_shipped_scenarios_see_their_ends(name):
    told = load_scenario(name).notes
    assert not [note for note in told if "sends to" in note.message or "can never send" in note.message]


def test_a_relay_that_never_rises_is_noted_with_how_high_it_comes_and_what_would_help():
    assert notes() == []
    (told,) = notes(argument_deg=270.0)
    assert told.startswith('seen.toml:8 assets[0] "relay_link": ')
    assert "relay_link: can never send while there, bird never stands over the sky-line of base (at most -" in told
    assert "argument_deg = 90 puts a relay's apolune over the south" in told
    assert notes(argument_deg=270.0, place=(89.5, 0.0)) == []
    (told,) = notes(argument_deg=90.0, place=(89.5, 0.0))
    assert "argument_deg = 270 puts a relay's apolune over the north" in told


def test_links_to_an_earth_that_never_rises_are_noted_together():
    assert notes(links=("direct_link",)) == []
    (told,) = notes(links=("direct_link", "ka_link"), place=FAR_SIDE)
    assert "direct_link, ka_link: can never send while there, the Earth never stands over the sky-line of base" in told
    assert "use a relay_link" in told


def test_a_relay_from_which_nothing_sends_to_the_earth_is_noted():
    (told,) = notes(downlink=False)
    assert "relay_link: sends to bird, from which nothing sends to the Earth; add a relay_downlink at bird" in told


def test_what_has_gone_before_the_run_needs_no_sight():
    early = scenario(argument_deg=270.0).replace("start = 2031-01-01", "start = 2031-02-01", 1)
    gone = early.replace("transmit_w = 5", "transmit_w = 5, until = 2031-01-20", 1)
    assert any("can never send" in note.message for note in read_scenario(early).notes)
    assert not any("can never send" in note.message for note in read_scenario(gone).notes)


@given(
    argument_deg=st.sampled_from([0.0, 90.0, 180.0, 270.0]),
    raan_deg=st.floats(0.0, 359.0),
    latitude_deg=st.floats(-85.0, 85.0),
    hours=st.integers(1, 40),
)
@settings(max_examples=20, deadline=None)
def test_a_relay_is_in_sight_where_it_stands_over_flat_ground_in_a_step(argument_deg, raan_deg, latitude_deg, hours):
    text = scenario(argument_deg=argument_deg, raan_deg=raan_deg, place=(latitude_deg, 20.0))
    orbit = RelayOrbit(300.0, 8600.0, 55.0, raan_deg, argument_deg, 0.0, epoch="2031-01-01")
    last = START + timedelta(hours=hours)
    grid = TimeGrid.between(START, last, 600.0)
    highest = float(np.max(relay_elevation_azimuth_range(orbit, latitude_deg, 20.0, grid.tdb).elevation_deg))
    sight = Sight(Draft(tomllib.loads(text)), "base", "bird", Path())
    assert sight.within(Span(START, last)) == (highest > 0.0)
    assert sight.highest_deg(Span(START, last)) == pytest.approx(highest)
