"""Rates in steps, as the modems of missions publish them."""

from __future__ import annotations

from collections.abc import Mapping

from moonstation.facts.table import lookup

#: Name of a table in scenario files -> Mbit/s in the unit of its facts, and their keys, least rate first.
_TABLES: Mapping[str, tuple[float, tuple[str, ...]]] = {
    "queqiao-1 lander": (
        1e-3,
        ("queqiao1.lander_rate_1", "queqiao1.lander_rate_2", "queqiao1.lander_rate_3", "queqiao1.lander_rate_4"),
    ),
    "queqiao-1 rover": (1e-3, ("queqiao1.rover_rate_1", "queqiao1.rover_rate_2", "queqiao1.rover_rate_3")),
    "queqiao-1 earth": (
        1.0,
        ("queqiao1.earth_rate_1", "queqiao1.earth_rate_2", "queqiao1.earth_rate_3", "queqiao1.earth_rate_4"),
    ),
}
#: Any rate that the budget gives, or one of a published table's.
RATE_TABLES = ("any", *_TABLES)


def steps_mbit_s(table: str) -> tuple[float, ...]:
    """Rates of a table [Mbit/s], least first; empty for ``any``."""
    if table == "any":
        return ()
    scale, keys = _TABLES[table]
    return tuple(lookup(key).value * scale for key in keys)
