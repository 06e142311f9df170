"""Tables on a terminal and in a pipe."""

from __future__ import annotations

import io

import pytest
from rich.console import Console
from rich.table import Table
from typer.testing import CliRunner

from moonstation.cli.main import app
from moonstation.cli.printing import print_item, print_line, print_trimmed


def printed(*, terminal: bool) -> str:
    table = Table(box=None, pad_edge=False)
    table.add_column("key")
    table.add_column("note")
    table.add_row("a", "long words")
    table.add_row("b", "x")
    console = Console(file=io.StringIO(), force_terminal=terminal, width=40, color_system=None)
    console.print("before")
    print_trimmed(console, table)
    console.print("after")
    return console.file.getvalue()


def test_a_table_in_a_pipe_has_no_blanks_at_the_ends_of_its_lines():
    assert printed(terminal=False).splitlines() == ["before", "key  note", "a    long words", "b    x", "after"]


def test_a_terminal_gets_the_whole_table():
    assert [line.rstrip() for line in printed(terminal=True).splitlines()] == printed(terminal=False).splitlines()


@pytest.mark.parametrize(("terminal", "lines"), [(True, ["one two three", "four"]), (False, ["one two three four"])])
def test_a_line_is_broken_between_words_on_a_terminal_and_whole_in_a_pipe(terminal, lines):
    console = Console(file=io.StringIO(), force_terminal=terminal, width=16, color_system=None)
    print_line(console, "one two three four")
    assert [line.rstrip() for line in console.file.getvalue().splitlines()] == lines


@pytest.mark.parametrize(
    ("terminal", "lines"), [(True, ["  one two", "  three four"]), (False, ["  one two three four"])]
)
def test_an_item_is_set_in_and_so_are_its_further_lines_on_a_terminal(terminal, lines):
    console = Console(file=io.StringIO(), force_terminal=terminal, width=14, color_system=None)
    print_item(console, "one two three four")
    assert [line.rstrip() for line in console.file.getvalue().splitlines()] == lines


@pytest.mark.parametrize(
    "words",
    [
        ["ephemeris", "--lat", "-89", "--lon", "0", "--at", "2030-01-01"],
        ["site", "connecting-ridge", "--start", "2030-01-01", "--end", "2030-01-08", "--step", "8h"],
    ],
)
def test_what_a_verb_prints_into_a_pipe_ends_where_its_words_end(words):
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0
    assert len(done.stdout.splitlines()) > 3
    assert not [line for line in done.stdout.splitlines() if line != line.rstrip()]
