"""The battery as an equivalent circuit, against the circuit itself; limits of temperature; fade by temperature."""

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernel_run import KernelRun, Load
from place import MONTH, ConstantPlace

from moonstation.components.contract import Primitives
from moonstation.components.energy.battery import Battery
from moonstation.components.energy.radioisotope_unit import RadioisotopeUnit
from moonstation.core.errors import RangeError
from moonstation.core.time import YEAR_H
from moonstation.facts.table import lookup

IDEAL = {
    "charge_efficiency": 1.0,
    "discharge_efficiency": 1.0,
    "self_discharge_per_h": 0.0,
    "cycle_fade": 0.0,
    "calendar_fade_per_yr": 0.0,
    "floor_fraction": 0.0,
}
WARM = {"box_sink_k": 295.0, "sun_disc_fraction": 0.0}


def circuit_round_trip(resistance_h: float, rate_per_h: float) -> float:
    """Energy out over energy in when the same power, seen at the terminals, charges and discharges.

    With voltage U, resistance R and capacity Q, r = R Q / U and power c U Q: charging, I (U + I R) = c U Q;
    discharging, I (U - I R) = c U Q. The charge that goes in at I_in serves I_out.
    """
    y = resistance_h * rate_per_h
    into = (math.sqrt(1.0 + 4.0 * y) - 1.0) / (2.0 * y)  # I_in over c Q
    out = (1.0 - math.sqrt(1.0 - 4.0 * y)) / (2.0 * y)
    return into / out


@pytest.mark.parametrize("rate_per_h", [0.05, 0.1, 0.2, 0.3])
def test_a_round_trip_loses_what_the_circuit_loses(rate_per_h):
    battery = Battery(capacity_kwh=1.0)
    charge_share = battery.rate_loss() * rate_per_h / battery.charge_rate_per_h
    discharge_share = battery.rate_loss() * rate_per_h / battery.discharge_rate_per_h
    lost = 1.0 - circuit_round_trip(battery.resistance_h, rate_per_h)
    assert 1.0 - (1.0 - charge_share) * (1.0 - discharge_share) == pytest.approx(lost, rel=0.03)


def test_the_kernel_charges_and_discharges_it_with_that_loss():
    # 100 kWh at 20 kW: charged for 4 h, then drawn empty; the circuit returns 98.8 %
    kw, battery = 20.0, Battery(capacity_kwh=100.0, charge_on_arrival=0.0, **IDEAL)
    source = RadioisotopeUnit(power_w=1e3 * kw, conversion_fade_per_yr=0.0)
    charged = KernelRun({"battery": battery, "source": source}, days=4 / 24, **WARM)
    stored = float(charged.amount("battery", "charge")[-1])
    full = Battery(capacity_kwh=100.0, charge_on_arrival=stored / 100.0, **IDEAL)
    served = KernelRun({"battery": full, "load": Load(kw)}, days=0.5, **WARM).activity("load", "load").sum() / 6.0
    assert served / (4 * kw) == pytest.approx(circuit_round_trip(0.03, 0.2), abs=3e-4)
    assert served / (4 * kw) == pytest.approx(0.988, abs=1e-3)


class Heaterless:
    """A battery whose heater is broken."""

    kind = "battery"

    def __init__(self, battery: Battery) -> None:
        self.battery = battery

    def primitives(self, place: ConstantPlace) -> Primitives:
        return dataclasses.replace(self.battery.primitives(place), processes=())


def test_cells_that_cool_first_refuse_to_be_charged_and_then_to_serve():
    # From 278 K towards 240 K: from 273.15 K on it takes nothing of 20 W, from 253 K on it gives nothing
    battery = Heaterless(Battery(capacity_kwh=200.0, charge_on_arrival=0.5, survive_min_k=200.0, **IDEAL))
    source = RadioisotopeUnit(power_w=20.0, conversion_fade_per_yr=0.0)
    cold = {"days": 300.0, "record_steps": 6, "box_sink_k": 240.0, "sun_disc_fraction": 0.0}
    charging = KernelRun({"battery": battery, "source": source}, **cold)
    amount, kelvin = charging.amount("battery", "charge"), charging.kelvin("battery", "cells")
    taken = np.diff(amount) > 1e-3
    assert taken[kelvin[1:] > 273.2].all()
    assert not taken[kelvin[1:] < 273.1].any()
    assert amount[-1] < 110.0
    serving = KernelRun({"battery": battery, "load": Load(0.01)}, **cold)
    served, kelvin = serving.activity("load", "load"), serving.kelvin("battery", "cells")
    assert served[kelvin > 253.1] == pytest.approx(0.01)
    assert (served[kelvin < 252.9] == 0.0).all()
    assert kelvin[-1] < 252.0


