"""Rovers: robot hours and science by day, sleep by night, death by cold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from moonstation.components.contract import Flow, Primitives, Process, Series, Surroundings, component, fact, param
from moonstation.components.failure_modes import FailureMode
from moonstation.components.plutonium import decayed
from moonstation.components.robotics import vehicle
from moonstation.components.robotics.driving import drive_kwh
from moonstation.components.science_fields import FIELDS, field_capability
from moonstation.facts.table import lookup


@component("rover")
@dataclass(frozen=True, slots=True)
class Rover:
    """A wheeled vehicle with its own array, battery and warm body; gives robot hours at its site.

    It sleeps while the Sun is hidden, unless it has a radioisotope generator.
    """

    mass_kg: float = param(unit="kg", doc="whole vehicle", low=1, high=10_000)
    array_m2: float = param(unit="m2", doc="solar cells", low=0, high=100)
    battery_kwh: float = param(unit="kWh", doc="battery, full on landing", low=0.01, high=1000)
    work_kw: float = param(unit="kW", doc="arm and tools while it works, beside avionics and driving", low=0, high=100)
    drive_m_per_h: float = param(unit="m/h", doc="way driven in an hour of work", low=0, high=10_000, default=0.0)
    slope_deg: float = param(unit="deg", doc="mean slope of its ways, up and down", low=0, high=30, default=0.0)
    load_kg: float = param(unit="kg", doc="carried or drawn on its ways", low=0, high=10_000, default=0.0)
    avionics_kw: float = fact("rover.avionics_power", unit="kW", doc="while awake", low=0, high=10)
    heater_kw: float = fact("rover.heater_power", unit="kW", doc="survival heater", low=0, high=10)
    rhu_w: float = param(unit="W", doc="radioisotope heat in the body on landing", low=0, high=5000, default=0.0)
    rtg_w: float = param(unit="W", doc="radioisotope electricity on landing", low=0, high=5000, default=0.0)
    work_share: float = fact("rover.work_share", unit="-", doc="hours of work per hour awake", low=0, high=1)
    science_field: str = param(
        unit="name", doc="field of the instruments it carries", choices=("none", *FIELDS), default="none"
    )
    payload_kw: float = param(unit="kW", doc="its instruments, while awake", low=0, high=10, default=0.0)
    data_gbit_h: float = param(unit="Gbit/h", doc="data of its instruments while awake", low=0, high=1000, default=0.0)
    array_efficiency: float = fact(
        "rover.array_efficiency", unit="-", doc="sunlight on the cells to the battery", low=0.01, high=0.4
    )

    example: ClassVar = {
        "mass_kg": 140,
        "array_m2": 1.5,
        "battery_kwh": 1.0,
        "work_kw": 0.06,
        "rhu_w": 20,
        "science_field": "geology",
        "payload_kw": 0.015,
        "data_gbit_h": 0.05,
    }
    leaves_out: ClassVar = (
        "single ways (their mean length, slope and load count), slip, warm-up after a cold night, dust and ageing of "
        "the array, wheel wear, the light away from its site, battery fade and cold batteries"
    )
    failures: ClassVar = (
        FailureMode("wheel drive", "one drive stops: slow work", affects=("work",), spare=True),
        FailureMode(
            "computer",
            "computer or radio broken",
            affects=(
                "avionics",
                "work",
            ),
        ),
        FailureMode(
            "hang-up",
            "program stands still until it is started again",
            affects=(
                "avionics",
                "work",
            ),
        ),
        FailureMode("heater open", "survival heater broken, seen when it is wanted", affects=("heater",)),
    )
    flows: ClassVar = (
        Flow("electricity@self", "store", "battery"),
        Flow("electricity@self", "out", "array and radioisotope generator"),
        Flow("electricity@self", "in", "clock, heater, avionics, wheels, instruments"),
        Flow("robot_h", "out", "hours of work at its site"),
        Flow("data", "out", "what its instruments find"),
    )

    def primitives(self, place: Surroundings) -> Primitives:
        """Battery, body, power, keep-alive, and work and science while awake."""
        awake = None if self.rtg_w > 0 else vehicle.awake(place)
        return Primitives(
            stores=(vehicle.battery(self.battery_kwh),),
            thermal_nodes=vehicle.body_nodes(self.mass_kg, self.rhu_w, place),
            processes=(
                vehicle.array(self.array_m2, self.array_efficiency, place),
                *self._generator(place),
                *vehicle.keep_alive(self.heater_kw),
                vehicle.avionics(self.avionics_kw, awake),
                self._work(awake),
                *self._observing(awake),
            ),
        )

    def drive_kw(self) -> float:
        """Power of the wheels while it works [kW]: half of its ways go up, half down, loaded."""
        ground = lookup("excavator.rolling_resistance").value, lookup("excavator.drive_efficiency").value
        ways = drive_kwh(self.drive_m_per_h, [self.slope_deg, -self.slope_deg], self.mass_kg + self.load_kg, *ground)
        return float(ways.mean())

    def _generator(self, place: Surroundings) -> tuple[Process, ...]:
        if self.rtg_w <= 0:
            return ()
        kw = decayed(self.rtg_w / 1000.0, place.age_years())
        return (Process(name="generator", recipe={vehicle.POWER: 1.0}, series=kw, priority=0),)

    def _work(self, awake: Series | None) -> Process:
        return Process(
            name="work",
            recipe={vehicle.POWER: -(self.work_kw + self.drive_kw()), "robot_h": 1.0},
            limit=self.work_share,
            series=awake,
            priority=6,
            works_in=vehicle.BODY,
        )

    def _observing(self, awake: Series | None) -> tuple[Process, ...]:
        if self.science_field == "none":
            return ()
        process = Process(
            name="observing",
            recipe={vehicle.POWER: -self.payload_kw, "data": self.data_gbit_h},
            series=awake,
            priority=7,
            heat_node=vehicle.BODY,
            heat_kw=self.payload_kw,
            capability=field_capability(self.science_field),
        )
        return (process,)
