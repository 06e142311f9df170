"""Random small stations that use every primitive and every control, for the properties that all must have."""

from __future__ import annotations

import numpy as np
from build import asset, at_hour, station
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from moonstation.components.contract import (
    AlwaysOn,
    FollowDemand,
    HoldLevel,
    Hysteresis,
    Interlock,
    OnSurplus,
    Process,
    Proportional,
    Store,
    ThermalNode,
    Thermostat,
)
from moonstation.components.heat_content import heat_content_kwh
from moonstation.components.quantities import reaction
from moonstation.station.model import Delivery, Policy
from policies import SHEDDING

#: Stations are large to draw, and the first run compiles.
relaxed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])

#: Recipes that close in every chemical element; ``electricity`` and ``data`` are added at random.
CLOSING = (
    {"water": -1.0, "grey_water": 1.0},
    {"grey_water": -1.0, "water": 0.9, "brine": 0.1},
    {"urine": -1.0, "grey_water": 0.8, "brine": 0.2},
    {"water": -0.5, "urine": 0.3, "cabin_vapour": 0.2},
    reaction({"water": -2, "hydrogen": 2, "oxygen": 1}, per="oxygen"),
    reaction({"carbon_dioxide": -1, "hydrogen": -4, "methane": 1, "water": 2}, per="carbon_dioxide"),
    {"oxygen": -1.0, "cabin_oxygen": 1.0},
    {"data": 1.0},
    {"data": -1.0, "data@earth": 1.0},
    {"robot_h": 1.0},
)
OPEN = ({"oxygen": 1.0, "carbon_dioxide": -0.3}, {"regolith": 2.0}, {"water": -1.0})
STOCKS = ("water", "grey_water", "urine", "oxygen", "hydrogen", "carbon_dioxide", "data")
POWERS = ("electricity", "electricity@self")

shares = st.floats(0.0, 1.0)
sizes = st.floats(0.1, 20.0)


def heat_bound_kw(recipe):
    """Heat that a recipe binds beyond what it frees: without electricity for it a small body would cool without end."""
    return max(sum(rate * heat_content_kwh(bus.partition("@")[0]) for bus, rate in recipe.items()), 0.0)


def often(strategy, otherwise):
    return st.one_of(st.just(otherwise), strategy)


