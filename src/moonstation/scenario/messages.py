"""Turns what pydantic finds into faults that name the place, the value, the allowed range and the next step."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from moonstation.components.registry import components
from moonstation.core.errors import Fault
from moonstation.core.units import shown_unit
from moonstation.scenario.assets import asset_model, parameter, scenario_model
from moonstation.scenario.fields import LONGEST_SHOWN, Part, did_you_mean, shortened, unit_of_key
from moonstation.scenario.go import GoEntry, LeaveEntry
from moonstation.scenario.lines import KeyPath, line_of
from moonstation.scenario.recovery import RecoveryEntry
from moonstation.scenario.schema import (
    AssetEntry,
    GroundStationEntry,
    MilestoneEntry,
    MissionEntry,
    PolicyEntry,
    RelayEntry,
    ServeUpTo,
    SiteEntry,
    delivery_model,
)

_WRONG_TYPE = {
    "float": "must be a number",
    "int": "must be a whole number",
    "bool": "must be true or false",
    "string": "must be a text in quotes",
    "tuple": "must be a list",
    "list": "must be a list",
    "dict": "must be a table",
    "model_attributes": "must be a table",
    "model": "must be a table",
}


@dataclass(frozen=True)
class Source:
    """A scenario's text as read: its name for people, its values and the lines of its keys."""

    name: str
    document: Mapping[str, Any]
    lines: Mapping[KeyPath, int] = field(default_factory=dict)
    #: Keys at the top that were given in place of the file's.
    options: Collection[str] = ()

    def where(self, path: KeyPath) -> str:
        """Place of a key for people, such as ``ilrs.toml:31 assets[3] "oxygen plant".oxygen_kg_h``."""
        if path[0] in self.options:
            return "step" if path == ("step",) else f"{self._spoken(path)}, given in place of the file's"
        line = line_of(self.lines, path)
        return f"{self.name}{f':{line}' if line else ''} {self._spoken(path)}".rstrip()

    def _spoken(self, path: KeyPath) -> str:
        spoken, value = "", self.document
        for key in path:
            value = _inside(value, key)
            spoken += f"[{key}]" if isinstance(key, int) else f"{'.' if spoken else ''}{shortened(key)}"
            name = value.get("name") if isinstance(value, dict) and isinstance(key, int) else None
            spoken += f' "{shortened(name)}"' if isinstance(name, str) else ""
        return spoken

    def fault(self, path: KeyPath, message: str, **details: Any) -> Fault:
        """A fault at ``path`` that shows the value given there, unless ``value`` says otherwise."""
        value = details.setdefault("value", shown(self.value(path)))
        if isinstance(value, str):
            details["unit"] = ""
        texts = {key: shortened(details.pop(key, ""), 1000) for key in ("unit", "allowed", "hint")}
        return Fault(self.where(path), shortened(message, 1000), **details, **texts)

    def table(self, path: KeyPath) -> Mapping[str, Any]:
        """The table that the file gives at ``path``, empty where it gives none."""
        value = self.value(path)
        return value if isinstance(value, dict) else {}

    def value(self, path: KeyPath) -> Any:
        """What the file gives at ``path``, None where it gives nothing."""
        value: Any = self.document
        for key in path:
            value = _inside(value, key)
        return value


def _inside(value: Any, key: str | int) -> Any:
    try:
        return value[key]
    except (KeyError, IndexError, TypeError):
        return None


def shown(value: Any) -> Any:
    """A value fit for one line of a terminal; tables and lists are not repeated."""
    if isinstance(value, str):
        return shortened(value)
    if isinstance(value, date):
        return _Written(value.isoformat())
    if isinstance(value, bool):
        return _Written("true" if value else "false")
    if isinstance(value, float):
        return value
    return value if isinstance(value, int) and abs(value) < 10**LONGEST_SHOWN else None


class _Written(str):
    """A date or a truth shown without quotes, as the file writes it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def faults_of(error: ValidationError, source: Source) -> list[Fault]:
    """Every fault that pydantic found."""
    return [fault for item in error.errors(include_url=False) for fault in _faults(item, source)]


def faulty_entries(error: ValidationError) -> set[KeyPath]:
    """Paths of the entries (missions, assets, sites ...) in which pydantic found a fault."""
    return {_path_in_file(item["loc"])[:2] for item in error.errors(include_url=False)}


def _faults(item: ErrorDetails, source: Source) -> Iterable[Fault]:
    path, kind = _path_in_file(item["loc"]), item["type"]
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        yield from _faults_of_untyped_asset(path, source)
    elif kind == "missing":
        yield source.fault(path, "is missing", value=None, hint=_meaning(path, source))
    elif kind == "extra_forbidden":
        yield source.fault(path, "unknown key", hint=_near_keys(path, source))
    else:
        yield _fault_of_value(item, path, source)


def _path_in_file(loc: Sequence[str | int]) -> KeyPath:
    """Key path without what pydantic adds: the tag of an asset and the mark of a table's key."""
    path = tuple(part for part in loc if part != "[key]")
    return path[:2] + path[3:] if path[0] == "assets" and len(path) > 2 else path


