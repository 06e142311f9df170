"""A station as the kernel's compiler takes it: nodes, assets with their dates, deliveries and policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from moonstation.components.contract import Component, Process, Thermostat
from moonstation.components.quantities import quantities
from moonstation.core.errors import Fault, ScenarioError
from moonstation.core.time import TimeGrid
from moonstation.station.go import Landing
from moonstation.station.recovery import Recovery

if TYPE_CHECKING:
    from moonstation.moon.horizon import Horizon
    from moonstation.orbits.ground import GroundStation
    from moonstation.orbits.relay import RelayOrbit

#: Modes of a power bus, mildest first; the number is what the series ``mode`` holds.
MODES = ("nominal", "dark", "survival", "safe")

#: The node that stands for the Earth: data that reaches ``data@earth`` is returned.
EARTH = "earth"

BusKey = tuple[str, str]  # quantity, node


@dataclass(frozen=True, slots=True)
class SurfaceSite:
    """A place on the ground, with its sky-line from 2 m and from the top of its mast.

    ``tended_from`` names a site near by whose hands, spares and links serve this one too, "" for none.
    """

    name: str
    latitude_deg: float
    longitude_deg: float
    mast_m: float
    mast_horizon: Horizon
    ground_horizon: Horizon
    title: str = ""
    tended_from: str = ""


@dataclass(frozen=True, slots=True)
class RelaySite:
    """A relay satellite in a lunar orbit."""

    name: str
    orbit: RelayOrbit
    title: str = ""


@dataclass(frozen=True, slots=True)
class Asset:
    """One component at a node, alive from ``start`` to ``end`` (or the run's end).

    ``facility``, ``partner``, ``mission`` and ``field`` (of science) are carried through to the results.
    ``priority_shift`` is added to the priority of each of its processes.
    ``housed_in`` names the asset whose body carries it: it works while that body's first thermal node is within its
    working range, and is lost with it.
    ``group`` names those that can stand in for each other, of which ``needed`` work and the others stand by; "" for one
    that stands alone. ``spares`` units or kits of parts landed with it.
    """

    name: str
    component: Component
    node: str
    start: datetime
    end: datetime | None = None
    mission: str = ""
    partner: str = ""
    facility: str = ""
    priority_shift: int = 0
    housed_in: str = ""
    group: str = ""
    needed: int = 0
    spares: int = 0


@dataclass(frozen=True, slots=True)
class Delivery:
    """Stocks that a mission lands at ``node``: ``amounts`` by bus quantity [unit of the bus], ``spares`` by kind."""

    node: str
    at: datetime
    amounts: Mapping[str, float]
    mission: str = ""
    spares: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Policy:
    """When a power bus changes its mode, and what each mode still serves.

    serve_up_to : greatest priority number that still runs, by mode
    critical_priority : loads up to this number are the critical ones
    dark_sun_below, dark_charge_below : ``dark`` while less of the solar disc is seen and the stores hold less [-]
    survival_below, survival_exit, safe_below, safe_exit : share of the usable charge [-]
    recovery_h : a milder mode is entered only after its condition held so long [h]
    """

    serve_up_to: Mapping[str, int]
    critical_priority: int
    dark_sun_below: float
    dark_charge_below: float
    survival_below: float
    survival_exit: float
    safe_below: float
    safe_exit: float
    recovery_h: float


@dataclass(frozen=True)
class Station:
    """All that a run needs."""

    name: str
    grid: TimeGrid
    sites: Mapping[str, SurfaceSite]
    relays: Mapping[str, RelaySite]
    ground_stations: tuple[GroundStation, ...]
    assets: tuple[Asset, ...]
    policy: Policy
    deliveries: tuple[Delivery, ...] = field(default=())
    #: Order of service by names of asset and process, where that of another life is to be kept.
    service: tuple[tuple[str, str], ...] = ()
    recovery: Recovery = field(default_factory=Recovery)
    #: Landings that are decided by a rule, after the begin; all others come by their date.
    landings: tuple[Landing, ...] = ()
    #: The site whose infrastructure is the station's; the first site where none is named.
    main_site: str = ""


def bus_key(name: str, asset: Asset) -> BusKey:
    """Bus of an asset by the name that its component uses: at its node, its own (``@self``), or at a named node.

    Raises ScenarioError for an unknown quantity.
    """
    quantity, _, place = name.partition("@")
    if quantity not in quantities():
        raise ScenarioError(
            Fault(asset.name, "unknown quantity on a bus", name, allowed=", ".join(quantities())),
        )
    return quantity, {"": asset.node, "self": asset.name}.get(place, place)


def effective_priority(asset: Asset, process: Process) -> int:
    """Priority after the asset's shift, kept within 0..9."""
    return min(max(process.priority + asset.priority_shift, 0), 9)


def keeps_on(asset: Asset, process: Process) -> bool:
    """Whether a process runs on while its unit stands by: heaters, and what keeps it alive."""
    draws_alone = all(name.startswith("electricity") and rate < 0 for name, rate in process.recipe.items())
    return isinstance(process.control, Thermostat) or (draws_alone and effective_priority(asset, process) == 0)


def groups_of(assets: Sequence[Asset]) -> dict[str, list[int]]:
    """Numbers of the assets that can stand in for each other, by the name of their group or their own."""
    groups: dict[str, list[int]] = {}
    for number, asset in enumerate(assets):
        groups.setdefault(asset.group or f"\0{asset.name}", []).append(number)
    return groups


def needed_of(assets: Sequence[Asset], group: Sequence[int]) -> int:
    """How many of a group must work; all where nothing is said."""
    return min(assets[group[0]].needed or len(group), len(group))


def resting(assets: Sequence[Asset]) -> frozenset[str]:
    """Names of the assets that stand by from their landing on."""
    groups = groups_of(assets).values()
    return frozenset(assets[number].name for group in groups for number in group[needed_of(assets, group) :])
