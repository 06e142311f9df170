"""Energy, thermal and communication components run by the station's kernel, against closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from kernel_run import KernelRun, Mains

from moonstation.components.comms.command_unit import CommandUnit
from moonstation.components.comms.direct_link import DirectLink
from moonstation.components.comms.recorder import Recorder
from moonstation.components.comms.relay_downlink import RelayDownlink
from moonstation.components.comms.relay_link import RelayLink
from moonstation.components.energy.battery import Battery
from moonstation.components.energy.panel_temperature import panel_temperature_k, warmth_factor
from moonstation.components.energy.power_bus import PowerBus
from moonstation.components.energy.radioisotope_unit import RadioisotopeUnit
from moonstation.components.energy.solar_array import SolarArray
from moonstation.components.thermal.electronics_box import ElectronicsBox
from moonstation.components.thermal.radiator_loop import RadiatorLoop

NIGHT = {"box_sink_k": 70.0, "radiator_sink_k": 50.0, "regolith_k": 90.0, "sun_disc_fraction": 0.0}


def hourly(components, days=10.0, **more):
    """A run with records by the hour."""
    return KernelRun(components, days, record_steps=6, **more)


def test_a_battery_feeds_a_load_for_its_usable_energy_through_the_buss_losses():
    # 10 kWh, 80 % usable, 96.1 % out, 90 % through the lines, 0.1 kW: 69.19 h (no self-discharge, no heater at 290 K);
    # at a ninetieth of the greatest rate the resistance costs a ninetieth of 2 %
    battery = Battery(capacity_kwh=10.0, self_discharge_per_h=0.0, cycle_fade=0.0, calendar_fade_per_yr=0.0)
    bus = PowerBus(distribution_efficiency=0.9, controller_kw=0.1)
    served = hourly({"battery": battery, "bus": bus}, sun_disc_fraction=0.0, box_sink_k=290.0).activity(
        "bus", "controller"
    )
    assert served.sum() / 0.1 == pytest.approx(69.19, abs=0.17)


def test_an_array_fills_a_battery_by_what_goes_in():
    # 1 kW for 10 h at 95.1 % into an empty battery: 9.51 kWh, less a fiftieth of 2 % in the cells' resistance; the
    # panel's warmth is made up for by area
    square = SolarArray(area_m2=1.0)
    warmth = warmth_factor(panel_temperature_k(1361.0, 160.0, square.cell_efficiency))
    array = SolarArray(area_m2=1.0 / (square.rated_kw() * warmth))
    battery = Battery(capacity_kwh=100.0, charge_on_arrival=0.0, self_discharge_per_h=0.0)
    charge = hourly({"array": array, "battery": battery}, days=0.5, box_sink_k=290.0).amount("battery", "charge")
    assert charge[9] == pytest.approx(9.51 * (1.0 - 0.02 / 50.0), rel=1e-4)


def test_cells_in_the_dark_are_held_at_their_set_point_and_die_when_the_charge_is_gone():
    battery = Battery(capacity_kwh=1.0, floor_fraction=0.0)
    cells = hourly({"battery": battery}, days=120.0, **NIGHT).kelvin("battery", "cells")
    assert cells[100] == pytest.approx(battery.heater_setpoint_k, abs=0.01)
    assert np.isnan(cells[-1])


LANDER = ElectronicsBox(
    mass_kg=60.0, surface_m2=3.0, radiator_m2=0.5, keep_alive_kw=0.005, heater_kw=0.1, avionics_kw=0.02
)


def test_a_lander_with_a_generator_rides_out_the_night_at_its_set_point():
    night = hourly({"lander": LANDER, "generator": RadioisotopeUnit(power_w=150.0)}, days=30.0, **NIGHT)
    assert night.kelvin("lander", "box")[-1] == pytest.approx(LANDER.heater_setpoint_k, abs=0.05)
    assert night.activity("lander", "avionics")[-1] == pytest.approx(LANDER.avionics_kw)


def test_a_lander_without_power_is_lost_in_the_night_and_one_with_isotope_heat_is_not():
    assert np.isnan(hourly({"lander": LANDER}, days=30.0, **NIGHT).kelvin("lander", "box")[-1])
    warm = ElectronicsBox(
        mass_kg=60.0, surface_m2=3.0, radiator_m2=0.5, keep_alive_kw=0.0, heater_kw=0.0, radioisotope_heat_w=70.0
    )
    assert hourly({"lander": warm}, days=60.0, **NIGHT).kelvin("lander", "box")[-1] > warm.survive_min_k


def test_avionics_pause_in_a_cold_box_and_wake_when_the_heater_has_warmed_it():
    # 54 kJ/K less about 55 W for 8 h: from 279 K to 250 K, under the working range, over death; then 0.1 kW of heater.
    cold = ElectronicsBox(
        mass_kg=60.0,
        surface_m2=3.0,
        radiator_m2=0.0,
        keep_alive_kw=0.0,
        heater_kw=0.1,
        avionics_kw=0.05,
        switch_open_k=279.0,
    )
    hours = np.arange(5 * 144) / 6.0
    place = {**NIGHT, "sun_disc_fraction": np.where(hours < 8.0, 0.0, 1.0)}
    result = hourly({"lander": cold, "array": SolarArray(area_m2=1.0)}, days=5.0, **place)
    avionics, kelvin = result.activity("lander", "avionics"), result.kelvin("lander", "box")
    assert cold.survive_min_k < kelvin[7] < cold.work_min_k
    assert avionics[7] == 0.0
    assert result.activity("lander", "survival heater")[9] == pytest.approx(0.1)  # power is back,
    assert avionics[9] == 0.0  # the box not yet warm
    assert avionics[-1] == pytest.approx(0.05)


def test_a_powered_habitat_is_comfortable_and_one_without_power_is_lost():
    habitat = RadiatorLoop(habitat_mass_kg=8000.0, surface_m2=110.0, radiator_m2=25.0, base_load_kw=2.0, heater_kw=2.0)
    powered = hourly({"habitat": habitat, "generator": RadioisotopeUnit(power_w=5000.0)}, **NIGHT)
    assert habitat.comfort_min_k < powered.kelvin("habitat", "habitat")[-1] < habitat.comfort_max_k
    assert np.isnan(hourly({"habitat": habitat}, **NIGHT).kelvin("habitat", "habitat")[-1])


WET = RadiatorLoop(
    habitat_mass_kg=1000.0, water_kg=500.0, surface_m2=50.0, radiator_m2=0.0, base_load_kw=0.0, heater_kw=6.0,
    insulation_w_m2_k=0.0, ground_w_k=20.0,
)  # fmt: skip
FUSION_KWH = 500.0 * 0.3334 / 3.6
#: A habitat of 294 K loses 2 kW from 273.15 K on to ground of 173.15 K.
FROSTY = {"regolith_k": 173.15}


def test_freezing_water_holds_a_habitat_at_0_c_until_all_of_it_is_ice():
    dark = KernelRun({"habitat": WET}, days=2.0, **FROSTY)
    kelvin, liquid = dark.kelvin("habitat", "habitat"), dark.amount("habitat", "liquid")
    icy = np.flatnonzero((liquid > 0.0) & (liquid < FUSION_KWH))
    assert len(icy) / 6 == pytest.approx(FUSION_KWH / 2.0, abs=0.5)
    np.testing.assert_allclose(kelvin[icy[2:-2]], 273.15, atol=0.05)
    # exponential before: 120.85 to 99.85 K over the ground, by 20 W/K out of the dry mass and the water
    cooling_h = (1000.0 * 896.0 + 500.0 * 4189.0) / 20.0 * np.log(121.0 / 100.0) / 3600.0
    assert icy[0] / 6 == pytest.approx(cooling_h, abs=1.0)
    after_h = (1000.0 * 896.0 + 500.0 * 4189.0) / 20.0 * np.log(100.0 / 94.85) / 3600.0  # as heavy as ice
    assert np.flatnonzero(np.isnan(kelvin))[0] / 6 == pytest.approx(icy[-1] / 6 + after_h, abs=1.0)


def test_ice_thaws_once_the_habitat_is_warm_again():
    run = KernelRun({"habitat": WET, "mains": Mains()}, days=5.0, start_h={"mains": 24.0}, **FROSTY)
    liquid, kelvin = run.amount("habitat", "liquid"), run.kelvin("habitat", "habitat")
    assert 0.0 < liquid.min() < 0.9 * FUSION_KWH
    assert liquid[-1] == pytest.approx(FUSION_KWH)
    assert kelvin[-1] == pytest.approx(WET.heater_setpoint_k, abs=0.1)
    heater_kwh = run.activity("habitat", "heater").sum() / 6
    lost_kwh = 0.020 * (kelvin - 173.15).sum() / 6
    assert heater_kwh == pytest.approx(lost_kwh, rel=2e-3)  # begins and ends at the set-point, with no ice


def data_chain(**more):
    return {
        "power": RadioisotopeUnit(power_w=500.0, conversion_fade_per_yr=0.0),
        "command": CommandUnit(power_kw=0.05, housekeeping_kbit_s=100.0),
        "recorder": Recorder(capacity_gbit=50.0),
        **more,
    }


def test_all_housekeeping_reaches_the_earth_while_it_is_in_view():
    # 100 kbit/s for a day: 8.64 Gbit
    chain = data_chain(link=DirectLink(dish_m=0.3, transmit_w=20.0))
    assert hourly(chain, days=1.0).returned_gbit()[-1] == pytest.approx(8.64, rel=1e-6)


def test_without_the_earth_the_recorder_fills_up_and_the_rest_is_lost():
    chain = data_chain(link=DirectLink(dish_m=0.3, transmit_w=20.0))
    silent = hourly(chain, days=10.0, earth_contact=0.0)
    assert silent.returned_gbit()[-1] == 0.0
    assert silent.amount("recorder", "memory")[-1] == pytest.approx(50.0)


def test_a_relay_hands_on_what_a_site_behind_the_hill_sends():
    chain = data_chain(
        up=RelayLink(relay="relay", dish_m=0.2, transmit_w=10.0), down=RelayDownlink(recorder_gbit=500.0)
    )
    result = hourly(chain, days=1.0, at_relay=("down",))
    assert result.returned_gbit()[-1] == pytest.approx(8.64, rel=0.01)
