"""No number without unit, source and status, and every bad row told with its line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from moonstation.core.errors import FactError, Fault
from moonstation.facts.table import STATUSES, UNCONFIRMED, Fact, all_facts, lookup, read_facts

PROJECT = Path(__file__).resolve().parents[2]
HEADER = "key,value,low,high,unit,source,locator,status,note"


def read(*rows: str, header: str = HEADER) -> tuple[list[Fact], list[Fault]]:
    faults: list[Fault] = []
    return list(read_facts("t.csv", "\n".join([header, *rows]), faults)), faults


def test_a_row_becomes_a_fact() -> None:
    [fact], faults = read('a.b,1.5,1,2,kg/d,"Who, when",p. 3,published,')
    assert faults == []
    assert fact == Fact("a.b", 1.5, 1.0, 2.0, "kg/d", "Who, when", "p. 3", "published", "", "t.csv")
    [open_range], _ = read("a,1,,,m,who,,assumption,why")
    assert (open_range.low, open_range.high, open_range.note) == (None, None, "why")


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("a,1,,,,who,,published,", "unit is empty"),
        ("a,1,,,m,,,published,", "source is empty"),
        (",1,,,m,who,,published,", "key is empty"),
        ("a,1,,,m,who,,guess,", "unknown status"),
        ("a,one,,,m,who,,published,", "must be numbers"),
        ("a,1,x,,m,who,,published,", "must be numbers"),
        ("a,nan,,,m,who,,published,", "finite"),
        ("a,inf,,,m,who,,published,", "finite"),
        ("a,3,1,2,m,who,,published,", "within low..high"),
        ("a,1,,,m,who,,published", "wrong number of columns"),
        ("a,1,,,m,who, and when,,published,", "wrong number of columns"),
    ],
)
def test_a_bad_row_is_told_with_its_line_and_left_out(row: str, words: str) -> None:
    facts, faults = read("good,1,,,m,who,,published,", row)
    assert [fact.key for fact in facts] == ["good"]
    assert [fault.where for fault in faults] == ["t.csv:3"]
    assert words in faults[0].message + faults[0].hint


def test_other_columns_are_refused() -> None:
    facts, faults = read("a,1,m", header="key,value,unit")
    assert facts == []
    assert faults[0].where == "t.csv:1"


def test_an_unknown_key_gets_near_names() -> None:
    with pytest.raises(FactError, match=r"did you mean .*crew\.oxygen"):
        lookup("crew.oxigen")
    with pytest.raises(FactError, match="moonstation facts"):
        lookup("?")


def test_the_shipped_tables_load_and_use_every_status_that_counts() -> None:
    statuses = {fact.status for fact in all_facts().values()}
    assert set(UNCONFIRMED) < statuses <= set(STATUSES)


#: Families whose members are named by the tables themselves (ground stations), by a letter, a digit or a rule.
_FAMILIES = ("ground.", "sky.pa", "regolith.heat_capacity_c", "cabin.")
#: Facts whose use is checked elsewhere: every one belongs to a failure mode (tests/components/test_failure_modes.py).
_OF_MODES = "failure."


def is_named(key: str, text: str) -> bool:
    """Whether a Python file names a fact: in quotes, or put together in a look-up from parts that it quotes."""
    if f'"{key}"' in text:
        return True
    for made in re.findall(r'lookup\(f"([^"]+)"\)', text):
        found = re.fullmatch("([a-z0-9_.-]+)".join(map(re.escape, re.split(r"{[^}]*}", made))), key)
        if found and (key.startswith(_FAMILIES) or all(f'"{part}"' in text for part in found.groups())):
            return True
    return False


def test_every_fact_is_used_or_marked_as_background() -> None:
    files = [path for folder in ("src", "tests") for path in (PROJECT / folder).rglob("*") if path.suffix == ".py"]
    texts = [path.read_text("utf-8") for path in files if path != Path(__file__)]
    scenarios = "".join(path.read_text("utf-8") for path in (PROJECT / "src").rglob("*.toml"))
    for key, fact in all_facts().items():
        used = key.startswith(_OF_MODES) or key in scenarios or any(is_named(key, text) for text in texts)
        assert used != fact.is_background, f"{key}: {'is used' if used else 'nobody uses it'}"
