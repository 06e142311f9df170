"""Every page of the documentation does what it says: its code runs, its commands end well, its output is real."""

from __future__ import annotations

from pathlib import Path

import pytest
from page import STANDS_FOR, blocks_of, is_step, take

from moonstation.components import contract
from moonstation.components.registry import components

PROJECT = Path(__file__).resolve().parents[2]
PAGES = [PROJECT / "README.md", *sorted((PROJECT / "docs").rglob("*.md"))]
STEPS = {str(page.relative_to(PROJECT)): [*filter(is_step, blocks_of(page.read_text("utf-8")))] for page in PAGES}


def _marked(name: str) -> object:
    marks = [pytest.mark.shared] if any(block.needs_shared for block in STEPS[name]) else []
    return pytest.param(name, marks=marks, id=name)


@pytest.mark.parametrize("name", [_marked(name) for name, steps in STEPS.items() if steps])
def test_the_page_does_what_it_says(name, tmp_path, monkeypatch, request):
    assert components()  # all are registered; what a page registers is forgotten after it
    monkeypatch.setattr(contract, "REGISTRY", dict(contract.REGISTRY))
    folder = tmp_path / "reader"
    folder.mkdir()
    monkeypatch.chdir(folder)
    namespace = {"__name__": "__main__"}
    for block in STEPS[name]:
        if block.needs_shared and not (tmp_path / "shared").exists():
            (tmp_path / "shared").symlink_to(request.getfixturevalue("shared_data").parent)
        try:
            take(block, namespace, folder)
        except Exception as error:
            error.add_note(f"{name}, line {block.line}")
            raise


@pytest.mark.parametrize(("shown", "run"), STANDS_FOR.items())
def test_the_makefile_runs_what_pages_say_it_runs(shown, run):
    target = shown.removeprefix("make ")
    recipe = (PROJECT / "Makefile").read_text("utf-8").split(f"\n{target}:")[1].split("\n\n")[0]
    assert f"$(BIN)/{run}" in recipe
