"""However a scenario is mangled, a person reads a ScenarioError and never a traceback."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from habitat import ALL, text_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from moonstation.core.errors import ScenarioError
from moonstation.scenario.build import build_station
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


#: good.toml with people, redundancy, spares, failures' ladders and a delivery, for keys that it has not.
RICH = (
    text_of(
        *ALL,
        '[[deliveries]]\nmission = "Landing"\nsite = "landing-place"\nfood_kg = 20\nwater_kg = 30',
        "spares = { battery = 2 }",
    )
    .replace(
        "[policy.serve_up_to]",
        """[policy.recovery]
residual = 0.05
persistence_h = 1.0
limit_persistence_h = 2.0
test_every_days = 20
reset_minutes = 20
max_resets = 3
shed_below = 0.1
safe_mode_h = 6
patience_days = 10
ground_h = 4
autonomous = ["reset", "switch", "wait"]
no_contact_from = 2029-02-01
no_contact_days = 5
scheduled_changes = false
kept_spares = 2

[policy.recovery.ladders]
default = ["reset", "switch", "robots", "crew", "wait"]
energy = ["reset", "switch"]
battery = ["reset", "robots", "wait", "do-without"]

[policy.serve_up_to]""",
    )
    .replace(
        'type = "direct_link"',
        'count = 3\nneeded = 2\nspares = 4\nspare_kg = 2\npriority_shift = -1\ntype = "direct_link"',
    )
)
RICH_LINES = RICH.splitlines()
#: Keys that say how things fail, how they are mended, how many there are, and when the power is shed.
TOUCHED = (
    *(
        "residual",
        "persistence_h",
        "limit_persistence_h",
        "test_every_days",
        "reset_minutes",
        "max_resets",
        "shed_below",
    ),
    *(
        "safe_mode_h",
        "patience_days",
        "ground_h",
        "autonomous",
        "no_contact_from",
        "no_contact_days",
        "scheduled_changes",
        "kept_spares",
        "default",
        "energy",
    ),
    *("battery", "count", "needed", "spares", "spare_kg", "priority_shift", "survival_below", "survival_exit", "safe"),
    *(
        "safe_below",
        "safe_exit",
        "dark_charge_below",
        "critical_priority",
        "recovery_h",
        "nominal",
        "crew_size",
        "until",
    ),
    *(
        "quantity",
        "capacity_kg",
        "start_kg",
        "food_kg",
        "volume_m3",
        "landed_mass_kg",
        "arrival",
        "mission",
    ),
)
rich_values = junk_values | st.sampled_from(
    [
        *("-1", "0", "1", "2", "3.5", "101", "1001", "0.5", "1.0", "1.0000001", "-0.1", "1e-9", "800", "1e300"),
        *('["reset"]', '["robots"]', '["crew", "wait"]', '["wait"]', '["do-without", "reset"]', '["pray"]', "[1]"),
        *('["reset", "reset"]', '"water"', '"food"', '"Landing"', '"landing"', '"lander body"', '"crew"', "2029-01-15"),
        *("2029-09-01", "2028-12-31", "2029-01-01T00:00:00Z", "{ fact = 'failure.general.dormancy' }"),
    ]
)


@settings(relaxed, max_examples=600)
@given(st.lists(st.tuples(st.sampled_from(TOUCHED), rich_values, st.integers(0, 3)), min_size=1, max_size=5))
def test_recovery_redundancy_and_people_mangled(changes: list[tuple[str, str, int]]) -> None:
    lines = list(RICH_LINES)
    for key, value, which in changes:
        found = [number for number, line in enumerate(lines) if line.startswith(f"{key} =")]
        if found:
            lines[found[which % len(found)]] = f"{key} = {value}"
    only_scenario_errors(lambda: build_station(read_scenario("\n".join(lines), FOLDER)))


def test_what_is_mangled_is_sound_and_has_every_key() -> None:
    assert [note.message.split(":")[0] for note in read_scenario(RICH, FOLDER).notes] == ["test condition"]
    assert [key for key in TOUCHED if not any(line.startswith(f"{key} =") for line in RICH_LINES)] == []


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
