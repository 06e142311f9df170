"""The hard times of runs whose answer is plain to see."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr

from moonstation.report.series import Run, Span
from moonstation.report.spells import ZOOM_LONGEST_H, blackout, charge_share, lowest_charge, worst_dark

HOURS = 4000


def run_of(**series: Any) -> Run:
    time = np.datetime64("2030-01-01") + np.arange(HOURS) * np.timedelta64(1, "h")
    data = {name: (("time", "site"), np.broadcast_to(values, HOURS)[:, np.newaxis]) for name, values in series.items()}
    return Run(xr.Dataset(data, {"time": time.astype("datetime64[ns]"), "site": ["ridge"]}))


def dark_from(*spells: tuple[int, int]) -> np.ndarray:
    sun = np.ones(HOURS)
    for first, last in spells:
        sun[first:last] = 0.0
    return sun


def test_the_worst_dark_is_the_one_that_drains_most_not_the_longest() -> None:
    charge = np.full(HOURS, 90.0)
    charge[1000:1050] = np.linspace(90, 5, 50)  # short, but hard
    run = run_of(
        sun_disc_fraction=dark_from((1000, 1050), (3000, 3300)),
        charge_kwh=charge,
        charge_capacity_kwh=100.0,
        power_demand_kw=1.0,
    )
    worst = worst_dark(run, "ridge")
    assert worst is not None
    assert worst.spell == Span(1000, 1050)
    assert worst.window == Span(1000 - 48, 1050 + 48)
    assert worst.lowest_charge == pytest.approx(0.05)
    assert worst.lowest_at == 1049


def test_a_glimpse_of_the_sun_does_not_end_a_dark_spell() -> None:
    sun = dark_from((1000, 1100))
    sun[1050] = 0.01
    worst = worst_dark(run_of(sun_disc_fraction=sun, power_demand_kw=1.0), "ridge")
    assert worst is not None
    assert worst.spell == Span(1000, 1100)


def test_without_stores_the_longest_dark_is_the_worst() -> None:
    run = run_of(sun_disc_fraction=dark_from((1000, 1050), (3000, 3300)), power_demand_kw=1.0)
    worst = worst_dark(run, "ridge")
    assert worst is not None
    assert worst.spell == Span(3000, 3300)
    assert worst.lowest_charge is None
    assert lowest_charge(run, "ridge") is None
    assert charge_share(run, "ridge") is None


def test_without_dark_the_days_about_the_lowest_charge_are_shown() -> None:
    charge = np.full(HOURS, 90.0)
    charge[2000] = 40.0
    run = run_of(sun_disc_fraction=1.0, charge_kwh=charge, charge_capacity_kwh=100.0)
    worst = worst_dark(run, "ridge")
    assert worst is not None
    assert worst.spell is None
    assert worst.window == Span(2000 - 48, 2001 + 48)


def test_of_permanent_dark_no_more_than_two_months_about_the_lowest_charge_are_shown() -> None:
    charge = np.full(HOURS, 90.0)
    charge[2500] = 40.0
    worst = worst_dark(run_of(sun_disc_fraction=0.0, charge_kwh=charge, charge_capacity_kwh=100.0), "ridge")
    assert worst is not None
    assert worst.window.size == ZOOM_LONGEST_H
    assert worst.window.first < 2500 < worst.window.last


def test_dark_before_anything_landed_does_not_count() -> None:
    demand = np.where(np.arange(HOURS) >= 2000, 1.0, 0.0)
    run = run_of(sun_disc_fraction=dark_from((100, 900), (3000, 3050)), power_demand_kw=demand)
    worst = worst_dark(run, "ridge")
    assert worst is not None
    assert worst.spell == Span(3000, 3050)


def test_a_place_without_power_has_no_worst_dark() -> None:
    assert worst_dark(run_of(sun_disc_fraction=dark_from((10, 20)), power_demand_kw=0.0), "ridge") is None


def test_a_blackout_is_the_longest_time_not_all_served_and_unknown_is_no_blackout() -> None:
    served = np.ones(HOURS)
    served[:100] = np.nan
    served[500:507] = 0.9
    assert blackout(run_of(critical_served=served), "ridge") == Span(500, 507)
    assert blackout(run_of(critical_served=1.0), "ridge") is None
    assert blackout(run_of(crew=1.0), "ridge") is None
