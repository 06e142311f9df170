"""Write the parts of the reference that follow from the code: the components' manual, the options of every verb.

Usage: python scripts/build_manual.py [--check]      (--check: change nothing, exit with 1 where a page is out of date)
"""

from __future__ import annotations

import dataclasses
import inspect
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from moonstation.cli.main import app
from moonstation.components.contract import Component, Parameter, parameters
from moonstation.components.failure_modes import CAUSES, FailureMode, modes_of, numbers_of
from moonstation.components.quantities import quantities
from moonstation.components.registry import components
from moonstation.facts.table import lookup

REFERENCE = Path(__file__).resolve().parents[1] / "docs" / "reference"
MANUAL, COMMANDS = REFERENCE / "components.md", REFERENCE / "cli.md"
FAMILIES = {
    "energy": "Energy",
    "thermal": "Thermal control",
    "comms": "Communication",
    "life_support": "Life support",
    "robotics": "Robots",
    "science": "Science",
    "isru": "Use of local resources",
}
_HEAD = """# Components

Everything that a mission can land. In a [scenario](scenario.md) an asset names its `type` and gives the parameters;
what has a default may be left out. A default with a key in the last column is a [fact](../howto/add-a-fact.md): its
source stands in the facts tables (`moonstation facts KEY`). Units are in the names; `-` is a pure number.
Things [fail](../models/failures.md) where lives are drawn, by facts under `failure.<type>.<mode>`.

*This page is written by `scripts/build_manual.py` from the components themselves.*

| family | components |
|---|---|
"""
_QUANTITIES = """## What components exchange

Every component takes from and gives to the stocks of its site; they meet nowhere else. `electricity@self` is a bus of
the component's own (a rover's battery), `data@earth` is what has reached the Earth. Where no store has room, a maker of
something "held back" slows down; what is "spilled" goes overboard and is booked.

| quantity | unit | what it is | too much of it is |
|---|---|---|---|
"""
_BEGIN, _END = "<!-- options of {}: written by scripts/build_manual.py -->", "<!-- end of options -->"


def manual() -> str:
    """The page of all components."""
    kinds: dict[str, list[type[Component]]] = {family: [] for family in FAMILIES}
    for cls in components().values():
        kinds[cls.family].append(cls)
    overview = "".join(
        f"| [{title}](#{_anchor(title)}) | {', '.join(f'[`{cls.kind}`](#{cls.kind})' for cls in kinds[family])} |\n"
        for family, title in FAMILIES.items()
    )
    chapters = "\n".join(
        f"## {title}\n\nThe model, its equations and sources: [{title}](../models/{family}.md).\n\n"
        + "\n".join(map(_component, kinds[family]))
        for family, title in FAMILIES.items()
    )
    rows = "".join(f"| `{q.name}` | {q.unit} | {q.doc} | {q.overflow} |\n" for q in quantities().values())
    return f"{_HEAD}{overview}\n{chapters}\n{_QUANTITIES}{rows}"


def _anchor(title: str) -> str:
    return title.lower().replace(" ", "-")


def _component(cls: type[Component]) -> str:
    flows = "".join(f"| `{flow.bus}` | {_WAYS[flow.direction]} | {_cell(flow.doc)} |\n" for flow in cls.flows)
    rows = "".join(map(_parameter, parameters(cls)))
    return (
        f"### {cls.kind}\n\n{inspect.cleandoc(cls.__doc__ or '').replace('``', '`')}\n\n"
        f"| parameter | unit | meaning | default | range | fact |\n|---|---|---|---|---|---|\n{rows}\n"
        f"| exchanges | | what |\n|---|---|---|\n{flows}\n"
        f"{_failures(cls)}\n"
        f"**Leaves out:** {cls.leaves_out}.\n"
    )


def _failures(cls: type[Component]) -> str:
    if not modes_of(cls):
        return f"**Fails:** never; {getattr(cls, 'no_failures', 'it declares nothing')}.\n"
    rows = "".join(_failure(cls.kind, mode) for mode in modes_of(cls))
    return f"{_FAILURES}{rows}"


_FAILURES = """| fails by | what breaks | life by Weibull: scale [h], shape | changed at | what is left | mended by |
|---|---|---|---|---|---|
"""


