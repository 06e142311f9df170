"""Instruments run by the station's kernel."""

from dataclasses import replace

import numpy as np
import pytest
from kernel_run import KernelRun, Mains

from moonstation.components.comms.recorder import Recorder
from moonstation.components.life_support.tank import Tank
from moonstation.components.robotics.rover import Rover
from moonstation.components.science.biology_chamber import BiologyChamber
from moonstation.components.science.instrument import Instrument
from moonstation.components.science.seismometer import Seismometer
from moonstation.components.science.volatile_analyser import VolatileAnalyser


def days_and_nights(grid):
    """Half a day of Sun, half a day of dark."""
    return ((np.arange(grid.count) // 72) % 2 == 0).astype(np.float32)


def test_a_night_telescope_makes_its_data_at_night():
    telescope = Instrument(field="astronomy", power_kw=0.1, data_gbit_h=2.0, condition="dark-sky")
    run = KernelRun({"mains": Mains(), "telescope": telescope}, days=4, sun_disc_fraction=days_and_nights)
    assert run.booked("data", "produced") == pytest.approx(2.0 * 48)
    assert run.booked("electricity", "consumed") == pytest.approx(0.1 * 48)
    assert run.activity("telescope", "observing")[:72].max() == 0.0


def test_work_that_needs_robots_goes_as_fast_as_they_can():
    rover = Rover(mass_kg=140, array_m2=1.5, battery_kwh=1.0, work_kw=0.06, work_share=0.25)
    digger = Instrument(field="geology", power_kw=0.1, data_gbit_h=1.0, robot_h_per_h=0.5)
    run = KernelRun({"mains": Mains(), "rover": rover, "digger": digger}, days=1)
    assert run.activity("digger", "observing") == pytest.approx(0.5)


def test_a_biology_chamber_dies_of_its_first_night_without_power():
    run = KernelRun({"mains": Mains(hours=24), "plants": BiologyChamber(starve_limit_h=12)}, days=3)
    assert run.last_hour("plants", "observing") == pytest.approx(24.0)
    fed = KernelRun({"mains": Mains(), "plants": BiologyChamber()}, days=3)
    assert fed.last_hour("plants", "observing") == pytest.approx(72.0)


def test_a_seismometer_listens_through_the_night_with_power_and_freezes_without():
    cold = {"sun_disc_fraction": 0.0, "box_sink_k": 100.0}
    powered = KernelRun({"mains": Mains(), "seismometer": Seismometer()}, days=20, **cold)
    assert powered.activity("seismometer", "observing") == pytest.approx(1.0)
    assert powered.kelvin("seismometer", "vault")[-1] > 253
    unpowered = KernelRun({"mains": Mains(hours=24), "seismometer": Seismometer()}, days=20, **cold)
    assert np.isnan(unpowered.kelvin("seismometer", "vault")[-1])


def test_heated_samples_come_from_the_heap():
    components = {
        "mains": Mains(),
        "rover": Rover(mass_kg=140, array_m2=1.5, battery_kwh=1.0, work_kw=0.06),
        "heap": Tank(quantity="regolith", capacity_kg=10, start_kg=1),
        "samples": Tank(quantity="samples", capacity_kg=10),
        "analyser": VolatileAnalyser(),
    }
    run = KernelRun(components, days=2)
    assert run.amount("samples", "tank")[-1] == pytest.approx(0.0005 * 48, rel=1e-5)
    assert run.amount("heap", "tank")[-1] == pytest.approx(1 - 0.0005 * 48, rel=1e-5)


def test_an_instrument_leaves_room_in_the_recorder_for_housekeeping():
    eye = Instrument(field="astronomy", power_kw=0.1, data_gbit_h=10.0, recorder_below=0.9)
    site = {"mains": Mains(), "recorder": Recorder(capacity_gbit=100.0), "eye": eye}
    run = KernelRun(site, 2.0)
    assert run.amount("recorder", "memory").max() == pytest.approx(90.0, abs=10.0 / 6)
    assert run.booked("data", "spilled") == 0.0
    greedy = KernelRun({**site, "eye": replace(eye, recorder_below=1.0)}, 2.0)
    assert greedy.booked("data", "spilled") > 100.0


def test_an_instrument_observes_for_its_duty():
    eye = Instrument(field="astronomy", power_kw=0.1, data_gbit_h=1.0, duty=0.25)
    run = KernelRun({"mains": Mains(), "recorder": Recorder(capacity_gbit=1e4), "eye": eye}, 1.0)
    assert run.activity("eye", "observing").mean() == pytest.approx(0.25)
