"""Whose data are sent, kept and lost: closed forms in the station's kernel, and what holds for any records."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel_run import KernelRun, Mains

from moonstation.components.comms.command_unit import CommandUnit
from moonstation.components.comms.direct_link import DirectLink
from moonstation.components.comms.recorder import Recorder
from moonstation.components.comms.relay_downlink import RelayDownlink
from moonstation.components.comms.relay_link import RelayLink
from moonstation.components.science.instrument import Instrument
from moonstation.station.data_fate import data_fates

#: Gbit/h in one Mbit/s.
MBIT_S = 3.6
HOURS = 240


def camera(gbit_h, points_per_h):
    return Instrument(
        field="geology", power_kw=0.01, data_gbit_h=gbit_h, worth_points_per_h=points_per_h, recorder_below=1.0
    )


#: 1.8 Gbit/h of housekeeping; 1.8 Gbit/h of which each is worth 10; 18 Gbit/h of which each is worth a tenth.
MAKERS = {
    "chatter": CommandUnit(power_kw=0.01, housekeeping_kbit_s=500.0),
    "poor": camera(18.0, 1.8),
    "rich": camera(1.8, 18.0),
}


def fates(parts, days=HOURS / 24.0, record_steps=6, **sky):
    run = KernelRun({"mains": Mains(), **parts}, days, record_steps=record_steps, **sky)
    hours = np.full(len(run.records.activity), record_steps / 6.0)
    found = data_fates(run.compiled.processes, run.compiled.stores, run.records, hours)
    return {fate.asset: fate for fate in found}, run


def link(mbit_s, **more):
    return DirectLink(dish_m=1.0, transmit_w=50.0, modem_mbit_s=mbit_s, acquisition_min=0.0, **more)


def test_a_narrow_link_carries_housekeeping_first_and_loses_the_least_worthy_data():
    # 7.2 Gbit/h go down: all housekeeping, all of the worthy science, and 3.6 of the 18 of the rest
    found, run = fates({**MAKERS, "memory": Recorder(capacity_gbit=50.0), "link": link(2.0)})
    assert list(found) == ["chatter", "rich", "poor"]
    assert found["chatter"].housekeeping
    for name in ("chatter", "rich"):
        assert found[name].made_gbit == pytest.approx(1.8 * HOURS, rel=1e-5)
        assert found[name].lost_gbit == pytest.approx(0.0, abs=1e-3)
        assert found[name].returned_gbit == pytest.approx(1.8 * HOURS, rel=0.01)
    assert found["poor"].returned_gbit == pytest.approx(3.6 * HOURS, rel=0.01)
    assert found["poor"].waiting_gbit == pytest.approx(50.0, rel=0.01)
    assert found["poor"].lost_gbit == pytest.approx((18.0 - 3.6) * HOURS - 50.0, rel=0.01)
    lost = sum(fate.lost_gbit for fate in found.values())
    assert lost == pytest.approx(run.booked("data", "spilled"), rel=1e-4)


def test_in_silence_a_full_memory_drops_the_least_worthy_data_for_the_others():
    # nothing is sent: after 50 h the memory would be full; worthier data push the rest out, until they fill it alone
    found, _ = fates({**MAKERS, "memory": Recorder(capacity_gbit=1000.0)}, earth_contact=0.0)
    assert found["chatter"].waiting_gbit == pytest.approx(1.8 * HOURS, rel=1e-4)
    assert found["rich"].waiting_gbit == pytest.approx(1.8 * HOURS, rel=1e-4)
    assert found["poor"].waiting_gbit == pytest.approx(1000.0 - 2 * 1.8 * HOURS, rel=1e-4)
    found, _ = fates({**MAKERS, "memory": Recorder(capacity_gbit=500.0)}, earth_contact=0.0)
    assert found["chatter"].waiting_gbit == pytest.approx(1.8 * HOURS, rel=1e-4)
    assert found["rich"].waiting_gbit == pytest.approx(500.0 - 1.8 * HOURS, rel=1e-4)
    assert found["poor"].waiting_gbit == pytest.approx(0.0, abs=1e-3)
    assert found["rich"].wait_h is None


def test_without_a_memory_what_is_not_sent_at_once_is_lost():
    found, _ = fates({**MAKERS}, earth_contact=0.0)
    assert all(fate.lost_gbit == pytest.approx(fate.made_gbit) for fate in found.values())


def test_a_relay_that_is_too_narrow_waits_with_the_least_worthy_data():
    # up 36 Gbit/h, down 3.6: the relay's memory fills with what is worth least
    up = RelayLink(relay="relay", dish_m=0.5, transmit_w=50.0, modem_mbit_s=10.0, acquisition_min=0.0)
    down = RelayDownlink(recorder_gbit=500.0, modem_mbit_s=1.0, fallback_mbit_s=0.0, acquisition_min=0.0)
    found, run = fates(
        {**MAKERS, "memory": Recorder(capacity_gbit=1e5), "up": up, "down": down}, at_relay=("down",), days=4.0
    )
    returned = sum(fate.returned_gbit for fate in found.values())
    assert returned == pytest.approx(run.returned_gbit()[-1], rel=1e-5)
    assert found["chatter"].wait_h < 1.0
    assert found["rich"].returned_gbit == pytest.approx(1.8 * 96.0, rel=0.02)
    assert found["poor"].returned_gbit == pytest.approx(0.0, abs=8.0)
    assert found["poor"].lost_gbit == pytest.approx(0.0, abs=1e-3)  # the site keeps what the relay has no room for


def test_housekeeping_waits_by_littles_law():
    # contact every other 12 hours; made evenly, sent at once when it begins: half of it
    # waits 6 h on the mean, half not; a record of an hour does not tell when in it the memory was emptied
    def half(grid):
        return (np.arange(grid.count) // 72 % 2).astype(np.float32)

    found, _ = fates(
        {"chatter": MAKERS["chatter"], "memory": Recorder(capacity_gbit=1e4), "link": link(1000.0)},
        days=20.0,
        earth_contact=half,
    )
    assert found["chatter"].wait_h == pytest.approx(3.0, abs=0.5)


@given(
    gbit_h=st.lists(st.floats(0.1, 30.0), min_size=2, max_size=4),
    capacity=st.floats(0.0, 200.0),
    mbit_s=st.floats(0.5, 20.0),
)
@settings(max_examples=15, deadline=None)
def test_nothing_gets_lost_unseen_and_the_last_ones_change_nothing_for_the_first(gbit_h, capacity, mbit_s):
    def night_and_day(grid):
        return (np.arange(grid.count) // 36 % 2).astype(np.float32)

    made = {f"camera {number}": camera(rate, 100.0 * rate / 4**number) for number, rate in enumerate(gbit_h)}
    rest = {"memory": Recorder(capacity_gbit=capacity), "link": link(mbit_s)}
    all_of_them, run = fates({**made, **rest}, days=2.0, record_steps=1, earth_contact=night_and_day)
    for fate in all_of_them.values():
        parts = fate.returned_gbit + fate.lost_gbit + fate.waiting_gbit
        assert parts == pytest.approx(fate.made_gbit, rel=1e-4, abs=1e-3)
    assert sum(fate.returned_gbit for fate in all_of_them.values()) == pytest.approx(
        run.returned_gbit()[-1], rel=1e-4, abs=1e-3
    )
    made.pop(f"camera {len(made) - 1}")
    fewer, _ = fates({**made, **rest}, days=2.0, record_steps=1, earth_contact=night_and_day)
    for name, fate in fewer.items():
        # what is made in a step of ten minutes waits for the next: at each of eight changes a step may go elsewhere
        steps_gbit = 8.0 * sum(gbit_h) / 6.0
        assert all_of_them[name].returned_gbit == pytest.approx(fate.returned_gbit, rel=1e-3, abs=steps_gbit)


def test_an_instrument_that_says_nothing_of_its_worth_counts_as_others():
    silent = replace(camera(1.8, 1.0), worth_points_per_h=0.0)
    found, _ = fates({"a": silent, "b": camera(1.8, 1.0)}, days=1.0)
    assert found["a"].worth_points_gbit == found["b"].worth_points_gbit
