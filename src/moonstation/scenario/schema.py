"""What a scenario file may say: every key with its meaning, unit and range."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, PrivateAttr, create_model

from moonstation.components.quantities import quantities
from moonstation.core.errors import Fault
from moonstation.scenario.fields import (
    LISTED,
    WITHOUT_SOURCE,
    Duration,
    Moment,
    NodeName,
    OrFact,
    Part,
    Text,
    number,
    within,
)
from moonstation.scenario.go import GoEntry
from moonstation.scenario.recovery import RecoveryEntry

Facility = Literal[
    "cislunar transport", "long-term support", "lunar transport and operation", "science", "ground support"
]
FACILITIES: tuple[str, ...] = get_args(Facility)
#: Time step of a scenario that names none.
DEFAULT_STEP = "10min"

_Fraction = Annotated[float, within(0.0, 1.0)]
_ModePriority = Annotated[int, within(-1, 9)]


class ServeUpTo(Part):
    """Greatest priority number that still runs, by mode of a site's power bus; -1 switches everything off."""

    nominal: _ModePriority
    """While nothing is short."""
    dark: _ModePriority
    """While the Sun is away and the stores are no longer full."""
    survival: _ModePriority
    """While the stores run low."""
    safe: _ModePriority
    """While next to nothing is left."""


class PolicyEntry(Part):
    """When a site's power bus changes its mode, and what each mode still serves."""

    critical_priority: Annotated[int, within(0, 9)]
    """Loads with a priority up to this number are the critical ones."""
    dark_sun_below: _Fraction
    """Mode dark needs less than this share of the solar disc in view [-]."""
    dark_charge_below: _Fraction
    """Mode dark needs the stores below this share of their usable charge [-]."""
    survival_below: _Fraction
    """Mode survival begins below this share of the usable charge [-]."""
    survival_exit: _Fraction
    """Mode survival ends above this share of the usable charge [-]."""
    safe_below: _Fraction
    """Mode safe begins below this share of the usable charge [-]."""
    safe_exit: _Fraction
    """Mode safe ends above this share of the usable charge [-]."""
    recovery_h: Annotated[float, within(0.0, 720.0)]
    """A milder mode is entered only after its condition held so long [h]."""
    serve_up_to: ServeUpTo
    """What each mode still serves."""
    recovery: RecoveryEntry = RecoveryEntry()
    """What is done about faults, where failures are simulated."""
    go: dict[NodeName, GoEntry] = {}
    """When people may land and when they must leave: rules by name, which missions name as their ``go``."""


class SiteEntry(Part):
    """A place on the ground of the Moon."""

    title: Text = ""
    """What people call it."""
    latitude_deg: Annotated[float, within(-90.0, 90.0)] | None = None
    """Latitude in the frame MOON_ME [deg]; may be left out where ``horizon`` names a sky-line that tells its place."""
    longitude_deg: Annotated[float, within(-180.0, 360.0)] | None = None
    """Longitude, east positive [deg]; may be left out where ``horizon`` names a sky-line that tells its place."""
    mast_m: Annotated[float, within(0.1, 200.0)]
    """Height of the mast's top above the ground, where arrays and antennas stand [m]."""
    horizon: Text
    """Sky-line: the name of a shipped one, "flat", or a CSV file (path from the scenario's folder)."""
    ground_horizon: Text | None = None
    """Sky-line from 2 m, as ``horizon``; left out: the same source as ``horizon``."""
    terrain: Annotated[tuple[Text, ...], LISTED] = ()
    """Elevation models whose ground the report shows round the site: paths from the scenario's folder, in any order."""
    tended_from: Text | None = None
    """Site near by whose robots, people, spares and links to the Earth serve this one too; the way takes no time."""


