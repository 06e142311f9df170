"""The line finder must know every key that tomllib reads."""

from __future__ import annotations

import tomllib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from moonstation.scenario.lines import KeyPath, key_lines, line_of

EXAMPLE = '''\
name = "a # no comment"   # a comment
start = 2026-01-01

[sites."north rim"]
latitude_deg = 89.1
site.depth."odd key" = 1

[[assets]]
name = """two
lines and a "quote" at the end""""
power = { fact = "a.b", range = [1,
  2, # inside
  3] }

[[assets]]
name = 'C:\\path'
[assets.more]
x = [[1], [2, {y = 2}]]
[[assets.list]]
k = 1
[[assets.list]]
k = 2
'''


def test_lines_of_a_text_with_every_construct() -> None:
    lines = key_lines(EXAMPLE)
    assert lines[("name",)] == 1
    assert lines[("start",)] == 2
    assert lines[("sites",)] == 4
    assert lines[("sites", "north rim", "latitude_deg")] == 5
    assert lines[("sites", "north rim", "site", "depth", "odd key")] == 6
    assert lines[("assets", 0)] == 8
    assert lines[("assets", 0, "power", "fact")] == 11
    assert lines[("assets", 0, "power", "range", 1)] == 12
    assert lines[("assets", 1, "name")] == 16
    assert lines[("assets", 1, "more", "x", 1, 1, "y")] == 18
    assert lines[("assets", 1, "list", 1, "k")] == 22


def test_an_absent_key_stands_where_its_table_stands() -> None:
    lines = key_lines(EXAMPLE)
    assert line_of(lines, ("assets", 1, "type")) == 15
    assert line_of(lines, ("nowhere",)) is None


names = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=6)
scalars = st.integers(-5, 5) | st.booleans() | st.text(st.sampled_from("ab#[]{}=,.'\"\\\n\t "), max_size=12)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3), max_leaves=8
)


@given(st.dictionaries(names, values, max_size=5), st.booleans())
def test_every_key_that_tomllib_reads_has_its_line(document: dict[str, Any], crlf: bool) -> None:
    rows = [f"{_quoted(key)} = {_toml(value)}" for key, value in document.items()]
    text = ("\r\n" if crlf else "\n").join(rows)
    lines = key_lines(text)
    assert set(lines) == set(_paths(tomllib.loads(text)))
    for number, key in enumerate(document, start=1):
        assert lines[(key,)] == number


def _quoted(text: str) -> str:
    plain = {'"': '\\"', "\\": "\\\\"}
    return '"' + "".join(plain.get(c, c if c.isprintable() else f"\\U{ord(c):08X}") for c in text) + '"'


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_quoted(key)} = {_toml(item)}" for key, item in value.items()) + "}"
    return str(value)


def _paths(value: Any, path: KeyPath = ()) -> list[KeyPath]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for key, item in pairs for found in [(*path, key), *_paths(item, (*path, key))]]
