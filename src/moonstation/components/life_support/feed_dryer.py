"""What machines that dry what they take have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from moonstation.components.contract import Primitives, param
from moonstation.components.life_support.feed_processor import FeedProcessor


@dataclass(frozen=True, slots=True)
class FeedDryer(FeedProcessor):
    """Dries a share of its feed: the water is used again, the dry matter keeps, the rest is thrown away wet."""

    recovery: float = param(unit="-", doc="share dried, the rest stays wet", low=0.1, high=1)
    energy_kwh_per_kg: float = param(unit="kWh/kg", doc="electricity per kg of feed", low=0.05, high=10)

    #: The quantity that remains of what was dried.
    dry: ClassVar[str]

    def drying(self, name: str, feed_kg_h: float, water: float) -> Primitives:
        """One process that takes up to ``feed_kg_h`` of its feed [kg/h], its activity, ``water`` its share of it."""
        made = {
            "electricity": -self.energy_kwh_per_kg,
            "grey_water": self.recovery * water,
            self.dry: self.recovery * (1.0 - water),
            f"{self.feed}@self": 1.0 - self.recovery,
        }
        return Primitives(processes=(self.working_off(name, made, feed_kg_h, priority=5),))
