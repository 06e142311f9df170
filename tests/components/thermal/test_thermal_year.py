"""Thirty thermal nodes through a year of polar seasons, against LSODA of scipy and against themselves at half the step.

Two landers and a depot of ten nodes each: electronics, batteries, tanks, decks and instruments hang on their frame, the
frame on its radiator; each sees its own surroundings, some through louvers, some with their own heat.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from kernel_run import START
from place import ConstantPlace
from scipy.constants import Stefan_Boltzmann
from scipy.integrate import solve_ivp

from moonstation.components.contract import Primitives, ThermalNode
from moonstation.core.time import TimeGrid
from moonstation.station.kernel import run
from moonstation.station.model import Asset, Station
from moonstation.station.network import compile_station
from moonstation.station.packed import empty_records
from policies import LENIENT

DAY_S = 86_400.0
YEAR_D = 365.25
BODIES, PER_BODY = 3, 10
#: Of the nodes of one body: heat capacity [J/K], emissivity times area [m2], share left of it when shut, heat [W].
GENERATOR = np.random.default_rng(20261121)
CAPACITY = GENERATOR.uniform(5e3, 2e5, (BODIES, PER_BODY))
RADIATING = GENERATOR.uniform(0.005, 0.05, (BODIES, PER_BODY))
RADIATING[:, -1] = GENERATOR.uniform(0.4, 0.9, BODIES)  # the radiator
HEAT_W = GENERATOR.uniform(2.0, 30.0, (BODIES, PER_BODY))
COUPLING = GENERATOR.uniform(0.3, 5.0, (BODIES, PER_BODY))
GROUND_W_K = GENERATOR.uniform(0.0, 0.05, (BODIES, PER_BODY))
SHIFT = GENERATOR.uniform(0.0, 2.0 * np.pi, (BODIES, PER_BODY))
#: Nodes hang in a tree: 0-3 on 4, 4 and 5 on 8, 6 and 7 on 5, 8 on 9.
PARENT = (4, 4, 4, 4, 8, 8, 5, 5, 9, -1)
SHUT, SHUT_K, OPEN_K = 0.2, 275.0, 290.0


def seasons(days, shift=0.0):
    """Lunar day and year: 1 at the height of summer's noon, 0 in winter's night."""
    return 0.5 + 0.3 * np.sin(2 * np.pi * days / 29.530589 + shift) + 0.2 * np.sin(2 * np.pi * days / YEAR_D)


def sink_k(days, shift):
    return 80.0 + 150.0 * seasons(days, shift)


def ground_k(days):
    return 60.0 + 160.0 * seasons(days)


def warmth_w(days, heat_w):
    return heat_w * (0.7 + 0.3 * np.cos(2 * np.pi * days / 29.530589))


class Body:
    """Ten nodes in a tree, with seasons around."""

    kind = "body"

    def __init__(self, number: int) -> None:
        self.number = number

    def primitives(self, place: ConstantPlace) -> Primitives:
        b, days = self.number, np.arange(place.grid.count) * (place.grid.step_s / DAY_S)
        return Primitives(
            thermal_nodes=tuple(
                ThermalNode(
                    f"n{n}",
                    heat_capacity_j_k=CAPACITY[b, n],
                    start_k=280.0,
                    radiative_sink_k=sink_k(days, SHIFT[b, n]).astype(np.float32),
                    radiating_m2=RADIATING[b, n],
                    conductive_sink_k=ground_k(days).astype(np.float32),
                    conductance_w_k=GROUND_W_K[b, n],
                    heat_w=warmth_w(days, HEAT_W[b, n]).astype(np.float32),
                    parent=f"n{PARENT[n]}" if PARENT[n] >= 0 else "",
                    parent_w_k=COUPLING[b, n] if PARENT[n] >= 0 else 0.0,
                    closed_share=SHUT if PARENT[n] < 0 else 1.0,
                    closed_k=SHUT_K,
                    open_k=OPEN_K,
                )
                for n in range(PER_BODY)
            )
        )


@cache
def kernel_year(step_min: float) -> np.ndarray:
    """Temperatures at the end of every day [K], shape (days, bodies, nodes)."""
    grid = TimeGrid(START, 60.0 * step_min, round(YEAR_D) * round(1440 / step_min))
    assets = tuple(Asset(f"b{b}", Body(b), "ridge", START) for b in range(BODIES))
    station = Station("year", grid, {"ridge": None}, {}, (), assets, LENIENT)
    compiled = compile_station(station, lambda asset: ConstantPlace(grid))
    every = round(1440 / step_min)
    records = empty_records(compiled.network, grid.count, every, 100)
    run(compiled.network, compiled.series, grid.step_h, every, records)
    assert records.residual.max() <= 1e-9
    order = [(int(asset.name[1:]), int(node.name[1:])) for asset, node in compiled.thermal_nodes]
    days = np.empty((len(records.temperature_k), BODIES, PER_BODY))
    for column, (b, n) in enumerate(order):
        days[:, b, n] = records.temperature_k[:, column]
    return days


@cache
def lsoda_year() -> np.ndarray:
    """The same by LSODA [K]."""
    parent = np.array(PARENT)
    on = np.flatnonzero(parent >= 0)

    def slope(seconds: float, flat: np.ndarray) -> np.ndarray:
        kelvin, days = flat.reshape(BODIES, PER_BODY), seconds / DAY_S
        opening = np.clip((kelvin[:, -1] - SHUT_K) / (OPEN_K - SHUT_K), 0.0, 1.0)
        area = RADIATING.copy()
        area[:, -1] *= SHUT + (1.0 - SHUT) * opening
        heat = warmth_w(days, HEAT_W) + Stefan_Boltzmann * area * (sink_k(days, SHIFT) ** 4 - kelvin**4)
        heat += GROUND_W_K * (ground_k(days) - kelvin)
        flow = COUPLING[:, on] * (kelvin[:, on] - kelvin[:, parent[on]])
        heat[:, on] -= flow
        for column, n in enumerate(on):
            heat[:, parent[n]] += flow[:, column]
        return (heat / CAPACITY).ravel()

    ends = np.arange(1, round(YEAR_D) + 1) * DAY_S
    start = np.full(BODIES * PER_BODY, 280.0)
    found = solve_ivp(slope, (0.0, ends[-1]), start, method="LSODA", t_eval=ends, rtol=1e-8, atol=1e-6)
    assert found.success
    return found.y.T.reshape(-1, BODIES, PER_BODY)


def error_k(step_min: float) -> np.ndarray:
    return np.abs(kernel_year(step_min) - lsoda_year())


def test_the_year_has_seasons_and_louvers_that_move():
    year = lsoda_year()
    assert np.ptp(year, axis=0).min() > 10.0
    radiators = year[:, :, -1]
    assert ((radiators > SHUT_K) & (radiators < OPEN_K)).any()
    assert (radiators < SHUT_K).any()


def test_thirty_nodes_through_a_year_agree_with_lsoda():
    errors = error_k(10)
    assert np.quantile(errors, 0.5) < 0.012
    assert np.quantile(errors, 0.99) < 0.025
    assert errors.max() < 0.03


@pytest.mark.parametrize("step_min", [10, 20])
def test_half_the_step_halves_the_error(step_min):
    coarse, fine = error_k(2 * step_min), error_k(step_min)
    assert np.sqrt(np.mean(coarse**2)) / np.sqrt(np.mean(fine**2)) == pytest.approx(2.0, abs=0.15)
