"""What a fact says to follow from other numbers does: each is computed anew from what its own row tells."""

from __future__ import annotations

import math
import re

import pytest
from scipy.constants import Stefan_Boltzmann, physical_constants
from scipy.stats import beta, chi2

from moonstation.components.isru.water_extractor import extraction_kwh_per_kg
from moonstation.core.time import YEAR_H
from moonstation.facts.table import Fact, all_facts, lookup

FARADAY_KJ = physical_constants["Faraday constant"][0] / 1e3


def value(key: str) -> float:
    return lookup(key).value


def middle_of(key: str) -> float:
    """Middle of a fact's own range, where its row says that the value is that."""
    return (lookup(key).low + lookup(key).high) / 2.0


def mean_of(life: Fact) -> float:
    """Mean of the Weibull law of a life, whose shape stands beside it."""
    shape = all_facts().get(f"{life.key.rpartition('.')[0]}.shape")
    return life.value * math.gamma(1.0 + 1.0 / shape.value) if shape else life.value


def told(pattern: str, where: str) -> list[tuple[Fact, re.Match[str]]]:
    """Failures whose ``where`` tells numbers of that pattern, some at least."""
    rows = [fact for fact in all_facts().values() if fact.key.startswith("failure.")]
    found = [(fact, match) for fact in rows if (match := re.search(pattern, getattr(fact, where)))]
    assert found, f"no {where} has {pattern}"
    return found


def by_key(case: Fact | re.Match[str]) -> str:
    return case.key if isinstance(case, Fact) else ""


def number(text: str) -> float:
    return float(text.replace(",", ""))


@pytest.mark.parametrize(("fact", "match"), told(r"MTBF ([\d.]+) d(?:, (\d+) of (them|each))?$", "locator"), ids=by_key)
def test_a_life_is_the_mean_time_between_failures_that_it_tells_of_any_of_so_many(fact, match):
    days, count, kinds = number(match[1]), int(match[2] or 1), 2 if match[3] == "each" else 1
    assert mean_of(fact) * count * kinds == pytest.approx(days * 24.0, rel=1e-3)


@pytest.mark.parametrize(("fact", "match"), told(r"life limit ([\d.]+) d$", "locator"), ids=by_key)
def test_a_limit_is_its_days_or_what_goes_through_in_them(fact, match):
    if fact.unit == "h":
        assert fact.value == pytest.approx(number(match[1]) * 24.0, rel=1e-4)
        return
    days, kg_per_d = map(number, re.match(r"([\d.]+) d times ([\d.]+) kg/d", fact.note).groups())
    assert days == number(match[1])
    each = (fact.value, fact.low * 1.5, fact.high / 1.5)
    assert each == pytest.approx([days * kg_per_d] * 3, rel=3e-3)


@pytest.mark.parametrize(
    ("fact", "match"),
    told(r"^([\d,]+) h of work at ([\d.]+) kg/d; low: at ([\d.]+) kg/d; high: ([\d,]+) h at ([\d.]+) kg/d", "note"),
    ids=by_key,
)
def test_a_life_by_work_is_its_hours_times_what_goes_through_in_them(fact, match):
    life_h, kg_per_d, least_kg_per_d, longest_h, most_kg_per_d = map(number, match.groups())
    assert fact.value == pytest.approx(life_h * kg_per_d / 24.0, rel=2e-3)
    assert fact.low == pytest.approx(life_h * least_kg_per_d / 24.0, rel=2e-3)
    assert fact.high == pytest.approx(longest_h * most_kg_per_d / 24.0, rel=2e-3)
    assert f"{match[1]} h" in fact.locator
    assert f"{match[4]} h" in fact.locator


@pytest.mark.parametrize(("fact", "match"), told(r"^(\d+) years;", "note"), ids=by_key)
def test_a_life_told_in_years_is_as_many_hours(fact, match):
    assert fact.value == pytest.approx(number(match[1]) * YEAR_H, rel=1e-6)


#: Failures, hours in which they came, and units of one machine of ours.
COUNTED = {
    "battery.regulator": (2, 2_885_000.0, 1),
    "power_bus.controller": (3, 596_000.0, 1),
    "cable.converter": (2, 699_000.0, 2),
    "contaminant_control.oxidiser": (1, 43_800.0, 1),
    "recorder.memory_bank": (1, 173_600.0, 1),
    "solar_array.string_lost": (19, 132 * 159_900.0, 20),
    "water_processor.catalytic_reactor": (5, 70_000.0, 1),
}


