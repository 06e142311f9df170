"""Properties of every station: both kernels agree to the bit, the ledger closes, nothing is overdrawn or overfilled."""

from __future__ import annotations

import numpy as np
import pytest
from build import asset, compile_lit, differences, run_with, station
from hypothesis import given, settings
from random_stations import cases, relaxed

from moonstation.components.contract import Process, Store, ThermalNode
from moonstation.station import packed
from moonstation.station.kernel import SOURCES, run, run_kernel
from moonstation.station.network import series_block
from moonstation.station.packed import empty_records
from moonstation.station.reference import run_reference
from moonstation.station.tables import make_tables


@settings(relaxed, max_examples=200)
@given(cases())
def test_the_kernels_agree_to_the_bit_and_every_station_is_sound(case):
    built, sun = case
    compiled = compile_lit(built, sun)
    step_h = built.grid.step_h
    records = run_with(run, compiled, step_h)
    assert differences(records, run_with(run_reference, compiled, step_h)) == []
    check_sound(compiled, records)


def check_sound(compiled, records):
    assert records.residual.max() <= 1e-9
    for name in ("activity", "shortfall", "ready", "amount", "capacity", "power", "spilled", "ledger"):
        assert np.isfinite(getattr(records, name)).all(), name
    for name in ("activity", "shortfall", "ready", "amount", "capacity"):
        assert getattr(records, name).min(initial=0.0) >= 0.0, name
    assert (records.amount <= records.capacity).all()
    assert (records.activity <= most(compiled) * (1 + 1e-6) + 1e-30).all()
    assert records.power.min(initial=0.0) >= -1e-9
    assert records.spilled.min(initial=0.0) >= -1e-9  # a draw beyond what there is would show as a debt
    temperatures = records.temperature_k[np.isfinite(records.temperature_k)]
    assert (temperatures > 0.0).all()
    columns = dict(zip(packed.LEDGER_COLUMNS, records.ledger.T, strict=True))
    into = columns["delivered"] + columns["produced"]
    out = sum(columns[name] for name in ("consumed", "spilled", "lost", "removed", "stored_end"))
    np.testing.assert_allclose(into, out, rtol=1e-9, atol=1e-9)


def most(compiled):
    """Greatest activity that each process may have, shape (step, process)."""
    processes = compiled.network.processes
    series = np.column_stack([compiled.series, np.ones(compiled.steps, np.float32)])
    return processes.limit * series[:, processes.series]


@settings(relaxed, max_examples=30)
@given(cases(longest=60))
def test_a_run_is_the_same_again_and_in_blocks(case):
    built, sun = case
    compiled, step_h = compile_lit(built, sun), built.grid.step_h
    whole = run_with(run, compiled, step_h, record_steps=4)
    assert differences(whole, run_with(run, compiled, step_h, record_steps=4)) == []
    blocks, tables = empty_records(compiled.network, compiled.steps, 4, 1000), make_tables(compiled.network, step_h)
    for first in range(0, compiled.steps, 7):
        block = series_block(compiled.columns, first, min(first + 7, compiled.steps))
        run_kernel(tables, compiled.network.rules, block, step_h, 4, compiled.steps, blocks)
    assert differences(whole, blocks) == []


@settings(relaxed, max_examples=30)
@given(cases(longest=60))
def test_what_is_recorded_does_not_change_what_happens(case):
    built, sun = case
    compiled, step_h = compile_lit(built, sun), built.grid.step_h
    fine, coarse = (run_with(run, compiled, step_h, record_steps) for record_steps in (1, 6))
    ends = np.append(np.arange(5, compiled.steps - 1, 6), compiled.steps - 1)
    np.testing.assert_array_equal(fine.amount[ends], coarse.amount)
    np.testing.assert_array_equal(fine.temperature_k[ends], coarse.temperature_k)
    np.testing.assert_array_equal(fine.log, coarse.log)
    np.testing.assert_array_equal(fine.ledger, coarse.ledger)
    np.testing.assert_array_equal(fine.critical_span, coarse.critical_span)
    starts = np.arange(0, compiled.steps, 6)
    np.testing.assert_array_equal(np.maximum.reduceat(fine.mode, starts), coarse.mode)
    np.testing.assert_array_equal(np.add.reduceat(fine.critical, starts), coarse.critical)
    for name in ("activity", "shortfall", "ready"):
        per_step = getattr(fine, name).astype(float)
        means = [block.mean(axis=0) for block in np.split(per_step, np.arange(6, compiled.steps, 6))]
        np.testing.assert_allclose(getattr(coarse, name), means, rtol=1e-5, atol=1e-6)
    for name in ("power", "spilled"):
        sums = np.add.reduceat(getattr(fine, name).astype(float), np.arange(0, compiled.steps, 6))
        np.testing.assert_allclose(getattr(coarse, name), sums, rtol=1e-5, atol=1e-5)