@pytest.mark.parametrize(
    ("kelvin", "takes", "gives"), [(290.0, True, True), (265.0, False, True), (250.0, False, False)]
)
def test_what_it_takes_and_gives_by_the_temperature_of_its_cells(kelvin, takes, gives):
    battery = Battery(capacity_kwh=10.0, charge_on_arrival=0.5, **IDEAL)
    (store,) = battery.primitives(ConstantPlace(MONTH)).stores
    assert (store.works_in, store.charge_min_k) == ("cells", lookup("battery.charge_min").value)
    assert (store.charge_min_k <= kelvin <= store.charge_max_k) == takes
    assert (store.discharge_min_k <= kelvin <= store.discharge_max_k) == gives


def test_calendar_fade_goes_by_arrhenius_as_in_the_fitted_model():
    # NREL BLAST-Lite, NCA cells at a charge of 0.8: 75.4 exp(-3340/T) exp(353 x 0.8 / T) t^0.512, t in days
    def loss(kelvin: float, days: float) -> float:
        return 75.4 * math.exp(-3340.0 / kelvin) * math.exp(353.0 * 0.8 / kelvin) * days**0.512

    battery = Battery(capacity_kwh=1.0)
    ratio = battery.calendar_fade_at_setpoint_per_yr() / battery.calendar_fade_per_yr
    assert ratio == pytest.approx(loss(278.0, 3652.0) / loss(298.15, 3652.0), rel=0.01)
    assert lookup("battery.calendar_fade").value * 10 == pytest.approx(loss(298.15, 3652.0), rel=0.01)
    (store,) = battery.primitives(ConstantPlace(MONTH)).stores
    assert store.fade_per_h * YEAR_H == pytest.approx(0.475 * 0.0177, rel=0.01)


def test_a_resistance_that_cannot_carry_the_power_is_refused():
    # U^2 / 4 R is the most that a circuit gives: r D < 1/4
    with pytest.raises(RangeError, match="cannot give their greatest power"):
        Battery(capacity_kwh=1.0, resistance_h=0.5, discharge_rate_per_h=0.5)


@given(resistance=st.floats(0.0, 0.1), charge=st.floats(0.05, 2.0), discharge=st.floats(0.05, 2.0))
def test_the_loss_at_the_limits_is_a_share_and_grows_with_resistance(resistance, charge, discharge):
    def loss(resistance_h: float) -> float:
        rates = {"charge_rate_per_h": charge, "discharge_rate_per_h": discharge}
        return Battery(capacity_kwh=1.0, resistance_h=resistance_h, **rates).rate_loss()

    assert 0.0 <= loss(resistance) <= loss(resistance + 0.01) < 0.5


@given(colder=st.floats(275.0, 297.0), warmer=st.floats(0.1, 14.0))
def test_colder_cells_fade_more_slowly(colder, warmer):
    fades = [
        Battery(capacity_kwh=1.0, heater_setpoint_k=kelvin).calendar_fade_at_setpoint_per_yr()
        for kelvin in (colder, colder + warmer)
    ]
    assert fades[0] < fades[1]


def test_a_fast_discharge_warms_the_cells_by_what_the_resistance_loses():
    # 2 x 0.03 h x 1.0 x 0.5 / 1.5 / h = 2 % at 100 kW: of 92 kWh at 46 kW 0.85 kWh are lost, 5.3 K of 578 kg
    battery = Battery(capacity_kwh=100.0, **IDEAL)
    run = KernelRun({"battery": battery, "load": Load(46.0)}, days=2.0 / 24.0, box_sink_k=278.0)
    drawn_kwh = 100.0 - run.amount("battery", "charge").astype(float)
    lost_kwh = drawn_kwh - 46.0 / 6.0 * np.arange(1, 13)
    risen_k = run.kelvin("battery", "cells")[1:].astype(float) - 278.0  # a step later
    capacity_kwh_k = battery.mass_kg() * lookup("battery.specific_heat").value / 3.6e6
    assert risen_k == pytest.approx(lost_kwh[:-1] / capacity_kwh_k, rel=0.01)
    assert lost_kwh[-1] == pytest.approx(0.85, rel=0.02)
