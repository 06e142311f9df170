"""The kernel that is compiled beforehand is the one that every life takes."""

from __future__ import annotations

from typing import Any

import pytest
from build import asset, compile_lit, station

from moonstation.components.contract import Process, Store, ThermalNode, Thermostat
from moonstation.station import beforehand, kernel
from moonstation.station.simulate import run_compiled


def test_its_form_is_that_of_any_life(monkeypatch: pytest.MonkeyPatch) -> None:
    kernel_itself, forms = kernel.run_lives, []

    def run_lives(*values: Any) -> int:
        forms.append(tuple(kernel_itself.typeof_pyval(value) for value in values))
        return int(kernel_itself(*values))

    monkeypatch.setattr(kernel, "run_lives", run_lives)
    heater = Process("heater", {"electricity": -1.0}, control=Thermostat("body", 280.0), heat_node="body", heat_kw=1.0)
    pumps = [Process(f"pump {number}", {"water": 1.0, "electricity": -0.5}, boundary=True) for number in range(3)]
    tanks = [Store("water", "water", 50.0), Store("battery", "electricity", 500.0, 400.0)]
    nodes = [ThermalNode("body", 1e5, start_k=290.0, radiating_m2=1.0, radiative_sink_k=90.0)]
    built = station(asset("first", *pumps, heater, stores=tanks, nodes=nodes), asset("second", pumps[0]))
    run_compiled(compile_lit(built), built.grid.step_h, 6)
    assert forms == [tuple(kernel_itself.typeof_pyval(value) for value in beforehand._values())]
    assert not beforehand.is_to_be_compiled(), "it ran"
