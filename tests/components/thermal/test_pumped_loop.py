"""A habitat's radiator works as far as its pumps run, in the station's kernel against closed forms."""

import numpy as np
import pytest
from kernel_run import STEP_H, KernelRun, Mains
from scipy.constants import sigma

from moonstation.components.thermal.radiator_loop import RadiatorLoop
from moonstation.facts.table import lookup

#: Nothing leaves it but through its loop.
TIGHT = {
    "habitat_mass_kg": 8000.0, "surface_m2": 1.0, "radiator_m2": 25.0, "base_load_kw": 4.0, "heater_kw": 0.0,
    "insulation_w_m2_k": 0.0, "ground_w_k": 0.0,
}  # fmt: skip
SKY = {"radiator_sink_k": 150.0}


def test_a_habitat_whose_loop_stands_still_warms_by_all_the_heat_in_it():
    still = RadiatorLoop(**TIGHT, one_pump_share=0.0)
    pumps_kw = lookup("thermal.pump_power_share").value * sigma * 0.64 * 25.0 * 297.15**4 / 1000.0
    run = KernelRun({"habitat": still, "mains": Mains()}, days=0.25, **SKY)
    mean_k = 0.6 * run.kelvin("habitat", "habitat") + 0.4 * run.kelvin("habitat", "racks")
    rise_k = (4.0 + pumps_kw) * 1e3 * STEP_H * 3600.0 / (8000.0 * lookup("thermal.specific_heat_equipment").value)
    np.testing.assert_allclose(np.diff(mean_k), rise_k, rtol=1e-3)


@pytest.mark.parametrize("share", [1.0, 0.5])
def test_its_radiator_rejects_what_its_pumps_bring_there(share):
    run = KernelRun({"habitat": RadiatorLoop(**TIGHT, one_pump_share=share), "mains": Mains()}, days=20.0, **SKY)
    kelvin = float(run.kelvin("habitat", "habitat")[-1])
    opening = np.clip(0.05 + 0.95 * (kelvin - 294.65) / 2.5, 0.05, 1.0)
    rejected_kw = sigma * opening * 0.64 * 25.0 * (kelvin**4 - 150.0**4) / 1000.0
    pumps_kw = lookup("thermal.pump_power_share").value * sigma * 0.64 * 25.0 * 297.15**4 / 1000.0
    assert rejected_kw == pytest.approx(4.0 + pumps_kw, rel=1e-4)


def test_a_habitat_without_power_loses_nothing_through_its_radiator():
    run = KernelRun({"habitat": RadiatorLoop(**TIGHT)}, days=10.0, radiator_sink_k=50.0)
    np.testing.assert_array_equal(run.kelvin("habitat", "habitat"), np.float32(294.15))
