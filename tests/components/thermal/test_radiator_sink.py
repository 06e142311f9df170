"""What a radiator sees, by hand; dust against the published rise; louvers against the published ratio."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from place import MONTH, ConstantPlace
from scipy.constants import Stefan_Boltzmann

from moonstation.components.thermal.electronics_box import ElectronicsBox
from moonstation.components.thermal.radiator_sink import radiator_sink_k
from moonstation.facts.table import lookup

NOON = {"sun_elevation_deg": 30.0, "radiator_sink_k": 150.0, "regolith_k": 300.0}
BOX = {"mass_kg": 60.0, "surface_m2": 3.0, "radiator_m2": 0.5, "keep_alive_kw": 0.0, "heater_kw": 0.0}


def sink(sky_view=1.0, dust_cover=0.0, **place):
    return float(radiator_sink_k(ConstantPlace(MONTH, **{**NOON, **place}), sky_view, dust_cover)[0])


def test_a_clean_one_in_the_open_sees_what_the_place_says():
    assert sink() == 150.0


def test_what_is_not_sky_is_ground():
    # 0.75 x 150^4 + 0.25 x 0.95 x 300^4, to the fourth root
    assert sink(sky_view=0.75) == pytest.approx((0.75 * 150.0**4 + 0.25 * 0.95 * 300.0**4) ** 0.25, rel=1e-6)
    assert sink(sky_view=0.75) == pytest.approx(219.08, abs=0.01)
    assert sink(sky_view=0.0) == pytest.approx(300.0 * 0.95**0.25, rel=1e-6)


def test_half_a_cover_of_dust_absorbs_half_of_what_a_whole_one_would_more():
    # (0.55 - 0.15) / 0.80 x 1361 W/m2 x sin 30 deg x 0.5 = 170 W/m2 over the clean sink
    gained_w_m2 = Stefan_Boltzmann * (sink(dust_cover=0.5) ** 4 - 150.0**4)
    assert gained_w_m2 == pytest.approx(0.5 * 0.5 * 1361.0 * 0.5, rel=1e-5)


def test_a_whole_cover_raises_the_absorptance_by_three_to_four_as_measured():
    # Gaier et al. 2009, SAE 2009-01-2420: a full monolayer raises absorptance over emittance 3 to 4 times
    clean = lookup("sink.radiator_solar_absorptance").value
    assert 3.0 <= lookup("thermal.dust_absorptance").value / clean <= 4.0


def test_without_sun_dust_changes_nothing():
    assert sink(dust_cover=1.0, sun_disc_fraction=0.0) == pytest.approx(150.0)
    assert sink(dust_cover=1.0, sun_elevation_deg=-1.0) == pytest.approx(150.0)


def test_a_box_with_a_dusty_radiator_is_warmer_by_day():
    place = ConstantPlace(MONTH, **NOON)
    clean, dusty = (ElectronicsBox(**BOX, dust_cover=cover).primitives(place).thermal_nodes[0] for cover in (0.0, 1.0))
    assert (dusty.radiative_sink_k > clean.radiative_sink_k).all()


def test_louvers_reject_six_times_as_much_open_as_closed():
    closed = lookup("thermal.louver_closed_share").value
    assert 1.0 / closed == pytest.approx(6.0, rel=0.01)
    box = ElectronicsBox(
        **BOX,
        switch_closed_share=closed,
        switch_closed_k=283.0,
        switch_open_k=283.0 + lookup("thermal.louver_range").value,
    )
    node = box.primitives(ConstantPlace(MONTH)).thermal_nodes[0]
    assert (node.closed_share, node.open_k - node.closed_k) == (closed, 13.5)


@given(view=st.floats(0, 1), cover=st.floats(0, 1), more=st.floats(0, 1))
def test_more_dust_is_never_colder_and_the_sink_lies_between_sky_and_ground_without_it(view, cover, more):
    assert sink(view, min(cover + more, 1.0)) >= sink(view, cover) * (1 - 1e-6)
    assert np.nextafter(149.99, 0) <= sink(view) <= 300.0
