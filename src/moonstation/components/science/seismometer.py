"""A seismic station that listens through day and night."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from moonstation.components.contract import (
    Flow,
    Primitives,
    Process,
    Surroundings,
    ThermalNode,
    Thermostat,
    component,
    fact,
    param,
)
from moonstation.components.plutonium import decayed
from moonstation.components.science.observer import PAYLOAD, UPSET, Observer
from moonstation.components.switched_radiator import RADIATOR, coupling_w_k, radiator_node
from moonstation.core.time import HOUR_S
from moonstation.facts.table import lookup

VAULT = "vault"


def samples_gbit_h(samples_per_s: float, axes: float, sample_bits: float) -> float:
    """Data of an evenly sampled record [Gbit/h]."""
    return samples_per_s * axes * sample_bits * HOUR_S / 1e9


def vault_nodes(mass_kg: float, side_m: float, rhu_w: float, place: Surroundings) -> tuple[ThermalNode, ThermalNode]:
    """Insulated cube on the ground, and its small radiator, which sees the sky and closes in the cold."""
    radiator_m2 = lookup("seismometer.radiator_area").value
    closed_k, open_k = lookup("seismometer.radiator_closed").value, lookup("seismometer.radiator_open").value
    survive_min_k = lookup("seismometer.survive_min").value
    vault = ThermalNode(
        name=VAULT,
        heat_capacity_j_k=mass_kg * lookup("seismometer.specific_heat").value,
        start_k=(closed_k + open_k) / 2.0,
        radiative_sink_k=place.box_sink_k(),
        radiating_m2=6.0 * side_m**2 * lookup("seismometer.insulation_emittance").value,
        parent=RADIATOR,
        parent_w_k=coupling_w_k(radiator_m2),
        heat_w=decayed(rhu_w, place.age_years()),
        work_min_k=survive_min_k,
        work_max_k=lookup("seismometer.work_max").value,
        survive_min_k=survive_min_k,
        survive_max_k=lookup("seismometer.survive_max").value,
    )
    emittance = lookup("seismometer.radiator_emittance").value
    closed_share = lookup("seismometer.radiator_closed_share").value
    return vault, radiator_node(radiator_m2, emittance, closed_share, closed_k, open_k, place)


@component("seismometer")
@dataclass(frozen=True, slots=True)
class Seismometer(Observer):
    """Sensors and digitiser in an insulated vault: moonquakes and impacts, day and night, while it is warm enough."""

    samples_per_s: float = fact("seismometer.sample_rate", unit="1/s", doc="samples per axis", low=0.01, high=10_000)
    axes: float = fact("seismometer.axes", unit="-", doc="axes recorded", low=1, high=12)
    sample_bits: float = fact("seismometer.sample_bits", unit="-", doc="bits per sample", low=1, high=64)
    power_kw: float = fact("seismometer.power", unit="kW", doc="sensors and electronics", low=0, high=1)
    heater_kw: float = fact("seismometer.heater_power", unit="kW", doc="survival heater", low=0, high=1)
    mass_kg: float = fact("seismometer.mass", unit="kg", doc="vault and content", low=0.5, high=1000)
    side_m: float = fact("seismometer.side", unit="m", doc="edge of the cube", low=0.05, high=5)
    rhu_w: float = param(unit="W", doc="radioisotope heat in the vault on landing", low=0, high=1000, default=0.0)

    example: ClassVar[dict[str, float]] = {}
    leaves_out: ClassVar = (
        "noise from temperature swings, robots and people, sensitivity, levelling, compression, "
        "conduction into the ground"
    )
    failures: ClassVar = (PAYLOAD, UPSET)
    flows: ClassVar = (
        Flow("electricity", "in", "sensors and heater"),
        Flow("data", "out", "seismograms"),
    )

    def primitives(self, place: Surroundings) -> Primitives:
        """Observing (activity: share of the hour), survival heater, vault."""
        observing = self.observing(
            "geology",
            {
                "electricity": -self.power_kw,
                "data": samples_gbit_h(self.samples_per_s, self.axes, self.sample_bits),
            },
            heat_node=VAULT,
            heat_kw=self.power_kw,
        )
        heater = Process(
            name="heater",
            recipe={"electricity": -1.0},
            limit=self.heater_kw,
            priority=0,
            control=Thermostat(VAULT, lookup("seismometer.heater_setpoint").value),
            heat_node=VAULT,
            heat_kw=1.0,
        )
        return Primitives(
            processes=(observing, heater),
            thermal_nodes=vault_nodes(self.mass_kg, self.side_m, self.rhu_w, place),
        )
