"""What lies inside a habitat: machines warmer than the rooms, ice that thaws at its own pace."""

import numpy as np
import pytest
from kernel_run import STEP_H, KernelRun, Mains

from moonstation.components.thermal.radiator_loop import RadiatorLoop

#: 750 kg of rooms and 500 kg of machines that lose nothing.
DRY = RadiatorLoop(
    habitat_mass_kg=1250.0, surface_m2=1.0, radiator_m2=0.0, base_load_kw=0.3, heater_kw=0.0, insulation_w_m2_k=0.0,
    ground_w_k=0.0,
)  # fmt: skip
#: Freezes in a day and a half without power; heated by 6 kW from then on.
ICY = RadiatorLoop(
    habitat_mass_kg=1000.0, water_kg=500.0, surface_m2=50.0, radiator_m2=0.0, base_load_kw=0.0, heater_kw=6.0,
    insulation_w_m2_k=0.0, ground_w_k=20.0,
)  # fmt: skip
FUSION_KWH = 500.0 * 0.3334 / 3.6


def test_machines_are_warmer_than_rooms_by_what_they_give_to_them():
    # 0.4 W/K/kg x 500 kg = 200 W/K; of 300 W the rooms take 0.6, as their share of the heat capacity: 0.9 K warmer
    run = KernelRun({"habitat": DRY, "mains": Mains()}, days=0.25)
    rooms, racks = run.kelvin("habitat", "habitat"), run.kelvin("habitat", "racks")
    assert racks[-1] - rooms[-1] == pytest.approx(0.9, rel=0.01)


def test_their_heat_warms_all_that_is_inside_by_its_mass():
    run = KernelRun({"habitat": DRY, "mains": Mains()}, days=0.25)
    rooms, racks = (run.kelvin("habitat", node)[-1] - DRY.heater_setpoint_k for node in ("habitat", "racks"))
    assert (750 * rooms + 500 * racks) * 896.0 == pytest.approx(300.0 * 6 * 3600, rel=1e-3)


def test_ice_thaws_within_a_day_once_machines_are_warm_enough_to_work():
    run = KernelRun({"habitat": ICY, "mains": Mains()}, days=5.0, start_h={"mains": 24.0}, regolith_k=173.15)
    thawed = np.diff(run.amount("habitat", "liquid"))
    rises = np.flatnonzero(thawed > 1e-6)
    assert len(rises) > 6
    assert thawed.max() == pytest.approx(FUSION_KWH / 24.0 * STEP_H, rel=1e-5)
    racks = run.kelvin("habitat", "racks")[rises]
    assert racks.min() >= 278.0
    assert racks[0] < 279.0  # long before people are comfortable
