"""A tank, locker or heap for any stock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from moonstation.components.contract import Flow, Primitives, Store, Surroundings, component, param
from moonstation.components.failure_modes import FailureMode
from moonstation.core.errors import Fault, RangeError

#: Every mass that it can keep, in order of the quantities' table; cabins keep cabin air, cryogenic tanks cold liquids.
STOCKS = (
    "water",
    "grey_water",
    "urine",
    "brine",
    "oxygen",
    "hydrogen",
    "carbon_dioxide",
    "methane",
    "nitrogen",
    "food",
    "waste",
    "regolith",
    "ice",
    "bricks",
    "samples",
    "propellant",
    "dry_waste",
    "supplies",
    "trash",
    "tiles",
    "carbon",
    "biomass",
    "fertiliser",
)


@component("tank")
@dataclass(frozen=True, slots=True)
class Tank:
    """Room for a stock: a water or gas tank, a food locker, a heap of regolith."""

    quantity: str = param(unit="name", doc="what it keeps", choices=STOCKS)
    capacity_kg: float = param(unit="kg", doc="most that it holds", low=0, high=1e9)
    start_kg: float = param(unit="kg", doc="what it holds on landing", low=0, high=1e9, default=0.0)

    example: ClassVar = {"quantity": "water", "capacity_kg": 1000, "start_kg": 800}
    leaves_out: ClassVar = "pressure and temperature of the content, boil-off, leak, spoiling of food, its own mass"
    failures: ClassVar = (
        FailureMode("leak", "valve or line leaks: what does not fit the lower fill is lost", latent=True),
    )
    flows: ClassVar = (Flow("{quantity}", "store", "the stock"),)

    def __post_init__(self) -> None:
        """Refuse a tank that lands with more than it holds."""
        if self.start_kg > self.capacity_kg:
            raise RangeError(
                Fault(
                    where="start_kg",
                    message="a tank cannot land with more than it holds",
                    value=self.start_kg,
                    unit="kg",
                    allowed=f"0 to capacity_kg = {self.capacity_kg:g} kg",
                    hint="give a greater capacity_kg",
                )
            )

    def primitives(self, place: Surroundings) -> Primitives:
        """One store."""
        return Primitives(
            stores=(Store(name="tank", bus=self.quantity, capacity=self.capacity_kg, start=self.start_kg),)
        )
