"""Turns what pydantic finds in a criteria file into faults that name the key path, the value and the next step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from types import UnionType
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from moonstation.core.errors import Fault

_WRONG_TYPE = {
    "float": "must be a number",
    "int": "must be a whole number",
    "string": "must be a text in quotes",
    "tuple": "must be a list of tables, written [[criteria]]",
    "model": "must be a table",
}
_LONGEST_SHOWN = 80
_UNITS = ("deg", "km2", "km", "m", "h")


def faults_of(error: ValidationError, name: str, model: type[BaseModel], document: Mapping[str, Any]) -> list[Fault]:
    """Every fault that pydantic found, each with its key path behind the ``name`` of the file."""
    return [fault for item in error.errors(include_url=False) for fault in _faults(item, name, model, document)]


def _faults(item: ErrorDetails, name: str, model: type[BaseModel], document: Mapping[str, Any]) -> Iterator[Fault]:
    path, kind = item["loc"], item["type"]
    where = f"{name} {_spoken(path, document)}"
    info = _field(model, path)
    meaning = (info.description or "") if info else ""
    if kind == "refused":
        context = item.get("ctx", {})
        yield Fault(where, str(context.get("message")), _shown(item["input"]), hint=str(context.get("hint", "")))
    elif kind == "missing" and path == ("criteria",):
        yield Fault(where, "is missing", hint="add a table [[criteria]] with a quantity and a weight")
    elif kind == "missing":
        yield Fault(where, "is missing", hint=meaning)
    elif kind == "extra_forbidden":
        known = list(_model(model, path[:-1]).model_fields)
        near = get_close_matches(str(path[-1]), known, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(known)}"
        yield Fault(where, "unknown key", hint=hint)
    elif kind in ("greater_than", "greater_than_equal", "less_than", "less_than_equal", "finite_number"):
        yield Fault(where, "is outside its range", _shown(item["input"]), _unit(path), _range(info), meaning)
    elif kind == "too_short":
        yield Fault(where, "holds no criterion", hint="add a table [[criteria]] with a quantity and a weight")
    else:
        message = _WRONG_TYPE.get(kind.removesuffix("_type"), item["msg"])
        yield Fault(where, message, _shown(item["input"]), "", _range(info), meaning)


def _spoken(path: Sequence[str | int], document: Mapping[str, Any]) -> str:
    """Key path for people, such as ``criteria[2] "longest_dark_h".max``."""
    spoken, value = "", document
    for key in path:
        spoken += f"[{key}]" if isinstance(key, int) else f"{'.' if spoken else ''}{str(key)[:_LONGEST_SHOWN]}"
        try:
            value = value[key]  # type: ignore[index]
        except (KeyError, IndexError, TypeError):
            continue
        quantity = value.get("quantity") if isinstance(key, int) and isinstance(value, dict) else None
        spoken += f' "{quantity[:_LONGEST_SHOWN]}"' if isinstance(quantity, str) else ""
    return spoken or "file"


def _shown(value: Any) -> Any:
    """A value fit for one line; tables and lists are not repeated."""
    if isinstance(value, str):
        return value[:_LONGEST_SHOWN]
    return value if isinstance(value, int | float) and abs(value) < 1e80 else None


def _model(model: type[BaseModel], path: Sequence[str | int]) -> type[BaseModel]:
    """The part of the schema that ``path`` leads to."""
    for key in path:
        if isinstance(key, str) and key in model.model_fields:
            model = next(_models(model.model_fields[key].annotation), model)
    return model


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel) and not isinstance(annotation, UnionType):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)


def _field(model: type[BaseModel], path: Sequence[str | int]) -> Any:
    keys = [key for key in path if isinstance(key, str)]
    return _model(model, path[:-1]).model_fields.get(keys[-1]) if keys else None


def _unit(path: Sequence[str | int]) -> str:
    key = str(path[-1])
    return next((unit for unit in _UNITS if key.endswith(f"_{unit}")), "")


def _range(info: Any) -> str:
    """The limits of a number in words."""
    words = {"gt": "above", "ge": "at least", "lt": "below", "le": "at most"}
    metadata = list(info.metadata) if info else []
    for inner in get_args(info.annotation) if info else ():
        metadata += [part for one in getattr(inner, "__metadata__", ()) for part in getattr(one, "metadata", [one])]
    return ", ".join(
        f"{text} {getattr(part, key):g}" for key, text in words.items() for part in metadata if hasattr(part, key)
    )
