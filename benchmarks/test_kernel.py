"""The station kernel on a synthetic station of 60 components, beside the reference kernel in the same run.

``pytest benchmarks/test_kernel.py`` prints microseconds per step and nanoseconds per process and step. The aim is ten
years of 10-minute steps in one second, 1.9 us per step.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import ClassVar

import numpy as np
import pytest

from moonstation.components.contract import (
    HoldLevel,
    Hysteresis,
    Interlock,
    OnSurplus,
    Primitives,
    Process,
    Store,
    ThermalNode,
    Thermostat,
)
from moonstation.core.time import TimeGrid
from moonstation.station.kernel import run_kernel
from moonstation.station.model import Asset, Policy, Station
from moonstation.station.network import compile_station
from moonstation.station.packed import empty_records
from moonstation.station.reference import run_reference
from moonstation.station.tables import make_tables

START = datetime(2030, 1, 1, tzinfo=UTC)
YEAR = TimeGrid.between("2030-01-01", "2031-01-01", "10min")
WEEK = TimeGrid.between("2030-01-01", "2030-01-08", "10min")
TEN_YEARS_STEPS = 10 * YEAR.count
RECORD_STEPS = 6
POLICY = Policy(
    serve_up_to={"nominal": 9, "dark": 6, "survival": 3, "safe": 1},
    critical_priority=2,
    dark_sun_below=0.02,
    dark_charge_below=0.9,
    survival_below=0.35,
    survival_exit=0.5,
    safe_below=0.15,
    safe_exit=0.3,
    recovery_h=6.0,
)


@dataclass(frozen=True)
class Thing:
    """A component that is just what it is told."""

    processes: tuple[Process, ...] = ()
    stores: tuple[Store, ...] = ()
    thermal_nodes: tuple[ThermalNode, ...] = ()
    kind: ClassVar[str] = "thing"
    family: ClassVar[str] = "test"

    def primitives(self, place):
        return Primitives(self.stores, self.processes, self.thermal_nodes)


@dataclass(frozen=True)
class Place:
    """Half a month of light, half a month of dark, the Earth up for half of every month."""

    grid: TimeGrid
    node: str = "ridge"
    sun: np.ndarray = field(init=False)
    earth: np.ndarray = field(init=False)
    sink_k: np.ndarray = field(init=False)

    def __post_init__(self):
        phase = 2.0 * np.pi * np.arange(self.grid.count) * self.grid.step_h / (29.53 * 24.0)
        for name, values in {
            "sun": np.clip(3.0 * np.sin(phase), 0.0, 1.0),
            "earth": np.sin(phase + 1.0) > 0.0,
            "sink_k": 150.0 + 60.0 * np.sin(phase),
        }.items():
            object.__setattr__(self, name, values.astype(np.float32))

    def sun_disc_fraction(self, on_mast=True):
        return self.sun


def body(place, name, radiating_m2=0.2, **more):
    return ThermalNode(name, 5e4, 280.0, place.sink_k, radiating_m2, survive_min_k=150.0, **more)


def heater(bus, node):
    control = Thermostat(node, 268.0)
    return Process("heater", {bus: -1.0}, 0.2, priority=0, control=control, heat_node=node, heat_kw=1.0)


def lander(place):
    """Heater, computers, radio and housekeeping in a box with a skin: 4 processes."""
    box = body(place, "box", parent="skin", parent_w_k=0.5, closed_share=0.1, closed_k=278.0, open_k=293.0)
    skin = ThermalNode("skin", 1e4, 220.0, place.sink_k, 1.0, place.sink_k, 0.3)
    processes = (
        heater("electricity", "box"),
        Process("keep alive", {"electricity": -0.01}, priority=0, heat_node="box", heat_kw=0.01),
        Process("avionics", {"electricity": -0.08}, priority=4, heat_node="box", heat_kw=0.08),
        Process("housekeeping", {"electricity": -0.005, "data": 0.0144}, priority=2),
    )
    return Thing(processes, (), (box, skin))


def rover(place):
    """Own array and battery, clock, heater, avionics, wheels and instrument: 6 processes."""
    power = "electricity@self"
    warm = body(place, "body", 0.05, heat_w=7.0, closed_share=0.4, closed_k=278.0, open_k=293.0, work_min_k=263.0)
    processes = (
        Process("array", {power: 1.0}, 0.3, place.sun),
        Process("clock", {power: -0.001}, priority=0),
        heater(power, "body"),
        Process("avionics", {power: -0.03}, 1.0, place.sun, 1, heat_node="body", heat_kw=0.03),
        Process("drive", {power: -0.1, "robot_h": 1.0}, 1.0, place.sun, 6, heat_node="body", heat_kw=0.05),
        Process("instrument", {power: -0.02, "data": 0.05}, 1.0, place.sun, 7, works_in="body"),
    )
    return Thing(processes, (Store("battery", power, 1.0, 1.0, 0.2, 0.96, 0.96),), (warm,))


def instrument(place, number):
    """One that wants light or dark, and one on surplus: 2 processes."""
    series = place.sun if number % 2 else (1.0 - place.sun).astype(np.float32)
    return Thing(
        (
            Process("watch", {"electricity": -0.05, "data": 0.2}, 1.0, series, 7 + number % 2),
            Process("extra", {"electricity": -0.1, "data": 0.1}, priority=9, control=OnSurplus(0.8)),
        )
    )


def battery(place):
    charge = Store("charge", "electricity", 200.0, 150.0, 0.2, 0.96, 0.96, 60.0, 100.0, 3e-5, 5e-5, 2e-6)
    return Thing((heater("electricity", "cells"),), (charge,), (body(place, "cells"),))


def life_support():
    """Crew, oxygen, carbon dioxide, water: 6 processes, 5 tanks."""
    breath = {"oxygen": -0.0373, "carbon_dioxide": 0.0433, "water": -0.1, "urine": 0.07, "grey_water": 0.024}
    tanks = {"oxygen": 200.0, "carbon_dioxide": 5.0, "water": 6000.0, "urine": 40.0, "grey_water": 60.0}
    locks = (Interlock("oxygen", low=0.05), Interlock("carbon_dioxide", high=0.95))
    recycle = Hysteresis("urine", 0.6, 0.1), Hysteresis("grey_water", 0.6, 0.1)
    processes = (
        Process("metabolism", breath, 3.0, priority=1, interlocks=locks, boundary=True),
        Process("lights", {"electricity": -1.0}, priority=1),
        Process(
            "electrolysis", {"water": -1.126, "oxygen": 1.0, "hydrogen": 0.126, "electricity": -5.0}, 0.2,
            priority=1, control=HoldLevel("oxygen", 0.9), spills=True, boundary=True,
        ),
        Process("scrubber", {"carbon_dioxide": -1.0, "electricity": -1.5}, 0.3, priority=1, boundary=True),
        Process("distiller", {"urine": -1.0, "grey_water": 1.0, "electricity": -0.2}, 0.9, None, 3, recycle[0]),
        Process("filter", {"grey_water": -1.0, "water": 1.0, "electricity": -0.1}, 1.2, None, 3, recycle[1]),
    )  # fmt: skip
    return Thing(processes, tuple(Store(name, name, size, size / 2.0) for name, size in tanks.items()))


def sixty_components(place):
    """6 arrays, 4 batteries, 2 reactors, 15 landers, 10 rovers, 16 instruments, 4 links, recorders, life support."""
    link = Process("send", {"data": -1.0, "data@earth": 1.0, "electricity": -0.003}, 18.0, place.earth, 2)
    return [
        *[Thing((Process("sun", {"electricity": 1.0}, 3.0, place.sun),)) for _ in range(6)],
        *[battery(place) for _ in range(4)],
        *[Thing((Process("core", {"electricity": 1.0}, 2.0),)) for _ in range(2)],
        *[lander(place) for _ in range(15)],
        *[rover(place) for _ in range(10)],
        *[instrument(place, number) for number in range(16)],
        *[Thing((link,)) for _ in range(4)],
        *[Thing((), (Store("memory", "data", 500.0),)) for _ in range(2)],
        life_support(),
    ]


def synthetic(grid):
    place = Place(grid)
    assets = tuple(Asset(f"asset {i}", thing, "ridge", START) for i, thing in enumerate(sixty_components(place)))
    return compile_station(Station("synthetic", grid, {"ridge": None}, {}, (), assets, POLICY), lambda _: place)


def fresh(compiled, grid):
    network = compiled.network
    records = empty_records(network, grid.count, RECORD_STEPS, 10_000)
    tables = make_tables(network, grid.step_h)
    return tables, network.rules, compiled.series, grid.step_h, RECORD_STEPS, grid.count, records


@pytest.fixture(scope="module")
def medians(request):
    """Median time [us per step] of each kernel, told at the end."""
    times: dict[str, float] = {}
    yield times
    processes = len(synthetic(WEEK).processes)
    with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        print(f"\n60 components, {processes} processes")
        for name, us in times.items():
            ratio = us / times["compiled"]
            print(f"{name:>10}: {us:9.3f} us per step, {us / processes * 1e3:8.1f} ns per process, {ratio:6.1f} times")
        print(f"ten years of 10-minute steps: {times['compiled'] * TEN_YEARS_STEPS / 1e6:.2f} s")


@pytest.mark.benchmark(group="station kernel")
def test_compiled(benchmark, medians):
    compiled = synthetic(YEAR)
    run_kernel(*fresh(compiled, YEAR))
    benchmark.pedantic(run_kernel, setup=lambda: (fresh(compiled, YEAR), {}), rounds=15)
    medians["compiled"] = benchmark.stats.stats.median / YEAR.count * 1e6


@pytest.mark.benchmark(group="station kernel")
def test_reference(benchmark, medians):
    compiled = synthetic(WEEK)

    def once():
        records = empty_records(compiled.network, WEEK.count, RECORD_STEPS, 10_000)
        run_reference(compiled.network, compiled.series, WEEK.step_h, RECORD_STEPS, records)

    benchmark.pedantic(once, rounds=3)
    medians["reference"] = benchmark.stats.stats.median / WEEK.count * 1e6
