import numpy as np
import pytest
from closing import worst_element
from hypothesis import given
from hypothesis import strategies as st
from place import MONTH, ConstantPlace
from scipy.constants import sigma

from moonstation.components.registry import components
from moonstation.components.science.biology_chamber import BiologyChamber
from moonstation.components.science.conditions import CONDITIONS, condition_series
from moonstation.components.science.instrument import Instrument
from moonstation.components.science.radio_telescope import RadioTelescope, correlator_gbit_h
from moonstation.components.science.seismometer import Seismometer, samples_gbit_h
from moonstation.components.science.volatile_analyser import VolatileAnalyser
from moonstation.components.science_fields import FIELDS

QUARTER = np.arange(MONTH.count) % 4
SUN, EARTH = QUARTER >= 2, QUARTER % 2 == 1  # dark and silent, Earth alone, Sun alone, both
SKY = ConstantPlace(sun_disc_fraction=0.3 * SUN, earth_disc_fraction=0.01 * EARTH)


def observing(component, place=SKY):
    return next(process for process in component.primitives(place).processes if process.name == "observing")


@pytest.mark.parametrize(
    ("condition", "by_quarter"),
    [
        ("daylight", [0, 0, 1, 1]),
        ("dark-sky", [1, 1, 0, 0]),
        ("earth-in-view", [0, 1, 0, 1]),
        ("earth-hidden", [1, 0, 1, 0]),
        ("radio-quiet", [1, 0, 0, 0]),
    ],
)
def test_a_condition_holds_when_the_sky_says_so(condition, by_quarter):
    np.testing.assert_array_equal(condition_series(SKY, condition)[:4], by_quarter)


def test_always_needs_no_series():
    assert condition_series(SKY, "always") is None


def test_a_duty_is_a_share_of_the_time_that_fits():
    watching = {"field": "astronomy", "power_kw": 0.1, "data_gbit_h": 1.0, "condition": "dark-sky"}
    np.testing.assert_array_equal(observing(Instrument(**watching, duty=0.25)).series[:4], [0.25, 0.25, 0, 0])
    np.testing.assert_array_equal(observing(Instrument(**watching)).series[:4], [1, 1, 0, 0])


@given(sun=st.floats(0, 1), earth=st.floats(0, 1))
def test_opposite_conditions_share_the_time(sun, earth):
    place = ConstantPlace(sun_disc_fraction=np.float32(sun), earth_disc_fraction=np.float32(earth))
    held = {name: condition_series(place, name) for name in CONDITIONS if name != "always"}
    np.testing.assert_array_equal(held["daylight"] + held["dark-sky"], 1)
    np.testing.assert_array_equal(held["earth-in-view"] + held["earth-hidden"], 1)
    np.testing.assert_array_equal(held["radio-quiet"], held["dark-sky"] * held["earth-hidden"])


def test_the_mast_may_see_what_the_ground_does_not():
    place = ConstantPlace(sun_disc_fraction=1.0, sun_disc_fraction_on_ground=0.0)
    assert condition_series(place, "daylight", on_mast=True).all()
    assert not condition_series(place, "daylight").any()


ONE_IN_EACH_FIELD = {
    "geology": Seismometer(),
    "astronomy": Instrument(field="astronomy", power_kw=0.12, data_gbit_h=2.0, condition="dark-sky"),
    "sun-earth-moon": Instrument(
        field="sun-earth-moon", power_kw=0.05, data_gbit_h=0.4, condition="earth-in-view", mounted="mast"
    ),
    "fundamental": BiologyChamber(),
    "resources": VolatileAnalyser(),
}


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_has_an_instrument_that_makes_data(field):
    process = observing(ONE_IN_EACH_FIELD[field])
    assert process.capability == {f"science_field:{field}": 1.0}
    assert process.recipe["data"] > 0
    assert process.recipe["electricity"] < 0


def test_every_kind_of_the_family_has_one_main_process():
    kinds = {kind: cls for kind, cls in components().items() if cls.family == "science"}
    assert len(kinds) == 5
    for cls in kinds.values():
        assert len([p for p in cls(**cls.example).primitives(SKY).processes if p.capability]) == 1


def test_hours_of_people_and_robots_are_asked_for():
    process = observing(
        Instrument(field="fundamental", power_kw=0.2, data_gbit_h=0.1, crew_h_per_h=0.5, robot_h_per_h=0.1, priority=5)
    )
    assert (process.recipe["crew_h"], process.recipe["robot_h"], process.priority) == (-0.5, -0.1, 5)


def test_radio_astronomy_waits_for_silence():
    np.testing.assert_array_equal(observing(RadioTelescope(antennas=4)).series[:4], [1, 0, 0, 0])
    bolder = RadioTelescope(antennas=4, condition="earth-hidden")
    np.testing.assert_array_equal(observing(bolder).series[:4], [1, 0, 1, 0])


def test_spectra_in_closed_form():
    # 4 antennas: 4 real autos + 6 complex crosses = 16 numbers x 2048 x 32 bit / 10 s = 104,857.6 bit/s.
    assert correlator_gbit_h(4, 2048, 32, 10) == pytest.approx(104_857.6 * 3600 / 1e9)


def test_the_radio_telescope_lives_on_the_battery_of_its_model():
    # LuSEE-Night: 7 kWh for a night of 336 h.
    assert -observing(RadioTelescope(antennas=4)).recipe["electricity"] * 336 == pytest.approx(7.0, rel=2e-3)


def test_seismograms_in_closed_form():
    assert samples_gbit_h(100, 3, 24) == pytest.approx(7200 * 3600 / 1e9)


def test_a_powered_vault_stays_warm_through_the_night():
    parts = Seismometer().primitives(ConstantPlace(box_sink_k=100.0))
    vault, radiator = parts.thermal_nodes
    closed_m2 = vault.radiating_m2 + radiator.closed_share * radiator.radiating_m2
    loss_w = sigma * closed_m2 * (radiator.closed_k**4 - 100.0**4)
    assert loss_w < 1000 * parts.processes[0].heat_kw


def test_the_isotope_of_a_vault_halves_in_its_half_life():
    ages = np.linspace(0.0, 87.7, MONTH.count)
    vault, _ = Seismometer(rhu_w=60.0).primitives(ConstantPlace(age_years=ages)).thermal_nodes
    assert (vault.heat_w[0], vault.heat_w[-1]) == pytest.approx((60.0, 30.0))


def test_an_unpowered_vault_freezes():
    vault, _ = Seismometer().primitives(ConstantPlace(box_sink_k=100.0)).thermal_nodes
    assert not np.any(vault.heat_w)
    assert vault.survive_min_k > 100.0


def test_living_things_die_without_power():
    keeping, watching = BiologyChamber(starve_limit_h=10).primitives(SKY).processes
    assert keeping.starve_limit_h == 10
    assert watching.starve_limit_h == float("inf")
    assert keeping.priority < watching.priority


def test_heated_ground_is_kept():
    assert worst_element(observing(VolatileAnalyser()).recipe) <= 1e-12
