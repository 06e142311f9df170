"""The conserved quantities that components exchange: unit, what they are made of, what happens to an excess.

Chemical formulas of solids: food and wastes by Volk & Rummel 1987 (Adv. Space Res. 7(4), Table 1: faeces C42H69O13N5,
urine solids C2H6O2N2, perspiration solids C13H28O13N2). The make-up of dry food follows from the daily balance of
NASA/TP-2015-218570 Rev 2 Table 3-31 by difference, so the crew closes in every element.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from moonstation.facts.table import lookup
from moonstation.facts.usage import fact_cache

#: Chemical elements that the ledger follows. "X" is ground of the Moon, not analysed further.
ELEMENTS = ("C", "H", "O", "N", "X")

#: Standard atomic weights, IUPAC 2021 abridged [g/mol].
ATOMIC_MASS = {"C": 12.011, "H": 1.008, "O": 15.999, "N": 14.007}

Overflow = Literal["held back", "spilled"]


def molar_mass(formula: Mapping[str, float]) -> float:
    """Molar mass [g/mol] of a formula such as ``{"H": 2, "O": 1}``."""
    return sum(ATOMIC_MASS[element] * count for element, count in formula.items())


def mass_fractions(formula: Mapping[str, float]) -> dict[str, float]:
    """Mass fraction of each element [kg/kg] in a formula; they sum to 1."""
    total = molar_mass(formula)
    return {element: ATOMIC_MASS[element] * count / total for element, count in formula.items()}


#: Chemical formula of every pure stock, by quantity.
FORMULAS: Mapping[str, Mapping[str, float]] = {
    "water": {"H": 2, "O": 1},
    "oxygen": {"O": 2},
    "hydrogen": {"H": 2},
    "nitrogen": {"N": 2},
    "carbon_dioxide": {"C": 1, "O": 2},
    "methane": {"C": 1, "H": 4},
    "propellant": {"N": 2, "H": 4},
    "carbon": {"C": 1},
    "biomass": {"C": 6, "H": 10, "O": 5},
    "fertiliser": {"C": 1, "H": 4, "N": 2, "O": 1},
    "cabin_contaminant": {"C": 2, "H": 6, "O": 1},
}

WATER = mass_fractions(FORMULAS["water"])
OXYGEN = mass_fractions(FORMULAS["oxygen"])
HYDROGEN = mass_fractions(FORMULAS["hydrogen"])
NITROGEN = mass_fractions(FORMULAS["nitrogen"])
CARBON_DIOXIDE = mass_fractions(FORMULAS["carbon_dioxide"])
METHANE = mass_fractions(FORMULAS["methane"])
PROPELLANT = mass_fractions(FORMULAS["propellant"])
CARBON = mass_fractions(FORMULAS["carbon"])
BIOMASS = mass_fractions(FORMULAS["biomass"])
FERTILISER = mass_fractions(FORMULAS["fertiliser"])
CONTAMINANT = mass_fractions(FORMULAS["cabin_contaminant"])
_POLYETHYLENE = mass_fractions({"C": 2, "H": 4})
_FAECES = mass_fractions({"C": 42, "H": 69, "O": 13, "N": 5})
_URINE_SOLIDS = mass_fractions({"C": 2, "H": 6, "O": 2, "N": 2})
_PERSPIRATION_SOLIDS = mass_fractions({"C": 13, "H": 28, "O": 13, "N": 2})


def reaction(moles: Mapping[str, float], *, per: str) -> dict[str, float]:
    """Masses [kg] that a chemical reaction takes (negative) and gives per kg of the stock ``per``.

    ``moles`` : stoichiometric number of every pure stock, negative for what is taken, such as
    ``{"water": -2, "hydrogen": 2, "oxygen": 1}``. Raises ValueError when the elements do not balance.
    """
    for element in ATOMIC_MASS:
        rest = sum(number * FORMULAS[stock].get(element, 0) for stock, number in moles.items())
        if rest:
            raise ValueError(f"the reaction {dict(moles)} leaves {rest:g} atoms of {element}")
    reference_kg = abs(moles[per]) * molar_mass(FORMULAS[per])
    return {stock: number * molar_mass(FORMULAS[stock]) / reference_kg for stock, number in moles.items()}


@dataclass(frozen=True, slots=True)
class Quantity:
    """Something conserved that a bus carries.

    ``made_of``: mass fraction of each element [kg/kg], or what gives it when asked
    ``overflow``: "held back" throttles the maker when no store has room; "spilled" lets the excess go
    (dumped power, lost data, work hours nobody used), which the ledger books and the report shows.
    """

    name: str
    unit: str
    doc: str
    made_of: Mapping[str, float] | Callable[[], Mapping[str, float]] = field(default_factory=dict)
    overflow: Overflow = "held back"

    @property
    def composition(self) -> Mapping[str, float]:
        """Mass fraction of each chemical element [kg/kg]; empty for what is no mass."""
        return self.made_of() if callable(self.made_of) else self.made_of

    @property
    def is_mass(self) -> bool:
        """True where the ledger follows chemical elements."""
        return self.unit == "kg"


@cache
def quantities() -> Mapping[str, Quantity]:
    """Every quantity by name."""
    rows = (
        Quantity("electricity", "kWh", "electric energy on a site's bus", overflow="spilled"),
        Quantity("data", "Gbit", "science and housekeeping data waiting at a node", overflow="spilled"),
        Quantity("crew_h", "h", "working hours of people", overflow="spilled"),
        Quantity("robot_h", "h", "working hours of robots", overflow="spilled"),
        Quantity("antenna_h", "h", "hours in which a dish can point to something", overflow="spilled"),
        Quantity("fusion_heat", "kWh", "heat that liquid water gives when it freezes"),
        Quantity("water", "kg", "potable water", WATER),
        Quantity("grey_water", "kg", "water to be cleaned: condensate, hygiene, distillate", WATER),
        Quantity("urine", "kg", "water in urine", WATER),
        Quantity("brine", "kg", "water left in urine brine", WATER),
        Quantity("oxygen", "kg", "oxygen in tanks", OXYGEN),
        Quantity("hydrogen", "kg", "hydrogen", HYDROGEN),
        Quantity("carbon_dioxide", "kg", "carbon dioxide taken out of the cabin", CARBON_DIOXIDE),
        Quantity("methane", "kg", "methane", METHANE),
        Quantity("nitrogen", "kg", "nitrogen in tanks", NITROGEN),
        Quantity("cabin_oxygen", "kg", "oxygen in the cabin air", OXYGEN),
        Quantity("cabin_nitrogen", "kg", "nitrogen in the cabin air", NITROGEN),
        Quantity("cabin_carbon_dioxide", "kg", "carbon dioxide in the cabin air", CARBON_DIOXIDE),
        Quantity("cabin_vapour", "kg", "water vapour in the cabin air", WATER),
        Quantity("cabin_contaminant", "kg", "trace contaminants in the cabin air, as ethanol", CONTAMINANT),
        Quantity("food", "kg", "food as packed: dry solids and their water", food_composition),
        Quantity("waste", "kg", "faeces with their water, urine solids, perspiration solids", waste_composition),
        Quantity("regolith", "kg", "dry regolith", {"X": 1.0}),
        Quantity("ice", "kg", "water ice in excavated regolith", WATER),
        Quantity("bricks", "kg", "building bricks of regolith", {"X": 1.0}),
        Quantity("samples", "kg", "samples kept for return", {"X": 1.0}),
        Quantity("propellant", "kg", "hydrazine of small thrusters", PROPELLANT),
        Quantity("dry_waste", "kg", "waste without its water", dry_waste_composition),
        Quantity("supplies", "kg", "what people use up beside food: clothes, wipes, packing", trash_composition),
        Quantity("trash", "kg", "used supplies with their water", trash_composition),
        Quantity("tiles", "kg", "trash without its water, molten into tiles", tile_composition),
        Quantity("carbon", "kg", "solid carbon out of methane", CARBON),
        Quantity("biomass", "kg", "plant matter that nobody eats, dry, as cellulose", BIOMASS),
        Quantity("liquid_oxygen", "kg", "oxygen as a cold liquid", OXYGEN),
        Quantity("liquid_hydrogen", "kg", "hydrogen as a cold liquid", HYDROGEN),
        Quantity("liquid_methane", "kg", "methane as a cold liquid", METHANE),
        Quantity("fertiliser", "kg", "nutrients of plants, as urea", FERTILISER),
    )
    return {row.name: row for row in rows}


def _weighted(parts: list[tuple[float, Mapping[str, float]]]) -> dict[str, float]:
    amounts = {element: sum(mass * share.get(element, 0.0) for mass, share in parts) for element in ATOMIC_MASS}
    total = sum(amounts.values())
    return {element: amount / total for element, amount in amounts.items()}


@fact_cache
def waste_composition() -> Mapping[str, float]:
    """Elements in a day's solid waste of one person [kg/kg]: faecal, urine and perspiration solids, faecal water."""
    return _weighted([*_waste_solids(), (lookup("crew.faecal_water").value, WATER)])


