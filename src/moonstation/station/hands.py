"""Hands and spares in the compiled kernel: what mending or changing a unit takes, and where it is to be had."""

from __future__ import annotations

from moonstation.station.compiling import inlined
from moonstation.station.fault_tables import CREW_H, ROBOT_H, FaultTables
from moonstation.station.recovery import ROBOTS

_NO_WORK = 1e-9  # hours: done
#: Hours that nobody could ever work, and other numbers that never come about.
ENDLESS = 1e15


@inlined
def slot_of(tables: FaultTables, mode: int, rung: int) -> int:
    """Number of the hours of work that a repair needs, -1 where nobody offers them at its site."""
    site = tables.sites[tables.units[tables.modes[mode].unit].site]
    return site.robots if rung == ROBOTS else site.crew


@inlined
def hours_of(tables: FaultTables, lane: int, mode: int, rung: int) -> float:
    """Work that a repair takes [h]."""
    return tables.number[ROBOT_H if rung == ROBOTS else CREW_H, mode, lane]


@inlined
def has_hands(tables: FaultTables, lane: int, mode: int, rung: int) -> bool:
    """Whether such hands are at its site at all, and could do it."""
    return hours_of(tables, lane, mode, rung) < ENDLESS and slot_of(tables, mode, rung) >= 0


@inlined
def are_free(tables: FaultTables, lane: int, mode: int, rung: int) -> bool:
    """Whether such hands are free in this step."""
    slot = slot_of(tables, mode, rung)
    return tables.offered[slot, lane] > tables.taken[slot, lane]


@inlined
def wish_hands(tables: FaultTables, lane: int, mode: int, rung: int) -> None:
    """Ask to be called when hours of work for a repair are free."""
    if has_hands(tables, lane, mode, rung):
        tables.wanted[slot_of(tables, mode, rung), lane] = True
        tables.lanes[lane].waits = True


@inlined
def is_stocked(tables: FaultTables, lane: int, mode: int, kept: int) -> bool:
    """Whether the spare that a mode needs is there, and ``kept`` more."""
    given = tables.modes[mode]
    return not given.spare or tables.stock[tables.units[given.unit].pool, lane] > kept


@inlined
def take_spare(tables: FaultTables, lane: int, mode: int) -> None:
    """Set a spare aside."""
    tables.stock[tables.units[tables.modes[mode].unit].pool, lane] -= 1
    tables.faults[mode, lane].reserved = True


@inlined
def give_back(tables: FaultTables, lane: int, mode: int) -> None:
    """A spare that was set aside is free for others."""
    fault = tables.faults[mode, lane]
    if fault.reserved:
        fault.reserved = False
        tables.stock[tables.units[tables.modes[mode].unit].pool, lane] += 1


@inlined
def work_on(tables: FaultTables, lane: int, step: int, mode: int, rung: int) -> bool:
    """Work with the hours that nobody else used, one pair of hands at a time; True when it is done."""
    fault, slot = tables.faults[mode, lane], slot_of(tables, mode, rung)
    hours = min(fault.work, tables.rules[0].step_h)
    hours = max(min(hours, tables.offered[slot, lane] - tables.taken[slot, lane]), 0.0)
    if hours > 0.0:
        tables.taken[slot, lane] += hours
        fault.work -= hours
        fault.until = step + tables.rules[0].patience
    return fault.work <= _NO_WORK
