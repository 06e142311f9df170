"""A crew's day by the clock: when people sleep, work and exercise, and how fast they live meanwhile.

Oxygen by activity: NASA/TP-2015-218570 Table 3-22, read in the sources of V-HAB. The hour of resistive exercise, for
which the table gives nothing, gets what closes the day of Table 3-31 (it comes out at half the aerobic rate).

Who exercises burns glycogen besides: of pure carbohydrate each mole of oxygen gives one of carbon dioxide. Its share is
what brings the respiratory quotient of exercise to that of Table 3-31; the rest of the day makes it again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from moonstation.components.contract import Series
from moonstation.components.quantities import FORMULAS, molar_mass, reaction
from moonstation.core.time import DAY_H, HOUR_S, TimeGrid
from moonstation.facts.table import lookup

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
_EXERCISE = ("aerobic", "resistive")
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


def respiratory_quotient(balance: Mapping[str, float]) -> float:
    """Moles of carbon dioxide given per mole of oxygen taken [-], of masses by bus [kg]."""
    moles = (balance[f"cabin_{gas}"] / molar_mass(FORMULAS[gas]) for gas in ("carbon_dioxide", "oxygen"))
    given, taken = moles
    return -given / taken


def glycogen_share(daily_quotient: float) -> float:
    """Share of the oxygen of exercise that burns glycogen [-].

    From the quotients of the day q and of exercise e, with the oxygen D of the day and E of exercise: glycogen's own
    is 1, so the rest has r = (q D - x) / (D - x) of the oxygen x that burns it, and e E = x + (E - x) r.
    """
    day, exercise = lookup("crew.oxygen").value, _exercise_kg()
    quotient = lookup("crew.respiratory_quotient_exercise").value
    given = daily_quotient * day
    return (quotient * day - given) / (day - exercise - given + quotient * exercise)


def glycogen_burning(daily_quotient: float) -> dict[str, float]:
    """What a person's exercise of a day takes (negative) and gives by burning glycogen [kg]."""
    oxygen_kg = glycogen_share(daily_quotient) * _exercise_kg()
    recipe = reaction({"biomass": -1, "oxygen": -6, "carbon_dioxide": 6, "water": 5}, per="oxygen")
    names = {"oxygen": "cabin_oxygen", "carbon_dioxide": "cabin_carbon_dioxide", "water": "cabin_vapour"}
    return {names.get(stock, stock): kg * oxygen_kg for stock, kg in recipe.items()}


def _exercise_kg() -> float:
    """Oxygen that exercise takes in a day [kg]."""
    rates, hours = oxygen_kg_h(), activity_hours()
    return sum(rates[name] * hours[name] for name in _EXERCISE)


def metabolism_by_the_clock(grid: TimeGrid, glycogen: float = 0.0) -> Series:
    """Metabolic rate over its daily mean at each step [-], shape (grid.count,).

    glycogen : share of the oxygen of exercise that is left to the burning of glycogen [-]
    """
    rates = {name: rate * (1.0 - glycogen * (name in _EXERCISE)) for name, rate in oxygen_kg_h().items()}
    daily_mean = sum(rates[name] * hours for name, hours in activity_hours().items()) / DAY_H
    return by_the_clock(grid, [(begin, rates[name] / daily_mean) for begin, name in _DAY])


def exertion_by_the_clock(grid: TimeGrid) -> Series:
    """Rate of exercise over twice its daily mean at each step [-], shape (grid.count,)."""
    rates, twice = oxygen_kg_h(), 2.0 * _exercise_kg() / DAY_H
    return by_the_clock(grid, [(begin, rates[name] / twice if name in _EXERCISE else 0.0) for begin, name in _DAY])


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
    first_h = (grid.start - midnight).total_seconds() / HOUR_S
    hours = first_h + np.arange(grid.count + 1) * grid.step_h
    periods = np.floor(hours / period_h)
    within_h = np.interp(hours - periods * period_h, edges, integral_h)
    grains: NDArray[np.float64] = np.rint((periods * integral_h[-1] + within_h) / grid.step_h * _GRAIN)
    return (np.diff(grains) / _GRAIN).astype(np.float32)
