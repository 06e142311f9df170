"""The criteria of a site search: their file, their schema, and every fault of it at once."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from moonstation.core.errors import Fault, RangeError
from moonstation.core.time import TimeGrid, parse_duration_s, parse_utc
from moonstation.moon.siting.messages import faults_of
from moonstation.moon.siting.quantities import ICE, LANDING, QUANTITIES, WAY, Quantity, label
from moonstation.moon.ways.route import SlopeLimits
from moonstation.moon.ways.slope import LandingEllipse

_MOST_BYTES = 1_000_000
_MOST_STEPS = 20_000_000

Mast = Annotated[float, Field(ge=0.1, le=200.0)]


_P = TypeVar("_P", bound="Part")


class Part(BaseModel):
    """Base of every part of the file: exact types, no unknown keys, nothing changes after reading."""

    model_config = ConfigDict(
        strict=True, frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True
    )


class Search(Part):
    """Period of the light, and how many places to look at."""

    start: str = "2026-01-01"
    """First moment, ISO 8601, UTC."""
    end: str = "2044-08-08"
    """End, ISO 8601, UTC."""
    step: str = "1h"
    """Step of the light, such as 10min, 1h, 8h."""
    candidates: Annotated[int, Field(ge=1, le=500)] = 15
    """How many of the best places on the map to look at exactly and rank; the best by each wish alone come on top."""
    separation_km: Annotated[float, Field(ge=0.0, le=1000.0)] = 4.0
    """Least distance between two sites [km]."""
    mast_m: Mast = 10.0
    """Mast of the station in the scenario made from a site [m]."""


class Landing(Part):
    """Where a lander may come down round the place."""

    semi_major_m: Annotated[float, Field(gt=0.0, le=50e3)]
    """Half of the long axis [m]."""
    semi_minor_m: Annotated[float, Field(gt=0.0, le=50e3)]
    """Half of the short axis [m]."""
    azimuth_deg: Annotated[float, Field(ge=-360.0, le=360.0)] = 0.0
    """Azimuth of the long axis from north, clockwise [deg]."""
    slope_limit_deg: Annotated[float, Field(gt=0.0, le=60.0)] = 10.0
    """Slope up to which ground is flat enough [deg]."""

    @property
    def ellipse(self) -> LandingEllipse:
        """The ellipse."""
        return LandingEllipse(self.semi_major_m, self.semi_minor_m, self.azimuth_deg)


class WayLimits(Part):
    """What the way to permanent shadow must keep to."""

    max_slope_deg: Annotated[float, Field(gt=0.0, le=60.0)] = 15.0
    """Steepest pitch [deg]."""
    max_cross_slope_deg: Annotated[float, Field(gt=0.0, le=60.0)] | None = None
    """Steepest tilt to the side [deg]; as the pitch where left out."""
    least_trap_km2: Annotated[float, Field(ge=0.0)] = 1.0
    """Smaller permanent shadows do not count [km2]."""
    reach_km: Annotated[float, Field(gt=0.0, le=1000.0)] = 30.0
    """Longer ways are not sought [km]."""

    @property
    def limits(self) -> SlopeLimits:
        """The limits of the slope."""
        return SlopeLimits(self.max_slope_deg, self.max_cross_slope_deg)


class Ice(Part):
    """When ice counts as near."""

    depth_m: Annotated[float, Field(ge=0.0, le=10.0)] = 1.0
    """Ice that is stable at this depth or above counts [m]."""


class Pairs(Part):
    """Two sites that together are nearly never dark."""

    mast_m: Mast = 10.0
    """Height of both masts [m]."""
    within_km: Annotated[float, Field(gt=0.0, le=4000.0)] = 20.0
    """Most distance between the two [km]."""
    max_joint_dark_h: Annotated[float, Field(ge=0.0)] | None = None
    """Longest time in which both may be dark [h]."""
    min_lit_share: Annotated[float, Field(ge=0.0, le=1.0)] | None = None
    """Least share of time with at least one in sunlight [-]."""
    pairs: Annotated[int, Field(ge=1, le=1000)] = 5
    """How many to list."""


class Criterion(Part):
    """One quantity: what it must be (min, max) and how much it counts (weight)."""

    quantity: str
    """Name of the quantity."""
    mast_m: Mast | None = None
    """Height of the eye above the ground, for light and sight [m]."""
    min: float | None = None
    """Least value that a place must have."""
    max: float | None = None
    """Most that a place may have."""
    weight: Annotated[float, Field(ge=0.0, le=1e6)] = 0.0
    """How much it counts among the wishes [-]."""
    worst: float | None = None
    """Value that is worth nothing."""
    best: float | None = None
    """Value that is worth most."""

    @property
    def of(self) -> Quantity:
        """The quantity."""
        return QUANTITIES[self.quantity]

    @property
    def label(self) -> str:
        """Name of its column."""
        return label(self.quantity, self.mast_m)

    @property
    def in_words(self) -> str:
        """What it is, with the height of the eye."""
        return self.of.words if self.mast_m is None else f"{self.of.words}, eye {self.mast_m:g} m above the ground"

    @property
    def constrains(self) -> bool:
        """Whether it cuts places off."""
        return self.min is not None or self.max is not None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        faults = list(self._faults())
        if faults:
            raise ValidationError.from_exception_data("Criterion", faults)
        return self

    def _faults(self) -> list[InitErrorDetails]:
        found: list[InitErrorDetails] = []

        def fault(key: str, message: str, hint: str = "") -> None:
            error = PydanticCustomError("refused", "{message}", {"message": message, "hint": hint})
            found.append(InitErrorDetails(type=error, loc=(key,), input=getattr(self, key, None)))

        of = QUANTITIES.get(self.quantity)
        if of is None:
            fault("quantity", "no such quantity", _near(self.quantity))
        elif of.has_mast and self.mast_m is None:
            fault("mast_m", f"is missing: {self.quantity} depends on the height of the eye", "write mast_m = 10.0")
        elif not of.has_mast and self.mast_m is not None:
            fault("mast_m", f"{self.quantity} does not depend on the height of the eye", "leave it out")
        if not self.constrains and not self.weight:
            fault("weight", "neither min, max nor a weight above 0 is given: the criterion asks for nothing")
        if self.min is not None and self.max is not None and self.min > self.max:
            fault("min", f"is above max {self.max:g}", "exchange them")
        if of and self.worst is not None and self.best is not None and of.sense * (self.best - self.worst) <= 0.0:
            fault("best", f"is not better than worst {self.worst:g}: {of.better} is better", "exchange them")
        return found


class Criteria(Part):
    """A criteria file."""

    search: Search = Search()
    """Period of the light, and how many places to look at."""
    landing: Landing | None = None
    """Where a lander may come down round the place."""
    way: WayLimits = WayLimits()
    """What the way to permanent shadow must keep to."""
    ice: Ice = Ice()
    """When ice counts as near."""
    pairs: Pairs | None = None
    """Two sites that together are nearly never dark."""
    criteria: Annotated[tuple[Criterion, ...], Field(min_length=1, strict=False)]
    """What places are judged by."""

    @property
    def wishes(self) -> tuple[Criterion, ...]:
        """The criteria with a weight."""
        return tuple(one for one in self.criteria if one.weight > 0)

    @property
    def constraints(self) -> tuple[Criterion, ...]:
        """The criteria that cut places off."""
        return tuple(one for one in self.criteria if one.constrains)

    @property
    def parts(self) -> set[str]:
        """What has to be known: light, relief, landing, cold_trap, way, ice."""
        return {one.of.part for one in self.criteria}

    @property
    def masts_m(self) -> tuple[float, ...]:
        """Heights of the eye at which light is judged [m], ascending."""
        heights = {one.mast_m for one in self.criteria if one.mast_m is not None}
        return tuple(sorted(heights))

    @property
    def grid(self) -> TimeGrid:
        """The steps of the light; raises RangeError for texts that are no period."""
        return TimeGrid.between(self.search.start, self.search.end, self.search.step)


_PARTS: dict[str, type[Part]] = {"search": Search, "landing": Landing, "way": WayLimits, "ice": Ice, "pairs": Pairs}


def read_criteria(path: str | Path) -> Criteria:
    """The criteria of a TOML file; raises RangeError with every fault, each with its key path."""
    file = Path(path)
    try:
        with file.open("rb") as stream:
            data = stream.read(_MOST_BYTES + 1)
    except OSError as error:
        hint = "moonstation find-sites --print-criteria prints one to begin with"
        raise RangeError(Fault(str(file), f"cannot be read ({error.strerror or error})", hint=hint)) from error
    if len(data) > _MOST_BYTES:
        raise RangeError(Fault(str(file), "is too long for a file of criteria", len(data), "bytes", f"{_MOST_BYTES:,}"))
    try:
        return criteria_of(data.decode("utf-8"), file.name)
    except UnicodeDecodeError as error:
        raise RangeError(Fault(str(file), "is not a text in UTF-8")) from error


def criteria_of(text: str, name: str = "criteria") -> Criteria:
    """The criteria of a TOML text; ``name`` stands before each fault. Raises RangeError with every fault."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RangeError(Fault(name, f"is not TOML: {error}")) from error
    faults: list[Fault] = []
    try:
        criteria = Criteria.model_validate(document)
    except ValidationError as error:
        faults += faults_of(error, name, Criteria, document)
        criteria = _good_parts(document)
    joint = [*_period_faults(document), *_joint_faults(criteria, document)]
    faults += [replace(one, where=f"{name} {one.where}") for one in joint]
    if faults:
        raise RangeError(faults)
    return criteria


