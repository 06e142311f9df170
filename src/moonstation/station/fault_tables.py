"""Tables of the failures and recoveries of several lives side by side: what is fixed, and how each life stands.

What can differ from life to life has the shape (row, lane). Parts are the kernel's processes, after them its stores by
what they can hold, and then the same by what they can take and give.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from moonstation.station.packed import NEVER

Table = NDArray[Any]
Record = Any
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Numbers that compiled functions take are no plain integers: numba would compile what takes one for each of them anew.
_numbers: Any = np.arange(13)
#: None of the rows of a table.
NONE: Any = np.int64(-1)

#: States of a failure mode: fine; failed and not known; known and worked on; failed for good; its unit is gone.
HEALTHY, HIDDEN, KNOWN, GIVEN_UP, GONE = _numbers[:5]
#: Service of a unit: works; stands by, cold; taken out.
WORKS, STANDS_BY, OUT = _numbers[:3]
#: Where a change by schedule stands: its limit is far; it waits for spare and hands, or is worked on; it is off.
NOT_DUE, DUE, OFF = _numbers[:3]
#: Numbers of a mode, in the order of ``failure_modes.RANGES``.
LIFE, SHAPE, REMAINING, RESET_CHANCE, CLEARS, ROBOT_H, CREW_H, ON_SOLAR, ON_LANDING, ON_BROWN_OUT = _numbers[:10]
LIMIT_H, LIMIT_KG, LIFE_KG = _numbers[10:]
#: What the kernel saw of a process in a step.
TRIED, BLOCKED = 1, 2
#: What draws of random numbers are for.
FOR_LIFE, FOR_RESET, FOR_SUBSYSTEM, FOR_CLEARING, FOR_CAUSE = _numbers[:5]

#: Events of failures: code, and what ``why`` means with it.
F_FAILED, F_CLEARED, F_DETECTED, F_STEP, F_SOLAR_EVENT, F_REPLACED, F_CHANGE = _numbers[:7]
#: Why a mode failed.
BY_AGE, BY_SOLAR_EVENT, BY_LANDING, BY_BROWN_OUT, BY_TEST = _numbers[:5]
#: What a fault was found by.
BY_RESIDUAL, BY_LIMIT, BY_CHECK = _numbers[:3]
#: What came of a step of the ladder.
(MENDED, NO_EFFECT, NOT_POSSIBLE, DONE, ASKED_EARTH, NOBODY_CAME, NO_SPARE, BEGUN, LEFT) = _numbers[:9]
#: What came of a limit of life: changed; overdue for want of a spare, of hands that were free, of anybody who could.
CHANGED, NO_SPARE_LEFT, NO_HANDS_FREE, NO_HANDS_AT_ALL = _numbers[:4]

FAULT_EVENT = np.dtype(
    [
        ("step", np.int64),
        ("code", np.int32),
        ("mode", np.int32),  # row of the mode, -1 none
        ("unit", np.int32),  # number of the asset, -1 none
        ("why", np.int32),  # cause, evidence or outcome, by the code
        ("rung", np.int32),  # step of the ladder, -1 none
        ("value", np.float64),
    ],
    align=True,
)
_I, _L, _B, _F = np.int64, np.int64, np.bool_, np.float64
MODE = np.dtype(
    [
        ("unit", _I),
        ("first", _I),  # of its parts
        ("last", _I),
        ("latent", _B),
        ("spare", _B),
        ("hash", np.uint64),
        ("meters_first", _I),  # processes that count towards its limit and its life
        ("meters_last", _I),
        ("steady", _B),  # what they can do at most is the same in every step
    ],
    align=True,
)
FAULT = np.dtype(
    [
        ("state", np.int8),
        ("rung", _I),
        ("told", _I),  # step of the ladder that has been told, so that waiting is told once
        ("tries", _I),
        ("reserved", _B),  # a spare is set aside for it
        ("number", _L),  # failures so far: names the draws
        ("since", _L),
        ("left", _F),  # steps of service until it fails
        ("rate", _F),  # how fast they run
        ("due", _L),
        ("clears", _L),
        ("timer", _L),
        ("alarm", _L),
        ("until", _L),
        ("ready", _L),  # when Earth has decided; -1 not asked
        ("work", _F),  # hours of work left; negative: not begun
        ("plan", np.int8),  # where its change by schedule stands
        ("overdue", _B),  # told that it is past its limit
        ("new_since", _L),  # step at which it was new
        ("new_kg", _F),  # what its meter stood at then
        ("read_kg", _F),  # at the last reading
        ("end_kg", _F),  # what it stands at when a life by work is over; negative: it lives by hours
    ],
    align=True,
)
UNIT = np.dtype(
    [
        ("modes_first", _I),
        ("modes_last", _I),
        ("parts_first", _I),
        ("parts_last", _I),
        ("group", _I),
        ("pool", _I),  # of spares
        ("spares", _I),
        ("site", _I),
        ("power", _I),  # electricity bus of its site, -1 none
        ("family", _I),
        ("ladder", _I),
    ],
    align=True,
)
UNIT_STATE = np.dtype([("service", np.int8), ("on", _B), ("landed", _L), ("off_until", _L)], align=True)
GROUP = np.dtype([("first", _I), ("last", _I), ("needed", _I)], align=True)
SITE = np.dtype([("robots", _I), ("crew", _I), ("ways_first", _I), ("ways_last", _I)], align=True)
#: Places in ``links`` of what carries a way to the Earth: processes, the site's own link first.
WAY = np.dtype([("first", _I), ("last", _I)], align=True)
#: The number names its draws; one by a go stands last, has no step, and is told by the kernel (``opened``).
LANDING = np.dtype([("step", _L), ("site", _I), ("number", _L), ("gate", _I)], align=True)
#: Spares that a mission lands; those by a go come last.
ARRIVAL = np.dtype([("step", _L), ("pool", _I), ("count", _L), ("gate", _I)], align=True)
RULES = np.dtype(
    [
        ("seed", np.uint64),
        ("step_h", _F),
        ("residual", _F),
        ("persistence", _L),
        ("limit_persistence", _L),
        ("test_every", _L),
        ("reset", _L),
        ("max_resets", _L),
        ("shed_below", _F),
        ("safe_mode", _L),
        ("patience", _L),
        ("ground", _L),
        ("silent_first", _L),
        ("silent_last", _L),
        ("changes", _B),  # what reaches its limit of life is changed by schedule
        ("kept_spares", _L),  # that such changes leave for repairs
    ],
    align=True,
)
LANE = np.dtype(
    [
        ("member", np.uint64),
        ("due", _L),  # next step at which something is to be done, whatever shows, comes free or is told until then
        ("next", _L),  # least due of all modes
        ("stale", _B),  # ``next`` is to be found again
        ("back", _L),  # next step at which a unit's reset is over
        ("lives_changed", _B),  # set by the kernel when an asset came or went
        ("changed", _B),  # told to the kernel: ``health`` is not what it was
        ("watched", _I),
        ("hides", _B),  # some of the watched are hidden
        ("waits", _B),  # something waits for hours of work
        ("asks", _B),  # something waits for the Earth to be told
        ("reading", _L),  # next step at which meters are read
        ("solar_due", _L),
        ("solar_number", _L),
        ("landing", _I),  # number of the next landing
        ("arrival", _I),  # number of the next spares to land
        ("forced_mode", _I),  # a test: this mode fails at ``forced_step``, -1 none
        ("forced_step", _L),
        ("count", _L),  # events, maybe beyond the room
    ],
    align=True,
)


class FaultTables(NamedTuple):
    """All tables. The kernel writes ``seen``, ``alive``, ``unserved``, ``offered``, ``meter_kg`` and reads ``health``,
    ``taken``, ``safe_until``.

    seen : (process, lane) TRIED and BLOCKED of the last step
    opened : (landing by a go, lane) step at which it was, -1 not yet
    alive : (asset, lane); unserved : (electricity bus, lane), critical loads went unserved
    offered, taken : (kind of hours at a site, lane) hours of work that nobody used, and what repairs took of them
    meter_kg : (mode, lane) what a mode's meter stands at, where it is read or its unit is worked on
    full_kg : (mode, lane) by how much it can rise in a step at most; infinite: nobody knows
    wanted : (kind of hours at a site, lane) something waits for such hours
    asking : (site, lane) something waits for contact with the Earth
    touched : (lane, asset) its ``health`` was found anew since the kernel took it over
    health : (part, lane) share of its limit or capacity; safe_until : (electricity bus, lane), step
    """

    rules: Table
    modes: Table
    mode_parts: Ints
    stops: NDArray[np.bool_]  # by place in mode_parts: is off while the mode's part is changed
    meters: Ints
    limited: Ints  # modes that have a limit of life
    metered: Ints  # modes that have a limit or a life by work
    number: Floats  # (number of a mode, mode, lane)
    units: Table
    unit_parts: Ints
    keeps: NDArray[np.bool_]  # by place in unit_parts: runs on while its unit stands by
    groups: Table
    group_units: Ints
    sites: Table
    ways: Table
    links: Ints
    way_open: NDArray[np.bool_]  # (way, step) the Earth could command over it; the last goes on
    ladders: Ints  # (ladder, place), -1 at its end
    asks_earth: NDArray[np.bool_]  # by step of a ladder
    landings: Table
    arrivals: Table
    gated: Ints  # first of the landings and of the arrivals by a go
    hour_bus: Ints
    processes: Ints  # number of processes, one entry
    solar_interval_h: Floats  # (lane,)
    dormancy: Floats  # (lane,)
    faults: Table  # (mode, lane)
    unit_states: Table  # (asset, lane)
    lanes: Table
    watch: Ints  # (place, lane)
    stock: Ints  # (pool, lane)
    brown: NDArray[np.bool_]  # (electricity bus, lane) unserved in the step before
    seen: NDArray[np.uint8]
    alive: NDArray[np.bool_]
    opened: Ints
    unserved: NDArray[np.bool_]
    offered: Floats
    meter_kg: Floats
    full_kg: Floats
    taken: Floats
    wanted: NDArray[np.bool_]
    asking: NDArray[np.bool_]
    touched: NDArray[np.bool_]
    health: Floats
    safe_until: Ints
    log: Table  # (lane, event)


class Plan(NamedTuple):
    """What is fixed of the failures of a station, made once for all its lives."""

    rules: Table
    modes: Table
    mode_parts: Ints
    stops: NDArray[np.bool_]
    meters: Ints
    limited: Ints
    metered: Ints
    units: Table
    unit_parts: Ints
    keeps: NDArray[np.bool_]
    groups: Table
    group_units: Ints
    sites: Table
    ways: Table
    links: Ints
    way_open: NDArray[np.bool_]
    ladders: Ints
    asks_earth: NDArray[np.bool_]
    landings: Table
    arrivals: Table
    gated: Ints
    hour_bus: Ints
    processes: Ints
    gates: int
    parts: int
    powers: int
    pools: int
    mode_names: tuple[str, ...]  # by row
    unit_names: tuple[str, ...]


class LifeNumbers(NamedTuple):
    """Numbers of the failures of one life: of its modes, shape (13, mode), and of what strikes all [h], [-]."""

    modes: Floats
    solar_interval_h: float
    dormancy: float


def fault_tables(plan: Plan, numbers: list[LifeNumbers], members: list[int], event_room: int) -> FaultTables:
    """Tables before the first landing, a lane for each of ``members``, whose numbers may differ."""
    lanes = len(members)
    health = np.ones((plan.parts, lanes))
    health[standing_by(plan)] = 0.0
    tables = FaultTables(
        **{name: getattr(plan, name) for name in FaultTables._fields if name in Plan._fields},
        number=np.stack([life.modes for life in numbers], axis=2),
        solar_interval_h=np.array([life.solar_interval_h for life in numbers]),
        dormancy=np.array([life.dormancy for life in numbers]),
        faults=np.zeros((len(plan.modes), lanes), FAULT),
        unit_states=np.zeros((len(plan.units), lanes), UNIT_STATE),
        lanes=np.zeros(lanes, LANE),
        watch=np.zeros((len(plan.modes), lanes), np.int64),
        stock=np.zeros((plan.pools, lanes), np.int64),
        brown=np.zeros((plan.powers, lanes), np.bool_),
        seen=np.zeros((int(plan.processes[0]), lanes), np.uint8),
        alive=np.zeros((len(plan.units), lanes), np.bool_),
        opened=np.full((plan.gates, lanes), -1, np.int64),
        unserved=np.zeros((plan.powers, lanes), np.bool_),
        offered=np.zeros((len(plan.hour_bus), lanes)),
        meter_kg=np.zeros((len(plan.modes), lanes)),
        full_kg=np.full((len(plan.modes), lanes), np.inf),
        taken=np.zeros((len(plan.hour_bus), lanes)),
        wanted=np.zeros((len(plan.hour_bus), lanes), np.bool_),
        asking=np.zeros((len(plan.sites), lanes), np.bool_),
        touched=np.ones((lanes, len(plan.units)), np.bool_),
        health=health,
        safe_until=np.zeros((plan.powers, lanes), np.int64),
        log=np.zeros((lanes, event_room), FAULT_EVENT),
    )
    tables.lanes["member"] = members
    tables.lanes["next"] = tables.lanes["solar_due"] = tables.lanes["forced_step"] = NEVER
    tables.lanes["reading"] = tables.lanes["back"] = NEVER
    tables.lanes["forced_mode"] = tables.lanes["solar_number"] = -1
    tables.lanes["changed"] = True
    tables.faults["state"] = GONE
    tables.faults["due"] = NEVER
    tables.unit_states["service"] = OUT
    return tables


def standing_by(plan: Plan) -> list[int]:
    """Parts that rest from their landing on, for enough others of their group work."""
    parts: list[int] = []
    for group in plan.groups:
        for unit in plan.group_units[group["first"] + group["needed"] : group["last"]]:
            span = range(plan.units["parts_first"][unit], plan.units["parts_last"][unit])
            parts += [int(plan.unit_parts[place]) for place in span if not plan.keeps[place]]
    return parts
