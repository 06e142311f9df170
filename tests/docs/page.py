"""Reads a page of the documentation as the steps that a reader would take, and takes them.

- A ``python`` block is executed; all blocks of a page share one namespace. A ``text`` block that follows is what it
  prints. A statement that ends in ``# -> value`` (or has it alone on the next line) must show that value. A block whose
  first line is ``# file: src/PATH.py`` is executed as that module.
- A ``toml`` block whose first line is ``# file: NAME`` is written to NAME.
- In a ``console`` block each line ``$ moonstation ...`` is run and must end with 0, or with N where the line ends in
  ``# exit N``; lines under it are what it prints. ``$ make study`` runs what the Makefile runs. Other commands are
  left to the reader.
- ``<!-- needs-shared -->`` on the line before a block: it needs ../shared.

``...`` stands for any text within a line, and alone for any lines; white space is compared as one blank.
"""

from __future__ import annotations

import ast
import contextlib
import io
import os
import re
import subprocess
import sys
import textwrap
import types
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from moonstation.cli.progress import COMPILING_WORDS

_FENCE = re.compile(
    r"^(?P<indent>[ \t]*)```(?P<lang>\w+)[^\n]*\n(?P<text>.*?)^(?P=indent)```[ \t]*$", re.MULTILINE | re.DOTALL
)
_NEEDS_SHARED = "<!-- needs-shared -->"
_FILE = re.compile(r"# file: (\S+)\n")
_MODULE = re.compile(r"# file: src/(\S+)\.py\n")
_SHOWN = re.compile(r"#\s*->\s*(.+)$")
_EXIT = re.compile(r"\s+# exit (\d+)$")
#: What the Makefile runs under a command that pages show.
STANDS_FOR = {"make study": "moonstation study ilrs -o runs/ilrs --overwrite"}
_TIME_LIMIT_S = 300


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, text, line of the page, and what follows it as output."""

    language: str
    text: str
    line: int
    needs_shared: bool
    output: str | None = None


@dataclass(frozen=True)
class Command:
    """One command of a console block."""

    text: str
    exit_code: int
    output: str


def blocks_of(page: str) -> list[Block]:
    """Fenced blocks of a page, in order; a ``text`` block right under a ``python`` block becomes its output."""
    found: list[Block] = []
    end = 0
    for match in _FENCE.finditer(page):
        between = page[end : match.start()]
        text = textwrap.dedent(match["text"])
        line = page.count("\n", 0, match.start("text")) + 1
        end = match.end()
        if match["lang"] == "text" and found and found[-1].language == "python" and not between.strip():
            last = found.pop()
            found.append(Block(last.language, last.text, last.line, last.needs_shared, text))
        else:
            needs_shared = between.rstrip().endswith(_NEEDS_SHARED)
            found.append(Block(match["lang"], text, line, needs_shared))
    return found


def is_step(block: Block) -> bool:
    """True where there is something to do."""
    return (
        block.language == "python"
        or (block.language == "toml" and bool(_FILE.match(block.text)))
        or (block.language == "console" and any(commands_of(block.text)))
    )


def commands_of(console: str) -> Iterator[Command]:
    """The commands of a console block that are to be run."""
    joined = console.replace("\\\n", " ")
    for part in re.split(r"^\$ ", joined, flags=re.MULTILINE)[1:]:
        line, _, output = part.partition("\n")
        exit_code = _EXIT.search(line)
        line = _EXIT.sub("", line).strip()
        line = STANDS_FOR.get(line, line)
        if line.startswith("moonstation"):
            yield Command(line, int(exit_code[1]) if exit_code else 0, output)


def take(block: Block, namespace: dict[str, Any], folder: Path) -> None:
    """Do what a block says, in the current folder; raises AssertionError where the page promises something else."""
    if block.language == "python":
        if module := _MODULE.match(block.text):
            namespace.update(as_module(block.text, module[1].replace("/", ".")))
            return
        printed = run_python(block.text, namespace)
        if block.output is not None:
            assert_shown(printed, block.output)
    elif block.language == "toml":
        name = _FILE.match(block.text)
        assert name
        (folder / name[1]).write_text(block.text, encoding="utf-8")
    else:
        for command in commands_of(block.text):
            run_command(command, folder)


def as_module(source: str, name: str) -> dict[str, Any]:
    """Execute a text as the module of that name; returns what it defines."""
    module = types.ModuleType(name)
    sys.modules[name] = module
    try:
        exec(compile(source, name, "exec"), module.__dict__)
    finally:
        del sys.modules[name]
    return {key: value for key, value in vars(module).items() if not key.startswith("__")}


def run_python(source: str, namespace: dict[str, Any]) -> str:
    """Execute statement by statement; returns what was printed."""
    lines = source.splitlines()
    printed = ""
    for node in ast.parse(source).body:
        last = node.end_lineno or 1
        below = lines[last].strip() if last < len(lines) else ""
        shown = _SHOWN.search(lines[last - 1]) or _SHOWN.match(below)
        stream = io.StringIO()
        value = None
        with contextlib.redirect_stdout(stream):
            if isinstance(node, ast.Expr):
                value = eval(compile(ast.Expression(node.value), "<page>", "eval"), namespace)
            else:
                exec(compile(ast.Module([node], []), "<page>", "exec"), namespace)
        printed += stream.getvalue()
        if shown:
            assert_shown(stream.getvalue() or repr(value), shown[1])
    return printed


def run_command(command: Command, folder: Path) -> None:
    """Run a command and compare what it prints with what the page shows."""
    output = output_of(command, folder)
    if command.output.strip():
        assert_shown(output, command.output)


def output_of(command: Command, folder: Path) -> str:
    """What a command prints for a reader in a terminal of 120 columns; AssertionError where it ends otherwise.

    Without what it says on a machine on which it runs for the first time.
    """
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command.text],
        cwd=folder,
        env={**os.environ, "PATH": path, "COLUMNS": "120", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=_TIME_LIMIT_S,
        check=False,
    )
    told = f"$ {command.text}\n{done.stdout}{done.stderr}"
    assert done.returncode == command.exit_code, f"ended with {done.returncode}, not {command.exit_code}:\n{told}"
    assert "Traceback" not in done.stderr, told
    return done.stdout + re.sub(rf"^{re.escape(COMPILING_WORDS)}.*\n", "", done.stderr, flags=re.MULTILINE)


def assert_shown(real: str, promised: str) -> None:
    """Compare what came with what the page shows, line by line."""
    pattern = "".join(map(_line_pattern, promised.strip().splitlines()))
    lines = "".join(f"{_squeezed(line)}\n" for line in real.strip().splitlines())
    assert re.fullmatch(pattern, lines), f"the page shows\n{promised}\nbut it was\n{real}"


def _line_pattern(line: str) -> str:
    if line.strip() == "...":
        return r"(?:[^\n]*\n)*?"
    return "[^\\n]*?".join(re.escape(part) for part in _squeezed(line).split("...")) + "\n"


def _squeezed(line: str) -> str:
    return " ".join(line.split())
