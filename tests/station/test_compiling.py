"""Machine code from the cache must have been compiled from the files as they are."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from moonstation.station import kernel
from moonstation.station.compiling import mark_of

ROOM = Path(kernel.__file__).parent


def imported(path):
    """Modules of the station's room that a file imports."""
    found = (node.module for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ImportFrom))
    return {module.rpartition(".")[2] for module in found if module and module.startswith("moonstation.station.")}


def test_the_mark_covers_every_file_that_the_kernel_is_made_of():
    seen, left = set(), {"kernel"}
    while left:
        name = left.pop()
        seen.add(name)
        left |= imported(ROOM / f"{name}.py") - seen
    assert seen == set(kernel._PARTS)


@pytest.mark.parametrize("changed", [0, 1])
def test_the_mark_changes_with_the_text_of_any_file(tmp_path, changed):
    files = [tmp_path / "one.py", tmp_path / "two.py"]
    for file in files:
        file.write_text("x = 1\n")
    before = mark_of(files)
    assert mark_of(files) == before
    files[changed].write_text("x = 2\n")
    assert mark_of(files) != before
    assert 0 <= before < 2**62
