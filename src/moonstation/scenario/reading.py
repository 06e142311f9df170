"""Reads a scenario file, or says everything that is wrong with it at once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from contextvars import Context
from importlib import resources
from os import PathLike
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from moonstation.core.errors import Fault, ScenarioError
from moonstation.facts.usage import note, recorded
from moonstation.scenario.assets import scenario_model
from moonstation.scenario.checks import check, notes
from moonstation.scenario.draft import Draft
from moonstation.scenario.fields import did_you_mean, shortened
from moonstation.scenario.lines import KeyPath, key_lines
from moonstation.scenario.messages import Source, faults_of, faulty_entries
from moonstation.scenario.parts import parts_of
from moonstation.scenario.schema import Scenario

#: Larger files are no scenarios [byte].
LARGEST_FILE = 4_000_000
_AS_DATA = "give tables, lists, numbers and texts as the file has them, such as tomllib.loads(scenario.text) gives"


def library() -> dict[str, Path]:
    """File of each shipped scenario by name."""
    folder = Path(str(resources.files("moonstation.scenario") / "library"))
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}


def load_scenario(name_or_path: str | Path | Scenario, **overrides: Any) -> Scenario:
    """The scenario of that name in the library, or in that file; one that was loaded before, as it is.

    ``overrides`` replace keys at the top, such as ``start="2031-01-01"`` or ``step="1h"``; one that was loaded is read
    again with them and with those it was loaded with. Raises ScenarioError that lists every fault found, each with its
    place, value, allowed range and next step.
    """
    if isinstance(name_or_path, Scenario):
        return _loaded(name_or_path, overrides)
    if not isinstance(name_or_path, str | PathLike):
        hint = f"give a name ({', '.join(library())}) or the path of a TOML file"
        raise ScenarioError(Fault("scenario", "is neither a name nor a path", name_or_path, hint=hint))
    path = library().get(str(name_or_path)) or Path(name_or_path)
    return read_scenario(_text(path, shortened(str(name_or_path)) or '""'), path, **overrides)


def read_scenario(text: str, path: Path | None = None, **overrides: Any) -> Scenario:
    """The scenario that a TOML text describes; ``path`` is the file that it came from.

    ``overrides`` replace keys at the top. Raises ScenarioError.
    """
    Context().run(scenario_model)  # it knows every component's defaults; a scenario stands on those of its own assets
    with recorded() as facts:
        scenario = _read(text, path, overrides)
    scenario._facts = frozenset(facts)
    return scenario


def _loaded(scenario: Scenario, overrides: dict[str, Any]) -> Scenario:
    """A scenario that was loaded, with further keys replaced; the facts that it stands on are noted again."""
    if overrides:
        return read_scenario(scenario.text, scenario.path, **(scenario.overrides | overrides))
    for key in scenario.facts:
        note(key)
    return scenario


def _read(text: str, path: Path | None, overrides: dict[str, Any]) -> Scenario:
    name = shortened(path.name) if path else "scenario"
    source = Source(name, _document(text, name) | overrides, _lines(text), options=tuple(overrides))
    if objects := [source.fault(path, "is an object", value=None, hint=_AS_DATA) for path in _objects(overrides)]:
        raise ScenarioError(objects)
    faults, faulty = [], set[KeyPath]()
    try:
        scenario = scenario_model().model_validate(source.document)
    except ValidationError as error:
        faults, faulty = faults_of(error, source), faulty_entries(error)
    draft = Draft(source.document, faulty)
    parts = parts_of(draft, source)
    folder = path.parent if path else Path()
    if faults := faults + check(draft, parts, source, folder):
        raise ScenarioError(sorted(faults, key=_line))
    scenario._path, scenario._text, scenario._overrides = path, text, overrides
    scenario._notes = tuple(sorted(notes(draft, parts, source, folder), key=_line))
    for entry, given in zip(scenario.assets, source.document["assets"], strict=True):
        entry._facts.update({key: value["fact"] for key, value in given.items() if isinstance(value, dict)})
    return scenario


def _objects(given: Any, path: KeyPath = ()) -> Iterator[KeyPath]:
    """Places of parts of a loaded scenario among values: made for reading, they no longer tell what the file gave."""
    if isinstance(given, BaseModel):
        yield path
    items = given.items() if isinstance(given, Mapping) else enumerate(given) if isinstance(given, list | tuple) else ()
    for key, value in items:
        yield from _objects(value, (*path, key))


def _line(fault: Fault) -> int:
    found = re.match(r"[^ ]*?:(\d+)", fault.where)
    return int(found[1]) if found else 0


def _text(path: Path, asked: str) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        raise ScenarioError(Fault(asked, "no such scenario", hint=_hint_for_name(asked))) from None
    except IsADirectoryError:
        raise ScenarioError(Fault(asked, "is a folder", hint="give the .toml file inside it")) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ScenarioError(Fault(asked, f"cannot be read: {reason}")) from None
    if len(data) > LARGEST_FILE:
        raise ScenarioError(Fault(asked, "is too large for a scenario", allowed=f"at most {LARGEST_FILE} byte"))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        hint = "save it as UTF-8 text"
        raise ScenarioError(
            Fault(f"{shortened(path.name)}:{line}", "is not UTF-8", data[error.start], hint=hint)
        ) from None


def _hint_for_name(asked: str) -> str:
    known = library()
    return did_you_mean(asked, known, f"shipped: {', '.join(known)}; or the path of a TOML file")


def _document(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ScenarioError(Fault(name, "is nested too deeply for a scenario")) from None
    except ValueError as error:
        line = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        where = f"{name}:{line[1]} column {line[2]}" if line else _end_of(text, name, str(error))
        message = re.sub(r" \(at .*\)$", "", str(error))
        raise ScenarioError(Fault(where, f"is not TOML: {message}", hint=_toml_hint(text, line))) from None


def _end_of(text: str, name: str, message: str) -> str:
    return f"{name}:{text.count(chr(10)) + 1}" if "end of document" in message else name


def _toml_hint(text: str, line: re.Match[str] | None) -> str:
    """The line that is broken, as far as a terminal shows it."""
    if not line:
        return ""
    broken = (text.splitlines() or [""])[min(int(line[1]), len(text.splitlines())) - 1].strip()
    return f"the line reads: {shortened(broken)}" if broken else ""


def _lines(text: str) -> Mapping[KeyPath, int]:
    try:
        return key_lines(text.replace("\r\n", "\n"))
    except (ValueError, IndexError, RecursionError):  # a place without its line is better than no answer
        return {}
