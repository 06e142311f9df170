"""Decay heat by its closed form and against what is told of light-water reactors; the reactor's radiator."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernel_run import KernelRun
from place import ConstantPlace
from scipy.constants import Stefan_Boltzmann

from moonstation.components.energy.decay_heat import decay_heat_share
from moonstation.components.energy.fission_unit import FissionUnit
from moonstation.core.time import YEAR_H, TimeGrid
from moonstation.facts.table import lookup

DECADE_H = 10 * YEAR_H
UNIT = {"rated_kw": 40.0, "startup_h": 24.0, "ramp_h": 1.0, "fade_per_yr": 0.0}


def test_by_hand_an_hour_after_ten_years_at_power():
    # 0.066 (3600^-0.2 - (3600 + 3.1558e8)^-0.2) = 0.066 (0.19444 - 0.01996) = 1.15 %
    assert decay_heat_share(1.0, DECADE_H) == pytest.approx(0.01152, rel=1e-3)


@pytest.mark.parametrize(("hours", "share"), [(10 / 3600, 0.05), (1.0, 0.0135), (24.0, 0.0055), (2400.0, 0.0012)])
def test_it_is_what_is_told_of_reactors_to_a_third(hours, share):
    # General knowledge of uranium fuel after years at power: 5 % at 10 s, 1.3 to 1.5 % at an hour, 0.5 to 0.6 % at a
    # day, about 0.1 % at 100 days (ANSI/ANS-5.1)
    assert decay_heat_share(hours, DECADE_H) == pytest.approx(share, rel=0.34)


@given(hours=st.floats(0.01, 1e5), later=st.floats(0.1, 1e4), run=st.floats(1.0, 1e5), longer=st.floats(1.0, 1e5))
def test_it_falls_with_time_and_rises_with_the_time_at_power(hours, later, run, longer):
    assert decay_heat_share(hours + later, run) < decay_heat_share(hours, run) <= decay_heat_share(hours, run + longer)
    assert decay_heat_share(-hours, run) == 0.0


def test_at_power_its_radiator_is_as_hot_as_it_is_laid_out_for():
    sink_k = lookup("fsp.rejection_design_sink").value
    run = KernelRun({"plant": FissionUnit(**UNIT)}, days=12.0, record_steps=6, box_sink_k=sink_k)
    assert run.activity("plant", "generation")[-1] == pytest.approx(40.0)
    assert run.kelvin("plant", "radiator")[-1] == pytest.approx(395.0, abs=0.5)


def test_after_its_service_decay_heat_keeps_the_radiator_above_its_surroundings():
    # shut down after 20 days; 20 days later 221 kW x share, radiated at a temperature between the sink's and 395 K
    unit = FissionUnit(**UNIT, service_years=20.0 / 365.25)
    run = KernelRun({"plant": unit}, days=40.0, record_steps=6, box_sink_k=100.0)
    assert run.activity("plant", "generation")[-1] == 0.0
    heat_kw = unit.thermal_kw() * float(decay_heat_share(20.0 * 24.0 - 1 / 6, 19.0 * 24.0))
    assert run.activity("plant", "decay heat")[-1] == pytest.approx(heat_kw, rel=1e-3)
    (node,) = unit.primitives(ConstantPlace(TimeGrid.between("2030-01-01", "2030-01-02", "1h"))).thermal_nodes
    steady_k = (1e3 * heat_kw / (Stefan_Boltzmann * node.radiating_m2) + 100.0**4) ** 0.25
    assert run.kelvin("plant", "radiator")[-1] == pytest.approx(steady_k, abs=3.0)


def test_a_run_that_ends_before_the_service_has_no_decay_heat():
    parts = FissionUnit(**UNIT).primitives(ConstantPlace(TimeGrid.between("2030-01-01", "2031-01-01", "1d")))
    assert [process.name for process in parts.processes] == ["generation"]


def test_waste_heat_is_the_rest_of_the_reactors():
    unit = FissionUnit(**UNIT, conversion_efficiency=0.2)
    generation = unit.primitives(ConstantPlace(TimeGrid.between("2030-01-01", "2030-02-01", "1h"))).processes[0]
    assert generation.heat_kw * generation.limit == pytest.approx(160.0)
    assert unit.thermal_kw() == pytest.approx(200.0)
    assert np.float32(generation.series.max()) == 1.0


def test_the_conversion_is_that_of_tested_and_designed_plants():
    # KRUSTY: a reactor of 5 kW for a plant of 1 kW; NASA's designs for 40 kW: 250 kW of heat (Oleson et al. 2022)
    # and 175 kW in the one before it
    fact, krusty = lookup("fsp.conversion_efficiency"), lookup("krusty.power").value / lookup("krusty.heat").value
    power_kw = lookup("fsp.power").value
    assert fact.low <= power_kw / 250.0 < fact.value < krusty < power_kw / 175.0 < fact.high
