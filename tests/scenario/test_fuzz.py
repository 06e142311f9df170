"""However a scenario is mangled, a person reads a ScenarioError and never a traceback."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from moonstation.core.errors import ScenarioError
from moonstation.scenario.reading import load_scenario, read_scenario

TEXT = Path(__file__).with_name("good.toml").read_text("utf-8")
LINES = TEXT.splitlines()
FOLDER = Path("night.toml")
relaxed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

junk_values = st.sampled_from(
    [
        *(
            "nan",
            "-inf",
            "1e999",
            "-1e308",
            "0",
            "-0.0",
            "true",
            '""',
            '"x"',
            "[]",
            "[[]]",
            "{}",
            "{ fact = 3 }",
            "1_000",
        ),
        *(
            '{ fact = "crew.oxygen" }',
            '{ fact = "no.such" }',
            "9" * 400,
            "0xFFFFFFFFFFFFFFFFFF",
            "07:32:00",
            "2026-01-01",
        ),
        *(
            "0001-01-01T00:00:00+23:59",
            "9999-12-31T23:59:59-23:59",
            '"9999-12-31T23:59:59-23:59"',
            '"\\u0000"',
            "'a\tb'",
        ),
        *("1999-12-31", "2051-01-01T00:00:00Z", '["a", 1, {}]', '"' + "x" * 300 + '"', "[1, [2, [3, [4]]]]", '"12:00"'),
    ]
)


def error_of(read: Callable[[], Any]) -> ScenarioError | None:
    try:
        read()
    except ScenarioError as error:
        return error
    return None


def only_scenario_errors(read: Callable[[], Any]) -> None:
    """Reading either works or ends in a ScenarioError whose faults fit on a line each; all else is a failure."""
    error = error_of(read)
    if error is not None:
        assert error.faults
        assert all(fault.where and fault.message and str(fault).isprintable() for fault in error.faults)


def mangled_keys() -> st.SearchStrategy[str]:
    """Lines of the scenario deleted, repeated, exchanged, misspelt or given another value."""

    @st.composite
    def build(draw: st.DrawFn) -> str:
        lines = list(LINES)
        for _ in range(draw(st.integers(1, 4))):
            at = draw(st.integers(0, len(lines) - 1))
            match draw(st.sampled_from(["delete", "repeat", "exchange", "misspell", "value", "value", "section"])):
                case "delete":
                    del lines[at : at + draw(st.integers(1, 3))]
                case "repeat":
                    lines.insert(draw(st.integers(0, len(lines) - 1)), lines[at])
                case "exchange":
                    other = draw(st.integers(0, len(lines) - 1))
                    lines[at], lines[other] = lines[other], lines[at]
                case "misspell":
                    column = draw(st.integers(0, max(len(lines[at]) - 1, 0)))
                    lines[at] = (
                        lines[at][:column]
                        + draw(st.sampled_from(["", "x", "_", '"', "=", "é"]))
                        + lines[at][column + 1 :]
                    )
                case "value":
                    with_value = [number for number, line in enumerate(lines) if " = " in line] or [0]
                    at = draw(st.sampled_from(with_value))
                    lines[at] = lines[at].partition(" = ")[0] + " = " + draw(junk_values)
                case "section":
                    heads = [number for number, line in enumerate(lines) if line.startswith("[")] or [0]
                    lines[draw(st.sampled_from(heads))] = draw(
                        st.sampled_from(["[assets]", "[[sites]]", "[x]", "[[policy]]", ""])
                    )
            lines = lines or [""]
        return "\n".join(lines)

    return build()


@settings(relaxed, max_examples=500)
@given(mangled_keys())
def test_mangled_keys_and_values(text: str) -> None:
    only_scenario_errors(lambda: read_scenario(text, FOLDER))


@settings(relaxed, max_examples=60)
@given(st.integers(0, len(TEXT)), st.text(max_size=5))
def test_text_cut_off_or_broken_into(at: int, noise: str) -> None:
    only_scenario_errors(lambda: read_scenario(TEXT[:at], FOLDER))
    only_scenario_errors(lambda: read_scenario(TEXT[:at] + noise + TEXT[at:], FOLDER))


@settings(relaxed, max_examples=60)
@given(st.binary(max_size=200), st.integers(0, len(TEXT)))
def test_binary_noise(tmp_path_factory: pytest.TempPathFactory, noise: bytes, at: int) -> None:
    path = tmp_path_factory.getbasetemp() / "noise.toml"
    for data in (noise, TEXT[:at].encode() + noise):
        path.write_bytes(data)
        only_scenario_errors(lambda: load_scenario(path))


@settings(relaxed, max_examples=60)
@given(st.text(max_size=30))
def test_any_name_of_a_scenario(name: str) -> None:
    only_scenario_errors(lambda: load_scenario(name))


numbers = st.floats() | st.integers() | st.sampled_from([math.nan, 10**400, -(10**30)])
things = st.recursive(
    st.none() | st.booleans() | numbers | st.text(max_size=5) | st.dates() | st.datetimes() | st.times(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)


@settings(relaxed, max_examples=100)
@given(
    st.sampled_from(["name", "start", "end", "step", "policy", "sites", "relays", "missions", "assets", "milestones"]),
    things,
)
def test_any_thing_in_place_of_a_section(key: str, thing: Any) -> None:
    only_scenario_errors(lambda: read_scenario(TEXT, FOLDER, **{key: thing}))


@settings(relaxed, max_examples=100)
@given(
    st.sampled_from(["missions", "assets", "deliveries", "milestones"]),
    st.lists(
        things
        | st.dictionaries(
            st.sampled_from(
                [
                    "name",
                    "type",
                    "site",
                    "mission",
                    "count",
                    "until",
                    "requires",
                    "landed",
                    "arrival",
                    "status",
                    "water_kg",
                ]
            ),
            things,
        ),
        max_size=3,
    ),
)
def test_any_things_in_a_list(key: str, items: list[Any]) -> None:
    only_scenario_errors(lambda: read_scenario(TEXT, FOLDER, **{key: items}))
