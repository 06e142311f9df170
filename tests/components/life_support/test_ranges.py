"""Components of life support compile, close and keep their structure wherever their facts lie in their ranges."""

import random

import pytest
from closing import worst_element
from place import ConstantPlace

from moonstation.components.registry import components
from moonstation.core.time import TimeGrid
from moonstation.facts.table import lookup
from moonstation.facts.usage import overridden, recorded

PLACE = ConstantPlace(TimeGrid.between("2030-01-01", "2030-01-02", "1h"))
FAMILY = {kind: cls for kind, cls in components().items() if cls.family == "life_support"}


def compiled(cls):
    return cls(**cls.example).primitives(PLACE)


def inside(value, end):
    """Nearly the end of a range: at the very end an amount may be zero, which no draw ever is."""
    return end + 0.01 * (value - end)


def structure(parts):
    """Names and signs: what all lives of an ensemble share."""
    stores = [(store.name, store.bus) for store in parts.stores]
    return stores, [
        (part.name, type(part.control), sorted((bus, amount > 0) for bus, amount in part.recipe.items() if amount))
        for part in parts.processes
    ]


@pytest.mark.parametrize("cls", FAMILY.values(), ids=FAMILY)
def test_any_life_of_an_ensemble_compiles(cls):
    with recorded() as keys:
        nominal = compiled(cls)
    ranges = {key: (lookup(key).low, lookup(key).high, lookup(key).value) for key in sorted(keys)}
    ends = {
        key: [inside(value, end) for end in (low, high) if end is not None]
        for key, (low, high, value) in ranges.items()
        if low is not None or high is not None
    }
    draw = random.Random(7)
    for _ in range(40):
        with overridden({key: draw.choice(values) for key, values in ends.items()}):
            parts = compiled(cls)
        assert structure(parts) == structure(nominal)
        for process in parts.processes:
            assert process.boundary or worst_element(process.recipe) <= 1e-9, process.name


@pytest.mark.parametrize("cls", FAMILY.values(), ids=FAMILY)
def test_no_uncertain_fact_enters_a_series(cls):
    with recorded() as keys:
        nominal = compiled(cls)
    ends = {key: lookup(key).high for key in keys if lookup(key).high is not None}
    with overridden(ends):
        parts = compiled(cls)
    for one, other in zip(nominal.processes, parts.processes, strict=True):
        if one.series is not None:
            assert (one.series == other.series).all(), one.name