def linear_station(step_s):
    """Charging, drawing, making, leaking at rates that nothing limits: the same whatever the step."""
    stocks = asset(
        "stocks",
        Process("tap", {"water": -0.7}, boundary=True),
        Process("mill", {"water": -0.2, "grey_water": 0.2, "electricity": -0.5, "data": 0.1}),
        stores=[Store("w", "water", 100.0, 60.0), Store("g", "grey_water", 50.0), Store("d", "data", 90.0)],
    )
    battery = asset("battery", stores=[Store("b", "electricity", 100.0, 50.0, 0.2, 0.9, 0.8)])
    sun = asset("sun", Process("p", {"electricity": 1.0}, limit=0.9))
    return station(stocks, battery, sun, hours=24, step_s=step_s)


def test_splitting_the_step_changes_nothing_where_nothing_limits():
    ends = []
    for step_s in (3600.0, 1800.0, 600.0, 60.0):
        built = linear_station(step_s)
        ends.append(run_with(run, compile_lit(built), built.grid.step_h).amount[-1])
    for end in ends[1:]:
        np.testing.assert_allclose(end, ends[0], rtol=1e-6)


def test_splitting_the_step_converges_where_limits_bite():
    """A tank runs dry, a battery reaches its floor, a box cools: ever finer steps tell the same story."""

    def end(step_s):
        box = ThermalNode("n", 5e4, 300.0, 100.0, 0.3, 200.0, 0.5)
        parts = (
            asset("tap", Process("p", {"water": -0.73}, boundary=True), stores=[Store("w", "water", 9.0, 7.0)]),
            asset("load", Process("p", {"electricity": -1.3}, heat_node="n", heat_kw=0.1), nodes=[box]),
            asset("battery", stores=[Store("b", "electricity", 10.0, 9.0, 0.2, 0.9, 0.8, loss_per_h=0.01)]),
        )
        built = station(*parts, hours=12, step_s=step_s)
        records = run_with(run, compile_lit(built), built.grid.step_h)
        return np.append(records.amount[-1], records.temperature_k[-1])

    coarse, middle, fine = (end(step_s) for step_s in (1200.0, 300.0, 75.0))
    assert (np.abs(fine - middle) <= np.abs(middle - coarse) + 1e-6).all()
    np.testing.assert_allclose(middle, fine, rtol=5e-3)


@pytest.mark.parametrize("kernel", [run, run_reference])
def test_a_log_without_room_still_counts(kernel):
    blink = (np.arange(60) % 2).astype(np.float32)
    camera = asset("camera", Process("p", {"data": 1.0}, series=blink))
    built = station(camera, hours=10)
    compiled = compile_lit(built)
    roomy, tight = (empty_records(compiled.network, 60, 6, room) for room in (100, 10))
    for records in (roomy, tight):
        kernel(compiled.network, compiled.series, built.grid.step_h, 6, records)
    assert roomy.log["index"][0] == tight.log["index"][0] == 2 + 60 - 1
    np.testing.assert_array_equal(tight.log[1:], roomy.log[1:11])


def test_what_is_not_a_number_shows_in_the_residual():
    broken = np.full(6, np.nan, np.float32)
    built = station(asset("box", nodes=[ThermalNode("n", 1e4, 300.0, broken, 0.1)]), hours=1)
    compiled = compile_lit(built)
    for kernel in (run, run_reference):
        assert np.isnan(run_with(kernel, compiled, built.grid.step_h).residual[2])


def test_the_kernel_says_which_sources_it_was_compiled_from():
    built = station(asset("nothing"), hours=1)
    compiled = compile_lit(built)
    records = empty_records(compiled.network, 6, 6, 10)
    tables = make_tables(compiled.network, built.grid.step_h)
    assert run_kernel(tables, compiled.network.rules, compiled.series, built.grid.step_h, 6, 6, records) == SOURCES
