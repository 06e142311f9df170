"""One asset model for every registered component, made from its declared parameters."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, Literal, Union, cast, get_type_hints

from pydantic import Field, create_model

from moonstation.components.contract import Component, Parameter, parameters
from moonstation.components.registry import components
from moonstation.facts.table import lookup
from moonstation.scenario.fields import WITHOUT_SOURCE, FactReference, Text, number, within
from moonstation.scenario.schema import AssetEntry, Scenario, delivery_model

#: Group of facilities of a component family, where the asset does not name one.
FACILITY_OF_FAMILY: Mapping[str, str] = {
    "energy": "long-term support",
    "thermal": "long-term support",
    "comms": "long-term support",
    "life_support": "long-term support",
    "robotics": "lunar transport and operation",
    "isru": "lunar transport and operation",
    "science": "science",
}
#: The same for a component that a user defines outside the package.
_FACILITY_OF_OTHERS = "long-term support"


def asset_model(kind: str) -> type[AssetEntry]:
    """Asset entry with the parameters of the component ``kind``."""
    return _asset_model(kind, components()[kind])


@cache
def _asset_model(kind: str, cls: type[Component]) -> type[AssetEntry]:
    types = get_type_hints(cls)
    keys: dict[str, Any] = {item.name: (_type(item, types[item.name]), _default(item)) for item in parameters(cls)}
    keys["type"] = (Literal[kind], Field(description=AssetEntry.model_fields["type"].description))
    name = "".join(word.capitalize() for word in kind.replace("-", " ").replace("_", " ").split())
    return create_model(
        name,
        __base__=AssetEntry,
        __module__=__name__,
        __doc__=(cls.__doc__ or "").split("\n\n", maxsplit=1)[0],
        __cls_kwargs__=WITHOUT_SOURCE,
        **keys,
    )


def _type(item: Parameter, hint: Any) -> Any:
    if hint is float:
        return number(item.unit, item.low, item.high)
    if hint is int:
        return Annotated[int, within(item.low, item.high)]
    if item.choices:
        return Literal[item.choices]
    return Text if hint is str else hint


def _default(item: Parameter) -> Any:
    """Field with the default that the manual shows; a fact's value is looked up when the schema is made."""
    meaning = f"{item.doc} [{item.unit}]"
    if item.fact_key:
        return Field(default=lookup(item.fact_key).value, description=f"{meaning}; fact {item.fact_key}")
    if item.default is dataclasses.MISSING:
        return Field(description=meaning)
    return Field(default=item.default, description=meaning)


def parameter(kind: str, key: str) -> Parameter | None:
    """Declaration of the parameter ``key`` of the component ``kind``, None where it has none of that name."""
    return next((item for item in parameters(components()[kind]) if item.name == key), None)


def component_of(entry: AssetEntry) -> Component:
    """The component that an asset entry describes; raises what the component raises for parameters it refuses."""
    cls = components()[entry.type]
    given = {name: getattr(entry, name) for name in _parameter_names(cls) if name in entry.model_fields_set}
    given |= {name: lookup(key).value for name, key in entry.facts.items() if name in given}
    return cls(**given)


@cache
def _parameter_names(cls: type[Component]) -> tuple[str, ...]:
    return tuple(item.name for item in parameters(cls))


def facility_of(entry: AssetEntry) -> str:
    """Group of facilities that an asset belongs to."""
    return entry.facility or FACILITY_OF_FAMILY.get(components()[entry.type].family, _FACILITY_OF_OTHERS)


def scenario_model() -> type[Scenario]:
    """The whole schema, with one asset model per registered component."""
    return _scenario_model(tuple(components().items()))


@cache
def _scenario_model(known: tuple[tuple[str, type[Component]], ...]) -> type[Scenario]:
    models = tuple(_asset_model(kind, cls) for kind, cls in known)
    entry: Any = Annotated[Union[models], Field(discriminator="type")]  # noqa: UP007
    items: dict[str, Any] = {"assets": entry, "deliveries": delivery_model()}
    fields = {}
    for name, item in items.items():
        declared = Scenario.model_fields[name]
        kind: Any = Annotated[tuple[item, ...], *declared.metadata]  # type: ignore[valid-type]
        fields[name] = (kind, Field(default=declared.default, description=declared.description))
    make: Any = create_model
    how = {"__base__": Scenario, "__doc__": Scenario.__doc__, "__cls_kwargs__": WITHOUT_SOURCE}
    return cast("type[Scenario]", make("Scenario", **how, **fields))


def json_schema() -> dict[str, Any]:
    """JSON Schema of a scenario file, for editors."""
    schema = scenario_model().model_json_schema()
    schema["$defs"]["FactReference"] = FactReference.model_json_schema()
    schema["properties"]["assets"]["items"] = _by_type(schema["properties"]["assets"]["items"])
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **_with_shared_reference(schema, depth=0)}


def _by_type(items: dict[str, Any]) -> dict[str, Any]:
    """The schema of an asset chosen by its ``type``, so that a validator names the wrong key of just that component.

    Of one choice among all components a validator could only say that none of them fits. The keys are named before
    the choice as well, for editors that complete keys and know no conditions.
    """
    definitions = items["discriminator"]["mapping"]
    named: dict[str, dict[str, Any]] = {
        key: {"description": info.description} for key, info in AssetEntry.model_fields.items()
    }
    own = defaultdict[str, list[str]](list)
    for kind in definitions:
        for item in parameters(components()[kind]):
            own[item.name].append(kind)
    named |= {key: {"description": f"Parameter of {', '.join(kinds)}."} for key, kinds in own.items()}
    named["type"] = {**named["type"], "enum": list(definitions)}
    return {
        "type": "object",
        "properties": named,
        "required": ["type"],
        "allOf": [
            {"if": {"properties": {"type": {"const": kind}}, "required": ["type"]}, "then": {"$ref": definition}}
            for kind, definition in definitions.items()
        ],
    }


def _with_shared_reference(value: Any, depth: int) -> Any:
    """The schema with the many copies of the fact reference replaced by one definition."""
    if isinstance(value, list):
        return [_with_shared_reference(item, depth + 1) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get("title") == "FactReference" and depth > 2:
        return {"$ref": "#/$defs/FactReference"}
    return {key: _with_shared_reference(item, depth + 1) for key, item in value.items()}
