"""The resolved two-bed machine against the chamber test of Orion's swing beds (see README)."""

import numpy as np
import pytest

from moonstation.components.life_support.four_beds import Chamber
from moonstation.components.life_support.two_beds import (
    chamber_transient_kpa,
    mean_removal_kg_h,
    number,
    orion_beds,
    passed_kg_h,
)

#: Test minute of each full cycle's begin, and the means over it: carbon dioxide, water vapour [Pa].
MEASURED = np.array(
    [
        *[(136, 196, 577), (149, 194, 536), (162, 222, 555), (175, 297, 702), (188, 338, 1106), (201, 294, 1203)],
        *[(214, 314, 1169), (227, 354, 1417), (240, 350, 1628), (253, 311, 1502), (266, 353, 1498), (279, 382, 1746)],
        *[(292, 330, 1703), (305, 338, 1538), (318, 373, 1662), (331, 368, 1804), (344, 299, 1640), (357, 252, 1383)],
        *[(370, 223, 1158), (383, 204, 993), (396, 192, 843), (409, 185, 762), (422, 182, 714), (435, 181, 662)],
        *[(448, 180, 628), (461, 180, 604), (474, 179, 583), (487, 179, 570), (500, 179, 557), (513, 179, 547)],
        *[(526, 179, 537), (539, 179, 532), (552, 178, 530), (565, 178, 527), (578, 177, 524), (591, 177, 523)],
        *[(604, 177, 519), (617, 177, 518)],
    ],
    dtype=float,
)
#: Minutes after the test's minute 136 from which four people exercise, and from which they rest; g/min of each.
EXERCISE, REST = (30.0, 76.3, 122.1, 168.1), (61.14, 107.1, 152.6, 198.5)
EXERCISE_G_MIN, REST_G_MIN = 6.5, 3.5
#: Minutes after minute 136, and the water [g/min] let in from there on.
WATER = np.array(
    [
        *[(0, 4.72), (30, 7.36), (37.5, 12.06), (45.7, 16.37), (53.28, 18.9), (61.14, 13.77), (68.64, 10.19)],
        *[(76.3, 11.67), (83.84, 15.54), (91.47, 19.26), (97.5, 21.17), (107.1, 15.92), (114.7, 12.03)],
        *[(122.1, 11.67), (129.9, 15.54), (137.5, 19.26), (145.1, 21.38), (152.6, 15.92), (160.2, 12.3)],
        *[(168.1, 11.67), (175.8, 15.54), (183.2, 19.26), (191, 21.38), (198.5, 15.92), (206.8, 11.95)],
        *[(213.8, 8.67), (221.4, 7.84), (229.1, 7.25), (236.7, 6.84), (244.5, 6.51), (252.2, 6.2), (260, 4.71)],
    ]
)
FIRST_MIN, CYCLE_MIN, SPLIT_MIN = 136.0, 13.0, 258.0
FITTED = MEASURED[:, 0] + CYCLE_MIN <= SPLIT_MIN
STEP_S, SETTLING = 10.0, 20
#: One of two equal machines has half of the chamber and of what is let in.
HALF_ROOM = Chamber(volume_m3=16.2 / 2, temperature_k=295.0, pressure_kpa=101.325)


def load_kg_h(gas, minutes):
    """What one machine's half of the chamber is given at minutes after minute 136."""
    if gas == "water":
        g_min = WATER[np.clip(np.searchsorted(WATER[:, 0], minutes, side="right") - 1, 0, None), 1]
    else:
        busy = np.any([(minutes >= on) & (minutes < off) for on, off in zip(EXERCISE, REST, strict=True)], axis=0)
        g_min = np.where(busy, EXERCISE_G_MIN, REST_G_MIN)
    return g_min / 2 * 60 / 1000


