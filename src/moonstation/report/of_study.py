"""From a finished study to what its report shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from moonstation.core.time import DAY_S, TimeGrid
from moonstation.report.view import AssetRow, MilestoneRow, MissionRow, SiteView, SkyLine, StudyView, Track, Verdict
from moonstation.report.words import amount, number, utc

if TYPE_CHECKING:
    from moonstation.moon.horizon import Horizon
    from moonstation.moon.site import SiteLight
    from moonstation.orbits.relay import RelayOrbit
    from moonstation.report.view3d.ground import Ground
    from moonstation.scenario.schema import MissionEntry
    from moonstation.station.places import SurfaceSky
    from moonstation.studies.study import Study

_RULE = (
    "A station lives when all its people come, stay alive and stay as long as planned, nothing of its main site is "
    "lost to cold, heat or want, and every milestone planned within the study is reached."
)
_YEAR_S = 365.25 * DAY_S
_TRACK_STEP_S = 7200.0


def view_of(study: Study) -> StudyView:
    """Everything that the report of a study shows."""
    from moonstation.station.assessment import main_site
    from moonstation.studies.folder import manifest

    limits = [process.limit for _, process in study.run.compiled.processes]
    return StudyView(
        name=study.scenario.name,
        title=study.scenario.title,
        start=study.scenario.start,
        end=study.scenario.end,
        verdict=Verdict(study.lives, study.reasons, rule=_RULE),
        summary=study.summary,
        dataset=study.timeseries.assign_coords(process_limit=("process", limits)),
        main_site=main_site(study.run),
        sites=_sites(study),
        events=[asdict(event) for event in study.events],  # type: ignore[misc]
        milestones=[_milestone(study, item) for item in study.milestones],
        missions=[_mission(study, entry) for entry in study.scenario.missions],
        assets=_assets(study),
        facts=[asdict(fact) for fact in study.facts],  # type: ignore[misc]
        ledger=study.run.ledger,
        manifest={key: value for key, value in manifest(study).items() if key != "facts"},
    )


def _sites(study: Study) -> dict[str, SiteView]:
    places, station = study.run.places, study.run.station
    found = {name: replace(_surface_site(places.surface[name]), ground=_ground(study, name)) for name in station.sites}
    found |= {
        name: SiteView(name, relay.title or name, orbit=_orbit(relay.orbit)) for name, relay in station.relays.items()
    }
    return found


def _surface_site(sky: SurfaceSky) -> SiteView:
    site, light = sky.site, sky.mast
    sun, earth = tracks_of(light)
    return SiteView(
        name=site.name,
        title=site.title or site.name,
        latitude_deg=site.latitude_deg,
        longitude_deg=site.longitude_deg,
        mast_m=site.mast_m,
        mast_line=sky_line_of(site.mast_horizon),
        ground_line=None if _same(site.mast_horizon, site.ground_horizon) else sky_line_of(site.ground_horizon),
        sun=sun,
        earth=earth,
        light=light.summary,
    )


def _ground(study: Study, name: str) -> Ground | None:
    """Terrain round a site from the models that the scenario names, None where it names none."""
    files = study.scenario.sites[name].terrain
    if not files:
        return None
    from moonstation.moon.dem import open_dems
    from moonstation.report.view3d.ground import ground_around

    site = study.run.station.sites[name]
    dems = open_dems([study.scenario.folder / file for file in files])
    return ground_around(dems, site.latitude_deg, site.longitude_deg, site.mast_m)


def tracks_of(light: SiteLight) -> tuple[Track, Track]:
    """Paths of Sun and Earth over the first year of a place's light, every two hours or as often as known."""
    from moonstation.moon.site import site_directions

    every = max(round(_TRACK_STEP_S / light.grid.step_s), 1)
    steps = min(light.grid.count, round(_YEAR_S / light.grid.step_s))
    grid = TimeGrid(light.grid.start, every * light.grid.step_s, -(-steps // every))
    at = site_directions(light.horizon, grid, light.ephemeris)
    days = min(light.grid.step_s * light.grid.count, _YEAR_S) / DAY_S
    sun = Track(at.sun_azimuth_deg, at.sun_elevation_deg, days, grid.start, grid.step_h)
    return sun, replace(sun, azimuth_deg=at.earth_azimuth_deg, elevation_deg=at.earth_elevation_deg)


def sky_line_of(horizon: Horizon) -> SkyLine:
    """A sky-line as the report shows it."""
    return SkyLine(horizon.azimuth_deg, horizon.elevation_deg, horizon.height_m, horizon.provenance)


def _same(one: Horizon, other: Horizon) -> bool:
    return one.height_m == other.height_m and np.array_equal(one.elevation_deg, other.elevation_deg)


def _orbit(orbit: RelayOrbit) -> str:
    low, high = number(orbit.perilune_altitude_km, 5), number(orbit.apolune_altitude_km, 5)
    return f"{low} to {high} km above the mean radius, inclination {number(orbit.inclination_deg)} deg"


def _milestone(study: Study, item: Any) -> MilestoneRow:
    from moonstation.roadmap.milestones import METRICS

    row = asdict(item)
    row["hold_days"] = next(entry.hold_days for entry in study.scenario.milestones if entry.name == item.name)
    for condition in row["conditions"]:
        condition["label"] = METRICS[condition["metric"]].label
    return row  # type: ignore[return-value]


def _mission(study: Study, entry: MissionEntry) -> MissionRow:
    landing = next((item for item in study.run.landings if item.mission == entry.name), None)
    return {
        "name": entry.name,
        "title": entry.title,
        "partners": entry.partners,
        "launcher": entry.launcher,
        "launch": entry.launch,
        "arrival": entry.arrival,
        "until": entry.until,
        "decided": landing is not None,
        "landed": landing.landed if landing else None,
        "landing": ": ".join(filter(None, (landing.state, landing.cause))) if landing else "",
        "left": landing.left if landing else None,
        "status": entry.status,
        "site": entry.site or "",
        "phase": entry.phase,
        "brings": list(_cargo(study, entry.name)),
        "source": entry.source,
    }


def _cargo(study: Study, mission: str) -> Iterator[str]:
    from moonstation.components.quantities import quantities

    for entry in study.scenario.assets:
        if entry.mission == mission:
            yield f"{entry.count} {entry.name}" if entry.count > 1 else entry.name
    for delivery in study.scenario.deliveries:
        if delivery.mission == mission:
            for quantity, mass in delivery.amounts().items():
                yield f"{amount(mass, quantities()[quantity].unit)} {quantity.replace('_', ' ')}"


def _assets(study: Study) -> list[AssetRow]:
    from moonstation.station.landing_log import lived_spans

    lost = {event.subject: event for event in study.lost}
    rows: list[AssetRow] = []
    spans = lived_spans(study.run.compiled, study.run.log, study.run.station.grid)
    for asset in study.run.station.assets:
        event, lived = lost.get(asset.name), spans.get(asset.name)
        rows.append(
            {
                "name": asset.name,
                "type": asset.component.kind,
                "site": asset.node,
                "mission": asset.mission,
                "partner": asset.partner,
                "facility": asset.facility,
                "start": lived[0] if lived else asset.start,
                "end": lived[1] if lived else asset.end,
                "lost": utc(np.datetime64(event.utc)) if event else None,
                "loss": event.detail.removeprefix("lost: ") if event else "",
            }
        )
    return rows