@st.composite
def serieses(draw, count):
    """Something that changes with time: blocks of random height."""
    heights = draw(
        st.lists(st.sampled_from([0.0, 0.3, 1.0, 1.0]) | st.floats(0.0, 1.0, width=32), min_size=1, max_size=6)
    )
    return np.repeat(np.array(heights, np.float32), -(-count // len(heights)))[:count].copy()


@st.composite
def stores(draw, bus, name, node_names=()):
    capacity = draw(sizes)
    return Store(
        name,
        bus,
        capacity,
        start=capacity * draw(shares),
        floor_fraction=draw(often(st.floats(0.0, 0.9), 0.0)),
        charge_efficiency=draw(often(st.floats(0.3, 1.0), 1.0)),
        discharge_efficiency=draw(often(st.floats(0.3, 1.0), 1.0)),
        charge_limit=draw(often(st.floats(0.0, 20.0), np.inf)),
        discharge_limit=draw(often(st.floats(0.0, 20.0), np.inf)),
        loss_per_h=draw(often(st.floats(0.0, 0.5), 0.0)),
        fade_per_cycle=draw(often(st.floats(0.0, 0.3), 0.0)),
        fade_per_h=draw(often(st.floats(0.0, 0.05), 0.0)),
        rate_loss=draw(often(st.floats(0.0, 0.5), 0.0)),
        works_in=draw(st.sampled_from(["", *node_names])),
        charge_min_k=draw(often(st.floats(150.0, 280.0), 0.0)),
        charge_max_k=draw(often(st.floats(280.0, 400.0), np.inf)),
        discharge_min_k=draw(often(st.floats(150.0, 280.0), 0.0)),
        discharge_max_k=draw(often(st.floats(280.0, 400.0), np.inf)),
    )


@st.composite
def thermal_trees(draw, count):
    """Up to three nodes of one asset; each may hang on the one before."""
    nodes: list[ThermalNode] = []
    for number in range(draw(st.integers(0, 3))):
        sink = draw(often(serieses(count), None))
        nodes.append(
            ThermalNode(
                f"node {number}",
                heat_capacity_j_k=draw(st.floats(1e3, 1e6)),
                start_k=draw(st.floats(150.0, 350.0)),
                radiative_sink_k=draw(st.floats(3.0, 300.0)) if sink is None else 100.0 + 150.0 * sink,
                radiating_m2=draw(often(st.floats(0.0, 3.0), 0.0)),
                conductance_w_k=draw(often(st.floats(0.0, 20.0), 0.0)),
                heat_w=draw(often(st.floats(0.0, 200.0), 0.0)),
                parent=nodes[-1].name if nodes and draw(st.booleans()) else "",
                parent_w_k=draw(st.floats(0.0, 20.0)),
                closed_share=draw(often(shares, 1.0)),
                closed_k=260.0,
                open_k=290.0,
                work_min_k=draw(often(st.floats(150.0, 260.0), 0.0)),
                work_max_k=draw(often(st.floats(300.0, 400.0), np.inf)),
                survive_min_k=draw(often(st.floats(50.0, 230.0), 0.0)),
                survive_max_k=draw(often(st.floats(320.0, 500.0), np.inf)),
            )
        )
    return tuple(nodes)


@st.composite
def controls(draw, recipe, power):
    watched = draw(st.sampled_from([name for name in recipe if "@" not in name] or ["water"]) | st.sampled_from(STOCKS))
    held = draw(st.sampled_from([name for name, rate in recipe.items() if rate] or [power]))
    return draw(
        st.sampled_from([AlwaysOn(), AlwaysOn()])
        | st.builds(Hysteresis, st.just(watched), shares, shares)
        | st.builds(HoldLevel, st.just(held), shares)
        | st.builds(OnSurplus, shares)
        | st.builds(Proportional, st.just(watched), st.floats(0.1, 1.0))
    )


@st.composite
def processes(draw, name, count, nodes):
    """One of anything: recipe, limit, series, control, interlocks, priority, heat."""
    power = draw(st.sampled_from(POWERS))
    boundary = draw(st.integers(0, 5)) == 0
    recipe = dict(draw(st.sampled_from(OPEN if boundary else CLOSING)))
    bound_kw = 0.0 if boundary else heat_bound_kw(recipe)
    if bound_kw > 0.0 or draw(st.booleans()):
        recipe[power] = draw(st.floats(-5.0, -0.01)) - bound_kw
    node_names = [node.name for node in nodes]
    return Process(
        name,
        recipe,
        limit=draw(often(st.floats(0.0, 10.0), 1.0)),
        series=draw(often(serieses(count), None)),
        priority=draw(st.integers(0, 9)),
        control=draw(controls(recipe, power)),
        min_fraction=draw(often(shares, 0.0)),
        starve_limit_h=draw(often(st.floats(0.0, 12.0), np.inf)),
        interlocks=draw(
            st.lists(
                st.builds(Interlock, st.sampled_from(STOCKS), st.floats(0.0, 0.5), st.floats(0.5, 1.0)), max_size=2
            )
        ),
        heat_node=draw(st.sampled_from(["", *node_names])),
        heat_kw=draw(st.floats(0.0, 1.0)),
        works_in=draw(st.sampled_from(["", *node_names])),
        drives=draw(often(st.sampled_from(["", *node_names]), "")),
        drive_share=draw(often(shares, 1.0)),
        spills=draw(st.booleans()),
        boundary=boundary,
        decay_per_h=draw(often(st.floats(0.0, 0.2), 0.0)),
        surplus_above=draw(often(shares, None)) if power in recipe else None,
    )


@st.composite
def heaters(draw, nodes):
    node = draw(st.sampled_from([node.name for node in nodes]))
    return Process(
        "heater",
        {draw(st.sampled_from(POWERS)): -1.0},
        limit=draw(st.floats(0.0, 2.0)),
        priority=draw(st.integers(0, 3)),
        control=Thermostat(node, draw(st.floats(200.0, 320.0))),
        heat_node=node,
        heat_kw=draw(st.floats(0.1, 1.0)),
    )


@st.composite
def assets(draw, name, names, count, step_h):
    nodes = draw(thermal_trees(count))
    parts = [draw(processes(f"process {i}", count, nodes)) for i in range(draw(st.integers(0, 4)))]
    if nodes:
        parts.append(draw(heaters(nodes)))
    if draw(st.booleans()):
        make = {draw(st.sampled_from(POWERS)): 1.0}
        parts.append(Process("source", make, limit=draw(sizes), series=draw(often(serieses(count), None))))
    if draw(st.integers(0, 3)) == 0:
        generator = FollowDemand(draw(st.sampled_from(POWERS)), draw(shares))
        fuel = draw(st.sampled_from([{}, {"data": -0.1}, *({name: -1.1} for name in POWERS if name != generator.bus)]))
        give = {generator.bus: draw(st.floats(0.5, 1.0))}
        spare = draw(often(shares, None)) if fuel.keys() & POWERS else None
        parts.append(Process("generator", {**fuel, **give}, limit=draw(sizes), control=generator, surplus_above=spare))
    if draw(st.integers(0, 3)) == 0:
        recipe = {"electricity": -1.0, "electricity@self": draw(st.floats(0.1, 1.0))}
        parts.append(
            Process(
                "charger",
                recipe,
                limit=draw(sizes),
                control=draw(often(st.just(HoldLevel("electricity@self", 0.9)), AlwaysOn())),
            )
        )
    buses = draw(st.lists(st.sampled_from([*STOCKS, *POWERS]), max_size=3, unique=True))
    start = draw(often(st.integers(-5, count), 0))
    life = draw(often(st.integers(0, count), None))
    return asset(
        name,
        *draw(st.permutations(parts)),
        stores=[draw(stores(bus, bus, [node.name for node in nodes])) for bus in buses],
        nodes=nodes,
        start=at_hour(start * step_h),
        end=None if life is None else at_hour((start + life) * step_h),
        priority_shift=draw(st.integers(-2, 2)),
        housed_in=draw(often(st.sampled_from(names), "")),
        capability=draw(often(st.fixed_dictionaries({"distribution_efficiency": st.floats(0.5, 1.0)}), {})),
    )


@st.composite
def policies(draw):
    safe, survival = sorted((draw(shares), draw(shares)))
    return Policy(
        serve_up_to=dict(
            zip(
                SHEDDING.serve_up_to,
                sorted(draw(st.lists(st.integers(0, 9), min_size=4, max_size=4)), reverse=True),
                strict=True,
            )
        ),
        critical_priority=draw(st.integers(0, 4)),
        dark_sun_below=draw(shares),
        dark_charge_below=draw(shares),
        survival_below=survival,
        survival_exit=min(survival + 0.2 * draw(shares), 1.0),
        safe_below=safe,
        safe_exit=min(safe + 0.2 * draw(shares), 1.0),
        recovery_h=draw(often(st.floats(0.0, 8.0), 0.0)),
    )


@st.composite
def cases(draw, longest=120):
    """A station and the light of its site."""
    count = draw(st.integers(1, longest))
    step_h = draw(st.sampled_from([1 / 6, 1 / 6, 1.0]))
    names = [f"asset {i}" for i in range(draw(st.integers(1, 6)))]
    members = [draw(assets(name, names, count, step_h)) for name in names]
    for name in (*STOCKS, "electricity", "brine", "methane"):  # every watched stock has a bus, not always a store
        end = draw(often(st.integers(0, count), None))
        tank = Store(name, name, 5.0, 2.5)
        members.append(asset(f"{name} tank", stores=[tank], end=None if end is None else at_hour(end * step_h)))
    deliveries = [
        Delivery("ridge", at_hour(draw(st.integers(0, count)) * step_h), {draw(st.sampled_from(STOCKS)): draw(sizes)})
        for _ in range(draw(st.integers(0, 3)))
    ]
    built = station(
        *members, hours=count * step_h, step_s=step_h * 3600.0, policy=draw(policies()), deliveries=deliveries
    )
    return built, draw(serieses(count))
