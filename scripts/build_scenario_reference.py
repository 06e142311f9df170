"""Write docs/reference/scenario.md, every key of a scenario file, from the schema itself.

Usage: python scripts/build_scenario_reference.py [--check]      (--check: change nothing, exit with 1 when out of date)
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

from pydantic_core import PydanticUndefined

from moonstation.roadmap.milestones import METRICS
from moonstation.scenario.fields import Part
from moonstation.scenario.go import GoEntry, LeaveEntry
from moonstation.scenario.recovery import RecoveryEntry
from moonstation.scenario.schema import (
    FACILITIES,
    AssetEntry,
    GroundStationEntry,
    MilestoneEntry,
    MissionEntry,
    PolicyEntry,
    RelayEntry,
    Scenario,
    ServeUpTo,
    SiteEntry,
    delivery_model,
)

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "scenario.md"

_HEAD = """# Scenario files

Every key of a scenario, for looking up; how to write one is told in [write a scenario](../howto/write-a-scenario.md).
`moonstation schema -o scenario.schema.json` gives the same to editors.

- Units are in the names of the keys. Degrees of longitude count east.
- A number may be given as `{ fact = "KEY" }` where the column *value* says so, and in every parameter of an asset: it
  is then taken with its source from the facts tables (`moonstation facts`). The fact's unit must be the key's.
- A date is `2031-06-01` or `2031-06-01T12:00:00Z`; without a zone it is UTC.
- Names join things: an asset's `mission` is a mission's `name`, its `site` the name of a site or relay. Names of sites,
  relays and ground stations are the word in their heading (`[sites.ridge]`): letters, digits, `-` and `_`.

*This page is written by `scripts/build_scenario_reference.py` from the schema.*
"""

_SECTIONS: tuple[tuple[str, type[Part], str], ...] = (
    ("At the top", Scenario, ""),
    ("[policy]", PolicyEntry, ""),
    ("[policy.serve_up_to]", ServeUpTo, ""),
    ("[policy.recovery]", RecoveryEntry, "Only where failures are simulated ([model](../models/failures.md))."),
    ("[policy.go.NAME]", GoEntry, "Missions name it as their `go` ([model](../models/crews.md))."),
    ("[policy.go.NAME.leave]", LeaveEntry, ""),
    (
        "[sites.NAME]",
        SiteEntry,
        "Shipped sky-lines are there for eyes 2 m and 10 m high, so `mast_m` is 2 or 10 with them; a CSV of "
        "`moonstation horizon` serves any height. The ground is looked at from 2 m.",
    ),
    ("[relays.NAME]", RelayEntry, "The orbit is held as given ([model](../models/relay-orbit.md))."),
    ("[ground_stations.NAME]", GroundStationEntry, ""),
    (
        "[[missions]]",
        MissionEntry,
        "What a mission that failed, or that arrives after the end, would bring is left out of the run; "
        "`moonstation check` says so. What landed before the start is there from the start, with its age.",
    ),
    (
        "[[assets]]",
        AssetEntry,
        "Each asset adds the parameters of its `type`: [components](components.md). `facility` is one of "
        + ", ".join(f"`{name}`" for name in FACILITIES)
        + ".",
    ),
    (
        "[[deliveries]]",
        delivery_model(),
        "Stocks go to the tanks of the site; what finds no room is booked as overflow.",
    ),
    (
        "[[milestones]]",
        MilestoneEntry,
        "All that is given must hold together ([milestones](../models/milestones.md)). Conditions: "
        + ", ".join(f"`{name}`" for name in METRICS)
        + ".",
    ),
)


def page() -> str:
    """The whole page."""
    chapters = (f"\n## {title}\n\n{_intro(part, note)}\n\n{_table(part)}" for title, part, note in _SECTIONS)
    return _HEAD + "".join(chapters)


def _intro(part: type[Part], note: str) -> str:
    doc = "" if part.__name__ == "Delivery" else (part.__doc__ or "").strip()
    return f"{doc or 'Stocks that a mission lands at a site on arrival.'} {note}".strip()


def _table(part: type[Part]) -> str:
    properties = part.model_json_schema()["properties"]
    rows = [_row(name, part, properties[name]) for name in part.model_fields]
    return "| key | value | left out | meaning |\n|---|---|---|---|\n" + "".join(rows)


def _listed(items: tuple[str, ...]) -> str:
    """A list as a scenario file gives it."""
    return f"[{', '.join(f'{chr(34)}{item}{chr(34)}' for item in items)}]"


def _row(name: str, part: type[Part], schema: dict[str, Any]) -> str:
    info = part.model_fields[name]
    if info.default is PydanticUndefined:
        default = "**must be given**"
    elif isinstance(info.default, Part):
        default = "its own keys' values"
    elif info.default in (None, "", (), {}):
        default = "nothing"
    elif isinstance(info.default, bool):
        default = f"`{str(info.default).lower()}`"
    elif isinstance(info.default, tuple):
        default = f"`{_listed(info.default)}`"
    elif isinstance(info.default, dict):
        default = "; ".join(f"`{name} = {_listed(items)}`" for name, items in info.default.items())
    else:
        default = f"`{info.default}`"
    meaning = re.sub(r"``([^`]*)``", r"`\1`", info.description or "").replace("|", "\\|")
    return f"| `{name}` | {_value(schema)} | {default} | {meaning} |\n"


def _value(schema: dict[str, Any]) -> str:
    """What a value must be, in words."""
    if schema.get("type") == "string":
        return _words(schema)
    choices = [item for item in schema.get("anyOf", [schema]) if item.get("type") != "null"]
    fact = any(item.get("title") == "FactReference" for item in choices)
    first = next(item for item in choices if item.get("title") != "FactReference")
    words = _words(first)
    return f"{words}, or a fact" if fact else words


def _words(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return "one of " + ", ".join(f"`{choice}`" for choice in schema["enum"])
    kind = schema.get("type", "table")
    if kind == "string":
        return "date" if "format" in str(schema) or "anyOf" in schema else "text"
    if kind == "array":
        items = schema.get("items", {})
        return "list of texts" if items.get("type") == "string" else "tables"
    if kind in ("number", "integer"):
        low, high = schema.get("minimum"), schema.get("maximum")
        name = "number" if kind == "number" else "whole number"
        if low is None and high is None:
            return name
        return f"{name}, at least {low:g}" if high is None else f"{name}, {low:g} to {high:g}"
    tables = kind == "object" and "additionalProperties" in schema
    return "true or false" if kind == "boolean" else "tables" if tables else "table"


def main() -> int:
    """Write the page, or say whether it is up to date."""
    text = page()
    if "--check" in sys.argv[1:]:
        current = PAGE.read_text("utf-8") if PAGE.exists() else ""
        if current != text:
            sys.stderr.write(f"{PAGE.name} is out of date: run python scripts/build_scenario_reference.py\n")
            return 1
        return 0
    PAGE.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
