"""Links that share dishes and ground stations, and bands that take turns, run by the station's kernel."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from kernel_run import KernelRun, Mains
from place import ConstantPlace

from moonstation.components.comms.command_unit import CommandUnit
from moonstation.components.comms.direct_link import DirectLink
from moonstation.components.comms.ground_network import GroundNetwork
from moonstation.components.comms.ka_link import KaLink
from moonstation.components.comms.recorder import Recorder
from moonstation.components.comms.relay_downlink import RelayDownlink
from moonstation.components.comms.relay_link import RelayLink
from moonstation.components.comms.shared_dish import SharedDish

#: What one Mbit/s brings home in a day.
DAY_GBIT = 86.4


def site(**more):
    """More data than any link can carry, and power for all."""
    chatter = CommandUnit(power_kw=0.01, housekeeping_kbit_s=1e5)
    return {"mains": Mains(), "chatter": chatter, "recorder": Recorder(capacity_gbit=1e6), **more}


def one_mbit_s(**more):
    return DirectLink(dish_m=1.0, transmit_w=50.0, modem_mbit_s=1.0, **more)


def returned(components, days=1.0, **place):
    return KernelRun(components, days, record_steps=6, **place).returned_gbit()[-1]


def test_two_links_with_dishes_of_their_own_carry_twice_as_much():
    assert returned(site(a=one_mbit_s(), b=one_mbit_s())) == pytest.approx(2 * DAY_GBIT)


def test_two_links_on_one_dish_take_turns():
    shared = site(a=one_mbit_s(dish="shared"), b=one_mbit_s(dish="shared"), dish=SharedDish())
    assert returned(shared) == pytest.approx(DAY_GBIT)
    assert returned({**shared, "dish": SharedDish(dishes=2)}) == pytest.approx(2 * DAY_GBIT)


@pytest.mark.parametrize(("stations", "share", "together"), [(2, 0.5, 1.0), (1, 0.5, 0.5), (4, 1.0, 2.0)])
def test_links_that_book_the_ground_stations_share_their_hours(stations, share, together):
    booked = site(
        a=one_mbit_s(ground="booked"),
        b=one_mbit_s(ground="booked"),
        network=GroundNetwork(antennas_per_station=1, share=share),
    )
    assert returned(booked, ground_stations_in_view=stations) == pytest.approx(together * DAY_GBIT)


def test_sites_keep_what_a_full_relay_has_no_room_for():
    # two links into 5 Gbit that nobody empties: the rest of three days' data waits in the site's recorder
    chatter = CommandUnit(power_kw=0.01, housekeeping_kbit_s=40.0)
    up = RelayLink(relay="relay", dish_m=0.2, transmit_w=10.0)
    parts = {"mains": Mains(), "chatter": chatter, "recorder": Recorder(capacity_gbit=100.0), "up": up, "too": up}
    run = KernelRun({**parts, "down": RelayDownlink(recorder_gbit=5.0)}, 3.0, at_relay=("down",), earth_contact=0.0)
    assert run.amount("down", "recorder")[-1] == pytest.approx(5.0)
    assert run.amount("recorder", "memory")[-1] == pytest.approx(3.0 * 24.0 * 0.144 - 5.0, rel=1e-5)
    assert run.booked("data", "spilled", node="relay") == pytest.approx(0.0, abs=1e-9)


def test_a_relay_and_a_site_compete_for_the_same_ground_station():
    both = site(
        up=RelayLink(relay="relay", dish_m=0.5, transmit_w=50.0, modem_mbit_s=1.0),
        down=RelayDownlink(recorder_gbit=1e4, modem_mbit_s=1.0, ground="booked"),
        direct=one_mbit_s(ground="booked"),
        network=GroundNetwork(antennas_per_station=1, share=1.0),
    )
    assert returned(both, at_relay=("down",), ground_stations_in_view=1) == pytest.approx(DAY_GBIT, rel=0.01)


def test_a_fast_band_leaves_its_dish_to_the_slow_one_only_when_it_cannot_send():
    clear = KaLink(dish_m=1.0, transmit_w=50.0, modem_mbit_s=10.0, fallback_modem_mbit_s=1.0)
    assert returned(site(link=clear)) == pytest.approx(10 * DAY_GBIT)
    # a receiver so poor that the fast band does not reach the least of its modem's steps
    rain = KaLink(
        dish_m=1.0, transmit_w=50.0, ground_g_over_t_db_k=0.0, rates="queqiao-1 earth", fallback_modem_mbit_s=1.0
    )
    assert returned(site(link=rain)) == pytest.approx(DAY_GBIT)


def test_hours_that_rain_takes_from_the_fast_band_go_to_the_slow_one():
    # in 5 % of the time nothing of the fast band comes through: 10 Mbit/s for 0.95, 1 Mbit/s for 0.05
    def blocked(frequency_ghz, month_share):
        return np.full(144, 1.0 if frequency_ghz < 10.0 else 0.0, np.float32)

    class Rainy(ConstantPlace):
        signal_through_rain = staticmethod(blocked)

    link = KaLink(dish_m=1.0, transmit_w=50.0, modem_mbit_s=10.0, fallback_modem_mbit_s=1.0)
    run = KernelRun(site(link=link), 1.0, record_steps=6, place=Rainy)
    assert run.returned_gbit()[-1] == pytest.approx((0.95 * 10 + 0.05 * 1) * DAY_GBIT, rel=1e-5)
    assert run.activity("link", "last band").max() == 0.0


def test_the_last_band_sends_while_both_others_are_out():
    # receivers so poor that neither reaches the least of the modem's steps
    link = KaLink(
        dish_m=0.1,
        transmit_w=1.0,
        rates="queqiao-1 earth",
        ground_g_over_t_db_k=0.0,
        fallback_g_over_t_db_k=0.0,
        last_transmit_w=50.0,
        last_modem_mbit_s=1.0,
        last_g_over_t_db_k=60.0,
    )
    run = KernelRun(site(link=link), 1.0, record_steps=6)
    assert run.returned_gbit()[-1] == pytest.approx(DAY_GBIT)
    assert run.activity("link", "sending").max() == run.activity("link", "fallback").max() == 0.0
    none = KernelRun(site(link=replace(link, last_transmit_w=0.0)), 1.0, record_steps=6)
    assert none.returned_gbit()[-1] == 0.0


def every_other_hour(grid):
    return (np.arange(grid.count) // 6 % 2).astype(np.float32)


@pytest.mark.parametrize(
    ("contact", "acquisition_min", "share"), [(0.5, 0.0, 0.5), (every_other_hour, 5.0, 0.5 * 55.0 / 60.0)]
)
def test_the_slow_band_gets_no_hours_without_contact(contact, acquisition_min, share):
    # the fast band uses all of the contact but its first minutes, in which neither sends
    link = KaLink(
        dish_m=1.0,
        transmit_w=50.0,
        modem_mbit_s=10.0,
        fallback_modem_mbit_s=5.0,
        acquisition_min=acquisition_min,
    )
    down = RelayDownlink(recorder_gbit=1e6, modem_mbit_s=10.0, fallback_mbit_s=5.0, acquisition_min=acquisition_min)
    up = RelayLink(relay="relay", dish_m=0.5, transmit_w=50.0, modem_mbit_s=50.0)
    assert returned(site(link=link), earth_contact=contact) == pytest.approx(share * 10 * DAY_GBIT)
    both = returned(site(down=down, up=up), at_relay=("down",), earth_contact=contact)
    assert both == pytest.approx(share * 10 * DAY_GBIT, rel=0.01)


def test_a_dish_with_nothing_left_to_send_rests():
    # 10 Mbit/s through a band of 100: nine tenths of the hours stay unused
    link = KaLink(dish_m=1.0, transmit_w=50.0, modem_mbit_s=100.0, fallback_modem_mbit_s=1.0)
    quiet = {**site(link=link), "chatter": CommandUnit(power_kw=0.01, housekeeping_kbit_s=1e4)}
    run = KernelRun(quiet, 1.0, record_steps=6)
    assert run.returned_gbit()[-1] == pytest.approx(10 * DAY_GBIT, rel=0.01)
    assert run.activity("link", "fallback").max() == 0.0
    assert run.booked("antenna_h", "spilled", node="link") == pytest.approx(0.9 * 24.0, rel=0.01)
