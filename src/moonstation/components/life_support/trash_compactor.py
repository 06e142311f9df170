"""Tiles out of trash."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from moonstation.components.contract import Flow, Primitives, Surroundings, component, fact, param
from moonstation.components.failure_modes import FailureMode
from moonstation.components.life_support.feed_dryer import FeedDryer
from moonstation.facts.table import lookup


@component("trash_compactor")
@dataclass(frozen=True, slots=True)
class TrashCompactor(FeedDryer):
    """Heats and presses trash until its plastic melts: its water is used again, dry tiles remain that keep."""

    trash_kg_h: float = param(unit="kg/h", doc="trash taken at full rate", low=0, high=1000)
    recovery: float = fact("compactor.recovery", unit="-", doc="share dried, the rest stays wet", low=0.1, high=1)
    energy_kwh_per_kg: float = fact(
        "compactor.energy", unit="kWh/kg", doc="electricity per kg of trash", low=0.05, high=10
    )

    example: ClassVar = {"trash_kg_h": 0.3, "recovery": 0.9}
    leaves_out: ClassVar = "gases of the melt, batches, hands that fill it, what the tiles shield from radiation"
    failures: ClassVar = (FailureMode("press", "heater, seal or drive of the press", spare=True),)
    feed: ClassVar = "trash"
    dry: ClassVar = "tiles"
    flows: ClassVar = (
        Flow("electricity", "in", "heater, press and pump"),
        Flow("trash", "in", "clothes, wipes and packing, used, with their water"),
        Flow("grey_water", "out", "condensed"),
        Flow("tiles", "out", "to a store, else thrown away"),
        Flow("trash@self", "out", "what stays wet, thrown away"),
    )

    def primitives(self, place: Surroundings) -> Primitives:
        """One process; its activity is the trash taken [kg/h]."""
        return self.drying("melting", self.trash_kg_h, lookup("trash.water").value)