class RelayEntry(Part):
    """A relay satellite in an orbit around the Moon."""

    title: Text = ""
    """What people call it."""
    perilune_altitude_km: Annotated[float, within(10.0, 60_000.0), OrFact("km")]
    """Lowest altitude above the mean radius [km]."""
    apolune_altitude_km: Annotated[float, within(10.0, 60_000.0), OrFact("km")]
    """Highest altitude above the mean radius [km]."""
    inclination_deg: Annotated[float, within(0.0, 180.0), OrFact("deg")]
    """Inclination to the Moon's equator [deg]."""
    raan_deg: Annotated[float, within(-360.0, 360.0), OrFact("deg")] = 0.0
    """Right ascension of the ascending node [deg]."""
    argument_deg: Annotated[float, within(-360.0, 360.0), OrFact("deg")]
    """Argument of perilune [deg]."""
    true_anomaly_deg: Annotated[float, within(-360.0, 360.0)] = 0.0
    """True anomaly at the epoch [deg]."""
    epoch: Moment
    """Moment at which the elements hold."""
    source: Text = ""
    """Where the elements come from."""


class GroundStationEntry(Part):
    """A ground station on the Earth."""

    title: Text = ""
    """What people call it."""
    latitude_deg: Annotated[float, within(-90.0, 90.0)] | None = None
    """Geodetic latitude [deg]; may be left out for a station that the facts tables know."""
    longitude_deg: Annotated[float, within(-180.0, 360.0)] | None = None
    """Longitude, east positive [deg]; may be left out for a station that the facts tables know."""
    height_m: Annotated[float, within(-500.0, 9000.0), OrFact("m")] | None = None
    """Height above the sea [m]; left out: as the facts tables know the station, else the fact ground.height."""
    min_elevation_deg: Annotated[float, within(0.0, 60.0), OrFact("deg")] | None = None
    """Least elevation of the Moon at which it works [deg]; left out: the fact ground.min_elevation."""
    source: Text = ""
    """Where the position comes from."""


class MissionEntry(Part):
    """A flight that brings assets, stocks and people."""

    name: Text
    """Short name; assets and deliveries refer to it."""
    title: Text = ""
    """What it is for."""
    partners: Annotated[tuple[Text, ...], LISTED, Field(min_length=1)]
    """Who flies it."""
    launcher: Text = ""
    """Launch vehicle."""
    launch: Moment | None = None
    """Launch date."""
    arrival: Moment | None = None
    """Landing, or arrival in orbit; from then on its assets live."""
    until: Moment | None = None
    """Last moment of what it brings, where an asset does not say otherwise; left out: it stays."""
    status: Literal["flown", "planned", "failed"]
    """Whether it flew is data; a failed mission brings nothing."""
    site: NodeName | None = None
    """Where it lands: a site, or the relay that it carries."""
    landed_mass_kg: Annotated[float, within(0.0, 1_000_000.0), OrFact("kg")] | None = None
    """Mass on the ground (or in orbit) after landing [kg]; what it brings cannot weigh more."""
    phase: Text = ""
    """Phase of the road map."""
    requires: Annotated[tuple[Text, ...], LISTED] = ()
    """Missions that must have arrived before this one is launched."""
    go: NodeName | None = None
    """Rule of ``policy.go`` by which its landing is decided; left out: it lands on its date whatever is there."""
    ascent: Annotated[tuple[Text, ...], LISTED] = ()
    """Assets that take its people home; all must be sound before they leave early. Left out: their way home is sure."""
    source: Text = ""
    """Where dates and masses come from, and how sure they are."""

    @property
    def failed(self) -> bool:
        """Whether it has failed."""
        return self.status == "failed"

    def arrival_before(self, end: datetime) -> datetime | None:
        """When what it brings is there; None for a failed mission and for one that comes after the end."""
        return self.arrival if self.arrival and self.arrival < end and not self.failed else None


