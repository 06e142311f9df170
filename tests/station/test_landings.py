"""Landings that need a go and early departures: closed-form cases, and both kernels agree to the bit in any of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from build import START, asset, at_hour, compile_lit, differences, run_with, station
from hypothesis import given, settings
from hypothesis import strategies as st
from random_stations import cases, relaxed
from test_lanes import alone, varied

from moonstation.components.contract import Process, Store
from moonstation.components.life_support.crew import Crew, daily_balance
from moonstation.core.errors import ScenarioError
from moonstation.station import packed
from moonstation.station.command_windows import open_steps, ways_of
from moonstation.station.go import GoRule, Landing, Wants
from moonstation.station.kernel import run
from moonstation.station.landing_log import landing_outcomes, lived_by
from moonstation.station.model import Asset, Delivery
from moonstation.station.packed import life_of
from moonstation.station.reference import run_reference
from moonstation.station.side_by_side import run_lanes
from policies import LENIENT

DRINK_KG = -daily_balance()["water"]
AIR = (
    Store("oxygen", "cabin_oxygen", 1000.0, 800.0),
    Store("carbon dioxide", "cabin_carbon_dioxide", 100_000.0),
)


def crew(start_h: float, end_h: float | None = None, size: float = 2.0, mission: str = "visit") -> Asset:
    end = None if end_h is None else at_hour(end_h)
    return Asset(f"people of {mission}", Crew(crew_size=size), "ridge", at_hour(start_h), end, mission=mission)


def tank(quantity: str, held: float, capacity: float = 1000.0, **more) -> Asset:
    return asset(f"{quantity} tank", stores=[Store(quantity, quantity, capacity, held)], **more)


def rule(leave: Wants | None = None, *, wait_h: float = 240.0, retry_h: float = 24.0, after_h: float = 0.0, **wants):
    return GoRule("test", Wants(**wants), wait_h, retry_h, leave, after_h)


def visit(at_h: float, by: GoRule, mission: str = "visit", **more) -> Landing:
    return Landing(mission, "ridge", at_hour(at_h), by, **more)


class Lived:
    """One life by both kernels, which must agree."""

    def __init__(self, *assets: Asset, landings, hours: float = 480.0, deliveries=()):
        built = station(
            *assets, asset("air", stores=AIR), hours=hours, step_s=3600.0, deliveries=deliveries, policy=LENIENT
        )
        self.station = replace(built, landings=tuple(landings), relays={"orbiter": None})
        self.compiled = compile_lit(self.station)
        self.records = run_with(run, self.compiled, 1.0)
        assert differences(self.records, run_with(run_reference, self.compiled, 1.0)) == []
        assert self.records.residual.max() <= 1e-9
        self.log = self.records.log[1 : int(self.records.log["index"][0]) + 1]

    def outcome(self, number: int = 0):
        return landing_outcomes(self.compiled, self.log, self.station.grid)[number]

    def codes(self) -> list[int]:
        return [int(row["code"]) for row in self.log if row["code"] >= packed.EV_GO]

    def spell(self, name: str) -> tuple[int, int]:
        """First step and end of an asset."""
        number = [item.name for item in self.station.assets].index(name)
        steps = np.flatnonzero(self.alive()[:, number])
        return int(steps[0]), int(steps[-1]) + 1

    def alive(self) -> np.ndarray:
        planned = np.ones((len(self.records.activity), len(self.station.assets)), bool)
        return lived_by(planned, self.compiled, self.log, 1)


def test_a_landing_whose_conditions_hold_is_on_its_date():
    # 100 kg of water last two people 100 / (2 * daily) days
    life = Lived(tank("water", 100.0), crew(48.0, 96.0), landings=[visit(48.0, rule(water_days=10.0))])
    assert life.spell("people of visit") == (48, 96)
    assert life.outcome().state == "landed"
    assert life.outcome().waited_days == 0.0
    assert life.codes() == [packed.EV_GO]


def test_who_stays_beyond_the_end_of_the_run_is_there_in_a_last_record_that_is_short():
    life = Lived(tank("water", 900.0), crew(48.0, 481.0), landings=[visit(48.0, rule(water_days=10.0))])
    people = [item.name for item in life.station.assets].index("people of visit")
    alive = lived_by(np.ones((69, len(life.station.assets)), bool), life.compiled, life.log, 7)  # 480 = 68 * 7 + 4
    assert np.flatnonzero(alive[:, people]).tolist() == [*range(6, 69)]


def test_a_landing_waits_day_by_day_until_a_delivery_meets_what_is_asked_and_stays_as_long_as_planned():
    need_kg = 10.0 * 2.0 * DRINK_KG
    life = Lived(
        tank("water", need_kg - 1.0),
        crew(48.0, 96.0),
        asset("lab", start=at_hour(48.0), mission="visit"),
        landings=[visit(48.0, rule(water_days=10.0))],
        deliveries=[Delivery("ridge", at_hour(100.0), {"water": 5.0}, "supply")],
    )
    # looked at in hours 48, 72, 96 and 120; the water comes in hour 100
    assert life.spell("people of visit") == (120, 168)
    assert life.spell("lab") == (120, 480)
    assert life.outcome().waited_days == pytest.approx(3.0)
    assert life.codes() == [packed.EV_NO_GO, packed.EV_GO]
    told = next(row for row in life.log if row["code"] == packed.EV_NO_GO)
    assert told["value"] == pytest.approx((need_kg - 1.0) / (2.0 * DRINK_KG))
    assert "drinking water in tanks" in life.outcome().cause


def test_what_a_mission_brings_counts_and_lands_with_it_when_its_tanks_are_there():
    need_kg = 10.0 * 2.0 * DRINK_KG
    brought = Delivery("ridge", at_hour(48.0), {"water": need_kg - 4.0}, "visit")
    life = Lived(
        tank("water", 5.0, start=at_hour(48.0), mission="visit"),
        crew(48.0),
        landings=[visit(48.0, rule(water_days=10.0))],
        deliveries=[brought],
    )
    assert life.outcome().state == "landed"
    ledger = life.records.ledger[life.compiled.bus_keys.index(("water", "ridge"))]
    assert ledger[packed.L_DELIVERED] == pytest.approx(need_kg + 1.0)
    assert ledger[packed.L_SPILLED] == 0.0


def test_a_landing_that_waits_in_vain_is_cancelled_with_all_that_it_would_have_brought():
    brought = Delivery("ridge", at_hour(48.0), {"water": 1.0}, "visit")
    life = Lived(
        tank("water", 1.0),
        crew(48.0),
        landings=[visit(48.0, rule(water_days=10.0, wait_h=60.0))],
        deliveries=[brought],
    )
    # looked at in hours 48, 72, 96 and last in 108
    assert life.outcome().state == "cancelled"
    assert life.outcome().cancelled == START + timedelta(hours=108)
    assert not life.alive()[:, 1].any()
    assert life.records.ledger[life.compiled.bus_keys.index(("water", "ridge"))][packed.L_DELIVERED] == 1.0


def test_a_landing_that_requires_another_waits_for_it():
    radio = asset("radio", Process("send", {"data": -1.0, "data@earth": 1.0}), start=at_hour(60.0))
    both = [visit(30.0, rule(contact=True), "first"), visit(40.0, rule(), "second", requires=("first",))]
    life = Lived(crew(30.0, mission="first"), crew(40.0, mission="second"), radio, landings=both)
    # the radio is there from hour 60 on: the first looks in hours 30, 54 and 78, the second in 40, 64 and 88
    assert life.spell("people of first")[0] == 78
    assert life.spell("people of second")[0] == 88
    assert life.outcome(1).cause == "requires first 0, asked at least 1"


HOURS = 60


def link(name: str, to: str, open_in: np.ndarray, *, booked: bool = False, **more) -> Asset:
    """Something that sends data ``to`` a node in these hours."""
    recipe = {"data": -1.0, f"data@{to}": 1.0} | ({"antenna_h@earth": -1.0} if booked else {})
    return asset(name, Process("send", recipe, series=open_in.astype(np.float32)), **more)


def antennas(open_in: np.ndarray) -> Asset:
    return asset("antennas", Process("hours", {"antenna_h@earth": 1.0}, series=open_in.astype(np.float32)))


def landed_by_contact(*assets: Asset) -> int | None:
    """Step at which a mission lands that waits for contact from the fifth hour on, looking every hour; None: never."""
    landing = visit(5.0, rule(contact=True, retry_h=1.0, wait_h=HOURS))
    life = Lived(*assets, crew(5.0), landings=[landing], hours=float(HOURS))
    return life.spell("people of visit")[0] if life.codes()[-1:] == [packed.EV_GO] else None


def test_contact_over_a_relay_needs_the_relays_own_way_to_the_earth():
    hour = np.arange(HOURS)
    up, heard = link("up", "orbiter", hour >= 10), {"node": "orbiter"}
    assert landed_by_contact(up, link("down", "earth", hour >= 0, **heard)) == 10
    assert landed_by_contact(up, link("down", "earth", hour >= 30, **heard)) == 30
    assert landed_by_contact(up, link("down", "earth", hour < 10, **heard)) is None
    # decided before what comes in the same step is there
    assert landed_by_contact(up, link("down", "earth", hour >= 0, start=at_hour(20.0), **heard)) == 21
    booked = link("down", "earth", hour >= 0, booked=True, **heard)
    assert landed_by_contact(up, booked, antennas(hour >= 40)) == 40
    both = [link("down", "earth", hour < 8, **heard), link("other band", "earth", hour >= 50, **heard)]
    assert landed_by_contact(up, *both) == 50


@pytest.mark.parametrize("parts", [[("up", "orbiter")], [("up", "orbiter"), ("x", "earth")]])
def test_a_site_whose_relay_has_no_link_to_the_earth_is_refused_contact_unless_it_has_its_own(parts):
    links = [link(name, to, np.ones(HOURS)) for name, to in parts]
    if len(parts) > 1:
        assert landed_by_contact(*links) == 5
        return
    with pytest.raises(ScenarioError, match="contact.*nothing at ridge could ever meet it"):
        landed_by_contact(*links)


masks = st.lists(st.booleans(), min_size=HOURS, max_size=HOURS).map(np.array)


@settings(relaxed, max_examples=25)
@given(st.lists(masks, min_size=6, max_size=6), st.booleans(), st.booleans())
def test_landings_and_the_assessment_mean_the_same_by_contact(masks, first_books, second_books):
    up, second_up, down, band, own, hours = (mask & (np.arange(HOURS) >= 20 * (n % 3)) for n, mask in enumerate(masks))
    parts = [
        link("up", "orbiter", up),
        link("second up", "orbiter", second_up),
        link("down", "earth", down, booked=first_books, node="orbiter"),
        link("band", "earth", band, booked=second_books, node="orbiter"),
        link("own", "earth", own & (np.arange(HOURS) > 50), booked=first_books),
        antennas(hours),
    ]
    rows = compile_lit(replace(station(*parts, hours=HOURS, step_s=3600.0), relays={"orbiter": None})).processes
    open_now = np.any([open_steps(rows, way, HOURS) for way in ways_of(rows, "ridge")], axis=0)
    steps = np.flatnonzero(open_now & (np.arange(HOURS) >= 5))
    assert landed_by_contact(*parts) == (int(steps[0]) if len(steps) else None)


def test_stocks_and_plant_are_shared_with_those_who_are_there():
    four_people_kg = 10.0 * 4.0 * DRINK_KG
    assets = [crew(0.0, mission="residents"), crew(48.0)]
    landing = [visit(48.0, rule(water_days=10.0, wait_h=0.0))]
    # two days of the residents' drinking come off before
    enough = Lived(tank("water", four_people_kg + 6.0 * DRINK_KG), *assets, landings=landing)
    assert enough.outcome().state == "landed"
    assert Lived(tank("water", four_people_kg), *assets, landings=landing).outcome().state == "cancelled"


PLANT = Process("work", {"electricity": -1.0}, capability={"crew_oxygen": 1.0})


def test_plant_counts_by_what_it_states_per_person():
    three = asset("plant", *(replace(PLANT, name=f"work {n}") for n in range(3)))
    for share, state in ((1.5, "landed"), (1.6, "cancelled")):
        landing = visit(48.0, rule(oxygen_supply_share=share, wait_h=0.0))
        assert Lived(three, crew(48.0), landings=[landing]).outcome().state == state


def leaving(after_h: float, *, more: tuple[Asset, ...] = (), **given) -> Lived:
    """Two people with water that another drinks up from hour 100 on; they leave when it is under a day's."""
    thirsty = Process("leak", {"water": -10.0}, boundary=True)
    return Lived(
        tank("water", 100.0),
        asset("leak", thirsty, start=at_hour(100.0)),
        crew(48.0, 400.0),
        asset("lander", start=at_hour(48.0), end=at_hour(400.0), mission="visit"),
        asset("lab", start=at_hour(48.0), end=at_hour(450.0), mission="visit"),
        *more,
        landings=[visit(48.0, rule(Wants(water_days=1.0), after_h=after_h, water_days=2.0), **given)],
    )


