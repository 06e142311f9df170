"""Power cable between two sites."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from moonstation.components.contract import (
    Flow,
    FollowDemand,
    Primitives,
    Process,
    Surroundings,
    component,
    fact,
    param,
)
from moonstation.components.failure_modes import FailureMode
from moonstation.core.errors import Fault, RangeError
from moonstation.facts.table import lookup

_ROOM_K = 293.15  # resistivities are told at 20 C
_MOST_LOSS = 0.5  # of full power; the upper half of the load still gives something then
#: Facts of a conductor: resistivity, its slope with temperature, density.
_METALS = {
    "aluminium": (
        "cable.aluminium_resistivity",
        "cable.aluminium_temperature_coefficient",
        "cable.aluminium_density",
    ),
    "copper": ("cable.copper_resistivity", "cable.copper_temperature_coefficient", "cable.copper_density"),
}


@component("cable")
@dataclass(frozen=True, slots=True)
class Cable:
    """Cable with a converter at each end: carries what this site has over to another that lacks it, with loss."""

    to_site: str = param(unit="name", doc="site at the far end")
    rated_kw: float = param(unit="kW", doc="most that goes in at this end", low=0.001, high=1e5)
    length_m: float = param(unit="m", doc="along the ground", low=1.0, high=1e6)
    cross_section_mm2: float = param(unit="mm2", doc="of each of its two conductors", low=0.01, high=1e4)
    material: str = param(unit="name", doc="of the conductors", default="aluminium", choices=("aluminium", "copper"))
    voltage_v: float = fact("cable.voltage", unit="V", doc="between the conductors", low=12.0, high=1e5)
    conductor_k: float = fact(
        "cable.temperature", unit="K", doc="mean temperature of the conductors", low=50.0, high=450.0
    )
    converter_efficiency: float = fact(
        "cable.converter_efficiency", unit="-", doc="of each of the two converters", low=0.5, high=1.0
    )
    keep_charge: float = param(
        unit="-", doc="fill of the far site's batteries that it keeps up", low=0.0, high=1.0, default=1.0
    )
    own_reserve: float = param(
        unit="-", doc="fill of this site's batteries that it leaves them", low=0.0, high=1.0, default=1.0
    )

    failures: ClassVar = (
        FailureMode("break", "conductor broken, by a rover's wheel or by frost", spare=True),
        FailureMode("converter", "a converter trips or fails", spare=True),
    )
    flows: ClassVar = (
        Flow("electricity", "in", "at this end"),
        Flow("electricity@{to_site}", "out", "at the far end, after all losses"),
    )
    example: ClassVar = {"to_site": "hollow", "rated_kw": 10.0, "length_m": 2000.0, "cross_section_mm2": 10.0}
    leaves_out: ClassVar = (
        "heating of the conductors by their own losses; alternating current; the converters' own draw and their losses "
        "at part load; that a load at the far end may be worth more than one at this end"
    )

    def __post_init__(self) -> None:
        """Refuse a cable that loses half of what goes in, or more."""
        if self.line_loss() >= _MOST_LOSS:
            raise RangeError(
                Fault(
                    where="cross_section_mm2",
                    message=f"the conductors lose {100.0 * self.line_loss():.0f} % of the rated power",
                    value=self.cross_section_mm2,
                    unit="mm2",
                    allowed=f"more than {self.cross_section_mm2 * self.line_loss() / _MOST_LOSS:.3g} mm2",
                    hint="take thicker conductors, more voltage, or less power",
                )
            )

    def resistance_ohm(self) -> float:
        """Resistance of both conductors together [ohm], there and back, at their temperature."""
        at_20_c, slope, _ = (lookup(key).value for key in _METALS[self.material])
        resistivity = at_20_c * (1.0 + slope * (self.conductor_k - _ROOM_K))
        return resistivity * 2.0 * self.length_m / (self.cross_section_mm2 * 1e-6)

    def line_loss(self) -> float:
        """Share of the power that the conductors lose at full load [-]: I^2 R over P, with I = P / U at this end."""
        sent_w = 1e3 * self.rated_kw * self.converter_efficiency
        return self.resistance_ohm() * sent_w / self.voltage_v**2

    def efficiency(self, load: float = 1.0) -> float:
        """Power at the far site's bus over power at this site's [-], at a share of the rated power [-]."""
        return self.converter_efficiency**2 * (1.0 - load * self.line_loss())

    def mass_kg(self) -> float:
        """Mass of conductors, insulation and reel [kg], without the converters."""
        volume_m3 = 2.0 * self.length_m * self.cross_section_mm2 * 1e-6
        return volume_m3 * lookup(_METALS[self.material][2]).value * (1.0 + lookup("cable.insulation_share").value)

    def primitives(self, place: Surroundings) -> Primitives:
        """Two transports, the lower and the upper half of the load; the activity of each is the power going in [kW].

        The loss goes with the square of the load, so its mean slope is half of full load's share below, three halves
        above.
        """
        return Primitives(processes=(self._transport("transport", 0.5), self._transport("transport at high load", 1.5)))

    def _transport(self, name: str, slope: float) -> Process:
        far = f"electricity@{self.to_site}"
        return Process(
            name,
            {"electricity": -1.0, far: self.efficiency(slope)},
            limit=self.rated_kw / 2.0,
            priority=1,
            control=FollowDemand(far, self.keep_charge),
            surplus_above=self.own_reserve,
        )
