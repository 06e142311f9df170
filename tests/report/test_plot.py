"""Figures as JSON: what Plotly's own writer makes of them, to the value."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
from reading import array

from moonstation.report.figures.plot import Figure, bar, heatmap, scatter, scatter3d, surface
from moonstation.report.figures.style import figure
from moonstation.report.page import _plotly

WAVE = np.sin(np.arange(7.0))
TRACES = [
    scatter(x0="2030-01-01", dx=3.6e6, y=WAVE.astype(np.float32), mode="lines", line={"width": 1.5}, name="a"),
    scatter(x=["a", "b", None], y=[1, None, 3.0], customdata=[["p", "q"], ["r", "s"]]),
    bar(x=np.arange(5), y=np.array(["x", "y"]), base=0.5, orientation="h", marker={"color": "red"}),
    bar(x=np.array([0, 300]), y=np.array([0, 70_000]), text=["", "<b>"]),
    heatmap(z=np.arange(6, dtype=np.float32).reshape(2, 3), y=["mode", "b"], zmin=-0.5),
    surface(x=WAVE, y=WAVE, z=np.arange(4, dtype=np.int16).reshape(2, 2), colorscale=[[0.0, "#000"], [1.0, "#fff"]]),
    scatter3d(x=WAVE, y=WAVE, z=np.full(7, np.nan), customdata=np.ones((7, 2), np.float32), text=np.array([])),
]


def written(given: str) -> Any:
    found = json.loads(given, parse_constant=pytest.fail)
    found["layout"].pop("template", None)
    return found


@pytest.mark.parametrize("trace", TRACES, ids=[trace["type"] for trace in TRACES])
def test_a_figure_is_written_as_plotly_writes_it(trace: dict[str, Any]) -> None:
    ours = figure([trace], height=200, xaxis={"type": "date", "title": None, "range": [np.float64(1.0), 2]})
    theirs = go.Figure(ours.data, ours.layout)
    assert written(ours.to_json()) == written(theirs.to_json())


def test_numbers_that_are_none_become_gaps_and_long_ones_stay_whole() -> None:
    made = Figure([scatter(y=[np.nan, np.inf, np.float32(0.5)], x=np.array([1, 2**40]))], {"a": None, "b": np.int8(3)})
    found = json.loads(made.to_json())
    assert found["data"][0] == {"type": "scatter", "y": [None, None, 0.5], "x": [1, 2**40]}
    assert found["layout"] == {"b": 3}


@pytest.mark.parametrize("kind", ["i1", "u1", "i2", "i4", "f4", "f8"])
def test_arrays_come_back_as_they_were(kind: str) -> None:
    values = np.arange(12).reshape(3, 4).astype(kind)
    found = json.loads(Figure([heatmap(z=values[::-1])], {}).to_json())["data"][0]["z"]
    assert found["dtype"] == kind
    np.testing.assert_array_equal(array(found), values[::-1])


def test_the_plotting_library_knows_the_colours_that_calendars_name() -> None:
    script = _plotly()
    for name in ("Cividis", "Viridis"):
        assert re.search(rf"\b{name}:", script), name