def shipped_criteria() -> str:
    """Text of the criteria file that comes with the package."""
    return (resources.files("moonstation.moon.siting") / "station.toml").read_text(encoding="utf-8")


def _good_parts(document: Mapping[str, Any]) -> Criteria:
    """A faulty file's good parts, so that what is wrong between these is told with the rest."""
    parts: dict[str, Any] = {}
    for name, model in _PARTS.items():
        if part := _valid(model, document.get(name)):
            parts[name] = part
    rows = document.get("criteria")
    parts["criteria"] = tuple(
        filter(None, (_valid(Criterion, row) for row in (rows if isinstance(rows, list) else ())))
    )
    return Criteria.model_construct(**parts)


def _valid(model: type[_P], given: Any) -> _P | None:
    try:
        return model.model_validate(given) if isinstance(given, dict) else None
    except ValidationError:
        return None


def _period_faults(document: Mapping[str, Any]) -> list[Fault]:
    """What keeps start, end and step from making a period; a text that is none is told by the schema."""
    given = document.get("search")
    search = {**Search().model_dump(), **(given if isinstance(given, dict) else {})}
    start, end, step = (search[key] for key in ("start", "end", "step"))
    if not all(isinstance(text, str) for text in (start, end, step)):
        return []
    faults: list[Fault] = []
    for key, text, read in (("start", start, parse_utc), ("end", end, parse_utc), ("step", step, parse_duration_s)):
        try:
            read(text)
        except RangeError as error:
            faults.append(Fault(f"search.{key}", str(error)))
    if faults:
        return faults
    try:
        count = TimeGrid.between(start, end, step).count
    except RangeError as error:
        return [Fault("search", str(error))]
    return [Fault("search.step", f"makes more than {_MOST_STEPS:,} steps", step)] if count > _MOST_STEPS else []


