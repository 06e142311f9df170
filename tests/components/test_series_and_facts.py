"""Series of energy and thermal components follow from the place and from choices, so uncertain facts can be sampled."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from place import ConstantPlace

from moonstation.components.registry import components
from moonstation.core.time import TimeGrid
from moonstation.facts.table import lookup
from moonstation.facts.usage import overridden, recorded

GRID = TimeGrid.between("2030-01-01", "2031-01-01", "12h")
SKY = {"sun_azimuth_deg": np.linspace(0, 3600, GRID.count) % 360, "sun_disc_fraction": 0.7, "sun_elevation_deg": 2.0}
FAMILIES = ("energy", "thermal")
#: The day of a start-up is a date: it cannot be had without a series.
DATES = {"fission_unit": {"fsp.startup"}}

every_one = pytest.mark.parametrize("cls", [cls for cls in components().values() if cls.family in FAMILIES])


def series_of(cls) -> list[np.ndarray]:
    parts = cls(**{**cls.example, **({"row_count": 3} if cls.kind == "solar_array" else {})}).primitives(
        ConstantPlace(GRID, **SKY)
    )
    found = [process.series for process in parts.processes if process.series is not None]
    for node in parts.thermal_nodes:
        values = (getattr(node, field.name) for field in dataclasses.fields(node))
        found += [value for value in values if isinstance(value, np.ndarray)]
    return found


@every_one
def test_no_uncertain_fact_shapes_a_series(cls):
    with recorded() as keys:
        nominal = series_of(cls)
    shaping = set()
    for key in keys:
        fact = lookup(key)
        for end in (fact.low, fact.high):
            if end is not None and end != fact.value:
                with overridden({key: end}):
                    changed = series_of(cls)
                if not all(np.array_equal(one, two) for one, two in zip(nominal, changed, strict=True)):
                    shaping.add(key)
    assert shaping == DATES.get(cls.kind, set())