@pytest.mark.parametrize("mode", COUNTED)
def test_a_life_is_hours_over_failures_and_its_range_holds_95_percent_of_poissons_law(mode):
    fact, (count, hours, units) = lookup(f"failure.{mode}.life_h"), COUNTED[mode]
    most, least = (chi2.ppf(0.975, 2 * count + 2) / 2.0, chi2.ppf(0.025, 2 * count) / 2.0)
    assert [fact.value, fact.low, fact.high] == pytest.approx(
        [hours / units / failures for failures in (count, most, least)], rel=0.01
    )


#: Hours of tests without a failure, and units of one machine of ours.
UNFAILED = {
    "fission_unit.converter": ([514_000.0], 4),
    "radioisotope_unit.converter_degraded": ([300.0 * YEAR_H], 1),
    "cryogenic_tank.cryocooler": ([113_640.0, 108_370.0, 104_771.0, 72_906.0], 1),
}


@pytest.mark.parametrize("mode", UNFAILED)
def test_a_life_without_a_failure_is_one_by_which_half_of_such_tests_end_so(mode):
    """Weibayes: the scale at which a share q of them does, (sum of t^k / ln(1 / q))^(1 / k); low: one in twenty."""
    fact, (hours, units) = lookup(f"failure.{mode}.life_h"), UNFAILED[mode]
    shape = all_facts().get(f"failure.{mode}.shape")
    k = shape.value if shape else 1.0
    for life_h, odds in ((fact.value, 2.0), (fact.low, 20.0)):
        assert life_h == pytest.approx((sum(t**k for t in hours) / math.log(odds)) ** (1.0 / k) / units, rel=5e-3)


#: Facts that follow from what their rows say, computed from it.
DERIVED = {
    "airlock.recovered": lambda: 1.0 - 13.8 / value("cabin.pressure"),
    "battery.self_discharge": lambda: 0.05 / YEAR_H,
    "cabin.housekeeping": lambda: (469.0 + 55.0) / 106.0,
    "cabin.leak": lambda: 0.227 / 1100.0,
    "cabin.makeup_rate": lambda: 0.09 * 60.0,
    "cdra.energy": lambda: 0.860 * 24.0 / (4.0 * value("crew.carbon_dioxide")),
    "comms.relay_g_over_t_x": lambda: value("queqiao1.antenna_gain") - 10.0 * math.log10(value("comms.relay_noise")),
    "condenser.energy": lambda: 0.469 / 1.45,
    "crew.heat": lambda: value("crew.sensible_heat") + value("crew.latent_heat"),
    "crew.working_hours": lambda: (5 * 6.5 + 3.25) / 7.0,
    "excavator.robot_hours": lambda: 1.0 / 42.0 - 70_000.0 / 0.3 / 3600.0 / 10_000.0,
    "extractor.efficiency": lambda: middle_of("extractor.efficiency"),
    "extractor.sublimation_heat": lambda: 2.5009 + 0.3337,
    "failure.command_unit.hang_up.life_h": lambda: -200.0 * 24.0 / math.log(1.0 - 0.60),
    "failure.general.solar_event_interval": lambda: 11.0 * YEAR_H / 10.0,
    "failure.ground_network.outage.life_h": lambda: 1200.0 / 3.0,
    "failure.instrument.upset.life_h": lambda: YEAR_H,
    "failure.solar_array.dust_of_a_landing.on_landing": lambda: 1.0 / 3.0,
    "oga.energy": lambda: 2.971 * 24.0 / 9.2,
    "oga.energy_floor": lambda: 2.0 * value("heat.of_hydrogen") / 31.998 / 3.6,
    "plants.lamp_efficacy": lambda: 0.9 * 3.4,
    "power_bus.distribution_efficiency": lambda: 0.961 * 0.984 * 0.97,
    "pv.panel_specific_power": lambda: 1361.0 * 0.25 / 3.12,
    "pv.radiation_fade": lambda: middle_of("pv.radiation_fade"),
    "pv.temperature_coefficient": lambda: 6.2 / 2400.0 - 0.21776 / 480.0,
    "pv.wiring_efficiency": lambda: 0.961 * 0.97 * 0.99,
    "regolith_oxygen.regolith": lambda: 1.0 / (0.10 * 15.999 / 151.7),
    "rfc.cell_voltage": lambda: value("rfc.round_trip") * value("rfc.electrolyser_voltage"),
    "rfc.thermoneutral_voltage": lambda: 285.83 / (2.0 * FARADAY_KJ),
    "suit.oxygen": lambda: middle_of("suit.oxygen"),
    "thermal.blanket_conductance": lambda: (
        value("thermal.blanket_effective_emittance") * Stefan_Boltzmann * (283.0**4 - 200.0**4) / 83.0
    ),
    "upa.energy": lambda: 0.315 * 24.0 / 9.0,
    "wpa.energy": lambda: 0.320 / 5.9,
}