def test_people_leave_when_what_they_live_on_is_out_of_limits_for_long_enough():
    now, later = leaving(0.0), leaving(6.0)
    assert now.outcome().state == "left early"
    assert now.codes() == [packed.EV_GO, packed.EV_LEFT]
    first = now.spell("people of visit")[1]
    assert 108 <= first <= 112  # 100 kg less their drink, 10 kg an hour
    assert later.spell("people of visit")[1] == first + 6
    assert now.spell("lander")[1] == first  # was to leave with them
    assert now.spell("lab")[1] == 450


def test_what_is_lost_was_planned_until_it_would_have_left_itself():
    def starving(name: str, end_h: float | None) -> Asset:
        end = None if end_h is None else at_hour(end_h)
        eating = Process("eat", {"food": -1.0}, starve_limit_h=2.0)
        return asset(name, eating, start=at_hour(48.0), end=end, mission="visit")

    things = starving("animal", 96.0), starving("lab", None)
    supply = Delivery("ridge", at_hour(60.0), {"water": 10.0}, "supply")
    late = visit(48.0, rule(water_days=1.0, retry_h=24.0))
    life = Lived(tank("water", 0.0), crew(48.0, 96.0), *things, landings=[late], deliveries=[supply])
    lost = [row["index"] for row in life.log if row["code"] == packed.EV_LOST_STARVED]
    assert lost == [2, 3]
    assert life.spell("animal") == life.spell("people of visit") == (72, 120)
    assert life.spell("lab") == (72, 480)
    early = leaving(0.0, more=(starving("animal", 400.0),))
    assert early.spell("animal") == early.spell("people of visit")


