"""The verbs check, schema and facts, as a person and as a machine use them."""

from __future__ import annotations

import csv
import json
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from moonstation.cli.facts import fact_table, find_facts
from moonstation.cli.main import app
from moonstation.core.errors import FactError, RangeError, ScenarioError
from moonstation.facts.table import all_facts

runner = CliRunner()


def told(*words: str) -> str:
    done = runner.invoke(app, words, catch_exceptions=False)
    assert done.exit_code == 0
    return done.stdout


def test_check_says_what_is_in_a_scenario() -> None:
    text = told("check", "first-night")
    assert text.startswith("first-night: sound.")
    summary = json.loads(told("check", "first-night", "--json"))
    assert (summary["assets"], summary["missions"], summary["left_out"]) == (9, 1, [])


def test_check_prints_a_shipped_scenario_to_begin_from(tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text(told("check", "first-night", "--print"), encoding="utf-8")
    assert told("check", str(mine)).startswith("first-night: sound.")


def test_check_prints_a_file_or_what_it_finds_never_both() -> None:
    with pytest.raises(RangeError, match="--json: prints what check finds, and --print the file itself") as caught:
        told("check", "first-nigth", "--print", "--json")
    assert [fault.where for fault in caught.value.faults] == ["--json", "first-nigth"]


def test_check_says_what_is_left_out_and_what_is_wrong(tmp_path: Path) -> None:
    from moonstation.scenario.reading import library

    path = tmp_path / "mine.toml"
    good = library()["first-night"].read_text("utf-8")
    path.write_text(good.replace('status = "planned"', 'status = "failed"'), "utf-8")
    failed = told("check", str(path))
    assert "note: First lander failed: 9 assets are left out" in failed
    emptiness = "main_site: nothing of the main site lands before the end: nothing there could be lost"
    assert f"{emptiness}, and no survival is told" in failed
    assert "nothing of the main site" not in told("check", "first-night")
    path.write_text(good.replace("mast_m", "mast"), "utf-8")
    with pytest.raises(ScenarioError, match="did you mean mast_m"):
        told("check", str(path))


def test_the_schema_goes_to_the_terminal_or_to_a_file(tmp_path: Path) -> None:
    shown = json.loads(told("schema"))
    assert "wrote" in told("schema", "-o", str(tmp_path / "s.json"))
    assert json.loads((tmp_path / "s.json").read_text()) == shown
    assert [item.name for item in tmp_path.iterdir()] == ["s.json"]
    with pytest.raises(RangeError, match="cannot be written"):
        told("schema", "-o", str(tmp_path / "absent" / "s.json"))


def test_a_fact_is_told_with_its_source() -> None:
    text = told("facts", "crew.oxygen")
    assert "0.895 kg/CM-d" in text
    assert "NASA/TP-2015-218570 Rev 2" in text
    assert "meaning" not in text, "no parameter takes it"
    assert "meaning  share that stays untouched" in told("facts", "battery.floor")
    [fact] = json.loads(told("facts", "crew.oxygen", "--json"))
    assert fact["status"] == "published"


@pytest.mark.parametrize("width", [80, 100, 120, 200])
def test_the_table_of_facts_breaks_no_key_and_fits_the_terminal(width: int) -> None:
    console = Console(width=width, file=StringIO(), force_terminal=True, color_system=None)
    console.print(fact_table(find_facts(), console.width))
    assert isinstance(console.file, StringIO)
    lines = console.file.getvalue().splitlines()
    first = {line.split()[0] for line in lines if line.strip()}
    assert set(all_facts()) <= first
    assert max(map(len, lines)) <= width
    assert ("moonstation facts KEY" in console.file.getvalue()) == (width < 120)
    assert "background that no model uses" in console.file.getvalue()


def test_facts_go_to_other_programs_between_tabs() -> None:
    rows = list(csv.DictReader(told("facts").splitlines(), delimiter="\t"))
    assert [row["key"] for row in rows] == list(all_facts())
    oxygen = next(row for row in rows if row["key"] == "crew.oxygen")
    assert (float(oxygen["value"]), oxygen["unit"], oxygen["low"]) == (0.895, "kg/CM-d", "")
    assert oxygen["source"] == all_facts()["crew.oxygen"].source


def test_facts_are_listed_all_or_by_family_or_refused() -> None:
    assert len(json.loads(told("facts", "--json"))) == len(all_facts())
    assert all(fact.key.startswith("relay.") for fact in find_facts("relay"))
    assert "relay.raan" in told("facts", "relay.")
    parts = find_facts("urine_processor")
    assert any(fact.key == "failure.urine_processor.fluids_pump.life_kg" for fact in parts)
    assert all("urine_processor" in fact.key for fact in parts)
    for wrong, near in (("crew.oxigen", r"crew\.oxygen"), ("", "no such fact")):
        with pytest.raises(FactError, match=near):
            find_facts(wrong)
