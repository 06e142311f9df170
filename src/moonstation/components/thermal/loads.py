"""Loads whose power ends as heat inside an insulated body."""

from __future__ import annotations

from moonstation.components.contract import AlwaysOn, Control, Process, Thermostat


def heating_load(
    name: str, power_kw: float, *, node: str, priority: int, works_in: str, setpoint_k: float | None = None
) -> Process:
    """Electric load [kW] that heats ``node`` with all it draws; with ``setpoint_k`` [K] it is a thermostat's heater.

    It runs while ``works_in`` is inside its working range: the skin has none, so a load that must run in a cold box
    (a heater above all) names the skin.
    """
    control: Control = AlwaysOn() if setpoint_k is None else Thermostat(node, setpoint_k)
    return Process(
        name,
        {"electricity": -1.0},
        limit=power_kw,
        priority=priority,
        control=control,
        heat_node=node,
        heat_kw=1.0,
        works_in=works_in,
    )