def test_people_whose_ascent_vehicle_is_not_there_cannot_leave():
    gone = leaving(0.0, ascent=("leak",))  # it stands for a vehicle that is there
    assert gone.outcome().state == "left early"
    late = Lived(
        tank("water", 100.0),
        asset("leak", Process("leak", {"water": -10.0}, boundary=True), start=at_hour(100.0)),
        asset("vehicle", start=at_hour(130.0)),
        crew(48.0, 400.0),
        landings=[visit(48.0, rule(Wants(water_days=1.0), water_days=2.0), ascent=("vehicle",))],
    )
    assert late.codes() == [packed.EV_GO, packed.EV_STRANDED, packed.EV_LEFT]
    # it lands in hour 130, after those who are there have looked
    assert late.spell("people of visit")[1] == 131


def test_people_who_leave_by_their_date_have_not_left_early():
    life = Lived(
        tank("water", 200.0),
        crew(48.0, 60.0),
        landings=[visit(48.0, rule(Wants(water_days=1.0), water_days=2.0))],
    )
    assert life.outcome().state == "landed"
    assert life.codes() == [packed.EV_GO]


def test_what_nothing_could_ever_meet_is_refused():
    built = station(crew(48.0), hours=96.0, step_s=3600.0)
    with pytest.raises(ScenarioError, match=r"policy.go.test: co2_removal_share.*could ever meet it"):
        compile_lit(replace(built, landings=(visit(48.0, rule(co2_removal_share=1.0)),)))


