"""What the compiled kernel keeps of its steps: sums that become a record, and the records that it writes."""

from __future__ import annotations

import numpy as np

from moonstation.station.compiling import inlined
from moonstation.station.lanes import any_of, put, select
from moonstation.station.packed import Records
from moonstation.station.rows import Record
from moonstation.station.tables import BUSES, NODES, PROCESSES, RENEWED, STEPS, Tables


@inlined
def note_critical(power: Record, step: int) -> None:
    """Count a step by whether a bus has critical loads and serves them all."""
    there, served = power.critical >= 0.0, power.critical > 0.0
    power.critical_steps += select(there, 1.0, 0.0)
    power.critical_served += select(served, 1.0, 0.0)
    power.first_critical = select(there & (power.first_critical < 0.0), float(step), power.first_critical)
    power.last_served = select(served, float(step + 1), power.last_served)


@inlined
def write_record(tables: Tables, records: Records, record: int, steps: int) -> None:
    """Means and sums over the steps of a record; stores and temperatures as they are.

    records : as ``run_kernel`` hands them over, those of processes with the axes process, record
    """
    all_count = tables.counts[RENEWED] > 0  # something that lives no more may have lived within this record
    tables.counts[RENEWED] = tables.counts[STEPS] = 0
    for place in range(len(tables.processes) if all_count else tables.counts[PROCESSES]):
        p = np.uint32(place) if all_count else tables.live_processes[place]
        process = tables.processes[p]
        if any_of(process.activity_sum > 0.0):
            put(records.activity[p, record], process.activity_sum / float(steps))
            process.worked += process.activity_sum
        if any_of(process.shortfall_sum > 0.0):
            put(records.shortfall[p, record], process.shortfall_sum / float(steps))
        ready = process.ready_sum
        if process.listed:
            ready += process.offers * float(steps - process.unready_steps)
        if any_of(ready > 0.0):
            put(records.ready[p, record], ready / float(steps))
        process.unready_steps = 0
        process.activity_sum = process.shortfall_sum = process.ready_sum = 0.0
    for s in range(len(tables.stores)):
        if tables.stores[s].live:
            put(records.amount[record, s], tables.stores[s].amount)
            put(records.capacity[record, s], tables.stores[s].capacity)
    for place in range(tables.counts[NODES]):
        n = tables.live_nodes[place]
        node = tables.nodes[n]
        put(records.temperature_k[record, n], select(node.on > 0.0, node.temperature, np.nan))
    for e in range(len(tables.powers)):
        power = tables.powers[e]
        put(records.power[record, e, 0], power.supply_sum)
        put(records.power[record, e, 1], power.served_sum)
        put(records.power[record, e, 2], power.shed_sum)
        put(records.power[record, e, 3], tables.buses[power.bus].spilled_sum)
        put(records.mode[record, e], power.severest)
        put(records.critical[record, e, 0], power.critical_steps)
        put(records.critical[record, e, 1], power.critical_served)
        put(records.critical_span[e, 0], power.first_critical)
        put(records.critical_span[e, 1], power.last_served)
        power.supply_sum = power.served_sum = power.shed_sum = 0.0
        power.severest = power.critical_steps = power.critical_served = 0.0
    for place in range(len(tables.buses) if all_count else tables.counts[BUSES]):
        b = np.uint32(place) if all_count else tables.live_buses[place]
        put(records.spilled[record, b], tables.buses[b].spilled_sum)
        tables.buses[b].spilled_sum = 0.0
