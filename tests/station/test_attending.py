"""What the kernel tells the rules of failures and takes from them, in plain Python and life by life."""

from __future__ import annotations

from types import FunctionType

import numpy as np
import pytest
from build import compile_lit
from failing import HANDS, LINK, mode, station, unit
from hypothesis import given, settings
from hypothesis import strategies as st
from numba.core.dispatcher import Dispatcher

from moonstation.components.contract import Process, Store
from moonstation.station import attending
from moonstation.station.fault_plan import life_numbers, plan_failures
from moonstation.station.fault_tables import BLOCKED, HIDDEN, TRIED, fault_tables
from moonstation.station.packed import NEVER
from moonstation.station.stacking import stack_networks
from moonstation.station.tables import make_tables

LIVES = 3


class Attended:
    """Tables of a station in three lives, and the module's own functions, those of other modules by spies."""

    def __init__(self) -> None:
        pump = unit(
            "pump",
            mode(remaining=0.25, meter=("run",), limit_kg=100.0),
            processes=(Process("run", {"water": 1.0}, boundary=True),),
        )
        tank = unit("tank", mode(), processes=(), stores=(Store("t", "water", 10.0, 8.0),))
        power = unit("mains", processes=(Process("p", {"electricity": 1.0}),))
        built = station(
            pump, tank, power, unit("robot", processes=(HANDS,)), unit("radio", processes=(LINK,)), hours=24.0
        )
        compiled = compile_lit(built)
        self.plan = plan_failures(built, compiled, 1)
        faults = fault_tables(self.plan, [life_numbers(built)] * LIVES, list(range(LIVES)), 100)
        self.faults = rows_by_name(faults)
        self.raw = rows_by_name(make_tables(stack_networks([compiled.network] * LIVES), built.grid.step_h))
        self.raw.assets.on[:] = 1
        self.faults.lanes.due, self.faults.lanes.changed, self.faults.touched[:] = NEVER, False, False
        self.attended: list[int] = []
        self.refreshed: list[int] = []
        self.evidence: list[tuple[int, int]] = []
        self.contact, self.findable = False, False
        self.plain = self._plain()

    def _plain(self) -> dict[str, object]:
        scope = dict(vars(attending))
        for name, value in vars(attending).items():
            if isinstance(value, Dispatcher) and value.py_func.__module__ == attending.__name__:
                scope[name] = FunctionType(value.py_func.__code__, scope, name)
        scope["begin_step"] = lambda faults, lane, step: self.attended.append(lane)
        scope["mend_faults"] = lambda faults, lane, step: None
        scope["has_contact"] = lambda faults, lane, step, site: self.contact
        scope["may_be_found"] = lambda faults, lane, mode: self.findable
        scope["count_evidence"] = lambda faults, lane, mode: self.evidence.append((lane, mode))
        scope["refresh_process"] = lambda raw, p: self.refreshed.append(p)
        return scope

    def call(self, name: str, *arguments: object) -> object:
        return self.plain[name](self.raw, self.faults, *arguments)  # type: ignore[operator]

    def attend(self, step: int = 5, *, lives_changed: bool = False, relief: bool = False) -> list[int]:
        """Lives that were looked at."""
        self.attended.clear()
        self.call("attend", step, lives_changed, relief)
        return list(self.attended)

    def unit_number(self, name: str) -> int:
        return self.plan.unit_names.index(name)


def rows_by_name(tables):
    """The same tables, rows of which give their columns as attributes, as compiled code has them."""
    records = {
        name: table.view(np.recarray)
        for name, table in tables._asdict().items()
        if isinstance(table, np.ndarray) and table.dtype.names
    }
    return tables._replace(**records)


@pytest.fixture
def here():
    return Attended()


def test_a_life_is_looked_at_when_its_time_has_come_and_no_other(here):
    assert here.attend() == []
    here.faults.lanes[1].due = 5
    assert here.attend(4) == []
    assert here.attend(5) == [1]


def test_every_life_is_looked_at_when_an_asset_came_or_went_and_knows_of_it(here):
    here.raw.assets.on[here.unit_number("radio"), 2] = 0
    assert here.attend(lives_changed=True) == [0, 1, 2]
    assert here.faults.lanes.lives_changed.all()
    assert here.faults.alive[here.unit_number("radio")].tolist() == [True, True, False]


def test_meters_are_looked_at_when_they_are_read_or_their_unit_is_worked_on(here):
    (run,) = here.plan.meters
    here.raw.processes[run].worked[:] = 3.0
    here.raw.processes[run].activity_sum[:] = 0.5
    here.faults.lanes.due, here.faults.lanes.reading = 5, [5, 6, 6]
    here.faults.lanes.watched[1] = 1
    here.attend(5)
    assert here.faults.meter_kg[0].tolist() == [3.5, 3.5, 0.0]  # read; watched; neither
    assert not here.faults.meter_kg[1:].any()


def test_hours_of_work_wake_only_a_life_in_which_something_waits_for_them(here):
    hours = [here.faults.hour_bus[0]]
    here.raw.buses.left[hours, 0] = here.raw.buses.left[hours, 1] = 1.0
    here.faults.wanted[0] = True
    assert here.attend() == [], "nothing waits"
    here.faults.lanes.waits = True
    assert here.attend() == [0, 1], "in the third life nobody is free"
    here.faults.wanted[0, 1] = False
    assert here.attend() == [0]


