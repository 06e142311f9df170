"""Kinds of values in a scenario file: moments, durations, numbers that may be facts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from difflib import get_close_matches
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    WithJsonSchema,
)
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from moonstation.core.errors import MoonstationError, printable
from moonstation.core.time import parse_utc, signed_duration_s
from moonstation.core.units import NO_UNIT, shown_unit
from moonstation.facts.table import all_facts, lookup

#: Endings of keys that name a unit, longest first, with the unit as people write it.
KEY_UNITS = {
    "gbit_per_day": "Gbit/d",
    "gbit_day": "Gbit/d",
    "days": "d",
    "gbit": "Gbit",
    "hours": "h",
    "deg": "deg",
    "kg": "kg",
    "kpa": "kPa",
    "km": "km",
    "kw": "kW",
    "k": "K",
    "h": "h",
    "m": "m",
}

STEP_RANGE_S = (60.0, 3600.0)
YEARS = (1900, 2200)
LONGEST_SHOWN = 80


class Part(BaseModel):
    """Base of every part of a scenario file: exact types, no unknown keys, nothing changes after reading."""

    model_config = ConfigDict(
        strict=True, frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True
    )


#: For models that are made of data: they have no source in which pydantic could read the words under their fields, and
#: to look for it took half of the time in which the schema is made.
WITHOUT_SOURCE = {"use_attribute_docstrings": False}


def refused(message: str, *, allowed: str = "", hint: str = "", unit: str = "") -> PydanticCustomError:
    """A refusal that carries what the person needs to mend the value."""
    context = {"message": message, "allowed": allowed, "hint": hint, "unit": unit}
    return PydanticCustomError("refused", "{message}", context)


def did_you_mean(word: str, known: Any, fallback: str = "") -> str:
    """Hint with the known names nearest to ``word``, or ``fallback`` when none is near."""
    by_folded = {str(name).casefold(): str(name) for name in known}
    near = [by_folded[name] for name in get_close_matches(str(word).casefold(), by_folded, n=3, cutoff=0.6)]
    return f"did you mean {' or '.join(near)}?" if near else fallback


def shortened(text: str, longest: int = LONGEST_SHOWN) -> str:
    """The text as one line of a terminal may show it: no control characters, not too long."""
    clean = printable(text)
    return clean if len(clean) <= longest else f"{clean[:longest]}..."


def unit_of_key(key: str) -> str:
    """The unit that the end of a key names, empty where it names none."""
    return next((unit for ending, unit in KEY_UNITS.items() if key.endswith(f"_{ending}")), "")


def _moment(value: object) -> datetime:
    try:
        moment = _utc(value)
    except (MoonstationError, TypeError) as error:
        raise refused("is not a date", hint="write it like 2030-01-31 or 2030-01-31T12:00:00Z") from error
    first, last = YEARS
    if not first <= moment.year <= last:
        raise refused("is outside its range", allowed=f"years {first} to {last}")
    return moment


def _utc(value: object) -> datetime:
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, time(), UTC)
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.replace(tzinfo=UTC)
    if isinstance(value, str | datetime):
        return parse_utc(value)
    raise TypeError(f"no date: {value!r}")


def _duration(value: str) -> str:
    low, high = STEP_RANGE_S
    try:
        seconds = signed_duration_s(value)
    except MoonstationError as error:
        raise refused("is not a duration", hint='write a number and its unit, like "10min"') from error
    if not low <= seconds <= high:
        raise refused("is outside its range", allowed="1min to 1h")
    return value


def same_unit(one: str, other: str) -> bool:
    """Whether two units are written the same, but for spaces and the sign for none."""
    plain = [re.sub(r"\s", "", unit) for unit in (one, other)]
    return plain[0] == plain[1] or NO_UNIT.issuperset(plain)


class FactReference(Part):
    """A number taken from the facts tables; list them with: moonstation facts."""

    fact: str
    """Key of the fact."""


@dataclass(frozen=True)
class OrFact:
    """Lets a number be given as ``{ fact = "key" }`` as well; the fact's unit must be ``unit``."""

    unit: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """The number's schema behind the look-up of the fact."""
        return core_schema.no_info_before_validator_function(self._resolve, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """The number's schema or a reference to a fact."""
        return {"anyOf": [handler(schema), handler(FactReference.__pydantic_core_schema__)]}

    def _resolve(self, value: object) -> object:
        if not isinstance(value, dict):
            return value
        key = value.get("fact")
        if set(value) != {"fact"} or not isinstance(key, str):
            raise refused("must be a number or a fact", unit=self.unit, hint='write it like { fact = "crew.oxygen" }')
        facts = all_facts()
        if key not in facts:
            raise refused(
                f"no such fact as {shortened(key)}", hint=did_you_mean(key, facts, "list them with: moonstation facts")
            )
        fact = lookup(key)
        if not same_unit(fact.unit, self.unit):
            allowed = f"a fact in {self.unit}" if shown_unit(self.unit) else "a fact without a unit"
            measured = f"is in {fact.unit}" if shown_unit(fact.unit) else "has no unit"
            raise refused(f"fact {key} {measured}", allowed=allowed)
        return fact.value


def within(low: float | None = None, high: float | None = None) -> Any:
    """Limits of a number, both allowed."""
    return Field(ge=low, le=high)


def number(unit: str, low: float | None = None, high: float | None = None) -> Any:
    """Type of a number in ``unit`` between ``low`` and ``high``, which the file may also give as a fact."""
    return Annotated[float, within(low, high), OrFact(unit)]


def _clean(value: str) -> str:
    if not value.strip() or value != value.strip() or not value.isprintable():
        raise refused("must be a text of one line without spaces around it")
    return value


def _node_name(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", value) or value in ("earth", "self"):
        raise refused("is no name for a place", allowed='letters, digits, "-" and "_"; not "earth" or "self"')
    return value


Text = Annotated[str, Field(max_length=200), AfterValidator(_clean)]
NodeName = Annotated[str, Field(max_length=60), AfterValidator(_node_name)]
_DATE_SCHEMA = {"type": "string", "anyOf": [{"format": "date"}, {"format": "date-time"}]}
Moment = Annotated[datetime, BeforeValidator(_moment), WithJsonSchema(_DATE_SCHEMA)]
Duration = Annotated[str, AfterValidator(_duration)]

#: Mark of a tuple that the file writes as a list.
LISTED = Field(strict=False)
