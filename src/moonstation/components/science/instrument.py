"""Any instrument that is told by its power, its data, the hours it needs and the sky it needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from moonstation.components.contract import Flow, Primitives, Process, Series, Surroundings, component, param
from moonstation.components.science.conditions import CONDITIONS, condition_series
from moonstation.components.science.observer import PAYLOAD, UPSET, Observer
from moonstation.components.science_fields import FIELDS


@component("instrument")
@dataclass(frozen=True, slots=True)
class Instrument(Observer):
    """A telescope, camera, spectrometer, magnetometer, reflector, laboratory: observes while its condition holds."""

    field: str = param(unit="name", doc="field of science", choices=FIELDS)
    power_kw: float = param(unit="kW", doc="while observing", low=0, high=1000)
    data_gbit_h: float = param(unit="Gbit/h", doc="data per hour of observing", low=0, high=10_000)
    condition: str = param(unit="name", doc="sky that it needs", choices=CONDITIONS, default="always")
    mounted: str = param(unit="name", doc="where it looks from", choices=("ground", "mast"), default="ground")
    standby_kw: float = param(unit="kW", doc="always drawn: clock, heater", low=0, high=100, default=0.0)
    robot_h_per_h: float = param(unit="h/h", doc="robot hours per hour of observing", low=0, high=10, default=0.0)
    crew_h_per_h: float = param(unit="h/h", doc="crew hours per hour of observing", low=0, high=10, default=0.0)
    priority: int = param(unit="-", doc="0 is served first, 9 last", low=3, high=9, default=7)
    duty: float = param(unit="-", doc="share of the fitting time in which it observes", low=0.0, high=1.0, default=1.0)

    example: ClassVar = {
        "field": "astronomy",
        "power_kw": 0.15,
        "data_gbit_h": 1.0,
        "condition": "dark-sky",
        "standby_kw": 0.01,
        "robot_h_per_h": 0.01,
        "crew_h_per_h": 0.01,
    }
    leaves_out: ClassVar = (
        "targets and pointing, exposure and calibration, compression, temperature and dust of "
        "the optics, failures; heat, but to what it is housed in"
    )
    failures: ClassVar = (PAYLOAD, UPSET)
    flows: ClassVar = (
        Flow("electricity", "in", "observing and standby"),
        Flow("robot_h", "in", "deployment, pointing, samples"),
        Flow("crew_h", "in", "hands and eyes"),
        Flow("data", "out", "what it finds"),
    )

    def primitives(self, place: Surroundings) -> Primitives:
        """Observing (activity: share of the hour) and, where there is any, standby power."""
        observing = self.observing(
            self.field,
            {
                "electricity": -self.power_kw,
                "robot_h": -self.robot_h_per_h,
                "crew_h": -self.crew_h_per_h,
                "data": self.data_gbit_h,
            },
            series=self._wanted(place),
            priority=self.priority,
        )
        if self.standby_kw <= 0:
            return Primitives(processes=(observing,))
        standby = Process(name="standby", recipe={"electricity": -self.standby_kw}, priority=4)
        return Primitives(processes=(observing, standby))

    def _wanted(self, place: Surroundings) -> Series | None:
        """Share of each step in which it wants to observe [-]: its condition times its duty."""
        holds = condition_series(place, self.condition, on_mast=self.mounted == "mast")
        if self.duty == 1.0:
            return holds
        return np.full(place.grid.count, self.duty, np.float32) if holds is None else holds * np.float32(self.duty)
