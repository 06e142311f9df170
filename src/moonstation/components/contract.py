"""What a component is: a frozen dataclass that declares its flows and compiles itself into a few primitives.

To add a component: write one decorated dataclass in the folder of its family. No other code changes: the scenario
schema, the manual and the contract test take it from the registry.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, Protocol, TypeVar, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from moonstation.core.time import TimeGrid
from moonstation.facts.table import lookup

Series = NDArray[np.float32]
#: A bus as a component names it: ``quantity`` at its own node, ``quantity@self`` for its private bus (a rover's
#: battery), ``quantity@NODE`` for a named node (``data@earth``).
BusName = str


# ---------------------------------------------------------------- primitives


@dataclass(frozen=True, slots=True)
class Store:
    """An amount on a bus.

    capacity, start : [unit of the bus]; ``start`` is what it holds when it arrives
    floor_fraction : share of the capacity that cannot be drawn (depth limit) [-]
    charge_efficiency, discharge_efficiency : [-], the losses are booked
    charge_limit, discharge_limit : most per hour [unit/h]
    loss_per_h : share of the amount lost per hour (leak, self-discharge) [1/h]
    fade_per_cycle, fade_per_h : share of the first capacity lost per full cycle and per hour of age [-], [1/h]
    rate_loss : further share lost at the full charge or discharge limit, growing in proportion to the rate [-]; of
        electricity it warms the node of ``works_in``
    works_in : thermal node between whose temperatures ``charge_min_k`` and ``charge_max_k`` it takes, and
        ``discharge_min_k`` and ``discharge_max_k`` it gives; outside, nothing [K]
    """

    name: str
    bus: BusName
    capacity: float
    start: float = 0.0
    floor_fraction: float = 0.0
    charge_efficiency: float = 1.0
    discharge_efficiency: float = 1.0
    charge_limit: float = float("inf")
    discharge_limit: float = float("inf")
    loss_per_h: float = 0.0
    fade_per_cycle: float = 0.0
    fade_per_h: float = 0.0
    rate_loss: float = 0.0
    works_in: str = ""
    charge_min_k: float = 0.0
    charge_max_k: float = float("inf")
    discharge_min_k: float = 0.0
    discharge_max_k: float = float("inf")


@dataclass(frozen=True, slots=True)
class AlwaysOn:
    """Runs as much as its limit and its inputs allow."""


@dataclass(frozen=True, slots=True)
class Hysteresis:
    """On and off by how full the stores of ``bus`` are, as a share of their capacity.

    ``on`` below ``off``: fills (starts under ``on``, stops over ``off``). ``on`` above ``off``: drains.
    """

    bus: BusName
    on: float
    off: float


@dataclass(frozen=True, slots=True)
class HoldLevel:
    """Just as much as brings the stores of ``bus`` to ``fraction`` of their capacity within the step."""

    bus: BusName
    fraction: float


@dataclass(frozen=True, slots=True)
class OnSurplus:
    """Only while the electricity stores of its bus are fuller than ``above`` (share of capacity)."""

    above: float


@dataclass(frozen=True, slots=True)
class Thermostat:
    """A heater: as much as keeps the thermal node ``node`` at ``setpoint_k``, no more than the limit."""

    node: str
    setpoint_k: float


@dataclass(frozen=True, slots=True)
class Proportional:
    """As fast as the stores of ``bus`` are full, all of it from the share ``full_at`` of their capacity on.

    For first-order rates: sorbent beds, filters, leaks.
    """

    bus: BusName
    full_at: float = 1.0


@dataclass(frozen=True, slots=True)
class FollowDemand:
    """Just as much electricity as ``bus`` lacks: a cable, fuel cell or generator that gives to it.

    What the loads of ``bus`` asked for in the last step, less what it has been given in this one, and what its stores
    lack of the share ``fraction`` of their capacity, as far as they can take it; what they hold beyond is used first.
    """

    bus: BusName
    fraction: float


Control = AlwaysOn | Hysteresis | HoldLevel | OnSurplus | Thermostat | Proportional | FollowDemand


@dataclass(frozen=True, slots=True)
class Interlock:
    """The process may run only while the stores of ``bus`` are between ``low`` and ``high`` of their capacity."""

    bus: BusName
    low: float = 0.0
    high: float = float("inf")


@dataclass(frozen=True, slots=True)
class Process:
    """A recipe per hour at activity 1, and how much activity there may be.

    recipe : bus -> amount per hour at activity 1; negative is taken, positive is given
    limit : greatest activity [-]; times ``series`` (over the time grid) where one is given
    decay_per_h : share of the limit lost per hour since landing, exponentially [1/h]
    priority : 0 is served first and shed last; 9 is shed first
    min_fraction : under this share of what it wants it does not run at all [-]
    starve_limit_h : unserved for so long without a break, its asset is lost [h]
    heat_node, heat_kw : thermal node that receives ``heat_kw`` per unit of activity [kW]. Left out, what its asset is
        housed in receives all that it takes in heat content and does not give again
    emitted_kw : what of that leaves as radio waves or light, per unit of activity [kW]
    works_in : thermal node whose temperature must be inside its working range; left out, ``heat_node``, but for a
        heater under a thermostat, which works in any cold
    drives, drive_share : thermal node whose radiator is fed by the loop that this process pumps, and how much of its
        ``radiating_m2`` that is at the limit of this process alone, in proportion under it [-]. What several feed adds
        up, to all of it at most; of a node that nothing drives all counts always
    spills : True where an excess of what it gives is let go (and booked) rather than holding the process back
    boundary : True where mass comes from or goes to the Moon's ground or to space, so the recipe need not close
    value : of an hour at full activity: among equal priorities, what earns more for scarce resources is served first
    capability : what its full activity offers the station, such as ``{"crew_oxygen": 4.0}``
    surplus_above : draws electricity only from the surplus of its bus: what is made there beyond what all loads asked
        for in the last step, once the stores have come to this share of their capacity [-]. Under ``FollowDemand`` it
        also draws what stores hold beyond that share, for what the other bus lacks. Left out, it draws as loads do
    """

    name: str
    recipe: Mapping[BusName, float]
    limit: float = 1.0
    series: Series | None = None
    priority: int = 5
    control: Control = AlwaysOn()
    min_fraction: float = 0.0
    starve_limit_h: float = float("inf")
    interlocks: tuple[Interlock, ...] = ()
    heat_node: str = ""
    heat_kw: float = 0.0
    emitted_kw: float = 0.0
    works_in: str = ""
    drives: str = ""
    drive_share: float = 1.0
    spills: bool = False
    boundary: bool = False
    value: float = 0.0
    capability: Mapping[str, float] = field(default_factory=dict)
    decay_per_h: float = 0.0
    surplus_above: float | None = None


@dataclass(frozen=True, slots=True)
class ThermalNode:
    """A lump of equal temperature.

    heat_capacity_j_k : [J/K]; start_k : temperature on arrival [K]
    heat_w : heat that comes whatever happens (radioisotope), a number or a series [W]
    radiating_m2 : emissivity times area that looks at ``radiative_sink_k`` [m2]
    conductance_w_k : to ``conductive_sink_k`` [W/K]
    parent, parent_w_k : one further node of the same component and the conductance to it [W/K]; no circles
    closed_share, closed_k, open_k : a louver or heat switch: at or under ``closed_k`` only ``closed_share`` of
        ``radiating_m2`` counts, at or over ``open_k`` all of it, linear between [-], [K]
    work_min_k, work_max_k : outside, processes that work in it pause [K]
    survive_min_k, survive_max_k : outside, the asset is lost [K]
    comfort_min_k, comfort_max_k : outside, people who live in it are told to be uncomfortable; nothing else hangs on it
        [K]
    """

    name: str
    heat_capacity_j_k: float
    start_k: float
    radiative_sink_k: Series | float = 3.0
    radiating_m2: float = 0.0
    conductive_sink_k: Series | float = 250.0
    conductance_w_k: float = 0.0
    heat_w: Series | float = 0.0
    parent: str = ""
    parent_w_k: float = 0.0
    closed_share: float = 1.0
    closed_k: float = 0.0
    open_k: float = 1.0
    work_min_k: float = 0.0
    work_max_k: float = float("inf")
    survive_min_k: float = 0.0
    survive_max_k: float = float("inf")
    comfort_min_k: float = 0.0
    comfort_max_k: float = float("inf")


@dataclass(frozen=True, slots=True)
class Primitives:
    """What a component compiles itself into."""

    stores: tuple[Store, ...] = ()
    processes: tuple[Process, ...] = ()
    thermal_nodes: tuple[ThermalNode, ...] = ()
    #: What the installed thing offers by being there and alive, such as ``{"cabin_crew": 4.0}``.
    capability: Mapping[str, float] = field(default_factory=dict)
    #: Thermal node in which machines work that it houses, and which they warm; left out, the first, where people live.
    machines_in: str = ""


# ---------------------------------------------------------------- declaration


@dataclass(frozen=True, slots=True)
class Flow:
    """What a component takes (``in``), gives (``out``) or keeps (``store``) on a bus, and why."""

    bus: BusName
    direction: Literal["in", "out", "store"]
    doc: str


@runtime_checkable
class Surroundings(Protocol):
    """What a node's place offers to the components there, as arrays over the time grid, shape (grid.count,)."""

    @property
    def grid(self) -> TimeGrid:
        """The run's time grid."""

    @property
    def node(self) -> str:
        """Name of the node."""

    def sun_disc_fraction(self, on_mast: bool = True) -> Series:
        """Visible share of the solar disc, from the mast's top or from 2 m [-]."""

    def sun_elevation_deg(self) -> Series:
        """Apparent elevation of the Sun's centre [deg]."""

    def sun_azimuth_deg(self) -> Series:
        """Apparent azimuth of the Sun's centre, east of north [deg]."""

    def sun_distance_au(self) -> Series:
        """Distance of the Sun [au]."""

    def earth_disc_fraction(self, on_mast: bool = True) -> Series:
        """Visible share of the Earth's disc [-]."""

    def earth_contact(self) -> Series:
        """1 while the Earth is above the site's horizon and the Moon above a ground station's, else 0 [-]."""

    def earth_distance_km(self) -> Series:
        """Distance of the Earth's centre [km]."""

    def ground_stations_in_view(self) -> Series:
        """Number of ground stations that see the Moon [-]."""

    def signal_through_rain(self, frequency_ghz: float, month_share: float) -> Series:
        """Share of a signal's power that rain on the ground leaves in all but ``month_share`` of a month [-]."""

    def relay_visible(self, relay: str) -> Series:
        """1 while the relay node ``relay`` stands above this node's horizon, else 0 [-]."""

    def relay_distance_km(self, relay: str) -> Series:
        """Distance of the relay node ``relay`` [km]."""

    def radiator_sink_k(self) -> Series:
        """Effective sink temperature of a horizontal radiator that faces the sky [K]."""

    def box_sink_k(self) -> Series:
        """Effective sink temperature of a box that stands on the ground [K]."""

    def panel_sink_k(self) -> Series:
        """Effective sink of both sides of an upright panel, direct sunlight aside [K]."""

    def regolith_k(self) -> Series:
        """Temperature of the ground's surface [K]."""

    def age_years(self) -> Series:
        """Years since the asset landed, 0 before [yr]."""


