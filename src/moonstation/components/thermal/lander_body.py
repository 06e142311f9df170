"""Body of a lander as a network of nodes."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import ClassVar

from moonstation.components.contract import Flow, Primitives, Process, Surroundings, ThermalNode, component, fact, param
from moonstation.components.failure_modes import FailureMode
from moonstation.components.limits import refuse_disorder
from moonstation.components.plutonium import decayed
from moonstation.components.switched_radiator import RADIATOR, coupling_w_k, fin_efficiency, radiator_node
from moonstation.components.thermal.blanket import blanket_node
from moonstation.components.thermal.insulated_body import ORDERED, WarmElectronics
from moonstation.components.thermal.loads import heating_load
from moonstation.components.thermal.radiator_sink import radiator_sink_k
from moonstation.facts.table import lookup


@component("lander_body")
@dataclass(frozen=True, slots=True)
class LanderBody(WarmElectronics):
    """Electronics, deck, instruments, tank, skin and radiator, each with a temperature, joined in a tree on the deck.

    Instruments on cold feet pause while the electronics are warm; the radiator behind louvers has its own temperature.
    """

    electronics_kg: float = param(unit="kg", doc="boxes bolted to the deck", low=0.1, high=1e4)
    deck_kg: float = param(unit="kg", doc="deck and structure", low=1.0, high=1e5)
    instruments_kg: float = param(unit="kg", doc="instruments on isolating feet", low=0.1, high=1e4)
    tank_kg: float = param(unit="kg", doc="tank with what is left in it, 0 for none", low=0.0, high=1e5, default=0.0)
    surface_m2: float = param(unit="m2", doc="insulated outer surface of the deck", low=0.01, high=1e4)
    instruments_m2: float = param(unit="m2", doc="bare outer surface of the instruments", low=0.0, high=1e3)
    radiator_m2: float = param(unit="m2", doc="radiator that faces the sky", low=0.001, high=1e4)
    instruments_kw: float = param(unit="kW", doc="power of the instruments", low=0.0, high=100.0, default=0.0)
    instrument_heater_kw: float = param(unit="kW", doc="heater of the instruments", low=0.0, high=100.0, default=0.0)
    tank_heater_kw: float = param(unit="kW", doc="heater of the tank", low=0.0, high=100.0, default=0.0)
    louver_closed_share: float = fact(
        "thermal.louver_closed_share", unit="-", doc="radiator left behind shut louvers", low=0.0, high=1.0
    )
    louver_closed_k: float = fact("thermal.switch_closed", unit="K", doc="louvers shut here", low=200.0, high=400.0)
    louver_range_k: float = fact("thermal.louver_range", unit="K", doc="from shut to open", low=1.0, high=50.0)
    bolted_w_k: float = fact("thermal.bolted_conductance", unit="W/K", doc="electronics to deck", low=0.01, high=1e3)
    isolated_w_k: float = fact(
        "thermal.isolated_conductance", unit="W/K", doc="instruments, and tank, to deck", low=0.001, high=100.0
    )
    instruments_work_min_k: float = fact(
        "thermal.instruments_work_min", unit="K", doc="colder: they pause", low=80.0, high=300.0
    )

    failures: ClassVar = (
        FailureMode("survival heater open", "heater broken, seen when it is wanted", affects=("survival heater",)),
        FailureMode("avionics", "electronics fail", affects=("avionics",), spare=True),
    )
    flows: ClassVar = (Flow("electricity", "in", "keep-alive, avionics, instruments, heaters"),)
    example: ClassVar = {
        "electronics_kg": 40.0,
        "deck_kg": 120.0,
        "instruments_kg": 15.0,
        "tank_kg": 30.0,
        "surface_m2": 6.0,
        "instruments_m2": 0.2,
        "radiator_m2": 0.6,
        "keep_alive_kw": 0.02,
        "avionics_kw": 0.08,
        "instruments_kw": 0.03,
        "heater_kw": 0.12,
        "instrument_heater_kw": 0.01,
        "tank_heater_kw": 0.02,
        "radioisotope_heat_w": 40.0,
    }
    leaves_out: ClassVar = (
        "rings of conductors (nodes hang in a tree); heat that nodes radiate to each other; instruments that the cold "
        "damages for good; sunlight on single instruments; louvers that stick"
    )

    def __post_init__(self) -> None:
        """Refuse temperatures in the wrong order."""
        refuse_disorder(self, *ORDERED, unit="K")

    def primitives(self, place: Surroundings) -> Primitives:
        """The electronics first: what is housed in the lander works while they are in their range."""
        inner = (self._electronics(place), self._instruments(place), *self._tank())
        return Primitives(
            processes=self._loads(), thermal_nodes=(*inner, self._skin(place), self._deck(place), self._radiator(place))
        )

    def _start_k(self) -> float:
        return (self.louver_closed_k + self.louver_open_k()) / 2.0

    def _lump(self, name: str, mass_kg: float, **more: object) -> ThermalNode:
        heat_capacity = mass_kg * lookup("thermal.specific_heat_equipment").value
        return ThermalNode(name, heat_capacity_j_k=heat_capacity, start_k=self._start_k(), **more)  # type: ignore[arg-type]

    def _electronics(self, place: Surroundings) -> ThermalNode:
        return self._lump(
            "electronics",
            self.electronics_kg,
            heat_w=decayed(self.radioisotope_heat_w, place.age_years()),
            parent="deck",
            parent_w_k=self.bolted_w_k,
            work_min_k=self.work_min_k,
            work_max_k=self.work_max_k,
            survive_min_k=self.survive_min_k,
            survive_max_k=self.survive_max_k,
        )

    def _instruments(self, place: Surroundings) -> ThermalNode:
        return self._lump(
            "instruments",
            self.instruments_kg,
            radiative_sink_k=place.box_sink_k(),
            radiating_m2=lookup("sink.box_emittance").value * self.instruments_m2,
            parent="deck",
            parent_w_k=self.isolated_w_k,
            work_min_k=self.instruments_work_min_k,
            work_max_k=self.work_max_k,
        )

    def _tank(self) -> tuple[ThermalNode, ...]:
        """Where there is one; what freezes in its lines bursts them, and the lander is lost."""
        if self.tank_kg <= 0.0:
            return ()
        limits = {"survive_min_k": lookup("thermal.tank_survive_min").value, "survive_max_k": self.survive_max_k}
        return (self._lump("tank", self.tank_kg, parent="deck", parent_w_k=self.isolated_w_k, **limits),)

    def _skin(self, place: Surroundings) -> ThermalNode:
        skin = blanket_node("skin", self.surface_m2, place, self._start_k())
        return dataclasses.replace(skin, parent="deck", parent_w_k=self.insulation_w_m2_k * self.surface_m2)

    def _deck(self, place: Surroundings) -> ThermalNode:
        return self._lump(
            "deck",
            self.deck_kg,
            conductive_sink_k=place.regolith_k(),
            conductance_w_k=self.legs_w_k,
            parent=RADIATOR,
            parent_w_k=coupling_w_k(self.radiator_m2),
        )

    def _radiator(self, place: Surroundings) -> ThermalNode:
        """Its own temperature stands for the drop on the way to it, so of its effectiveness the fins' is left."""
        emittance = lookup("sink.radiator_emittance").value * fin_efficiency(self.louver_open_k())
        louvers = self.louver_closed_share, self.louver_closed_k, self.louver_open_k()
        radiator = radiator_node(self.radiator_m2, emittance, *louvers, place)
        return dataclasses.replace(radiator, radiative_sink_k=radiator_sink_k(place, self.sky_view, self.dust_cover))

    def louver_open_k(self) -> float:
        """Temperature of the radiator at which the louvers are wide open [K]."""
        return self.louver_closed_k + self.louver_range_k

    def _loads(self) -> tuple[Process, ...]:
        """Heaters run in any cold; they stand before the loads that they keep warm."""
        margin_k = lookup("thermal.heater_margin").value
        instruments_k, tank_k = (
            self.instruments_work_min_k + margin_k,
            lookup("thermal.tank_survive_min").value + margin_k,
        )
        heaters = [
            ("instrument heater", self.instrument_heater_kw, "instruments", instruments_k, 3),
            *([("tank heater", self.tank_heater_kw, "tank", tank_k, 0)] if self.tank_kg > 0.0 else []),
        ]
        return (
            *self.electronics_loads("electronics"),
            *(
                heating_load(name, kw, node=node, priority=priority, works_in="skin", setpoint_k=target_k)
                for name, kw, node, target_k, priority in heaters
                if kw > 0.0
            ),
            heating_load("instruments", self.instruments_kw, node="instruments", priority=7, works_in="instruments"),
        )