# ---------------------------------------------------------------- any conditions, in both kernels and any lane


def with_landings(compiled, seed: int):
    """The same network with up to three landings of its assets by random conditions of every kind."""
    rng, network = np.random.default_rng(seed), compiled.network
    count = int(rng.integers(1, 4))
    schedule, assets = network.schedule, len(network.schedule.asset_start)
    gate = np.append(rng.integers(-1, count, assets - 1), -1)
    room = {
        packed.T_AMOUNT: len(network.buses.spills),
        packed.T_FILL: len(network.buses.spills),
        packed.T_CHARGE: len(network.buses.power_bus),
        packed.T_HEALTH: len(network.processes.asset),
        packed.T_ALIVE: assets - 1,
        packed.T_OPEN: len(network.processes.asset),
        packed.T_MODE: len(network.buses.power_bus),
        packed.T_SOUND: assets - 1,
        packed.T_LANDED: count,
        packed.T_KELVIN: len(network.thermal.asset),
        packed.T_WAY: 3 if len(network.processes.asset) else 0,
    }
    kinds = [kind for kind, many in room.items() if many]
    rows = sorted((int(g), int(asked)) for g in range(count) for asked in rng.integers(0, 3, int(rng.integers(0, 5))))
    terms = [int(n) for n in rng.integers(0, 4, len(rows))]
    kind = rng.choice(kinds, sum(terms))
    index = [int(rng.integers(0, room[int(each)])) + len(rows) * (each == packed.T_WAY) for each in kind]
    ways = rng.integers(1, 4, room[packed.T_WAY])  # how many links each has
    links = rng.integers(0, room[packed.T_OPEN], ways.sum()) if len(ways) else []
    starts = rng.integers(1, max(compiled.steps, 2), count)
    many = len(schedule.delivery_step)
    schedule = schedule._replace(
        asset_gate=gate,
        asset_people=np.append(rng.random(assets - 1) < 0.5, False),
        asset_goes=np.append(rng.random(assets - 1) < 0.5, False),
        delivery_gate=rng.integers(-1, count, many),
        gate_start=starts,
        gate_last=starts + rng.integers(0, 30, count),
        gate_retry=rng.integers(1, 6, count),
        gate_watch=rng.integers(1, 4, count),
        gate_persistence=rng.integers(0, 4, count),
    )
    middle = rng.choice([0.0, 0.0, 0.5, 1.0, 5.0], len(rows))
    low, high = np.where(rng.random(len(rows)) < 0.7, middle, -np.inf), middle + 2.0
    conditions = packed.Conditions(
        gate=np.array([*(g for g, _ in rows), *(count for _ in ways)], np.int64),
        asked=np.array([*(asked for _, asked in rows), *(packed.GO for _ in ways)], np.int64),
        term_ptr=np.cumsum([0, *terms, *ways]).astype(np.int64),
        term_kind=np.array([*kind, *(packed.T_OPEN for _ in links)], np.int64),
        term_index=np.array([*index, *links], np.int64),
        term_weight=np.append(rng.choice([1.0, 1.0, 0.3, -0.5], len(kind)), np.ones(len(links))),
        base=np.append(rng.choice([0.0, 0.0, 1.0], len(rows)), np.zeros(len(ways))),
        low=np.append(low, ways),
        high=np.append(np.where(rng.random(len(rows)) < 0.3, high, np.inf), np.full(len(ways), np.inf)),
    )
    return replace(compiled, network=network._replace(schedule=schedule, conditions=conditions))


