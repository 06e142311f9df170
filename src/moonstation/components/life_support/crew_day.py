"""A crew's day by the clock: when people sleep, work and exercise, and how fast they live meanwhile.

Oxygen by activity: NASA/TP-2015-218570 Table 3-22, read in the sources of V-HAB. The hour of resistive exercise, for
which the table gives nothing, gets what closes the day of Table 3-31 (it comes out at half the aerobic rate).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from moonstation.components.contract import Series
from moonstation.core.time import TimeGrid
from moonstation.facts.table import lookup

DAY_H = 24.0
WEEK_H = 168.0
SCHEDULES = ("mean", "hourly")
#: Begin of each part of the day [h UTC], after the day of the ISS: up from 06:00 to 21:30, at work between 08:15 and
#: 18:15 less 2.5 h for exercise with what belongs to it; for the midday meal people take turns.
_DAY = (
    (0.0, "sleep"),
    (6.0, "awake"),
    (8.25, "work"),
    (15.75, "awake"),
    (16.0, "aerobic"),
    (16.5, "awake"),
    (17.0, "resistive"),
    (18.0, "awake"),
    (21.5, "sleep"),
)
_MINUTES = 60.0
#: Parts of one in which a series is exact in single precision: its mean over whole periods is then exact too.
_GRAIN = 2.0**20


def activity_hours() -> dict[str, float]:
    """Hours of each activity in a day [h]."""
    ends = [begin for begin, _ in _DAY[1:]] + [DAY_H]
    hours: dict[str, float] = {}
    for (begin, activity), end in zip(_DAY, ends, strict=True):
        hours[activity] = hours.get(activity, 0.0) + end - begin
    return hours


def oxygen_kg_h() -> dict[str, float]:
    """Oxygen that one person takes by activity [kg/h]; over a day the sum is ``crew.oxygen``."""
    rates = {name: _MINUTES * lookup(f"crew.oxygen_{name}").value for name in ("sleep", "awake", "aerobic")}
    rates["work"] = rates["awake"]
    hours = activity_hours()
    rest_kg = lookup("crew.oxygen").value - sum(rate * hours[name] for name, rate in rates.items())
    return {**rates, "resistive": rest_kg / hours["resistive"]}


def metabolism_by_the_clock(grid: TimeGrid) -> Series:
    """Metabolic rate over its daily mean at each step [-], shape (grid.count,)."""
    daily_mean = lookup("crew.oxygen").value / DAY_H
    rates = oxygen_kg_h()
    return by_the_clock(grid, [(begin, rates[name] / daily_mean) for begin, name in _DAY])


def work_by_the_clock(grid: TimeGrid) -> Series:
    """Hours of work offered over their daily mean at each step [-], shape (grid.count,)."""
    share = DAY_H / activity_hours()["work"]
    return by_the_clock(grid, [(begin, share if name == "work" else 0.0) for begin, name in _DAY])


def by_the_clock(grid: TimeGrid, changes: Sequence[tuple[float, float]], period_h: float = DAY_H) -> Series:
    """Mean over each step of what repeats itself from midnight UTC of the grid's first day [-].

    Parameters
    ----------
    grid : the run's time grid
    changes : (hour of the period, value from then on), beginning at hour 0 [h], [-]; values under 16
    period_h : length of the period [h]

    Returns
    -------
    Means, shape (grid.count,). They are differences of a rounded integral, exact in single precision, so that over
    whole periods they add up to the integral without error.
    """
    begins, values = np.array(changes, dtype=np.float64).T
    edges = np.append(begins, period_h)
    integral_h = np.concatenate([[0.0], np.cumsum(values * np.diff(edges))])
    midnight = grid.start.replace(hour=0, minute=0, second=0, microsecond=0)
    first_h = (grid.start - midnight).total_seconds() / 3600.0
    hours = first_h + np.arange(grid.count + 1) * grid.step_h
    periods = np.floor(hours / period_h)
    within_h = np.interp(hours - periods * period_h, edges, integral_h)
    grains: NDArray[np.float64] = np.rint((periods * integral_h[-1] + within_h) / grid.step_h * _GRAIN)
    return (np.diff(grains) / _GRAIN).astype(np.float32)
