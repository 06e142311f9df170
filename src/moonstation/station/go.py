"""When people may land and when they must leave: what must hold at a site, and for how long a landing waits for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Wants:
    """What must hold at a site; None, or an empty text, where it is not asked.

    oxygen_days, water_days, food_days : stocks in tanks, in days of all people who are then there [d]
    room_share, oxygen_supply_share, co2_removal_share, water_supply_share : what is alive and sound can do, as a share
        of what all people who are then there need [-]
    charge_share : usable charge of the power stores [-]
    worst_mode : severest mode in which the power bus may be
    contact : the site must have an open way to the Earth (``command_windows``)
    pressure_kpa, oxygen_kpa : of the cabins' air, at least [kPa]; carbon_dioxide_kpa : at most [kPa]
    coldest_k, warmest_k : temperature of the body that is to house the people [K]
    """

    oxygen_days: float | None = None
    water_days: float | None = None
    food_days: float | None = None
    room_share: float | None = None
    oxygen_supply_share: float | None = None
    co2_removal_share: float | None = None
    water_supply_share: float | None = None
    charge_share: float | None = None
    worst_mode: str = ""
    contact: bool = False
    pressure_kpa: float | None = None
    oxygen_kpa: float | None = None
    carbon_dioxide_kpa: float | None = None
    coldest_k: float | None = None
    warmest_k: float | None = None


@dataclass(frozen=True, slots=True)
class GoRule:
    """A rule of the policy by which landings are decided.

    wait_h : for so long after its date a landing is tried, every ``retry_h``; then it is cancelled [h]
    leave : what must hold while people are there; broken for ``leave_after_h`` [h], they leave
    """

    name: str
    go: Wants
    wait_h: float
    retry_h: float
    leave: Wants | None = None
    leave_after_h: float = 0.0


@dataclass(frozen=True, slots=True)
class Landing:
    """A mission that lands by a rule: where, when it is planned, what takes its people home, what it waits for."""

    mission: str
    node: str
    at: datetime
    rule: GoRule
    ascent: tuple[str, ...] = field(default=())
    requires: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Asked:
    """A condition of a landing as results name it: its key, its limit and its unit; ``least`` or at most."""

    landing: Landing
    key: str
    limit: float
    unit: str
    least: bool = True
