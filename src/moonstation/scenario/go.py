"""What a scenario says about when people may land and when they must leave."""

from __future__ import annotations

from typing import Annotated, Literal

from moonstation.core.time import DAY_H
from moonstation.scenario.fields import Part, within
from moonstation.station.go import GoRule, Wants

_Days = Annotated[float, within(0.0, 3660.0)]
_Share = Annotated[float, within(0.0, 100.0)]
_Kelvin = Annotated[float, within(0.0, 400.0)]
_Pressure = Annotated[float, within(0.0, 200.0)]


class WantsEntry(Part):
    """What must hold at the site of a landing; a key left out is not asked. People count who are then there."""

    oxygen_days: _Days | None = None
    """Oxygen in tanks for so long at least, with what the mission brings [d]."""
    water_days: _Days | None = None
    """Drinking water in tanks for so long at least, with what the mission brings [d]."""
    food_days: _Days | None = None
    """Food for so long at least, with what the mission brings [d]."""
    room_share: _Share | None = None
    """Cabins for so many times the people at least [-]."""
    oxygen_supply_share: _Share | None = None
    """Sound oxygen generation for so many times the people at least [-]."""
    co2_removal_share: _Share | None = None
    """Sound carbon dioxide removal for so many times the people at least [-]."""
    water_supply_share: _Share | None = None
    """Sound water recovery for so many times the people at least [-]."""
    charge_share: Annotated[float, within(0.0, 1.0)] | None = None
    """Usable charge of the power stores at least [-]."""
    worst_mode: Literal["nominal", "dark", "survival"] | None = None
    """Severest mode in which the site's power bus may be."""
    contact: bool = False
    """Whether the site must have an open way to the Earth at that moment, over a relay or directly."""
    pressure_kpa: _Pressure | None = None
    """Total pressure in the cabins at least [kPa]."""
    oxygen_kpa: _Pressure | None = None
    """Oxygen in the cabins' air at least [kPa]."""
    carbon_dioxide_kpa: _Pressure | None = None
    """Carbon dioxide in the cabins' air at most [kPa]."""
    coldest_k: _Kelvin | None = None
    """Temperature of what is to house the people (their ``housed_in``) at least [K]."""
    warmest_k: _Kelvin | None = None
    """The same at most [K]."""


class LeaveEntry(WantsEntry):
    """What must hold while people are there; where it does not, they leave early."""

    after_h: Annotated[float, within(0.0, 720.0)] = 6.0
    """For so long it must be broken without a break before they leave [h]."""


class GoEntry(WantsEntry):
    """A rule by which landings are decided."""

    wait_days: _Days = 30.0
    """For so long after its date a landing is tried; then it is cancelled [d]."""
    retry_h: Annotated[float, within(0.1, 720.0)] = 24.0
    """From one try to the next [h]."""
    leave: LeaveEntry | None = None
    """When people leave before their time; left out: never."""


def wants_of(entry: WantsEntry) -> Wants:
    """What an entry asks for."""
    given = {key: getattr(entry, key) for key in WantsEntry.model_fields}
    return Wants(**given | {"worst_mode": entry.worst_mode or ""})


def go_rule(name: str, entry: GoEntry) -> GoRule:
    """The rule that an entry describes."""
    return GoRule(
        name=name,
        go=wants_of(entry),
        wait_h=entry.wait_days * DAY_H,
        retry_h=entry.retry_h,
        leave=wants_of(entry.leave) if entry.leave else None,
        leave_after_h=entry.leave.after_h if entry.leave else 0.0,
    )
