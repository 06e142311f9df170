"""When the Earth can command a site: ways, ground stations and hand-overs."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel_run import KernelRun, Mains

from moonstation.components.comms.direct_link import DirectLink
from moonstation.components.comms.ground_network import GroundNetwork
from moonstation.components.comms.relay_downlink import RelayDownlink
from moonstation.components.comms.relay_link import RelayLink
from moonstation.core.time import TimeGrid
from moonstation.station.command_windows import (
    GroundSkies,
    command_windows,
    commandable,
    handed_over,
    open_steps,
    ways_of,
)

STEPS = 144
HOUR = 6


def hours(*spans):
    """1 in these hours of a day, else 0."""

    def series(grid):
        hour = np.arange(grid.count) // HOUR % 24
        return np.any([(first <= hour) & (hour < last) for first, last in spans], axis=0).astype(np.float32)

    return series


def direct(**more):
    return DirectLink(dish_m=1.0, transmit_w=50.0, acquisition_min=0.0, **more)


def compiled(parts, **sky):
    return KernelRun({"mains": Mains(), **parts}, 1.0, at_relay=[n for n in parts if n == "down"], **sky).compiled


def windows(parts, stations, **sky):
    rows = compiled(parts, **sky).processes
    grid = TimeGrid.between("2030-01-01", "2030-01-02", "10min")
    seen = {name: series(grid) > 0 for name, series in stations.items()}
    skies = GroundSkies(grid, seen, np.full(STEPS, 384_400.0, np.float32))
    working = {number: np.ones(STEPS, np.bool_) for number in range(len(rows))}
    found = command_windows("ridge", rows, working, skies)
    begin = grid.utc[0]
    return [((w.begin - begin) / np.timedelta64(1, "h"), (w.end - begin) / np.timedelta64(1, "h"), w) for w in found]


UP = RelayLink(relay="relay", dish_m=0.5, transmit_w=50.0, acquisition_min=0.0)
DOWN = RelayDownlink(recorder_gbit=1e4, acquisition_min=0.0)


def test_a_window_is_as_long_as_the_sight_less_the_guard():
    ((begin, end, window),) = windows({"x": direct()}, {"kashi": hours((0, 24))}, earth_contact=hours((3, 9)))
    assert (begin, end) == pytest.approx((3.0, 9.0 - 5.0 / 60.0))
    assert (window.link, window.relay, window.ground_station) == ("x", "", "kashi")
    assert window.light_s == pytest.approx(1.282, abs=1e-3)  # 384,400 km at the speed of light


def test_stations_hand_over_to_each_other():
    stations = {"kashi": hours((0, 10)), "neuquen": hours((8, 20)), "malargue": hours((9, 18))}
    found = windows({"x": direct()}, stations)
    assert [(begin, window.ground_station) for begin, _, window in found] == [(0.0, "kashi"), (10.0, "neuquen")]
    assert found[-1][1] == pytest.approx(20.0 - 5.0 / 60.0)


def test_a_relay_is_a_way_only_while_it_hears_the_earth_itself():
    # the relay stands over the site from 2 to 8 h, but a ground station sees the Moon only until 5 h
    sky = {"relay_visible": hours((2, 8)), "earth_contact": hours((0, 5))}
    ((begin, end, window),) = windows({"up": UP, "down": DOWN}, {"kashi": hours((0, 24))}, **sky)
    assert (begin, end) == pytest.approx((2.0, 5.0 - 5.0 / 60.0))
    assert window.relay == "relay"


def test_a_relay_without_a_link_to_the_earth_is_no_way():
    assert windows({"up": UP, "down": Mains()}, {"kashi": hours((0, 24))}) == []


def test_a_booked_antenna_must_be_there():
    parts = {"x": direct(ground="booked")}
    sky = {"ground_stations_in_view": hours((4, 7))}
    assert windows(parts, {"kashi": hours((0, 24))}, **sky) == []
    ((begin, end, _),) = windows({**parts, "network": GroundNetwork(share=0.5)}, {"kashi": hours((0, 24))}, **sky)
    assert (begin, end) == pytest.approx((4.0, 7.0 - 5.0 / 60.0))


def test_ways_name_the_links_behind_a_relay():
    rows = compiled({"x": direct(), "up": UP, "down": DOWN}).processes
    ways = ways_of(rows, "ridge")
    assert sorted(way.relay for way in ways) == ["", "relay"]
    (relayed,) = [way for way in ways if way.relay]
    assert [[rows[number][0].name for number in chain.parts] for chain in relayed.chains] == [["up", "down"]] * 2
    assert {rows[chain.links[1]][1].name for chain in relayed.chains} == {"sending", "fallback"}
    assert open_steps(rows, relayed, STEPS).all()


def test_no_command_is_sent_in_the_last_minutes():
    is_open = np.array([1, 1, 1, 1, 0, 0, 1, 1, 1], np.bool_)
    assert commandable(is_open, 1.0 / 6.0).tolist() == is_open.tolist()  # 5 min are less than a step of ten
    assert commandable(is_open, 2.0 / 60.0).tolist() == [1, 1, 0, 0, 0, 0, 1, 1, 1]


spans = st.lists(st.tuples(st.integers(0, 20), st.integers(1, 10)), min_size=1, max_size=5)


@given(spans=spans)
@settings(max_examples=50)
def test_windows_cover_all_that_is_open_with_as_few_changes_as_can_be(spans):
    masks = {}
    for number, (first, length) in enumerate(spans):
        masks[number, "station"] = np.zeros(32, np.bool_)
        masks[number, "station"][first : first + length] = True
    found = list(handed_over(masks))
    covered = np.zeros(32, np.bool_)
    for first, after, way, station in found:
        assert masks[way, station][first:after].all()
        assert not covered[first:after].any()
        covered[first:after] = True
    together = np.any(list(masks.values()), axis=0)
    np.testing.assert_array_equal(covered, together)
    fewest = next(
        count
        for count in range(1, len(masks) + 1)
        if any((np.any(some, axis=0) == together).all() for some in combinations(masks.values(), count))
    )
    assert len(found) == fewest
