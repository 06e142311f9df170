"""The house stays in order: who imports whom, how long files are, what the reference must name."""

from __future__ import annotations

import ast
import re
import runpy
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from moonstation.components.registry import components
from moonstation.facts.table import all_facts

PROJECT = Path(__file__).resolve().parents[1]
PACKAGE = PROJECT / "src" / "moonstation"
MODULES = sorted(PACKAGE.rglob("*.py"))
PYTHON_FILES = [
    *MODULES,
    *(file for room in ("tests", "scripts", "benchmarks") for file in (PROJECT / room).rglob("*.py")),
]
MOST_LINES = 500
#: What only work may load, never a look at the help.
HEAVY = {"numpy", "numba", "scipy", "pydantic", "xarray", "pandas", "rasterio", "plotly", "pyarrow", "zarr", "jinja2"}


def test_rooms_import_downwards_only():
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_room_has_its_layer():
    contract = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]
    layers = {name.strip() for layer in contract["layers"] for name in layer.split("|")}
    rooms = {f"moonstation.{folder.name}" for folder in PACKAGE.iterdir() if (folder / "__init__.py").exists()}
    assert rooms == layers


def test_only_the_facade_has_something_in_its_init():
    full = {file for file in PACKAGE.rglob("__init__.py") if file.stat().st_size}
    assert full == {PACKAGE / "__init__.py"}


@pytest.mark.parametrize("module", MODULES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_no_module_imports_the_package_root(module):
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            assert "moonstation" not in {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            assert not node.level, f"line {node.lineno}: a relative import"
            if node.module == "moonstation":
                assert {alias.name for alias in node.names} <= {"__version__"}, f"line {node.lineno}"


def test_no_file_hides_two():
    long = {str(file.relative_to(PROJECT)): count for file in PYTHON_FILES if (count := _lines(file)) > MOST_LINES}
    assert not long


def _lines(file: Path) -> int:
    return file.read_text(encoding="utf-8").count("\n")


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_the_length_of_a_day_and_a_kilowatt_hour_stand_in_one_place(module):
    named = re.findall(r"^_?[A-Z_]+ = (?:24\.0|3\.6e6|3_600_000(?:\.0)?)$", module.read_text("utf-8"), re.MULTILINE)
    assert named == (["J_PER_KWH = 3.6e6"] if module == PACKAGE / "core" / "units.py" else [])


def test_a_look_at_the_command_line_loads_nothing_heavy():
    code = "import sys, moonstation.cli.main; print(*{name.split('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "moonstation" in loaded
    assert not HEAVY & set(loaded)


def test_importing_the_library_loads_nothing_heavy():
    code = "import sys, moonstation; print(*{name.split('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not HEAVY & set(loaded)


def test_every_fact_loads_with_unit_and_source():
    facts = all_facts()
    assert {fact.table for fact in facts.values()} == {file.name for file in (PACKAGE / "facts").glob("*.csv")}
    assert all(fact.unit.strip() and fact.source.strip() for fact in facts.values())


def test_the_generated_reference_is_up_to_date():
    build = runpy.run_path(str(PROJECT / "scripts" / "build_manual.py"))
    remedy = "run: make pages"
    assert build["MANUAL"].read_text("utf-8") == build["manual"](), remedy
    page = build["COMMANDS"].read_text("utf-8")
    assert page == build["commands"](page), remedy


def test_the_manual_names_every_component():
    page = (PROJECT / "docs" / "reference" / "components.md").read_text("utf-8")
    assert set(components()) == set(re.findall(r"^### (\w+)$", page, re.MULTILINE))


def test_the_reference_names_every_verb_and_option():
    build = runpy.run_path(str(PROJECT / "scripts" / "build_manual.py"))
    page = build["COMMANDS"].read_text("utf-8")
    chapters = dict(zip(*[iter(re.split(r"^## ([\w-]+)$", page, flags=re.MULTILINE)[1:])] * 2, strict=True))
    verbs = dict(build["verbs"]())
    assert set(chapters) == set(verbs)
    for verb, command in verbs.items():
        for option in build["options_of"](command):
            assert f"`{option}`" in chapters[verb], f"{verb} {option}"


def test_every_model_page_says_what_it_leaves_out():
    pages = sorted((PROJECT / "docs" / "models").glob("*.md"))
    assert pages
    assert [page.name for page in pages if "What this leaves out" not in page.read_text("utf-8")] == []


def test_every_page_stands_in_the_navigation():
    listed = set(re.findall(r"[\w/-]+\.md", (PROJECT / "mkdocs.yml").read_text("utf-8")))
    assert listed == {str(page.relative_to(PROJECT / "docs")) for page in (PROJECT / "docs").rglob("*.md")}