class Component(Protocol):
    """Every registered component."""

    kind: ClassVar[str]
    family: ClassVar[str]
    flows: ClassVar[tuple[Flow, ...]]
    leaves_out: ClassVar[str]

    def primitives(self, place: Surroundings) -> Primitives:
        """Compile into stores, processes and thermal nodes at a place."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """Declaration of one parameter of a component, for the schema, the manual and the checks."""

    name: str
    unit: str
    doc: str
    low: float | None
    high: float | None
    fact_key: str
    default: Any
    choices: tuple[str, ...] = ()

    @property
    def required(self) -> bool:
        """True where the scenario must give a value."""
        return self.default is dataclasses.MISSING and not self.fact_key


def fact(key: str, *, unit: str, doc: str, low: float | None = None, high: float | None = None) -> Any:
    """A parameter whose default is a sourced fact; ``low``..``high`` is what a scenario may give instead [unit]."""
    meta = {"unit": unit, "doc": doc, "low": low, "high": high, "fact": key}
    return field(default_factory=lambda: lookup(key).value, metadata=meta, kw_only=True)


def param(
    *,
    unit: str,
    doc: str,
    low: float | None = None,
    high: float | None = None,
    default: Any = dataclasses.MISSING,
    choices: tuple[str, ...] = (),
) -> Any:
    """A parameter that the scenario gives: a design choice, with the range in which the model holds [unit]."""
    meta = {"unit": unit, "doc": doc, "low": low, "high": high, "fact": "", "choices": choices}
    return field(default=default, metadata=meta, kw_only=True)


REGISTRY: dict[str, type[Component]] = {}
_T = TypeVar("_T", bound=type)


def component(kind: str) -> Callable[[_T], _T]:
    """Register a component class under the name that scenario files use; its family is its folder's name.

    Raises ValueError for a name that is taken.
    """

    def register(cls: _T) -> _T:
        if kind in REGISTRY:
            raise ValueError(f"component {kind!r} is registered twice: {REGISTRY[kind].__module__}, {cls.__module__}")
        cls.kind = kind  # type: ignore[attr-defined]
        cls.family = _family_of(cls.__module__)  # type: ignore[attr-defined]
        REGISTRY[kind] = cls
        return cls

    return register


def _family_of(module: str) -> str:
    """Folder of a component's module; ``own`` for one that a user defines outside the package."""
    parts = module.split(".")
    return parts[-2] if len(parts) > 1 else "own"


def parameters(cls: type[Component]) -> tuple[Parameter, ...]:
    """Declared parameters of a component class: what must be given, its own, then what it shares with its like."""
    order = [name for base in cls.__mro__ for name in base.__dict__.get("__annotations__", ())]
    declared = [
        Parameter(
            name=item.name,
            unit=item.metadata["unit"],
            doc=item.metadata["doc"],
            low=item.metadata["low"],
            high=item.metadata["high"],
            fact_key=item.metadata["fact"],
            default=item.default,
            choices=item.metadata.get("choices", ()),
        )
        for item in dataclasses.fields(cls)  # type: ignore[arg-type]
    ]
    return tuple(sorted(declared, key=lambda item: (not item.required, order.index(item.name))))
