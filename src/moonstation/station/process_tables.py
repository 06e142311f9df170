"""Tables of processes: what they draw, move and wait for in a step, and in which form the kernel runs them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from moonstation.station.packed import ALWAYS, FOLLOW, HOLD, THERMOSTAT, Network, steps_of
from moonstation.station.rows import FLAG, FLOAT, INT, UNSIGNED, Columns, Table, alike, exp_of, same_columns, table_of
from moonstation.station.stacking import lanes_of

_PROCESS = (
    "able draw activity_sum heat_w control_on control_rate control_off hysteresis_on worn keeps starved shortfall_sum"
    " starve_limit min_fraction ready_sum limit health sound offers first_worn reserve worked drive_share",
    [
        # the first two lines of the cache are looked at in every step
        ("recipe_first", UNSIGNED),
        ("recipe_gives", UNSIGNED),
        ("recipe_free", UNSIGNED),
        ("recipe_last", UNSIGNED),
        ("lock_first", UNSIGNED),
        ("lock_last", UNSIGNED),
        ("series", UNSIGNED),
        ("control_index", UNSIGNED),
        ("heat_node", UNSIGNED),
        ("work_node", UNSIGNED),
        ("drives", UNSIGNED),
        ("power", UNSIGNED),
        ("power_bus", UNSIGNED),
        ("priority", np.float32),
        ("common_able", FLOAT),
        ("common_draw", FLOAT),
        ("common_heat_w", FLOAT),
        ("common_on", FLOAT),
        ("tried", np.int64),
        ("blocked", np.int64),
        ("unready_steps", INT),
        ("control", np.int8),
        ("manner", np.int8),
        ("able_alike", FLAG),
        ("draw_alike", FLAG),
        ("heat_alike", FLAG),
        ("on_alike", FLAG),
        ("critical", FLAG),
        ("boundary", FLAG),
        ("decays", FLAG),
        ("partial", FLAG),
        ("bound", FLAG),
        ("limited", FLAG),
        ("everywhere", FLAG),
        ("starves", FLAG),
        ("sparing", FLAG),
        ("fills", FLAG),
        ("passes", FLAG),
        ("seeks", FLAG),
        ("listed", FLAG),
        ("plain_manner", np.int8),
        ("asset", INT),
    ],
)
_RECIPE = ("", [("bus", UNSIGNED), ("takes", FLAG), ("limits", FLAG), ("common", FLAG), ("amount", FLOAT)])
_AMOUNT: Columns = ("amount", [])

#: Forms of the rule of a process in the kernel: all that its series lets it, without and with electricity; with
#: electricity as a thermostat wants it; any other.
GIVING, DRAWING, HEATING, MANIFOLD = range(4)


def process_table(
    network: Network,
    step_h: float,
    draw: NDArray[np.float64],
    recipe_ptr: NDArray[np.int64],
    recipe: Table,
) -> Table:
    """Table of the processes of a network, before the first landing; draw, recipe_ptr, recipe : see ``recipes_of``."""
    processes = network.processes
    limits, takes = _count_within(recipe_ptr, recipe["limits"]), _count_within(recipe_ptr, recipe["takes"])
    manners = _manners(network, limits > 0)
    age_h = network.schedule.asset_age_h[processes.asset][:, np.newaxis]
    patience = [float(max(steps_of(hours, step_h), 1)) for hours in processes.starve_limit_h.ravel().tolist()]
    return table_of(
        _PROCESS,
        lanes_of(network),
        recipe_first=recipe_ptr[:-1],
        recipe_gives=recipe_ptr[:-1] + takes,
        recipe_free=recipe_ptr[:-1] + limits,
        recipe_last=recipe_ptr[1:],
        lock_first=processes.interlock_ptr[:-1],
        lock_last=processes.interlock_ptr[1:],
        power_bus=_power_bus(network),
        draw=draw,
        common_draw=draw[:, 0],
        draw_alike=alike(draw),
        common_heat_w=1000.0 * processes.heat_kw[:, 0],
        heat_alike=alike(processes.heat_kw),
        common_on=processes.control_on[:, 0],
        on_alike=alike(processes.control_on),
        critical=processes.priority <= network.rules.critical_priority,
        sound=processes.health > 0.0,
        control_rate=_control_rates(network, step_h),
        fills=(processes.control_on < processes.control_off)[:, 0],
        manner=manners,
        plain_manner=manners,
        decays=(processes.decay_per_h != 0.0).any(axis=1),
        partial=(processes.min_fraction > 0.0).any(axis=1),
        bound=(processes.work_node >= 0) | (np.diff(processes.interlock_ptr) > 0),
        limited=limits > 0,
        keeps=exp_of(-processes.decay_per_h * step_h),
        first_worn=exp_of(-processes.decay_per_h * age_h),
        heat_w=1000.0 * processes.heat_kw,
        starve_limit=np.reshape(patience, processes.starve_limit_h.shape),
        **same_columns(_PROCESS, processes),
    )


def _count_within(ptr: NDArray[np.int64], flags: NDArray[np.bool_]) -> NDArray[np.int64]:
    """How many flags are set from each pointer to the next."""
    return np.diff(np.append(0, np.cumsum(flags))[ptr])


def _manners(network: Network, limited: NDArray[np.bool_]) -> NDArray[np.int8]:
    """In which of the forms of its rule the kernel runs each process: those that need little have short ones."""
    processes = network.processes
    special = limited | processes.sparing | (processes.decay_per_h != 0.0).any(axis=1)
    special |= (processes.min_fraction > 0.0).any(axis=1)
    manners = np.full(len(special), MANIFOLD, np.int8)
    plain, draws = ~special & (processes.control == ALWAYS), processes.power >= 0
    manners[plain & ~draws] = GIVING
    manners[plain & draws] = DRAWING
    manners[~special & (processes.control == THERMOSTAT) & draws] = HEATING
    return manners


def _power_bus(network: Network) -> NDArray[np.int64]:
    """Bus that each process draws its electricity from; means nothing where it draws none."""
    numbers = network.processes.power
    return np.where(numbers >= 0, np.append(network.buses.power_bus, 0)[numbers], 0)


def _control_rates(network: Network, step_h: float) -> NDArray[np.float64]:
    """What each process moves in a step at activity 1 on the bus that controls it, 0 where that is none."""
    processes, rates = network.processes, np.zeros_like(network.processes.limit)
    for p in np.flatnonzero(np.isin(processes.control, (HOLD, FOLLOW))):
        for k in range(processes.recipe_ptr[p], processes.recipe_ptr[p + 1]):
            if processes.recipe_bus[k] == processes.control_index[p]:
                rates[p] = processes.recipe_rate[k] * step_h
    return rates


def recipes_of(network: Network, step_h: float) -> tuple[NDArray[np.float64], NDArray[np.int64], Table, Table]:
    """Per process: electricity drawn, pointers to, and tables of, all else that it moves in a step at activity 1.

    What a process takes stands first, then what it can give only where there is room, then the rest. An amount that all
    lives have in common stands in its row of the first table, too.
    """
    processes, power_bus = network.processes, _power_bus(network)
    draw, ends = np.zeros_like(processes.limit), [0]
    buses: list[int] = []
    moved: list[NDArray[np.float64]] = []
    freely = (processes.recipe_rate[:, 0] > 0.0) & (
        network.buses.spills[processes.recipe_bus] | np.repeat(processes.spills, np.diff(processes.recipe_ptr))
    )
    limits: list[bool] = []
    for p in range(len(processes.asset)):
        recipe = range(processes.recipe_ptr[p], processes.recipe_ptr[p + 1])
        for k in sorted(recipe, key=lambda k: (processes.recipe_rate[k, 0] > 0.0, freely[k])):
            bus, rate = int(processes.recipe_bus[k]), processes.recipe_rate[k]
            if processes.power[p] >= 0 and bus == power_bus[p] and rate[0] < 0.0:
                draw[p] -= rate * step_h
            elif rate[0] != 0.0:
                buses.append(bus)
                moved.append(rate * step_h)
                limits.append(not freely[k])
        ends.append(len(buses))
    amounts = np.array(moved).reshape(len(moved), lanes_of(network))
    takes, common = amounts[:, 0] < 0.0, alike(amounts)
    amounts = np.abs(amounts)
    first = amounts[:, 0]
    rows = table_of(_RECIPE, 1, bus=buses, takes=takes, limits=limits, common=common, amount=first)
    return draw, np.array(ends, np.int64), rows, table_of(_AMOUNT, lanes_of(network), amount=amounts)
