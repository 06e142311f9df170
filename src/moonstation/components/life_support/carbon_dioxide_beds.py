"""What beds that take carbon dioxide out of the cabin air have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from moonstation.components.contract import Process, Proportional, fact, param
from moonstation.components.life_support.cabin_air import fill_fraction
from moonstation.components.life_support.crew import daily_balance


@dataclass(frozen=True, slots=True)
class CarbonDioxideBeds:
    """The more carbon dioxide is in the air the more the beds take, until they are full."""

    carbon_dioxide_kg_h: float = param(unit="kg/h", doc="removal at target_kpa", low=0, high=1000)
    target_kpa: float = fact(
        "cabin.carbon_dioxide_target",
        unit="kPa",
        doc="partial pressure at which the removal is rated",
        low=0.05,
        high=2,
    )
    full_kpa: float = param(unit="kPa", doc="partial pressure from which on the beds fill up", low=0.06, high=5)

    def full_kg_h(self) -> float:
        """Removal of beds that fill up [kg/h]."""
        return self.carbon_dioxide_kg_h * self._full_kpa() / self.target_kpa

    def removal(self, recipe: Mapping[str, float], **more: Any) -> Process:
        """A process whose activity is the carbon dioxide removed [kg/h], with ``recipe`` for each kg."""
        full_at = fill_fraction("cabin_carbon_dioxide", self._full_kpa())
        return Process(
            name="removal",
            recipe=recipe,
            limit=self.full_kg_h(),
            priority=1,
            control=Proportional("cabin_carbon_dioxide", full_at),
            capability={"crew_co2_removal": self.carbon_dioxide_kg_h * 24.0 / daily_balance()["cabin_carbon_dioxide"]},
            **more,
        )

    def _full_kpa(self) -> float:
        return max(self.full_kpa, self.target_kpa)  # beds that are full before are rated as full
