"""What of a faulty scenario can still be looked at, so that one reading finds every fault."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Annotated, Any, TypeVar, cast

from pydantic import TypeAdapter, ValidationError, create_model
from pydantic_core import PydanticUndefined

from moonstation.components.registry import components
from moonstation.scenario.assets import asset_model
from moonstation.scenario.fields import Duration, Moment, NodeName, Part
from moonstation.scenario.lines import KeyPath
from moonstation.scenario.schema import (
    DEFAULT_STEP,
    AssetEntry,
    DeliveryEntry,
    MilestoneEntry,
    MissionEntry,
    PolicyEntry,
    RelayEntry,
    SiteEntry,
    delivery_model,
)

_P = TypeVar("_P", bound=Part)


@dataclass(frozen=True)
class Draft:
    """The entries of a scenario file; attributes that the file lacks or gives wrongly are None.

    ``faulty`` holds the paths of the entries in which something is wrong.
    """

    document: Mapping[str, Any]
    faulty: Collection[KeyPath] = ()

    def names(self, section: str) -> list[str]:
        """Names that the file gives in a section, of sound and faulty entries alike."""
        given = self.document.get(section)
        if isinstance(given, dict):
            return list(given)
        names = (item.get("name") for item in given if isinstance(item, dict)) if isinstance(given, list) else ()
        return [name for name in names if isinstance(name, str)]

    def sound(self, *path: str | int) -> bool:
        """Whether nothing is wrong within the entry at ``path`` taken by itself."""
        return path not in self.faulty

    def value(self, key: str, kind: Any) -> Any:
        """The value of a key at the top, None where it is wrong."""
        try:
            return _adapter(kind).validate_python(self.document.get(key))
        except ValidationError:
            return None

    def moment(self, key: str) -> Any:
        """The date at the top under ``key``."""
        return self.value(key, Moment)

    def step(self) -> str | None:
        """The time step."""
        return cast("str | None", self.value("step", Duration)) if "step" in self.document else DEFAULT_STEP

    def main_site(self) -> str | None:
        """The name of the main site."""
        return cast("str | None", self.value("main_site", NodeName))

    @cached_property
    def policy(self) -> PolicyEntry | None:
        """The policy; None where the file has no such table."""
        given = self.document.get("policy")
        return _loose(PolicyEntry, given) if isinstance(given, dict) else None

    @cached_property
    def sites(self) -> list[tuple[str, SiteEntry]]:
        """Sites by name."""
        return list(self._tables("sites", SiteEntry))

    def keeper(self, site: str) -> str:
        """Site whose hands and spares serve a site."""
        return keeper_of(site, dict(self.sites))

    @cached_property
    def relays(self) -> list[tuple[str, RelayEntry]]:
        """Relays by name."""
        return list(self._tables("relays", RelayEntry))

    @cached_property
    def missions(self) -> list[tuple[int, MissionEntry]]:
        """Missions with their number in the file."""
        return list(self._entries("missions", MissionEntry))

    def mission(self, name: str | None) -> MissionEntry | None:
        """The first mission of that name."""
        return next((mission for _, mission in self.missions if mission.name == name), None)

    def never_arrives(self, name: str) -> bool:
        """Whether the mission of that name has not failed, and has no arrival."""
        items = [item for _, item in self._items("missions") if item.get("name") == name]
        return bool(items) and "arrival" not in items[0] and items[0].get("status") != "failed"

    def comes(self, name: str) -> bool:
        """Whether there is a mission of that name that has not failed; its dates aside."""
        mission = self.mission(name)
        return mission is not None and not mission.failed

    def lands(self, name: str) -> bool:
        """Whether what the mission of that name brings is there at some time of the simulation."""
        mission, end = self.mission(name), self.moment("end")
        return bool(mission and end and mission.arrival_before(end))

    @cached_property
    def milestones(self) -> list[tuple[int, MilestoneEntry]]:
        """Milestones with their number in the file."""
        return list(self._entries("milestones", MilestoneEntry))

    @cached_property
    def deliveries(self) -> list[tuple[int, DeliveryEntry]]:
        """Deliveries with their number in the file."""
        return list(self._entries("deliveries", delivery_model()))

    @cached_property
    def assets(self) -> list[tuple[int, AssetEntry]]:
        """Assets with their number in the file; of unknown kinds only what every asset has."""
        return [(number, _loose(_asset_kind(item), item)) for number, item in self._items("assets")]

    def _items(self, section: str) -> Iterator[tuple[int, dict[str, Any]]]:
        given = self.document.get(section)
        for number, item in enumerate(given if isinstance(given, list) else ()):
            if isinstance(item, dict):
                yield number, item

    def _entries(self, section: str, model: type[_P]) -> Iterator[tuple[int, _P]]:
        return ((number, _loose(model, item)) for number, item in self._items(section))

    def _tables(self, section: str, model: type[_P]) -> Iterator[tuple[str, _P]]:
        given = self.document.get(section)
        for name, item in given.items() if isinstance(given, dict) else ():
            if isinstance(item, dict):
                yield name, _loose(model, item)


def keeper_of(site: str, sites: Mapping[str, SiteEntry]) -> str:
    """Site whose hands and spares serve a site: the one that it is tended from, else itself."""
    found = sites.get(site)
    return (found.tended_from if found else None) or site


def _asset_kind(item: Mapping[str, Any]) -> type[AssetEntry]:
    kind = item.get("type")
    return asset_model(kind) if isinstance(kind, str) and kind in components() else AssetEntry


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _loose(model: type[_P], item: Mapping[str, Any]) -> _P:
    """The entry, with None for what is missing and for what is wrong."""
    try:
        return model.model_validate(item)
    except ValidationError as error:
        wrong = {fault["loc"][0] for fault in error.errors(include_url=False)}
        return _optional(model).model_validate({key: value for key, value in item.items() if key not in wrong})


@cache
def _optional(model: type[_P]) -> type[_P]:
    """The same model with no required key."""
    fields: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        kind: Any = info.annotation
        for item in info.metadata:
            kind = Annotated[kind, item]
        fields[name] = (kind | None, None if info.default is PydanticUndefined else info.default)
    return create_model(f"Loose{model.__name__}", __base__=model, **fields)
