"""A cable's resistance and losses by hand, and a reactor behind the hill that keeps a ridge in the dark alive."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernel_run import KernelRun, Load
from place import MONTH, ConstantPlace

from moonstation.components.energy.battery import Battery
from moonstation.components.energy.cable import Cable
from moonstation.components.energy.fission_unit import FissionUnit
from moonstation.components.energy.power_bus import PowerBus
from moonstation.core.errors import RangeError

LINE = {"to_site": "ridge", "rated_kw": 40.0, "length_m": 1000.0, "cross_section_mm2": 10.0}
LOSSLESS = {"converter_efficiency": 1.0, "conductor_k": 293.15}


def test_a_kilometre_of_copper_there_and_back_at_20_c():
    # 1.7241e-8 ohm m x 2000 m / 10 mm2 = 3.448 ohm
    assert Cable(**LINE, material="copper", **LOSSLESS).resistance_ohm() == pytest.approx(3.4482)


def test_cold_aluminium_conducts_better():
    # 43.15 K under 20 C: 1 - 0.00403 x 43.15 = 0.8261
    warm, cold = (Cable(**LINE, conductor_k=kelvin).resistance_ohm() for kelvin in (293.15, 250.0))
    assert cold / warm == pytest.approx(0.8261, abs=1e-4)


def test_the_loss_is_the_current_squared_times_the_resistance():
    # 40 kW at 3 kV: 13.33 A; I^2 R = 177.8 x 3.448 = 613 W, 1.53 % of 40 kW
    cable = Cable(**LINE, material="copper", **LOSSLESS)
    current_a = 40e3 / 3000.0
    assert cable.line_loss() == pytest.approx(current_a**2 * cable.resistance_ohm() / 40e3)
    assert cable.line_loss() == pytest.approx(0.01533, abs=1e-5)
    assert Cable(**LINE, material="copper", converter_efficiency=0.9, conductor_k=293.15).efficiency() == pytest.approx(
        0.9**2 * (1.0 - 0.9 * 0.015325), rel=1e-5
    )


def test_the_same_power_at_120_v_is_refused_with_what_would_do():
    with pytest.raises(RangeError, match=r"lose 958 % of the rated power.*more than 192 mm2"):
        Cable(**LINE, material="copper", voltage_v=120.0, **LOSSLESS)


def test_the_mass_of_ten_square_millimetres_of_aluminium():
    # 2 x 1000 m x 10 mm2 = 0.02 m3 of 2703 kg/m3: 54 kg, and half as much insulation
    assert Cable(**LINE).mass_kg() == pytest.approx(81.1, abs=0.1)


def test_two_straight_pieces_follow_the_square_of_the_load():
    # exact at none, half and full load; in between a sixteenth of full load's loss too much at the most
    cable = Cable(**LINE, material="copper", **LOSSLESS)
    low, high = cable.primitives(ConstantPlace(MONTH)).processes
    gain = [process.recipe["electricity@ridge"] for process in (low, high)]
    for load in (0.25, 0.5, 0.75, 1.0):
        sent = np.array([min(load, 0.5), max(load - 0.5, 0.0)]) * cable.rated_kw
        assert sent.max() <= low.limit + 1e-12
        exact_kw = load * cable.rated_kw * (1.0 - load * cable.line_loss())
        short_kw = exact_kw - sent @ gain
        assert -1e-9 <= short_kw <= cable.line_loss() * cable.rated_kw / 16.0 + 1e-9
        if load in (0.5, 1.0):
            assert short_kw == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("load_kw", [10.0, 30.0])
def test_a_reactor_behind_the_hill_carries_a_ridge_in_the_dark(load_kw):
    plant = FissionUnit(rated_kw=40.0, startup_h=1.0, ramp_h=0.5, fade_per_yr=0.0)
    cable = Cable(**LINE, keep_charge=0.9)
    battery = Battery(capacity_kwh=50.0, floor_fraction=0.0)
    parts = {"plant": plant, "cable": cable, "battery": battery, "load": Load(load_kw)}
    run = KernelRun(parts, days=5.0, at_relay=("plant", "cable"), sun_disc_fraction=0.0, box_sink_k=285.0)
    assert run.activity("load", "load")[12:] == pytest.approx(load_kw)
    low, high = (run.activity("cable", name)[-144:].mean() for name in ("transport", "transport at high load"))
    arrived = low * cable.efficiency(0.5) + high * cable.efficiency(1.5)
    assert arrived == pytest.approx(load_kw, rel=2e-3)  # no more than the ridge lacks
    assert (high > 1e-6) == (load_kw > 19.0)
    assert run.amount("battery", "charge")[-1] == pytest.approx(45.0, rel=0.01)  # kept at 0.9
    far, near = run.booked("electricity", "produced"), run.booked("electricity", "consumed", node="relay")
    assert cable.efficiency(1.5) < far / near <= cable.efficiency(0.5) * (1 + 1e-6)


def test_without_a_load_far_away_nothing_is_carried_and_a_reserve_is_left_alone():
    plant = FissionUnit(rated_kw=1.0, startup_h=1.0, ramp_h=0.5)
    idle = KernelRun({"plant": plant, "cable": Cable(**LINE)}, days=1.0, at_relay=("plant", "cable"))
    assert (idle.activity("cable", "transport") == 0.0).all()
    assert (idle.activity("cable", "transport at high load") == 0.0).all()
    poor = {"cable": Cable(**LINE, own_reserve=0.5), "battery": Battery(capacity_kwh=50.0), "load": Load(1.0)}
    run = KernelRun(poor, days=5.0, at_relay=("cable", "battery"), box_sink_k=285.0)
    assert run.amount("battery", "charge")[-1] == pytest.approx(25.0, abs=0.5)
    assert run.activity("load", "load")[-1] == 0.0


def test_a_scarce_near_site_keeps_its_own_loads_and_its_batteries():
    near = {"plant": FissionUnit(rated_kw=3.0, startup_h=1.0, ramp_h=0.5, fade_per_yr=0.0), "own": Load(2.0)}
    near |= {"cable": Cable(**LINE), "battery": Battery(capacity_kwh=20.0, self_discharge_per_h=0.0)}
    run = KernelRun({**near, "hungry": Load(30.0)}, days=5.0, at_relay=tuple(near), box_sink_k=290.0)
    assert run.activity("own", "load") == pytest.approx(2.0)
    assert run.amount("battery", "charge")[-1] == pytest.approx(20.0, rel=0.01)  # full but for what it lost by age
    assert run.activity("cable", "transport")[-1] == pytest.approx(1.0, rel=1e-3)


def test_a_transfer_pays_a_sites_lines_once_at_the_far_loads():
    cable = Cable(**LINE)
    parts = {"plant": FissionUnit(rated_kw=40.0, startup_h=1.0, ramp_h=0.5), "cable": cable, "near bus": PowerBus()}
    parts |= {"bus": PowerBus(controller_kw=0.0), "load": Load(5.0)}
    run = KernelRun(parts, days=1.0, at_relay=("plant", "cable", "near bus"), sun_disc_fraction=0.0)
    lines = PowerBus().distribution_efficiency
    sent = run.activity("cable", "transport")[-1]
    assert sent * cable.efficiency(0.5) * lines == pytest.approx(5.0, rel=1e-6)
    own = run.activity("near bus", "controller")[-1] / lines
    drawn = run.records.power[-1, run.compiled.power_nodes.index("relay"), 1] * 6.0
    assert drawn == pytest.approx(sent + own, rel=1e-6)


def test_two_cables_that_keep_back_what_they_fill_do_not_empty_each_others_batteries():
    # without the reserve both are empty in five days: 15 % of what goes to and fro is lost
    ends = {**LINE, "rated_kw": 10.0, "keep_charge": 0.5, "own_reserve": 0.5}
    parts = {"there": Cable(**{**ends, "to_site": "relay"}), "back": Cable(**ends)}
    parts |= {name: Battery(capacity_kwh=100.0, charge_on_arrival=0.6) for name in ("near", "far")}
    run = KernelRun(parts, days=5.0, at_relay=("back", "far"), box_sink_k=285.0)
    for name in ("near", "far"):
        assert run.amount(name, "charge")[-1] == pytest.approx(60.0, abs=0.5)


@given(
    length=st.floats(1.0, 1e4),
    section=st.floats(1.0, 1000.0),
    longer=st.floats(1.0, 10.0),
    kilovolt=st.floats(3.0, 20.0),
)
def test_longer_loses_more_thicker_less_and_voltage_counts_squared(length, section, longer, kilovolt):
    def loss(**changed: float) -> float:
        numbers = {"length_m": length, "cross_section_mm2": section, "voltage_v": 1e3 * kilovolt, **changed}
        return Cable(to_site="ridge", rated_kw=0.1, **numbers).line_loss()

    one = loss()
    assert loss(length_m=min(length * longer, 1e6)) == pytest.approx(one * min(longer, 1e6 / length))
    assert loss(cross_section_mm2=section * longer) == pytest.approx(one / longer)
    assert loss(voltage_v=2e3 * kilovolt) == pytest.approx(one / 4.0)
    assert np.isfinite(one)