def test_contact_wakes_only_a_life_in_which_something_is_to_be_told(here):
    here.contact = True
    here.faults.asking[:, 1] = True
    assert here.attend() == []
    here.faults.lanes[1].asks = True
    assert here.attend() == [1]
    here.contact = False
    assert here.attend() == []


def test_a_hidden_fault_wakes_its_life_when_it_may_be_found_and_counts_its_evidence_until_then(here):
    here.faults.lanes[2].hides, here.faults.lanes[2].watched = True, 1
    here.faults.watch[0, 2] = 0
    here.faults.faults[0, 2].state = HIDDEN
    assert here.attend() == []
    assert here.evidence == [(2, 0)]
    here.findable = True
    assert here.attend() == [2]


def test_loads_that_fail_wake_a_life_whose_loads_changed_and_only_on_relief(here):
    here.raw.powers.unserved[:, 1] = 0.5
    assert here.attend() == []
    assert here.attend(relief=True) == [1]
    assert here.attend(relief=True) == [], "known by now"


def test_a_process_is_seen_in_each_life_by_its_bit(here):
    numbers = range(len(here.raw.processes))
    for p in numbers:
        here.raw.processes[p].tried, here.raw.processes[p].blocked = 0b001, 0b110
        for lane in range(LIVES):
            here.call("_see", lane, p)
    assert here.faults.seen.T.tolist() == [[TRIED] * len(numbers), *([[BLOCKED] * len(numbers)] * 2)]
    here.raw.assets.on[:, 0] = 0
    for p in numbers:
        here.call("_see", 0, p)
    assert not here.faults.seen[:, 0].any(), "what is not there shows nothing"


def test_health_goes_to_the_parts_of_touched_units_of_one_life(here):
    here.faults.health[:, 1] = 0.5
    here.faults.touched[1, here.unit_number("pump")] = True
    here.faults.safe_until[:, 1] = 77
    here.faults.lanes[1].changed = True
    assert here.attend() == []
    here.faults.lanes[1].due = 0
    assert here.attend() == [1]
    (pump,) = here.refreshed
    assert here.raw.processes.health[pump].tolist() == [1.0, 0.5, 1.0]
    assert np.delete(here.raw.processes.health, pump, axis=0).min() == 1.0
    assert (here.raw.powers.safe_until == [0.0, 77.0, 0.0]).all()
    assert not here.faults.lanes[1].changed
    assert not here.faults.touched.any()
    here.raw.stores.capacity, here.raw.stores.amount = 10.0, 8.0
    here.faults.touched[1, here.unit_number("tank")] = True
    here.faults.lanes[1].changed = True
    here.attend()
    (tank,) = np.flatnonzero(here.raw.stores.health[:, 1] == 0.5)
    store, bus = here.raw.stores[tank], here.raw.buses[here.raw.stores[tank].bus]
    assert store.capacity.tolist() == pytest.approx([10.0, 5.0, 10.0])
    assert store.rate.tolist() == [1.0, 0.5, 1.0]
    assert store.throttled
    assert bus.lost.tolist() == pytest.approx([0.0, 3.0, 0.0])
    assert here.refreshed == [pump], "a store is no process"


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=6), st.floats(0.0, 10.0))
def test_a_store_loses_just_what_no_longer_fits_and_its_room_comes_back(healths, amount):
    damage = FunctionType(attending._damage.py_func.__code__, {"max": max}, "damage")
    store = np.rec.array(np.zeros(1, [(name, float, (1,)) for name in ("capacity", "broken", "amount")]))[0]
    bus = np.rec.array(np.zeros(1, [("lost", float, (1,))]))[0]
    store.capacity[0], store.amount[0] = 10.0, amount
    for health in healths:
        held = store.amount[0] + bus.lost[0]
        damage(store, bus, 0, health)
        assert store.capacity[0] == pytest.approx(10.0 * health, abs=1e-9)
        assert store.capacity[0] + store.broken[0] == pytest.approx(10.0)
        assert store.amount[0] <= store.capacity[0] + 1e-12
        assert store.amount[0] + bus.lost[0] == pytest.approx(held)
    damage(store, bus, 0, 1.0)
    assert store.capacity[0] == pytest.approx(10.0)


def test_hours_that_repairs_take_are_used_and_not_let_go():
    pay = FunctionType(attending._pay.py_func.__code__, {}, "pay")
    columns = ("left", "spilled_sum", "all_spilled", "all_consumed")
    bus = np.rec.array(np.zeros(1, [(name, float, (2,)) for name in columns]))[0]
    bus.left[1], bus.spilled_sum[1], bus.all_spilled[1] = 3.0, 3.0, 5.0
    pay(bus, 1, 2.0)
    assert [float(getattr(bus, name)[1]) for name in columns] == [1.0, 1.0, 3.0, 2.0]
    assert [float(getattr(bus, name)[0]) for name in columns] == [0.0, 0.0, 0.0, 0.0]