def _joint_faults(criteria: Criteria, document: Mapping[str, Any]) -> list[Fault]:
    """What does not go together."""
    faults: list[Fault] = []
    if LANDING in criteria.parts and "landing" not in document:
        hint = "add a table [landing] with semi_major_m and semi_minor_m"
        faults.append(Fault("landing", "is missing, though a criterion needs it", hint=hint))
    if criteria.landing is not None:
        faults += [replace(one, where=f"landing.{one.where}") for one in criteria.landing.ellipse.faults()]
    rows = document.get("criteria")
    all_good = isinstance(rows, list) and len(rows) == len(criteria.criteria) > 0
    if not criteria.wishes and all_good:
        hint = "give at least one criterion a weight, such as weight = 1.0"
        faults.append(Fault("criteria", "nothing to rank places by", hint=hint))
    seen: set[str] = set()
    for number, one in enumerate(criteria.criteria):
        if one.label in seen:
            words = "stands there twice; put min, max and weight together"
            faults.append(Fault(f"criteria[{number}]" if all_good else "criteria", words, one.label))
        seen.add(one.label)
    return faults


def needs_cold_traps(criteria: Criteria) -> bool:
    """Whether permanent shadow has to be known."""
    return bool({WAY, "cold_trap"} & criteria.parts)


def needs_ice(criteria: Criteria) -> bool:
    """Whether the stability of ice has to be known."""
    return ICE in criteria.parts


def _near(word: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(word, QUANTITIES, n=3, cutoff=0.5)
    return f"did you mean {' or '.join(near)}?" if near else f"there are: {', '.join(QUANTITIES)}"
