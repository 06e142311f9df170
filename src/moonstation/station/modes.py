"""Modes of the electricity buses in the compiled kernel, and what is booked of them at the end of a step."""

from __future__ import annotations

import numpy as np

from moonstation.station.compiling import inlined
from moonstation.station.heat import Row
from moonstation.station.lanes import all_of, any_of, no, select
from moonstation.station.lives import note
from moonstation.station.packed import (
    DARK,
    EV_MODE,
    EV_SERVED,
    EV_UNSERVED,
    NOMINAL,
    SAFE,
    SURVIVAL,
    Rules,
)
from moonstation.station.recording import note_critical
from moonstation.station.rows import NOWHERE, Table
from moonstation.station.tables import Tables


@inlined
def call_modes(tables: Tables, rules: Rules, now: Row, step: int) -> bool:
    """Mode that charge and Sun call for on every power bus; True when one changes in any life."""
    changed, enough = False, max(rules.dark_charge_below, rules.survival_below, rules.safe_below)
    for e in range(len(tables.powers)):
        power = tables.powers[e]
        bus, sun, mode = tables.buses[power.bus], power.sun_series, power.mode
        charge = select(bus.usable_capacity > 0.0, bus.usable / bus.usable_capacity, 1.0)
        if all_of((charge >= enough) & (mode == float(NOMINAL)) & (float(step) >= power.safe_until)):
            continue  # nothing calls for another mode
        night = sun != NOWHERE and now[sun] < rules.dark_sun_below
        wanted = select(charge < rules.dark_charge_below, float(DARK) if night else float(NOMINAL), float(NOMINAL))
        survives = (charge < rules.survival_below) | ((mode >= float(SURVIVAL)) & (charge < rules.survival_exit))
        wanted = select(survives, float(SURVIVAL), wanted)
        safe = (charge < rules.safe_below) | ((mode == float(SAFE)) & (charge < rules.safe_exit))
        wanted = select(safe | (float(step) < power.safe_until), float(SAFE), wanted)
        milder = wanted < mode
        changes = (wanted > mode) | (milder & (power.timer >= power.recovery))
        power.wanted = select(changes, wanted, mode)
        power.timer = select(milder & no(changes), power.timer + 1.0, 0.0)
        changed |= any_of(changes)
    return changed


@inlined
def change_modes(raw: Tables, log: Table, step: int) -> None:
    """Enter the modes that were called for, life by life."""
    for e in range(len(raw.powers)):
        power = raw.powers[e]
        for lane in range(log.shape[1]):
            if power.wanted[lane] != power.mode[lane]:
                power.mode[lane] = power.wanted[lane]
                power.serve_up_to[lane] = raw.serve_up_to[np.int64(power.wanted[lane])]
                note(log, lane, step, EV_MODE, e, power.wanted[lane])


@inlined
def book_power(tables: Tables, step: int) -> bool:
    """Book the step of every power bus; True when critical loads began or ceased to be served in any life."""
    changed = False
    for e in range(len(tables.powers)):
        power = tables.powers[e]
        bus = tables.buses[power.bus]
        power.supply_sum += bus.produced
        power.served_sum += bus.consumed
        power.shed_sum += power.shed
        bus.asked = max(bus.consumed + power.shed - bus.sent, 0.0)
        bus.produced = bus.consumed = 0.0
        bus.wanted = bus.wished
        bus.sent = bus.wished = 0.0
        power.shed = 0.0
        power.severest = max(power.severest, power.mode)
        note_critical(power, step)
        short, told = power.critical == 0.0, power.unserved > 0.0
        changed |= any_of((short & no(told)) | (told & no(short)))
    return changed


@inlined
def note_unserved(raw: Tables, log: Table, step: int) -> None:
    """Report power buses whose critical loads began or ceased to be served, life by life."""
    for e in range(len(raw.powers)):
        power = raw.powers[e]
        for lane in range(log.shape[1]):
            short = power.critical[lane] == 0.0
            if short != (power.unserved[lane] > 0.0):
                power.unserved[lane] = 1.0 if short else 0.0
                note(log, lane, step, EV_UNSERVED if short else EV_SERVED, e, 0.0)