def _fault_of_value(item: ErrorDetails, path: KeyPath, source: Source) -> Fault:
    context, kind = item.get("ctx", {}), item["type"]
    unit = _unit(path, source)
    if kind == "refused":
        unit = context["unit"] or unit
        return source.fault(path, context["message"], unit=unit, allowed=context["allowed"], hint=context["hint"])
    if kind == "literal_error":
        allowed = re.sub(r" or (?='[^']*'$)", ", ", context["expected"])
        return source.fault(path, "is not one of the choices", allowed=allowed, hint=_near_choice(item, allowed))
    if kind == "finite_number":
        return source.fault(path, "must be a finite number", unit=unit, allowed=_range(path, source))
    if kind in ("greater_than_equal", "less_than_equal", "greater_than", "less_than"):
        return source.fault(path, "is outside its range", unit=unit, allowed=_range(path, source))
    if kind in ("too_short", "too_long", "string_too_long", "string_too_short"):
        return source.fault(path, item["msg"])
    expected = _WRONG_TYPE.get(kind.removesuffix("_type"), item["msg"])
    return source.fault(path, expected, unit=unit, allowed=_range(path, source), hint=_meaning(path, source))


def _near_choice(item: ErrorDetails, allowed: str) -> str:
    return did_you_mean(str(item["input"]), re.findall(r"'([^']*)'", allowed))


def _faults_of_untyped_asset(path: KeyPath, source: Source) -> Iterable[Fault]:
    """The missing or unknown ``type`` of an asset, and what else is wrong with the keys that every asset has."""
    entry = source.value(path)
    kind = entry.get("type")
    if isinstance(kind, str):
        hint = did_you_mean(kind, components(), "list them with: moonstation schema")
        yield source.fault((*path, "type"), "unknown component", hint=hint)
    else:
        message = "is missing" if kind is None else "must be a text in quotes"
        yield source.fault((*path, "type"), message, hint="the kind of component, such as " + _some(components()))
    common = {key: entry[key] for key in AssetEntry.model_fields if key in entry and key != "type"}
    try:
        AssetEntry.model_validate({**common, "type": ""})
    except ValidationError as error:
        for item in error.errors(include_url=False):
            yield from _faults({**item, "loc": (*path, "", *item["loc"])}, source)


def _some(names: Iterable[str]) -> str:
    return ", ".join(list(names)[:4])


# ---------------------------------------------------------------- what the schema says about a place


_PARTS: Mapping[str, type[Part]] = {
    "sites": SiteEntry,
    "relays": RelayEntry,
    "ground_stations": GroundStationEntry,
    "missions": MissionEntry,
    "milestones": MilestoneEntry,
}


def _part(path: KeyPath, source: Source) -> type[Part]:
    """The part of the schema that has the last key of ``path`` as its own."""
    section = path[0]
    if section == "policy" and len(path) > 2 and path[1] == "recovery":
        return RecoveryEntry
    if section == "policy" and len(path) > 2 and path[1] == "go":
        return LeaveEntry if len(path) > 4 else GoEntry
    if section == "policy" and len(path) > 1:
        return ServeUpTo if len(path) > 2 else PolicyEntry
    if len(path) < 3:
        return scenario_model()
    if section == "assets":
        kind = _kind(path, source)
        return asset_model(kind) if kind else AssetEntry
    return delivery_model() if section == "deliveries" else _PARTS[str(section)]


def _kind(path: KeyPath, source: Source) -> str:
    """Kind of the asset that ``path`` leads into, empty where it is unknown."""
    kind = source.value((*path[:2], "type"))
    return kind if isinstance(kind, str) and kind in components() else ""


def _field(path: KeyPath, source: Source) -> FieldInfo | None:
    keys = [key for key in path if isinstance(key, str)]
    return _part(path, source).model_fields.get(keys[-1]) if keys else None


def _unit(path: KeyPath, source: Source) -> str:
    key = str(path[-1])
    kind = _kind(path, source) if path[0] == "assets" and len(path) == 3 else ""
    declared = parameter(kind, key) if kind else None
    unit = declared.unit if declared else unit_of_key(key)
    return "" if unit in ("text", "name") else shown_unit(unit)


def _range(path: KeyPath, source: Source) -> str:
    limits: dict[str, float] = {}
    for item in _metadata(_field(path, source)):
        limits |= {name: getattr(item, name) for name in ("ge", "le") if getattr(item, name, None) is not None}
    unit = _unit(path, source)
    low, high = limits.get("ge"), limits.get("le")
    if low is None and high is None:
        return ""
    one_sided = f"at most {high:g}" if low is None else f"at least {low:g}"
    return f"{one_sided if None in (low, high) else f'{low:g} to {high:g}'} {unit}".rstrip()


def _metadata(info: FieldInfo | None) -> Iterator[Any]:
    """Limits of a key; of one that may be left out they stand within its type."""
    if info is None:
        return
    for kind in (info, *get_args(info.annotation)):
        for item in getattr(kind, "metadata", None) or getattr(kind, "__metadata__", None) or ():
            yield from getattr(item, "metadata", None) or (item,)  # limits as ``within`` gives them, or by themselves


def _meaning(path: KeyPath, source: Source) -> str:
    info = _field(path, source)
    return (info.description or "").replace("``", '"') if info else ""


def _near_keys(path: KeyPath, source: Source) -> str:
    """Hint for an unknown key: the same word with a unit, else a near name, else what there is."""
    word = str(path[-1])
    part = _part(path, source)
    known = [key for key in part.model_fields if key not in source.table(path[:-1])]
    with_unit = [key for key in known if key.startswith(f"{word.casefold()}_")]
    if with_unit:
        return f"did you mean {' or '.join(with_unit[:3])}? units are in the names of the keys"
    near = get_close_matches(word, known, n=1, cutoff=0.75)
    if not near and unit_of_key(word):
        near = [key for key in known if key.startswith(f"{word.rsplit('_', maxsplit=1)[0].casefold()}_")][:1]
    return f"did you mean {near[0]}?" if near else did_you_mean(word, known)
