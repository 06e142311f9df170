"""From a scenario to what the rooms below take: a station, and milestones."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import replace
from datetime import datetime

from moonstation.core.time import TimeGrid
from moonstation.core.words import noun
from moonstation.orbits.ground import GroundStation, named_stations
from moonstation.orbits.relay import RelayOrbit
from moonstation.roadmap.milestones import METRICS, Milestone
from moonstation.scenario.assets import component_of, facility_of
from moonstation.scenario.go import go_rule
from moonstation.scenario.places import GROUND_M, horizon_from, position
from moonstation.scenario.recovery import recovery_of
from moonstation.scenario.schema import (
    AssetEntry,
    GroundStationEntry,
    MilestoneEntry,
    RelayEntry,
    Scenario,
    SiteEntry,
    unit_names,
)
from moonstation.station.go import Landing
from moonstation.station.model import MODES, Asset, Delivery, Policy, RelaySite, Station, SurfaceSite


def build_station(scenario: Scenario) -> Station:
    """The station that a checked scenario describes."""
    return Station(
        name=scenario.name,
        grid=TimeGrid.between(scenario.start, scenario.end, scenario.step),
        sites={name: _surface_site(name, site, scenario) for name, site in scenario.sites.items()},
        relays={name: RelaySite(name, orbit_of(relay), relay.title) for name, relay in scenario.relays.items()},
        ground_stations=tuple(_ground_station(name, entry) for name, entry in scenario.ground_stations.items()),
        assets=tuple(asset for entry in scenario.assets for asset in _assets(entry, scenario)),
        policy=_policy(scenario),
        deliveries=tuple(_deliveries(scenario)),
        main_site=scenario.main_site,
        recovery=recovery_of(scenario.policy.recovery),
        landings=tuple(_landings(scenario)),
    )


def with_present_facts(station: Station, scenario: Scenario, names: Container[str] | None = None) -> Station:
    """The station with all its components made anew, of the facts as they are now (see ``facts.usage.overridden``).

    names : of the assets whose components are made anew; of all, where not given
    """
    anew = {asset.name for asset in station.assets if names is None or asset.name in names}
    made = {name: component_of(entry) for entry in scenario.assets for name in unit_names(entry) if name in anew}
    assets = (replace(asset, component=made[asset.name]) if asset.name in made else asset for asset in station.assets)
    return replace(station, assets=tuple(assets))


def _surface_site(name: str, site: SiteEntry, scenario: Scenario) -> SurfaceSite:
    latitude_deg, longitude_deg = position(site, scenario.folder)
    return SurfaceSite(
        name=name,
        latitude_deg=latitude_deg,
        longitude_deg=longitude_deg,
        mast_m=site.mast_m,
        mast_horizon=horizon_from(site.horizon, site, site.mast_m, scenario.folder),
        ground_horizon=horizon_from(site.ground_horizon or site.horizon, site, GROUND_M, scenario.folder),
        title=site.title or name,
        tended_from=site.tended_from or "",
    )


def orbit_of(relay: RelayEntry) -> RelayOrbit:
    """The orbit that an entry describes."""
    return RelayOrbit(
        perilune_altitude_km=relay.perilune_altitude_km,
        apolune_altitude_km=relay.apolune_altitude_km,
        inclination_deg=relay.inclination_deg,
        raan_deg=relay.raan_deg,
        argument_deg=relay.argument_deg,
        true_anomaly_deg=relay.true_anomaly_deg,
        epoch=relay.epoch,
    )


def _ground_station(name: str, entry: GroundStationEntry) -> GroundStation:
    given = {key: value for key, value in entry.model_dump(exclude={"title", "source"}).items() if value is not None}
    known = named_stations().get(name)
    return replace(known, **given) if known else GroundStation(name, **given)


def _policy(scenario: Scenario) -> Policy:
    fields = scenario.policy.model_dump(exclude={"serve_up_to", "recovery", "go"})
    return Policy(serve_up_to={mode: getattr(scenario.policy.serve_up_to, mode) for mode in MODES}, **fields)


def _arrival(scenario: Scenario, mission: str) -> datetime | None:
    """When what the mission of that name brings is there, None where nothing of it comes."""
    return scenario.mission(mission).arrival_before(scenario.end)


def _assets(entry: AssetEntry, scenario: Scenario) -> Iterator[Asset]:
    arrival, mission = _arrival(scenario, entry.mission), scenario.mission(entry.mission)
    if arrival is None or _is_over(entry, scenario):
        return
    first = unit_names(entry)[0]
    for name in unit_names(entry):
        yield Asset(
            name=name,
            component=component_of(entry),
            node=entry.site,
            start=arrival,
            end=entry.until or mission.until,
            mission=entry.mission,
            partner=entry.partner or " and ".join(mission.partners),
            facility=facility_of(entry),
            priority_shift=entry.priority_shift,
            housed_in=entry.housed_in or "",
            group=entry.name,
            needed=entry.needed or entry.count,
            spares=entry.spares if name == first else 0,
        )


def _is_over(entry: AssetEntry, scenario: Scenario) -> bool:
    """Whether an asset left service before the start."""
    end = entry.until or scenario.mission(entry.mission).until
    return end is not None and end <= scenario.start


def _deliveries(scenario: Scenario) -> Iterator[Delivery]:
    for entry in scenario.deliveries:
        arrival = _arrival(scenario, entry.mission)
        if arrival is not None:  # what landed before the start is all still there
            at = max(arrival, scenario.start)
            yield Delivery(entry.site, at, entry.amounts(), entry.mission, entry.spares)


def _landings(scenario: Scenario) -> Iterator[Landing]:
    """Missions that land by a rule, in order of their dates; who is there at the start needs no go any more."""
    arrivals = {mission.name: _arrival(scenario, mission.name) for mission in scenario.missions if mission.go}
    decided = [
        mission for mission in scenario.missions if (arrivals.get(mission.name) or scenario.start) > scenario.start
    ]
    for mission in sorted(decided, key=lambda mission: mission.arrival or scenario.end):
        assert mission.go
        assert mission.arrival
        assert mission.site  # checked
        yield Landing(
            mission=mission.name,
            node=mission.site,
            at=mission.arrival,
            rule=go_rule(mission.go, scenario.policy.go[mission.go]),
            ascent=mission.ascent,
            requires=mission.requires,
        )


def left_out(scenario: Scenario) -> list[str]:
    """One sentence for each mission of which something does not come, and why."""
    notes = []
    for mission in scenario.missions:
        assets = [entry for entry in scenario.assets if entry.mission == mission.name]
        things = sum(entry.count for entry in assets)
        loads = sum(entry.mission == mission.name for entry in scenario.deliveries)
        over = sum(entry.count for entry in assets if _is_over(entry, scenario))
        if (things or loads) and _arrival(scenario, mission.name) is None:
            why = "failed" if mission.failed else "arrives after the end"
            told = [f"{things} {noun(things, 'asset')}"] if things else []
            told += [f"{loads} {noun(loads, 'delivery', 'deliveries')}"] if loads else []
            notes.append(f"{mission.name} {why}: {' and '.join(told)} {noun(things + loads, 'is', 'are')} left out")
        elif over:
            left = f"{over} {noun(over, 'asset is', 'assets are')} left out"
            notes.append(f"{mission.name}: {left}, {noun(over, 'it', 'they')} left service before the start")
    return notes


def milestone_of(entry: MilestoneEntry, scenario: Scenario) -> Milestone:
    """The milestone that an entry describes."""
    given = {metric: getattr(entry, metric) for metric in METRICS}
    return Milestone(
        name=entry.name,
        title=entry.title or entry.name,
        planned=entry.planned,
        conditions={metric: least for metric, least in given.items() if least is not None},
        landed={name: _arrival(scenario, name) for name in entry.landed},
        requires=entry.requires,
        site=entry.site or "",
        hold_days=entry.hold_days,
    )


def build_milestones(scenario: Scenario) -> list[Milestone]:
    """The milestones of a scenario."""
    return [milestone_of(entry, scenario) for entry in scenario.milestones]
