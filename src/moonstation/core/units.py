"""Units as people read them, and as they follow from each other."""

from __future__ import annotations

#: How a number without a unit is marked: in tables of facts, in attributes of datasets, in declarations.
NO_UNIT = frozenset({"", "-", "1"})
J_PER_KWH = 3.6e6
KJ_PER_KWH, MJ_PER_KWH = J_PER_KWH / 1e3, J_PER_KWH / 1e6


def shown_unit(unit: str) -> str:
    """The unit as it stands behind a number; empty where there is none."""
    return "" if unit in NO_UNIT else unit


def unit_in_brackets(unit: str) -> str:
    """The unit as it stands behind the name of a column or an axis, with a space before; empty where there is none."""
    return "" if unit in NO_UNIT else f" [{unit}]"
