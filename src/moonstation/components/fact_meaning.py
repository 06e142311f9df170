"""What a fact is, in a few words: mostly those of the parameters and failure modes of components that take it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from moonstation.components.contract import Component, parameters
from moonstation.components.failure_modes import fact_name, modes_of
from moonstation.components.registry import components

#: The numbers of a failure mode, by the last part of their keys.
_OF_FAILURES = {
    "life_h": "life in hours",
    "shape": "Weibull's shape of its life",
    "remaining": "what is left",
    "reset_chance": "chance that a reset clears it",
    "clears_after_h": "time until it clears by itself",
    "robot_h": "work of robots to mend it",
    "crew_h": "work of people to mend it",
    "on_solar_event": "chance at a solar particle event",
    "on_landing": "chance at a landing nearby",
    "on_brown_out": "chance at a brown-out",
    "limit_h": "age at which it is changed",
    "limit_kg": "work at which it is changed",
    "life_kg": "life by work",
    "spare_kg": "mass of its spare part",
}
#: Facts that no parameter takes: models look them up by themselves.
_BESIDES = {
    "battery.blanket_emittance": "effective emittance of the blanket about a battery",
    "battery.calendar_activation": "how fast calendar fade grows with warmth",
    "battery.heater_design_sink": "coldest surroundings for which a battery's heater is sized",
    "battery.heater_margin": "power of a battery's heater over the loss at its set-point",
    "battery.pack_density": "mass of a battery over its volume: gives its surface",
    "battery.specific_heat": "heat that a kilogram of a battery takes per kelvin",
    "brick.feed_temperature": "of the regolith that bricks are made of, as it arrives",
    "brick.fusion_heat": "heat that melts a kilogram of regolith",
    "brick.heat_capacity": "heat that a kilogram of regolith takes per kelvin on its way to a brick",
    "brick.process_temperature": "at which bricks are sintered",
    "cabin.carbon_dioxide_headache": "carbon dioxide over which headaches cost work",
    "cabin.carbon_dioxide_limit": "carbon dioxide over which nobody works",
    "cabin.contaminant_limit": "contaminants over which eyes and noses itch",
    "cabin.oxygen_impairment": "oxygen under which thought and night sight suffer",
    "cabin.oxygen_limit": "oxygen under which nobody works",
    "cabin.relief_rate": "flow of the relief valve of a cabin",
    "cabin.temperature": "of the air of cabins",
    "cdra.blower_share": "share of the electricity of carbon dioxide removal that blows air",
    "cdra.half_cycle": "time after which beds of carbon dioxide removal change places",
    "crew.contaminants": "contaminants that a person gives off",
    "crew.glycogen": "stock of quick energy that a body holds",
    "cryo.oxygen_boil_off": "share of stored liquid oxygen that boils a day",
    "excavator.drive_efficiency": "power at the wheels over that from the battery",
    "excavator.rolling_resistance": "force that rolling takes over the weight",
    "excavator.vehicle_per_load": "mass of the empty excavator over its load",
    "extractor.ice_temperature": "of icy regolith as it arrives",
    "extractor.process_temperature": "at which the last ice has left the regolith",
    "failure.general.dormancy": "rate of failures of a unit that stands by over that of one in service",
    "failure.general.solar_event_interval": "mean time between solar particle events that upset electronics",
    "fsp.mass": "of a fission plant of fsp.power",
    "hopper.delta_v_margin": "velocity that a hop takes over that of its two burns",
    "hopper.specific_impulse": "of a hopper's thrusters",
    "oga.current_density": "of the electrolyser's cells at full rate",
    "plants.carbon_dioxide_least": "carbon dioxide under which plants take up none",
    "plants.humidity_most": "humidity over which the lamps of plants are switched off",
    "rfc.density": "mass of a regenerative fuel cell over its volume: gives its surface",
    "rfc.radiator_temperature": "of the radiator of a regenerative fuel cell at full waste heat",
    "rover.battery_efficiency": "of a vehicle's battery, each way",
    "rover.battery_floor": "share of a vehicle's battery that stays untouched",
    "rover.density": "mass of a vehicle's warm box over its volume: gives its surface",
    "rover.heater_setpoint": "a vehicle's heater holds its box at this",
    "rover.insulation_emittance": "effective emittance of a vehicle's insulation",
    "rover.radiator_area": "radiator of a vehicle per mass",
    "rover.radiator_closed_share": "part of a vehicle's radiator that is left when it is shut",
    "rover.radiator_emittance": "of a vehicle's radiator",
    "rover.sleep_power": "power of a vehicle asleep",
    "rover.specific_heat": "heat that a kilogram of a vehicle takes per kelvin",
    "seismometer.insulation_emittance": "effective emittance of a seismometer's vault",
    "suit.tissue_half_time": "half-life of nitrogen in the tissue of those who go out",
    "tccs.reaction_energy": "electricity that burning contaminants takes",
    "thermal.blanket_capacity": "heat that a blanket's outer skin takes per kelvin and area",
    "thermal.heater_margin": "from the least temperature of a thing to the set-point of its heater",
    "thermal.radiator_capacity": "heat that a radiator takes per kelvin and area",
    "thermal.radiator_coupling": "heat that goes from a body to its radiator per kelvin and area",
    "thermal.radiator_effectiveness": "heat that a radiator gives off over that of one as warm as what it cools",
    "thermal.specific_heat_equipment": "heat that a kilogram of equipment takes per kelvin",
    "thermal.thaw_time": "in which the water of a frozen habitat thaws",
}


def meaning_of(key: str) -> str:
    """What a fact is to what takes it, "" where nobody says it."""
    return _meanings(tuple(components().items())).get(key) or _BESIDES.get(key, "")


@cache
def _meanings(known: tuple[tuple[str, type[Component]], ...]) -> Mapping[str, str]:
    found: dict[str, list[str]] = {}
    for kind, made in known:
        for item in parameters(made):
            found.setdefault(item.fact_key, []).append(item.doc)
        for mode in modes_of(made):
            for name, words in _OF_FAILURES.items():
                found.setdefault(f"failure.{kind}.{fact_name(mode.name)}.{name}", []).append(f"{words}: {mode.doc}")
    return {key: " / ".join(_apart(docs)) for key, docs in found.items() if key}


def _apart(docs: list[str]) -> list[str]:
    """Those that say more than another does."""
    different = list(dict.fromkeys(docs))
    return [one for one in different if not any(one in other for other in different if other != one)]