class AssetEntry(Part):
    """A thing that a mission brings: a component with its parameters."""

    name: Text
    """Name, unlike any other asset's."""
    type: str
    """Kind of component."""
    site: NodeName
    """Where it stands: a surface site, or the relay satellite that carries it."""
    mission: Text
    """Mission that brings it; it lives from the mission's arrival."""
    partner: Text | None = None
    """Who provides it; left out: the mission's partners."""
    facility: Facility | None = None
    """Group of facilities; left out: by the family of the component."""
    count: Annotated[int, within(1, 100)] = 1
    """How many of it, each an asset of its own."""
    needed: Annotated[int, within(1, 100)] | None = None
    """How many of the ``count`` must work; the others stand by, cold but kept alive. Left out: all work."""
    spares: Annotated[int, within(0, 1000)] = 0
    """Spare units or kits of parts that land with it, for all of its type that are tended from the same site."""
    spare_kg: Annotated[float, within(0.0, 1_000_000.0)] | None = None
    """Mass of one spare [kg]; left out: as facts failure.*.spare_kg or failure.general.spare_mass tell."""
    until: Moment | None = None
    """Last moment of its life; left out: the mission's, or it stays."""
    housed_in: Text | None = None
    """Asset whose body carries it, such as a lander: warms it, works while it is warm enough, and is lost with it."""
    priority_shift: Annotated[int, within(-9, 9)] = 0
    """Added to the priority of everything that it does; positive is shed earlier."""
    landed_kg: Annotated[float, within(0.0, 1_000_000.0)] | None = None
    """Mass of one, without a tank's content [kg]; left out: what its size tells. Counts against the mission's."""
    note: Text = ""
    """Remark for readers."""

    _facts: dict[str, str] = PrivateAttr(default_factory=dict)

    @property
    def facts(self) -> dict[str, str]:
        """Key of the fact by the name of each parameter that the file gives as a fact."""
        return self._facts


class MilestoneEntry(Part):
    """A step of the road map."""

    name: Text
    """Name, unlike any other milestone's."""
    title: Text = ""
    """What people call it."""
    planned: Moment
    """When it is promised."""
    site: NodeName | None = None
    """Site whose capability counts; left out: the whole station."""
    hold_days: Annotated[float, within(0.0, 3660.0)] = 0.0
    """The conditions must hold so long without a break [d]."""
    requires: Annotated[tuple[Text, ...], LISTED] = ()
    """Milestones that must be reached before."""
    landed: Annotated[tuple[Text, ...], LISTED] = ()
    """Missions that must have arrived."""
    energy_kw: Annotated[float, within(0.0)] | None = None
    """Least power that the sources offer, mean over the last synodic day [kW]."""
    energy_firm_kw: Annotated[float, within(0.0)] | None = None
    """Least mean power of the worst day within the last synodic day [kW]."""
    energy_served_share: Annotated[float, within(0.0, 1.0)] | None = None
    """Least share of the last synodic day in which all critical loads were served, light or dark [-]."""
    communication_gbit_day: Annotated[float, within(0.0)] | None = None
    """Least data that could be returned to Earth, mean over the last synodic day [Gbit/d]."""
    life_support_crew: Annotated[float, within(0.0)] | None = None
    """Least number of people for whom air, water and room are ready, mean over the last synodic day [-]."""
    crew: Annotated[float, within(0.0)] | None = None
    """Least number of people present [-]."""
    crew_days: Annotated[float, within(0.0)] | None = None
    """Least sum of days lived by people on the Moon [d]."""
    science_hours: Annotated[float, within(0.0)] | None = None
    """Least sum of hours worked by instruments [h]."""
    data_returned_gbit: Annotated[float, within(0.0)] | None = None
    """Least sum of data returned to Earth [Gbit]."""
    water_kg: Annotated[float, within(0.0)] | None = None
    """Least sum of water won from the ground [kg]."""


def cargo_keys() -> dict[str, str]:
    """Key of a delivery -> quantity, for everything in kilograms that tanks hold (a cabin brings its own air)."""
    cargo = {name: item for name, item in quantities().items() if item.is_mass and not name.startswith("cabin_")}
    return {f"{name}_{item.unit}": name for name, item in cargo.items()}