@settings(relaxed, max_examples=100)
@given(cases(longest=120), st.integers(0, 2**32))
def test_the_kernels_agree_to_the_bit_whatever_is_asked(case, seed):
    built, sun = case
    compiled, step_h = with_landings(compile_lit(built, sun), seed), built.grid.step_h
    records = run_with(run, compiled, step_h)
    assert differences(records, run_with(run_reference, compiled, step_h)) == []
    assert records.residual.max() <= 1e-9


@settings(relaxed, max_examples=25)
@given(cases(longest=90), st.integers(0, 2**32))
def test_one_life_lands_while_another_waits_and_each_is_as_alone(case, seed):
    built, sun = case
    compiled, step_h = with_landings(compile_lit(built, sun), seed), built.grid.step_h
    networks = [compiled.network, *(other_limits(compiled.network, seed + k) for k in range(4))]
    together = run_lanes(networks, compiled.columns, compiled.steps, step_h, 1)
    for lane, network in enumerate(networks):
        one = alone(run, network, compiled, step_h, 1)
        assert differences(life_of(together, lane), one._replace(log=one.log[: len(together.log)])) == []
    plain = alone(run_reference, networks[-1], compiled, step_h, 1)
    assert differences(life_of(together, len(networks) - 1), plain) == []


def other_limits(network, seed: int):
    """Another life: other numbers, and other limits of what is asked."""
    rng, conditions = np.random.default_rng(seed), network.conditions
    scaled = {name: getattr(conditions, name) * rng.uniform(0.3, 2.0) for name in ("low", "high", "term_weight")}
    return varied(network, seed)._replace(conditions=conditions._replace(**scaled))
