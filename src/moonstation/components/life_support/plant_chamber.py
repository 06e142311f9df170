"""Crops under lamps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from moonstation.components.contract import (
    Flow,
    Interlock,
    Primitives,
    Process,
    Surroundings,
    component,
    fact,
    param,
)
from moonstation.components.failure_modes import FailureMode
from moonstation.components.life_support.cabin_air import fill_fraction, humid_fill_fraction
from moonstation.components.life_support.crew_day import by_the_clock
from moonstation.components.life_support.plant_growth import CROPS, dry_growth_kg_m2_d
from moonstation.components.quantities import BIOMASS, CARBON_DIOXIDE, FERTILISER, OXYGEN, WATER, food_composition
from moonstation.facts.table import lookup

#: Hour of the day at which the lamps go on [h UTC].
_DAWN_H = 4.0
_ELEMENTS = ("C", "H", "O", "N")
#: What growth takes (or gives, with the other sign) for the elements of food and biomass.
_SOURCES = {"cabin_carbon_dioxide": CARBON_DIOXIDE, "water": WATER, "cabin_oxygen": OXYGEN, "fertiliser": FERTILISER}


def food_dry_share() -> float:
    """Share of dry matter in food as packed [-]."""
    solids_kg = lookup("crew.food_solids").value
    return solids_kg / (solids_kg + lookup("crew.food_water").value)


def growth_recipe(food_kg: float, biomass_kg: float) -> Mapping[str, float]:
    """Masses that growth takes (negative) and gives for so much food and other dry plant matter [kg].

    Four stocks close the four elements: carbon dioxide and urea are taken, water too, and oxygen comes out.
    """
    wanted = [food_kg * food_composition()[x] + biomass_kg * BIOMASS.get(x, 0.0) for x in _ELEMENTS]
    made_of = np.array([[source.get(x, 0.0) for source in _SOURCES.values()] for x in _ELEMENTS])
    taken = np.linalg.solve(made_of, np.array(wanted))
    return {"food": food_kg, "biomass": biomass_kg} | {
        stock: -float(kg) for stock, kg in zip(_SOURCES, taken, strict=True)
    }


@component("plant_chamber")
@dataclass(frozen=True, slots=True)
class PlantChamber:
    """Beds of a crop under lamps, planted in turns so that it yields every day: food and oxygen from carbon dioxide.

    It needs tanks of food, other biomass and fertiliser (urea); what the plants evaporate the condenser gathers.
    """

    crop: str = param(unit="name", doc="what grows", choices=tuple(CROPS))
    area_m2: float = param(unit="m2", doc="lit area", low=0, high=1e5)
    photons_umol_m2_s: float = fact(
        "plants.light", unit="umol/m2/s", doc="light on the canopy while the lamps are on", low=200, high=1000
    )
    co2_ppm: float = fact(
        "plants.carbon_dioxide", unit="ppm", doc="carbon dioxide that they grow in", low=330, high=1300
    )
    lamp_umol_j: float = fact("plants.lamp_efficacy", unit="umol/J", doc="light of the lamps", low=0.5, high=4.6)
    keeping_kw_m2: float = fact("plants.keeping_power", unit="kW/m2", doc="pumps, fans, control", low=0, high=2)
    transpiration_kg_m2_d: float = fact(
        "plants.transpiration", unit="kg/m2/d", doc="water that goes through the plants into the air", low=0, high=20
    )
    starve_limit_h: float = fact(
        "plants.keeping_limit", unit="h", doc="without pumps for so long the crop is dead", low=1, high=1000
    )

    example: ClassVar = {"crop": "wheat", "area_m2": 20}
    leaves_out: ClassVar = (
        "planting and harvest one by one and their working hours, breathing in the dark (netted within the day), the "
        "effect of the cabin's own carbon dioxide, humidity and temperature, disease, nutrients besides nitrogen"
    )
    failures: ClassVar = (
        FailureMode("lamps", "a bank of lamps or its driver", affects=("growing",), spare=True),
        FailureMode("nutrient pump", "pump of the nutrient solution", affects=("keeping",), spare=True),
    )
    flows: ClassVar = (
        Flow("electricity", "in", "lamps, pumps, fans"),
        Flow("cabin_carbon_dioxide", "in", "photosynthesis"),
        Flow("water", "in", "grown in, and evaporated"),
        Flow("fertiliser", "in", "nitrogen, as urea"),
        Flow("cabin_oxygen", "out", "photosynthesis"),
        Flow("cabin_vapour", "out", "transpiration"),
        Flow("food", "out", "edible matter with the water of food"),
        Flow("biomass", "out", "the rest of the plants, dry"),
    )

    def primitives(self, place: Surroundings) -> Primitives:
        """Growth while the lamps are on (activity: lit area [m2]), and what keeps the plants alive."""
        crop = CROPS[self.crop]
        lamps_kw_m2 = self.photons_umol_m2_s / self.lamp_umol_j / 1000.0
        day = ((0.0, 0.0), (_DAWN_H, 1.0), (_DAWN_H + crop.light_h, 0.0))
        growing = Process(
            name="growing",
            recipe={"electricity": -lamps_kw_m2, **self._per_lit_hour(crop.light_h)},
            limit=self.area_m2,
            series=by_the_clock(place.grid, [change for change in day if change[0] < 24.0]),
            priority=6,
            interlocks=(
                Interlock(
                    "cabin_carbon_dioxide",
                    low=fill_fraction("cabin_carbon_dioxide", lookup("plants.carbon_dioxide_least").value),
                ),
                Interlock("cabin_vapour", high=humid_fill_fraction(lookup("plants.humidity_most").value)),
            ),
            spills=True,
        )
        keeping = Process(
            name="keeping",
            recipe={"electricity": -self.keeping_kw_m2},
            limit=self.area_m2,
            priority=4,
            starve_limit_h=self.starve_limit_h,
        )
        return Primitives(processes=(growing, keeping))

    def _per_lit_hour(self, light_h: float) -> dict[str, float]:
        """Masses per m2 and lit hour [kg]."""
        edible, other = dry_growth_kg_m2_d(CROPS[self.crop], self.photons_umol_m2_s, self.co2_ppm)
        recipe = dict(growth_recipe(edible / food_dry_share() / light_h, other / light_h))
        recipe["water"] -= self.transpiration_kg_m2_d / light_h
        recipe["cabin_vapour"] = self.transpiration_kg_m2_d / light_h
        return recipe