class DeliveryEntry(Part):
    """Stocks that a mission lands at a site on arrival."""

    mission: Text
    """Mission that brings them."""
    site: NodeName
    """Where they are stored."""
    spares: dict[Text, Annotated[int, within(1, 1000)]] = {}
    """Spares by type of component, each of the mass of those of the first such asset there that lands any."""
    note: Text = ""
    """Remark for readers."""

    def amounts(self) -> dict[str, float]:
        """Amount of each quantity [unit of the quantity]."""
        given = {quantity: getattr(self, key) for key, quantity in cargo_keys().items()}
        return {quantity: amount for quantity, amount in given.items() if amount}


class Scenario(Part):
    """A station, its road map and its policy, as one file says it."""

    name: NodeName
    """Short name, used for folders."""
    title: Text
    """What people call it."""
    start: Moment
    """First moment of the simulation."""
    end: Moment
    """Moment at which the simulation ends."""
    step: Duration = DEFAULT_STEP
    """Time step."""
    main_site: NodeName
    """Site that the report shows first."""
    policy: PolicyEntry
    """How power is shed and restored."""
    sites: Annotated[dict[NodeName, SiteEntry], Field(min_length=1)]
    """Places on the ground, by name."""
    relays: dict[NodeName, RelayEntry] = {}
    """Relay satellites, by name."""
    ground_stations: dict[NodeName, GroundStationEntry] = {}
    """Ground stations on the Earth, by name."""
    missions: Annotated[tuple[MissionEntry, ...], LISTED, Field(min_length=1)]
    """Flights in order of arrival."""
    assets: Annotated[tuple[AssetEntry, ...], LISTED, Field(min_length=1)]
    """Everything that the missions bring."""
    deliveries: Annotated[tuple[DeliveryEntry, ...], LISTED] = ()
    """Stocks that missions land."""
    milestones: Annotated[tuple[MilestoneEntry, ...], LISTED] = ()
    """Steps of the road map."""

    _path: Path | None = PrivateAttr(default=None)
    _text: str = PrivateAttr(default="")
    _overrides: dict[str, Any] = PrivateAttr(default_factory=dict)
    _facts: frozenset[str] = PrivateAttr(default=frozenset())
    _notes: tuple[Fault, ...] = PrivateAttr(default=())

    @property
    def notes(self) -> tuple[Fault, ...]:
        """What may go ill by dates, amounts or choices that are allowed: not refused, but told."""
        return self._notes

    @property
    def text(self) -> str:
        """Text that it was read from."""
        return self._text

    @property
    def overrides(self) -> dict[str, Any]:
        """Keys at the top that were given in place of the text's."""
        return self._overrides

    @property
    def facts(self) -> frozenset[str]:
        """Keys of the facts that were looked up to read it."""
        return self._facts

    @property
    def path(self) -> Path | None:
        """File that it was read from."""
        return self._path

    @property
    def folder(self) -> Path:
        """Folder against which the paths inside are meant."""
        return self._path.parent if self._path else Path()

    def mission(self, name: str) -> MissionEntry:
        """The mission of that name; KeyError where there is none."""
        return {mission.name: mission for mission in self.missions}[name]


@cache
def delivery_model() -> type[DeliveryEntry]:
    """Delivery with one key per quantity that is counted in kilograms."""
    keys: dict[str, Any] = {
        key: (number("kg", 0.0, 1_000_000.0), Field(default=0.0, description=f"{quantities()[quantity].doc} [kg]"))
        for key, quantity in cargo_keys().items()
    }
    return create_model("Delivery", __base__=DeliveryEntry, __module__=__name__, __cls_kwargs__=WITHOUT_SOURCE, **keys)


def unit_names(entry: AssetEntry) -> list[str]:
    """Names of the assets that an entry stands for: itself, or its units numbered from 1."""
    if entry.count == 1:
        return [entry.name]
    return [f"{entry.name} {unit}" for unit in range(1, entry.count + 1)]