def modelled_pa(gas, beds=None):
    """Means over the measured cycles [Pa]."""
    per_cycle = round(CYCLE_MIN * 60 / STEP_S)
    minutes = np.arange(-SETTLING * per_cycle, len(MEASURED) * per_cycle) * STEP_S / 60
    start_kpa = MEASURED[0, 1 if gas == "carbon_dioxide" else 2] / 1000
    kpa = chamber_transient_kpa(beds or orion_beds(), gas, HALF_ROOM, load_kg_h(gas, minutes), start_kpa, STEP_S)
    return 1000 * kpa[SETTLING * per_cycle :].reshape(len(MEASURED), per_cycle).mean(axis=1)


def rms(rests):
    return float(np.sqrt(np.mean(rests**2)))


def test_carbon_dioxide_of_the_hours_that_the_fit_did_not_use_is_met_within_15_pa():
    rests = (modelled_pa("carbon_dioxide") - MEASURED[:, 1])[~FITTED]
    median, p95 = np.quantile(np.abs(rests), [0.5, 0.95])
    print(f"judged: rms {rms(rests):.1f}, bias {rests.mean():+.1f}, median {median:.1f}, P95 {p95:.1f} Pa")
    assert len(rests) == 29
    assert rms(rests) <= 15
    assert p95 <= 30


def test_the_fitted_rate_of_uptake_is_the_best_of_the_first_two_hours():
    beds, rate = orion_beds(), number("uptake_rate")

    def error_pa(other_rate):
        other = beds._replace(carbon_dioxide=beds.carbon_dioxide._replace(rate_per_s=other_rate))
        return rms((modelled_pa("carbon_dioxide", other) - MEASURED[:, 1])[FITTED])

    assert error_pa(rate) <= 20
    assert error_pa(rate) < min(error_pa(0.95 * rate), error_pa(1.05 * rate))


@pytest.mark.parametrize(("pumping_m3_s", "rate"), [(0.03, 0.018), (0.1, 0.0048)])
def test_other_lines_to_vacuum_do_as_well_with_a_rate_of_uptake_of_their_own(pumping_m3_s, rate):
    """What the test cannot tell apart: a slow line and a fast amine, or the other way about."""
    beds = orion_beds()
    other = beds._replace(pumping_m3_s=pumping_m3_s, carbon_dioxide=beds.carbon_dioxide._replace(rate_per_s=rate))
    assert rms((modelled_pa("carbon_dioxide", other) - MEASURED[:, 1])[~FITTED]) <= 20


def test_humidity_with_no_number_of_its_own_fitted_is_met_within_a_sixth():
    rests = modelled_pa("water") - MEASURED[:, 2]
    share = np.abs(rests / MEASURED[:, 2])
    print(
        f"after minute 258: rms {rms(rests[~FITTED]):.0f}, bias {rests[~FITTED].mean():+.0f} Pa; all: {rms(rests):.0f}"
    )
    print(f"median {np.median(share):.1%}, P95 {np.quantile(share, 0.95):.1%}")
    assert np.median(share[~FITTED]) <= 0.08
    assert share[~FITTED].max() <= 1 / 6


def test_one_machine_alone_could_not_have_held_what_was_measured():
    settled_kpa, let_in_kg_h = MEASURED[-1, 1] / 1000, REST_G_MIN * 60 / 1000
    assert passed_kg_h(orion_beds(), "carbon_dioxide", settled_kpa) < 0.7 * let_in_kg_h


@pytest.mark.parametrize(("setting", "at_nought", "slope"), [("nominal", 86.121, -105.26), ("sleep", 88.173, 284.45)])
def test_at_other_flows_and_half_cycles_the_share_taken_is_met_within_six_points(setting, at_nought, slope):
    """V-HAB's lines for the machine's other settings: share [%] over the mass fraction in the air."""
    for kpa in (0.1, 0.2, 0.25):
        measured = (at_nought + slope * kpa / 101.325 * 44.01 / 28.97) / 100
        beds = orion_beds(setting)
        share = mean_removal_kg_h(beds, "carbon_dioxide", kpa) / passed_kg_h(beds, "carbon_dioxide", kpa)
        print(f"{setting} {kpa}: {share:.3f} of {measured:.3f}")
        assert share == pytest.approx(measured, abs=0.06)