@pytest.mark.parametrize("key", DERIVED)
def test_a_derived_fact_follows_from_what_it_is_derived_from(key):
    assert value(key) == pytest.approx(DERIVED[key](), rel=0.015)


def test_the_cold_that_is_borne_is_told_in_degrees_fahrenheit():
    fact = lookup("crew.coldest_borne")
    assert [fact.value, fact.high] == pytest.approx([(f - 32.0) / 1.8 + 273.15 for f in (43.0, 49.0)], abs=0.5)


AIR_J_KG_K = 287.05

#: Ends of ranges that follow from what their rows say: (fact, which end).
ENDS = {
    ("airlock.energy", "low"): lambda: 1.0 * 45.0 / 60.0 / 2.0,
    ("airlock.volume", "high"): lambda: 1.82 * AIR_J_KG_K * value("cabin.temperature") / 13.8e3,
    ("excavator.robot_hours", "low"): lambda: 0.38 / 66.0,
    ("excavator.robot_hours", "high"): lambda: 1.0 / 42.0,
    ("excavator.vehicle_per_load", "low"): lambda: 66.0 / 80.0,
    ("failure.ground_network.outage.life_h", "low"): lambda: value("failure.ground_network.outage.life_h") / 3.0,
    ("failure.ground_network.outage.clears_after_h", "low"): lambda: 2.5 / 3.0,
    ("failure.solar_array.dust_of_a_landing.on_landing", "low"): lambda: beta.ppf(0.025, 1, 3),
    ("failure.solar_array.dust_of_a_landing.on_landing", "high"): lambda: beta.ppf(0.975, 2, 2),
    ("suit.oxygen", "high"): lambda: lookup("suit.oxygen").low + 0.54 / 6.0,
}


@pytest.mark.parametrize(("key", "end"), ENDS)
def test_an_end_of_a_range_follows_from_what_it_is_derived_from(key, end):
    assert getattr(lookup(key), end) == pytest.approx(ENDS[key, end](), rel=0.015)


def test_what_cells_lose_by_telemetry_agrees_with_what_they_lose_to_electrons_in_the_laboratory():
    """The data sheet's share after a dose that takes so many years lies within the range that satellites tell."""
    in_laboratory = 1.0 - value("pv.remaining_5e14") ** (1.0 / value("pv.years_to_5e14"))
    in_space = lookup("pv.radiation_fade")
    assert in_space.low < in_laboratory < in_space.high
    assert in_space.value == pytest.approx(in_laboratory, rel=0.1)


def test_outages_of_masers_outlast_a_pass_more_often_than_is_told_of_a_station():
    """Exponential outages that begin at any time in a pass of 8 h: those of 0.4 h outlast it in 5 %, as DSS-14's do."""

    def outlasting(mean_h: float, pass_h: float = 8.0) -> float:
        return mean_h / pass_h * (1.0 - math.exp(-pass_h / mean_h))

    assert outlasting(0.4) == pytest.approx(0.05, abs=1e-3)
    assert outlasting(value("failure.ground_network.outage.clears_after_h")) == pytest.approx(0.30, abs=0.01)


def test_the_least_that_an_oven_was_measured_to_use_in_the_moons_cold_lies_under_the_range():
    """22.88 g of water a kWh from 5 % of ice, of which a half to all was caught (Kiewiet et al. 2026)."""
    of_ice = extraction_kwh_per_kg(ice_fraction=0.05, efficiency=1.0)
    fewest, most = (of_ice * 0.02288 / caught for caught in (1.0, 0.5))
    assert (fewest, most) == pytest.approx((0.03, 0.06), abs=0.002)
    assert most < lookup("extractor.efficiency").low
