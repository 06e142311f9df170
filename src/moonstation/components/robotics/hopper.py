"""Hoppers: short flights on small thrusters until the propellant is gone."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from scipy import constants

from moonstation.components.contract import (
    Flow,
    Primitives,
    Process,
    Store,
    Surroundings,
    component,
    fact,
    param,
)
from moonstation.components.failure_modes import FailureMode
from moonstation.components.robotics import vehicle
from moonstation.components.science_fields import FIELDS, field_capability
from moonstation.facts.table import lookup


def hop_speed_m_s(distance_m: float, gravity_m_s2: float, climb_m: float = 0.0) -> float:
    """Least speed [m/s] at which a ballistic arc reaches ``distance_m`` away and ``climb_m`` above.

    v^2 = g (h + sqrt(h^2 + d^2)); on level ground 45 degrees and v^2 = g d.
    """
    return math.sqrt(gravity_m_s2 * (climb_m + math.hypot(climb_m, distance_m)))


def hop_propellant_kg(
    mass_kg: float, distance_m: float, specific_impulse_s: float, margin: float, climb_m: float = 0.0
) -> float:
    """Propellant of one hop [kg]: take-off and landing burns by the rocket equation, ``margin`` [-] on both."""
    gravity_m_s2 = vehicle.surface_gravity_m_s2()
    start_m_s = hop_speed_m_s(distance_m, gravity_m_s2, climb_m)
    landing_m_s = hop_speed_m_s(distance_m, gravity_m_s2, -climb_m)  # the arc run backwards
    return mass_kg * -math.expm1(-margin * (start_m_s + landing_m_s) / (specific_impulse_s * constants.g))


@component("hopper")
@dataclass(frozen=True, slots=True)
class Hopper:
    """A small vehicle that hops: it observes while awake and while propellant lasts."""

    mass_kg: float = param(unit="kg", doc="whole vehicle with propellant", low=1, high=10_000)
    array_m2: float = param(unit="m2", doc="solar cells", low=0, high=100)
    battery_kwh: float = param(unit="kWh", doc="battery, full on landing", low=0.01, high=1000)
    propellant_kg: float = param(unit="kg", doc="hydrazine on landing", low=0, high=5000)
    hop_m: float = param(unit="m", doc="length of a hop", low=1, high=50_000)
    climb_m: float = param(unit="m", doc="height won by a hop, out and back alike", low=-5000, high=5000, default=0.0)
    hops_per_day: float = fact("hopper.hops_per_day", unit="1/d", doc="hops per day awake", low=0, high=100)
    payload_kw: float = fact("hopper.payload_power", unit="kW", doc="its instruments", low=0, high=10)
    data_gbit_h: float = fact("hopper.data_rate", unit="Gbit/h", doc="data of its instruments", low=0, high=1000)
    science_field: str = param(unit="name", doc="field of its instruments", choices=FIELDS, default="resources")
    avionics_kw: float = fact("rover.avionics_power", unit="kW", doc="while awake", low=0, high=10)
    heater_kw: float = fact("rover.heater_power", unit="kW", doc="survival heater", low=0, high=10)
    rhu_w: float = param(unit="W", doc="radioisotope heat in the body on landing", low=0, high=5000, default=0.0)
    array_efficiency: float = fact(
        "rover.array_efficiency", unit="-", doc="sunlight on the cells to the battery", low=0.01, high=0.4
    )

    example: ClassVar = {"mass_kg": 50, "array_m2": 0.6, "battery_kwh": 0.5, "propellant_kg": 15, "hop_m": 2000}
    leaves_out: ClassVar = (
        "single hops (propellant goes evenly over the hours awake), the mass it loses, the dark of the craters it "
        "hops into, landing risk, freezing of the propellant"
    )
    failures: ClassVar = (
        FailureMode("thruster", "thruster or valve fails", affects=("observing",)),
        FailureMode(
            "hang-up",
            "program stands still until it is started again",
            affects=(
                "avionics",
                "observing",
            ),
        ),
    )
    flows: ClassVar = (
        Flow("electricity@self", "store", "battery"),
        Flow("electricity@self", "out", "array"),
        Flow("electricity@self", "in", "clock, heater, avionics, instruments"),
        Flow("propellant@self", "store", "tank"),
        Flow("propellant@self", "in", "hops"),
        Flow("data", "out", "what its instruments find"),
    )

    def primitives(self, place: Surroundings) -> Primitives:
        """Battery, propellant, body, power, keep-alive, and hopping and observing while awake."""
        awake = vehicle.awake(place)
        return Primitives(
            stores=(
                vehicle.battery(self.battery_kwh),
                Store(name="tank", bus="propellant@self", capacity=self.propellant_kg, start=self.propellant_kg),
            ),
            thermal_nodes=vehicle.body_nodes(self.mass_kg, self.rhu_w, place),
            processes=(
                vehicle.array(self.array_m2, self.array_efficiency, place),
                *vehicle.keep_alive(self.heater_kw),
                vehicle.avionics(self.avionics_kw, awake),
                Process(
                    name="observing",
                    recipe={
                        vehicle.POWER: -self.payload_kw,
                        "propellant@self": -self.propellant_kg_h(),
                        "data": self.data_gbit_h,
                    },
                    series=awake,
                    priority=7,
                    heat_node=vehicle.BODY,
                    heat_kw=self.payload_kw,
                    boundary=True,
                    capability=field_capability(self.science_field),
                ),
            ),
        )

    def propellant_kg_h(self) -> float:
        """Propellant used per hour awake [kg/h]."""
        hop_kg = hop_propellant_kg(
            self.mass_kg,
            self.hop_m,
            lookup("hopper.specific_impulse").value,
            lookup("hopper.delta_v_margin").value,
            self.climb_m,
        )
        return hop_kg * self.hops_per_day / 24.0
