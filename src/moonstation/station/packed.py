"""The network as plain arrays: the one form that both kernels read."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

#: Controls of a process.
ALWAYS, HYSTERESIS, HOLD, SURPLUS, THERMOSTAT, PROPORTIONAL, FOLLOW = range(7)

#: Modes of a power bus, by number (see ``model.MODES``).
NOMINAL, DARK, SURVIVAL, SAFE = range(4)

#: Not plain integers, for numba would compile what takes one of them for each of them anew.
_numbers: Any = np.arange(18)

#: Events that the kernel reports: (step, code, index, value).
(
    EV_LANDED,
    EV_ENDED,
    EV_MODE,
    EV_LOST_COLD,
    EV_LOST_HOT,
    EV_LOST_STARVED,
    EV_UNSERVED,
    EV_SERVED,
    EV_SPILL,
    EV_SPILL_END,
    EV_DELIVERY,
    EV_DELIVERY_OVERFLOW,
    EV_LOST_HOUSED,
    EV_GO,
    EV_NO_GO,
    EV_CANCELLED,
    EV_LEFT,
    EV_STRANDED,
) = _numbers

#: What is asked by a condition: before a landing, of those who are there, of what takes them home.
GO, STAY, ASCENT = range(3)

#: How a landing stands: it waits for its go, its people are there, all is decided.
WAITS, VISITED, DECIDED = range(3)

#: Terms of a condition: mass on a bus; share of its stores' capacity; usable share of a power bus; limit of a process
#: that is alive, by its health; an asset alive; a link that could send now; mode of a power bus; an asset none of whose
#: parts has failed altogether; a mission that has landed; temperature of a thermal node, 0 where it is not there; a way
#: to the Earth, all of whose parts could send now: a condition that no landing asks for by itself, of T_OPEN alone.
(T_AMOUNT, T_FILL, T_CHARGE, T_HEALTH, T_ALIVE, T_OPEN, T_MODE, T_SOUND, T_LANDED, T_KELVIN, T_WAY) = range(11)

#: A row of the log of events.
EVENT = np.dtype([("step", np.int64), ("code", np.int64), ("index", np.int64), ("value", np.float64)])

#: A store that can move no more than this in a step loses nothing by its rate [unit of the bus].
NEXT_TO_NOTHING = 1e-100

#: What a ledger leaves open counts as nothing up to this: beside it a stock that leaks away, halved again and again, is
#: so small a number that its last digit is a great part of it [unit of the bus].
NOTHING = 1e-290

#: What a process offers while it could run is counted in so many parts of it, so that sums are exact in any order.
OFFER_PARTS = float(2**20)

#: Radiation is linearised anew where a node comes out so far from where that was done [K], so often at most.
FAR_K, MOST_ROUNDS = 10.0, 20

#: A step that never comes.
NEVER = 2**62

#: Columns of the ledger of a bus, whole run [unit of the bus].
LEDGER_COLUMNS = ("delivered", "produced", "consumed", "spilled", "lost", "removed", "stored_end")
L_DELIVERED, L_PRODUCED, L_CONSUMED, L_SPILLED, L_LOST, L_REMOVED, L_STORED = range(7)


class Buses(NamedTuple):
    """Buses; the stores of bus b are ``store_ptr[b]:store_ptr[b + 1]``."""

    store_ptr: Ints
    spills: Bools
    reports_spill: Bools  # an event when it starts to spill (data)
    elements: Floats  # (bus, element) mass fractions, all 0 for what is not mass
    power_number: Ints  # number among the electricity buses, -1 for others
    power_bus: Ints  # bus of each electricity number
    sun_series: Ints  # per electricity number: series of the solar disc fraction at its site, -1 none


class Stores(NamedTuple):
    """Stores, sorted by bus. Units as in ``contract.Store``."""

    bus: Ints
    asset: Ints
    capacity: Floats
    start: Floats
    floor: Floats
    charge_efficiency: Floats
    discharge_efficiency: Floats
    charge_limit: Floats
    discharge_limit: Floats
    loss_per_h: Floats
    fade_per_cycle: Floats
    fade_per_h: Floats
    rate_loss: Floats
    work_node: Ints  # thermal node that it works in, -1 any temperature
    charge_min_k: Floats
    charge_max_k: Floats
    discharge_min_k: Floats
    discharge_max_k: Floats


class Processes(NamedTuple):
    """Processes in the order in which they are served."""

    asset: Ints
    recipe_ptr: Ints
    recipe_bus: Ints
    recipe_rate: Floats
    limit: Floats
    health: Floats  # at the begin: 0 for those of units that stand by
    decay_per_h: Floats
    series: Ints
    priority: Ints
    min_fraction: Floats
    starve_limit_h: Floats
    control: Ints
    control_index: Ints  # bus or thermal node
    control_on: Floats
    control_off: Floats
    interlock_ptr: Ints
    interlock_bus: Ints
    interlock_low: Floats
    interlock_high: Floats
    heat_node: Ints
    heat_kw: Floats
    work_node: Ints
    drives: Ints  # thermal node whose radiator the loop feeds that it pumps, -1 none
    drive_share: Floats  # of that radiator, per unit of activity
    power: Ints  # number of the electricity bus it draws from, -1 none
    spills: Bools
    boundary: Bools
    sparing: Bools  # draws only from the surplus of its bus
    passes: Bools  # sparing, and not one of lines in a circle: what it would draw counts for the lines to its bus
    reserve: Floats  # share of the capacity of its bus's stores that a sparing one leaves


class Thermal(NamedTuple):
    """Thermal nodes; a node stands before its parent."""

    asset: Ints
    heat_capacity: Floats
    start_k: Floats
    sink_series: Ints
    sink_k: Floats
    radiating_m2: Floats
    ground_series: Ints
    ground_k: Floats
    conductance: Floats
    heat_series: Ints
    heat_w: Floats
    parent: Ints
    parent_w_k: Floats
    closed_share: Floats
    closed_k: Floats
    open_k: Floats
    work_min_k: Floats
    work_max_k: Floats
    survive_min_k: Floats
    survive_max_k: Floats


class Schedule(NamedTuple):
    """When assets live (steps) and what is delivered, deliveries in order of step."""

    asset_start: Ints
    asset_end: Ints
    asset_age_h: Floats  # since it landed, at its first step
    asset_body: Ints  # number of the asset that carries it, -1 none
    delivery_step: Ints
    delivery_bus: Ints
    delivery_amount: Floats
    asset_gate: Ints  # landing by whose go it comes, -1 it comes by its date
    asset_people: Bools  # it is people who come by a go
    asset_goes: Bools  # it leaves with them, should they leave early
    delivery_gate: Ints
    gate_start: Ints  # first step at which a landing may be, in which it is planned
    gate_last: Ints  # last step at which it may be
    gate_retry: Ints  # steps from one look to the next
    gate_watch: Ints  # the same while people are there
    gate_persistence: Ints  # steps for which a condition of theirs must be broken


class Conditions(NamedTuple):
    """What must hold before a landing and after it: ``base`` and a sum of terms between ``low`` and ``high``.

    Sorted by ``gate``, the landing, and by what it is for: GO, STAY, ASCENT. Ways stand last, of the gate behind all.
    """

    gate: Ints
    asked: Ints
    term_ptr: Ints
    term_kind: Ints
    term_index: Ints
    term_weight: Floats
    base: Floats
    low: Floats
    high: Floats


class Rules(NamedTuple):
    """The policy (see ``model.Policy``), as numbers."""

    serve_up_to: Ints
    critical_priority: int
    dark_sun_below: float
    dark_charge_below: float
    survival_below: float
    survival_exit: float
    safe_below: float
    safe_exit: float
    recovery_h: float


class Network(NamedTuple):
    """Everything a kernel needs but the series."""

    buses: Buses
    stores: Stores
    processes: Processes
    thermal: Thermal
    schedule: Schedule
    rules: Rules
    conditions: Conditions


#: Records that lie process by process in memory: most processes are there, or want for something, for a part of the
#: time, and what nobody writes takes no memory.
BY_PROCESS = ("activity", "shortfall", "ready")


class Records(NamedTuple):
    """What a kernel leaves; means over ``record_steps`` steps, stores and temperatures at the end of them.

    Lives that ran side by side have a last axis ``lane`` more (see ``life_of``).
    Electricity columns of ``power``: supply, served, shed, spilled [kWh per record].
    """

    activity: NDArray[np.float32]  # (record, process)
    shortfall: NDArray[np.float32]  # (record, process)
    ready: NDArray[np.float32]  # (record, process)
    amount: NDArray[np.float32]  # (record, store)
    capacity: NDArray[np.float32]  # (record, store)
    temperature_k: NDArray[np.float32]  # (record, thermal node), nan before landing and after loss
    power: NDArray[np.float32]  # (record, electricity bus, 4)
    spilled: NDArray[np.float32]  # (record, bus)
    mode: NDArray[np.int8]  # (record, electricity bus), the severest in the record
    critical: NDArray[np.int32]  # (record, electricity bus, 2), steps with critical loads, and with all of them served
    critical_span: Ints  # (electricity bus, 2), first step with critical loads, end of the last with all served; or -1
    ledger: Floats  # (bus, LEDGER_COLUMNS)
    residual: Floats  # greatest relative residual: bus, element, heat
    log: NDArray[Any]  # events (step, code, index, value); row 0 counts them in index, maybe beyond the room


def steps_of(hours: float, step_h: float) -> int:
    """Number of steps of ``step_h`` hours that make up ``hours``, rounded up."""
    return math.ceil(hours / step_h - 1e-9) if math.isfinite(hours) else NEVER


def empty_records(network: Network, steps: int, record_steps: int, event_room: int, lanes: int = 0) -> Records:
    """Room for the records of a run of ``steps`` steps; with a last axis ``lane`` for ``lanes`` lives side by side."""
    count = -(-steps // record_steps)
    processes, stores = len(network.processes.asset), len(network.stores.bus)
    nodes, buses, powers = len(network.thermal.asset), len(network.buses.spills), len(network.buses.power_bus)
    single, many = np.float32, (lanes,) if lanes else ()
    activity, shortfall, ready = (np.zeros((processes, count, *many), single).swapaxes(0, 1) for _ in BY_PROCESS)
    return Records(
        activity=activity,
        shortfall=shortfall,
        ready=ready,
        amount=np.zeros((count, stores, *many), single),
        capacity=np.zeros((count, stores, *many), single),
        temperature_k=np.full((count, nodes, *many), np.nan, single),
        power=np.zeros((count, powers, 4, *many), single),
        spilled=np.zeros((count, buses, *many), single),
        mode=np.zeros((count, powers, *many), np.int8),
        critical=np.zeros((count, powers, 2, *many), np.int32),
        critical_span=np.full((powers, 2, *many), -1, np.int64),
        ledger=np.zeros((buses, len(LEDGER_COLUMNS), *many)),
        residual=np.zeros((3, *many)),
        log=np.zeros((event_room + 1, *many), EVENT),
    )


def life_of(records: Records, lane: int) -> Records:
    """The records of one of several lives side by side, views without the axis ``lane``."""
    return Records._make(array[..., lane] for array in records)


def log_rows(records: Records) -> NDArray[Any]:
    """The events of one life, in the order in which they happened, as far as there was room for them."""
    return np.asarray(records.log[1 : int(records.log["index"][0]) + 1])