@fact_cache
def dry_waste_composition() -> Mapping[str, float]:
    """Elements in a day's solid waste of one person without its water [kg/kg]."""
    return _weighted(_waste_solids())


def _waste_solids() -> list[tuple[float, Mapping[str, float]]]:
    return [
        (lookup("crew.faecal_solids").value, _FAECES),
        (lookup("crew.urine_solids").value, _URINE_SOLIDS),
        (lookup("crew.perspiration_solids").value, _PERSPIRATION_SOLIDS),
    ]


@fact_cache
def trash_composition() -> Mapping[str, float]:
    """Elements in trash [kg/kg]: polyethylene, water, and the rest as cellulose."""
    return _weighted([*_dry_trash(), (lookup("trash.water").value, WATER)])


@fact_cache
def tile_composition() -> Mapping[str, float]:
    """Elements in trash without its water [kg/kg]."""
    return _weighted(_dry_trash())


def _dry_trash() -> list[tuple[float, Mapping[str, float]]]:
    plastic = lookup("trash.plastic").value
    return [(plastic, _POLYETHYLENE), (1.0 - plastic - lookup("trash.water").value, BIOMASS)]


@fact_cache
def waste_water_share() -> float:
    """Share of water in the solid waste [-]."""
    water_kg = lookup("crew.faecal_water").value
    return water_kg / (water_kg + sum(mass for mass, _ in _waste_solids()))


@fact_cache
def food_composition() -> Mapping[str, float]:
    """Elements in a day's food of one person [kg/kg], by difference from what leaves the body."""
    solids_out = lookup("crew.faecal_solids").value + lookup("crew.urine_solids").value
    waste_kg = solids_out + lookup("crew.perspiration_solids").value + lookup("crew.faecal_water").value
    water_out_kg = lookup("crew.vapour").value + lookup("crew.urine_water").value
    return _weighted(
        [
            (lookup("crew.carbon_dioxide").value, CARBON_DIOXIDE),
            (waste_kg, waste_composition()),
            (water_out_kg - lookup("crew.potable_water").value, WATER),
            (-lookup("crew.oxygen").value, OXYGEN),
        ]
    )