def _failure(kind: str, mode: FailureMode) -> str:
    numbers = numbers_of(kind, mode)
    ways = {
        "a reset": numbers.reset_chance > 0.0,
        "time": math.isfinite(numbers.clears_after_h),
        "robots": math.isfinite(numbers.robot_h),
        "crew": math.isfinite(numbers.crew_h),
        "a spare": mode.spare,
    }
    causes = any(getattr(numbers, f"on_{cause}") for cause in CAUSES)
    life = "common causes alone" if causes else "none of its own"
    if math.isfinite(numbers.life_h):
        life = f"{numbers.life_h:.3g}, {numbers.shape:g}"
    if math.isfinite(numbers.life_kg):
        life = f"{numbers.life_kg:,.0f} kg, {numbers.shape:g}"
    limits = {"h": numbers.limit_h, "kg": numbers.limit_kg}
    limit = " or ".join(f"{value:,.0f} {unit}" for unit, value in limits.items() if math.isfinite(value))
    mended = ", ".join(way for way, can in ways.items() if can) or "nobody"
    hidden = " (does not show while it runs)" if mode.latent else ""
    return f"| {mode.name} | {_cell(mode.doc)}{hidden} | {life} | {limit} | {numbers.remaining:g} | {mended} |\n"


_WAYS = {"in": "takes", "out": "gives", "store": "keeps"}


def _parameter(item: Parameter) -> str:
    default, key = "**must be given**", ""
    if item.fact_key:
        default, key = f"{lookup(item.fact_key).value:g}", f"`{item.fact_key}`"
    elif item.default is not dataclasses.MISSING:
        default = item.default if isinstance(item.default, str) else f"{item.default:g}"
    unit = "" if item.unit == "name" else item.unit
    return f"| `{item.name}` | {unit} | {_cell(item.doc)} | {default} | {_range(item)} | {key} |\n"


def _range(item: Parameter) -> str:
    if item.choices:
        return ", ".join(f"`{choice}`" for choice in item.choices)
    return "" if item.low is None or item.high is None else f"{item.low:g} to {item.high:g}"


def commands(page: str) -> str:
    """The page of all verbs with its tables of options brought up to date; raises ValueError where one is missing."""
    for verb, command in verbs():
        begin = _BEGIN.format(verb)
        if begin not in page:
            raise ValueError(f"{COMMANDS.name} has no place for the options of {verb}: write\n{begin}\n{_END}")
        before, rest = page.split(begin)
        page = f"{before}{begin}\n{_options(command)}{_END}{rest.split(_END, maxsplit=1)[1]}"
    return page


def verbs() -> Iterator[tuple[str, Any]]:
    """Every verb of the command line."""
    group: Any = typer.main.get_command(app)
    yield from group.commands.items()


def _options(command: Any) -> str:
    parts = getattr(command, "commands", {})  # a verb with verbs of its own
    if parts:
        return "".join(f"\n### {command.name} {name}\n\n{part.help}\n{_options(part)}" for name, part in parts.items())
    rows = "".join(f"| {_names(item)} | {_cell(item.help)} | {_default(item)} |\n" for item in command.params)
    return f"\n| option | meaning | default |\n|---|---|---|\n{rows}\n"


def options_of(command: Any) -> list[str]:
    """Every option of a verb and of the verbs below it."""
    own = [name for item in command.params for name in item.opts if name.startswith("-")]
    return own + [name for part in getattr(command, "commands", {}).values() for name in options_of(part)]


def _names(item: Any) -> str:
    if item.param_type_name == "argument":
        return f"`{(item.name or '').upper()}`"
    return ", ".join(f"`{name}`" for name in item.opts)


def _default(item: Any) -> str:
    if item.required:
        return "**must be given**"
    if item.multiple or item.default in {None, False} or callable(item.default):
        return ""
    return f"`{item.default}`"


def _cell(text: str | None) -> str:
    return " ".join((text or "").split()).replace("|", "\\|")


def main() -> None:
    pages = {MANUAL: manual(), COMMANDS: commands(COMMANDS.read_text(encoding="utf-8"))}
    old = [path for path, text in pages.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if "--check" in sys.argv[1:]:
        sys.exit("".join(f"{path} is out of date; run: python scripts/build_manual.py\n" for path in old) or 0)
    for path in old:
        path.write_text(pages[path], encoding="utf-8")
        print(f"wrote {path}")


if __name__ == "__main__":
    main()
