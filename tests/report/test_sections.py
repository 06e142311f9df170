"""What single sections say: want of power apart from want of input, dates in words, what was lost left out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from reading import Page

from moonstation.report.blocks import Plot, Plots, Table, Text
from moonstation.report.html import render_report
from moonstation.report.sections.contacts import _commands, _fates, waiting_h, ways_to_earth
from moonstation.report.sections.power import _loads, _went_short
from moonstation.report.sections.roadmap import _condition, _delay, _milestone
from moonstation.report.sections.stocks import _blocks as _stocks
from moonstation.report.sections.temperature import _at_work, _comfort, _idle
from moonstation.report.sections.verdict import _blackout_sentence, _cards, _silence, _tightest
from moonstation.report.series import Run
from moonstation.report.view import StudyView

PLANNED = datetime(2035, 12, 31, tzinfo=UTC)


def two_loads(shed_kw: list[float], lamp: list[float], oven: list[float], own_bus: bool = False) -> Run:
    """A lamp of 1 kW and an oven of 10 kW at a ridge, hour by hour: what each lacked, and what the bus shed."""
    hours = len(shed_kw)
    time = np.datetime64("2030-01-01", "ns") + np.arange(hours) * np.timedelta64(1, "h")
    columns = {"asset": ["lamp", "oven"], "site": ["ridge"] * 2, "priority": [2, 6], "power_kw": [-1.0, -10.0]}
    coords = {f"process_{key}": ("process", values) for key, values in columns.items()}
    coords |= {"time": time, "site": ["ridge"], "process": ["lamp: light", "oven: melting"]}
    shed = np.array(shed_kw)[:, np.newaxis]
    data = {
        "shortfall": (("time", "process"), np.stack([lamp, oven], axis=1)),
        "activity": (("time", "process"), np.zeros((hours, 2))),
        "power_shed_kw": (("time", "site"), 0.0 * shed if own_bus else shed),
    }
    if own_bus:
        coords["unit"] = ["oven"]
        data["unit_power_shed_kw"] = (("time", "unit"), shed)
    return Run(xr.Dataset(data, coords))


def test_want_of_power_is_told_apart_from_want_of_input() -> None:
    # Hour 0: nothing shed, so the oven had nothing to melt. Hour 1: the bus sheds all that the oven lacks.
    (oven,) = _went_short(two_loads([0.0, 5.0], [0, 0], [0.5, 0.5]), "ridge")
    assert (oven.power_kwh, oven.other_kwh) == (5.0, 5.0)


def test_an_asset_with_its_own_bus_is_judged_by_that() -> None:
    (oven,) = _went_short(two_loads([0.0, 5.0], [0, 0], [0.5, 0.5], own_bus=True), "ridge")
    assert (oven.power_kwh, oven.other_kwh) == (5.0, 5.0)
    (lamp,) = _went_short(two_loads([0.0, 5.0], [1, 1], [0, 0], own_bus=True), "ridge")
    assert (lamp.power_kwh, lamp.other_kwh) == (0.0, 2.0)


shares = st.lists(st.tuples(*[st.floats(0, 1)] * 3), min_size=1, max_size=20)


@given(shares)
def test_both_wants_make_the_whole_and_no_load_lacks_more_power_than_its_bus_shed(rows) -> None:
    shed, lamp, oven = (list(values) for values in zip(*rows, strict=True))
    for row in _went_short(two_loads(shed, lamp, oven), "ridge"):
        lacked = {"lamp: light": sum(lamp), "oven: melting": 10.0 * sum(oven)}[row.member.name]
        assert row.power_kwh + row.other_kwh == pytest.approx(lacked)
        assert row.power_kwh <= sum(shed) + 1e-9


def test_the_power_chapter_shows_only_want_of_power_as_such() -> None:
    note, waited, table = _loads(two_loads([0.0], [0], [0.5]), "ridge")
    assert isinstance(note, Text)
    assert note.text == "Every load got all the power that it could use."
    assert isinstance(waited, Text)
    assert waited.text.startswith("Held back by want of something other than power: oven: melting.")
    assert isinstance(table, Table)
    assert table.rows == [["oven: melting", "6", "0", "0", "5"]]
    short = _loads(two_loads([5.0], [0], [0.5]), "ridge")
    assert [type(block) for block in short] == [Plot, Table]


def test_only_what_brings_data_to_earth_counts_as_a_way_there(study: StudyView) -> None:
    ways = ways_to_earth(Run(study.dataset))
    assert {name for name, _ in ways} == {"relay: downlink", "radio: sending"}


def test_data_wait_for_their_mean_backlog_over_what_leaves(study: StudyView) -> None:
    run = Run(study.dataset)
    waiting = run.at("ridge", "data_backlog_gbit")
    assert waiting is not None
    (radio,) = [item for item in run.members("process") if item.name == "radio: sending"]
    expected = float(np.mean(waiting)) / float(np.mean(run.column("activity", radio)))
    assert waiting_h(run, "ridge", waiting) == pytest.approx(expected)
    assert waiting_h(run, "rim", waiting) is None


@pytest.mark.parametrize(
    ("days", "words"), [(-305.2, "305 days early"), (0.4, "on the day"), (1.0, "1 day late"), (-929, "929 days early")]
)
def test_a_date_is_compared_in_words(days: float, words: str) -> None:
    assert _delay(PLANNED, PLANNED + timedelta(days=days)) == words
    assert _delay(PLANNED, None) == "–"


def condition(metric: str, least: float, unit: str, held_since: float = 1.0, best: float = 1.0) -> dict[str, object]:
    since = {"reached": datetime(2033, 6, 14, tzinfo=UTC), "held_since": held_since, "best": best}
    return {"metric": metric, "least": least, "unit": unit, **since}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (
            condition("energy_served_share", 1.0, "1"),
            "all critical loads served at all times: from 2033-06-14, at best 100 %",
        ),
        (
            condition("energy_served_share", 0.95, "1", 0.5),
            "all critical loads served 95 % of the time or more: from 2033-06-14, 50 % of the time since, "
            "at best 100 %",
        ),
        (
            condition("energy_kw", 18, "kW", best=72.2),
            "sources that offer 18 kW or more: from 2033-06-14, at best 72.2 kW",
        ),
        (
            condition("crew_days", 2000, "d", best=4516),
            "2\u202f000 days or more lived by people on the Moon: from 2033-06-14, at best 4\u202f516 days",
        ),
        (condition("luck", 2, "kg") | {"reached": None, "best": 1.5}, "luck at least 2 kg: never, at best 1.5 kg"),
    ],
)
def test_a_condition_reads_as_a_sentence(given, words: str) -> None:
    assert _condition(given) == words


def test_a_milestone_tells_how_long_its_conditions_must_hold() -> None:
    row = {"name": "energy", "planned": PLANNED, "reached": None, "hold_days": 30.0}
    cells = _milestone(row | {"conditions": [condition("energy_kw", 18, "kW")]})
    assert cells[-1].startswith("Sources that offer 18 kW")
    assert cells[-1].endswith("; all of this for 30 days without a break")


def test_every_metric_has_words() -> None:
    from moonstation.report.sections.roadmap import _ASKED
    from moonstation.roadmap.milestones import METRICS

    assert set(_ASKED) == set(METRICS)


def test_what_was_lost_is_not_the_nearest_to_freezing(study: StudyView) -> None:
    [before] = _tightest(Run(study.dataset), study, "ridge")
    assert "battery: cells" in before
    common = {"site": "ridge", "type": "battery", "mission": "ILRS-1", "end": None}
    lost = replace(study, assets=[common | {"name": "battery", "lost": study.start, "loss": "colder than it survives"}])
    [after] = _tightest(Run(lost.dataset), lost, "ridge")
    assert "lander: box" in after


def test_blackouts_elsewhere_are_told_beside_the_main_site(study: StudyView) -> None:
    served = np.ones(study.dataset["critical_served"].shape)
    served[10:15, 1] = 0.0  # five hours at the rim, none at the ridge
    quiet = replace(
        study,
        summary={**study.summary, "longest_blackout_h": 0.0},
        dataset=study.dataset.assign(critical_served=(("time", "site"), served)),
    )
    assert _blackout_sentence(quiet, Run(quiet.dataset), "ridge") == (
        "The critical loads on the power bus of the main site were served without a break. "
        "Longest blackouts elsewhere: Rim of de Gerlache 5 h."
    )
    bare = replace(quiet, summary={**quiet.summary, "availability": {"energy": None}})
    assert _blackout_sentence(bare, Run(bare.dataset), "ridge").startswith(
        "Nothing on the power bus of the main site is a critical load."
    )
    assert "longest blackout" in [card.label for card in _cards(quiet, Run(quiet.dataset))]
    assert "longest blackout" not in [card.label for card in _cards(bare, Run(bare.dataset))]


@pytest.mark.parametrize(
    ("hours", "availability", "sentences", "cards"),
    [
        (
            325.0,
            0.87,
            ["The longest time without an open, powered way from the main site to the Earth was 325 h (13.5 days)."],
            ["325 h (13.5 days)"],
        ),
        (0.0, 1.0, ["The main site was never without an open, powered way to the Earth for a whole hour."], ["none"]),
        (5000.0, None, [], []),
    ],
)
def test_silence_is_told_of_a_site_that_has_spoken(study: StudyView, hours, availability, sentences, cards) -> None:
    summary = {"longest_without_contact_h": hours, "availability": {"communication": availability}}
    told = replace(study, summary=study.summary | summary)
    assert list(_silence(told)) == sentences
    shown = [card.value for card in _cards(told, Run(told.dataset)) if card.label == "longest without contact"]
    assert shown == cards


def test_time_at_the_limit_of_work_is_told(study: StudyView) -> None:
    from moonstation.report.figures.temperature import lumps_at

    run = Run(study.dataset)
    lump = next(lump for lump in lumps_at(run, "ridge") if lump.name.startswith("battery"))
    run = Run(study.dataset.isel(time=slice(4)))
    cold = replace(lump, values=np.array([300.0] * 3 + [250.0]), work_min_k=273.0)
    assert _idle(run, cold) == "1 h, 25 %"
    assert _at_work(run, cold) == "It was too cold or too hot to work for 1 h, 25 % of its life."
    assert _idle(run, replace(cold, work_min_k=200.0)) == "never"


def test_time_outside_the_comfort_of_people_is_told(study: StudyView) -> None:
    from moonstation.report.figures.temperature import lumps_at

    run = Run(study.dataset)
    lump = next(lump for lump in lumps_at(run, "ridge") if lump.name.startswith("battery"))
    assert _comfort(run, lump) == ""
    run = Run(study.dataset.isel(time=slice(5)))
    cabin = replace(
        lump, values=np.array([295.0, 301.0, 290.0, np.nan, 302.0]), comfort_min_k=291.0, comfort_max_k=300.0
    )
    there = replace(cabin, peopled=np.array([True, True, True, True, False]))
    assert _comfort(run, replace(cabin, peopled=None)) == ""
    assert _comfort(run, there) == " Outside the comfort of people, 291 to 300 K, while some were at its site: 2 h."
    warm = replace(there, values=np.full(5, 299.0))
    assert _comfort(run, warm).endswith("at its site: never.")
    assert _comfort(run, replace(cabin, peopled=np.zeros(5, np.bool_))) == ""
    unborne = replace(there, work_min_k=291.0, work_max_k=308.0)
    assert _at_work(run, unborne) == "It was too cold or too hot for people to bear for 1 h, 25 % of its life."
    assert _at_work(run, replace(unborne, work_min_k=279.0)) == "It was never too cold or too hot for people to bear."


def test_gases_in_cabins_are_told_by_their_partial_pressure(study: StudyView) -> None:
    named = [str(quantity).replace("nitrogen", "cabin_oxygen") for quantity in study.dataset["store_quantity"].values]
    run = Run(study.dataset.assign_coords(store_quantity=("store", named)).isel(time=slice(2000)))
    bottle = named.index("cabin_oxygen")
    kg, room = (run.dataset[name].to_numpy()[:, bottle] for name in ("amount", "capacity"))
    kpa = 50.0 * kg / room  # cabin.oxygen_scale
    blocks = _stocks(study, run, "ridge")
    (plots,) = (block.items for block in blocks if isinstance(block, Plots))
    (gas,) = (plot for plot in plots if plot.title == "cabin oxygen")
    assert gas.caption == f"{kpa.min():.1f} to {kpa.max():.1f} kPa, last {kpa[-1]:.1f} kPa ({kg[-1]:.1f} kg)."
    assert gas.figure.layout["yaxis"]["title"]["text"] == "partial pressure [kPa]"
    np.testing.assert_allclose(gas.figure.data[0]["y"], kpa, rtol=1e-6)
    assert len(gas.figure.data) == 1, "no room: a scale that is never reached"
    assert any("partial pressures" in block.text for block in blocks if isinstance(block, Text))
    (water,) = (plot for plot in plots if plot.title == "water")
    assert water.figure.layout["yaxis"]["title"]["text"] == "held [kg]"


def test_the_fate_of_data_is_told_by_source(study: StudyView) -> None:
    source = {"": ["unit: command", "eye: observing"], "_asset": ["unit", "eye"], "_site": ["ridge", "ridge"]}
    source |= {"_worth_points_gbit": [np.inf, 0.5], "_made_gbit": [10.0, 200.0], "_returned_gbit": [10.0, 120.0]}
    source |= {"_lost_gbit": [1e-5, 80.0], "_wait_h": [0.2, np.nan]}
    data = study.dataset.assign_coords({f"source{key}": ("source", values) for key, values in source.items()})
    (table,) = _fates(study, Run(data))
    assert [row[2:] for row in table.rows] == [
        ["housekeeping", "10 Gbit", "10 Gbit", "nothing", "0.2 h"],
        ["0.5 points", "200 Gbit", "120 Gbit", "80 Gbit", "–"],
    ]


def test_windows_of_commands_are_counted_and_the_longest_wait_is_told(study: StudyView) -> None:
    begin = study.dataset["time"].to_numpy()[0] + np.array([0, 10, 30]) * np.timedelta64(1, "h")
    window = {"site": ["ridge", "ridge", "rim"], "begin": begin, "end": begin + np.timedelta64(4, "h")}
    window |= {"relay": ["", "queqiao", ""], "light_s": [1.2, 1.3, 1.3]}
    data = study.dataset.isel(time=slice(0, 20)).assign_coords(
        {f"window_{key}": ("window", values) for key, values in window.items()}
    )
    (table,) = _commands(Run(data), "ridge")
    said = dict(map(tuple, table.rows))
    assert said["windows"] == "2"
    assert said["of them through relays"] == "50 %"
    assert said["share of time since the first"] == "40 %"
    assert said["length, median"] == "4 h"
    assert said["longest wait"] == "6 h"
    assert said["one-way time of the signal"] == "1.20 to 1.30 s"
    assert _commands(Run(data), "nowhere") == []


def test_two_lengths_without_earth_are_explained(study: StudyView) -> None:
    said = Page(render_report(study)).chapters["contacts"]
    assert "there any part of the Earth's disc counts, a contact needs the Earth's centre" in said
