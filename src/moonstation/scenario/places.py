"""The sky-lines that a scenario's sites name: shipped ones, flat ground, or a CSV file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np

from moonstation.core.errors import Fault, MoonstationError, TerrainError
from moonstation.moon.dem import Dem, open_dem
from moonstation.moon.horizon import Horizon
from moonstation.moon.illumination import separation_deg
from moonstation.moon.overlap import overlap_faults
from moonstation.moon.places import named_places, shipped_horizon
from moonstation.scenario.draft import Draft
from moonstation.scenario.fields import did_you_mean
from moonstation.scenario.lines import KeyPath
from moonstation.scenario.messages import Source
from moonstation.scenario.schema import SiteEntry

#: Height of things that stand on the ground [m].
GROUND_M = 2.0

_ELSEWHERE = "leave out latitude_deg and longitude_deg, or name another sky-line"

#: Farthest that a site may lie from the place of the sky-line that it uses, as an arc [deg]: 300 m.
_NEAR_DEG = 0.01

#: Farthest that a sky-line's eye may be from the height that uses it [m].
_NEAR_M = 0.5


def position(site: SiteEntry, folder: Path) -> tuple[float, float]:
    """Latitude and longitude [deg] of a site, taken from its sky-line where the scenario leaves them out.

    Raises as ``horizon_from``.
    """
    latitude_deg, longitude_deg = site.latitude_deg, site.longitude_deg
    if latitude_deg is None or longitude_deg is None:
        line = named_places().get(site.horizon) or _own_line(site.horizon, site, GROUND_M, folder)
        latitude_deg = line.latitude_deg if latitude_deg is None else latitude_deg
        longitude_deg = line.longitude_deg if longitude_deg is None else longitude_deg
    return latitude_deg, longitude_deg


def horizon_from(name: str, site: SiteEntry, height_m: float, folder: Path) -> Horizon:
    """Sky-line that ``name`` stands for, seen from ``height_m`` [m] at the site.

    Raises MoonstationError for a height that is not shipped and for a file that cannot be used, OSError for one that
    cannot be read.
    """
    if name in named_places():
        return shipped_horizon(name, height_m)
    if name == "flat":
        return Horizon.flat(*position(site, folder), height_m)
    return _own_line(name, site, height_m, folder)


def _own_line(name: str, site: SiteEntry, height_m: float, folder: Path) -> Horizon:
    """Sky-line of a file; what the file does not say of its place and height is the scenario's."""
    return Horizon.from_csv(folder / name, lat_deg=site.latitude_deg, lon_deg=site.longitude_deg, height_m=height_m)


def faults_of_horizons(draft: Draft, source: Source, folder: Path) -> Iterator[Fault]:
    """Faults of the sky-lines of every site, and of the place for which they are used."""
    for name, site in draft.sites:
        path = ("sites", name)
        for key, height_m in (("horizon", site.mast_m), ("ground_horizon", GROUND_M)):
            given = getattr(site, key)
            faults = list(_file_faults(given, (*path, key), source, folder)) if given else []
            if key == "horizon" and not faults:
                faults = list(_position_faults(site, path, source))
            yield from faults
            if given and not faults:
                yield from _line_faults(site, (*path, key), height_m, source, folder)
        yield from _terrain_faults(site, (*path, "terrain"), source, folder)
        yield from _keeper_faults(name, site, draft, source)


def _keeper_faults(name: str, site: SiteEntry, draft: Draft, source: Source) -> Iterator[Fault]:
    """A site that is tended from none that there is, from itself, or from one that is tended from elsewhere."""
    sites, keeper = dict(draft.sites), site.tended_from
    others = sorted(other for other in draft.names("sites") if other != name)
    if keeper and keeper not in others:
        hint = did_you_mean(keeper, others, f"other sites: {', '.join(others)}")
        yield source.fault(("sites", name, "tended_from"), "is no other site", value=keeper, hint=hint)
    elif keeper and keeper in sites and sites[keeper].tended_from:
        hint = f"name {sites[keeper].tended_from}"
        yield source.fault(("sites", name, "tended_from"), "is itself tended from elsewhere", value=keeper, hint=hint)


def _position_faults(site: SiteEntry, path: KeyPath, source: Source) -> Iterator[Fault]:
    place = named_places().get(site.horizon) if site.horizon else None
    if place is None:
        for key in ("latitude_deg", "longitude_deg") if site.horizon in (None, "flat") else ():
            if key not in source.table(path):
                yield source.fault((*path, key), "is missing", hint="needed unless horizon names a sky-line")
        return
    latitude_deg = place.latitude_deg if site.latitude_deg is None else site.latitude_deg
    longitude_deg = place.longitude_deg if site.longitude_deg is None else site.longitude_deg
    if _apart_deg((latitude_deg, longitude_deg), (place.latitude_deg, place.longitude_deg)) > _NEAR_DEG:
        there = _spoken(place.latitude_deg, place.longitude_deg)
        message = f"lies elsewhere than the sky-line {site.horizon}, which was computed for {there}"
        yield source.fault(path, message, hint=_ELSEWHERE)


def _apart_deg(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Arc between two places given by latitude and longitude [deg]."""
    return float(separation_deg(one[1], one[0], other[1], other[0]))


def _file_faults(name: str, path: KeyPath, source: Source, folder: Path) -> Iterator[Fault]:
    shipped = ["flat", *named_places()]
    if name in shipped:
        return
    try:
        with (folder / name).open("rb"):
            pass
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        hint = did_you_mean(name, shipped, f"shipped: {', '.join(shipped)}; or the path of a CSV file")
        yield source.fault(path, f"is neither a shipped sky-line nor a file that can be read ({reason})", hint=hint)


def _line_faults(
    site: SiteEntry, path: KeyPath, height_m: float | None, source: Source, folder: Path
) -> Iterator[Fault]:
    """Faults of a sky-line that is there, and of its use at a site from ``height_m`` (None: not known) [m]."""
    name = str(source.value(path))
    if name == "flat" or (name in named_places() and height_m is None):
        return
    try:
        horizon = horizon_from(name, site, GROUND_M if height_m is None else height_m, folder)
    except (MoonstationError, ValueError) as error:
        yield from _unusable(path, "the sky-line", error, source)
        return
    here, there = position_if_known(site, folder), (horizon.latitude_deg, horizon.longitude_deg)
    if here and _apart_deg(here, there) > _NEAR_DEG:
        message = f"was computed for {_spoken(*there)}, but the site lies at {_spoken(*here)}"
        yield source.fault(path, message, hint=_ELSEWHERE)
    if height_m is not None and abs(horizon.height_m - height_m) > _NEAR_M:
        message = f"was computed for an eye {horizon.height_m:g} m above the ground, but is used at {height_m:g} m"
        again = f"compute it from {height_m:g} m: moonstation horizon --height {height_m:g}"
        hint = f"set mast_m = {horizon.height_m:g}, or {again}" if path[-1] == "horizon" else again
        yield source.fault(path, message, hint=hint)


def _terrain_faults(site: SiteEntry, path: KeyPath, source: Source, folder: Path) -> Iterator[Fault]:
    """Faults of a site's elevation models, each on its own and in what they cover together."""
    dems: list[Dem] = []
    for number, name in enumerate(site.terrain):
        try:
            dems.append(open_dem(folder / name))
        except TerrainError as error:
            yield from _unusable((*path, number), "the terrain", error, source)
    here = position_if_known(site, folder)
    if here and dems and len(dems) == len(site.terrain) and not any(np.isfinite(dem.sample(*here)) for dem in dems):
        yield source.fault(path, f"has no ground at the site, {_spoken(*here)}", hint="name a model that covers it")
    for fault in overlap_faults(dems):
        yield source.fault(path, f"{Path(fault.where).name}: {fault.message}", hint=fault.hint)


def position_if_known(site: SiteEntry, folder: Path) -> tuple[float, float] | None:
    """The site's place; None where its sky-line is missing or cannot be used, which is told elsewhere."""
    with suppress(MoonstationError, ValueError):
        return position(site, folder) if site.horizon else None
    return None


def _spoken(latitude_deg: float, longitude_deg: float) -> str:
    return f"{latitude_deg:g} deg, {longitude_deg:g} deg east"


def _unusable(path: KeyPath, what: str, error: Exception, source: Source) -> Iterator[Fault]:
    for fault in getattr(error, "faults", ()) or (Fault("", str(error)),):
        message = f"{what} cannot be used: {fault.message}"
        details = {"value": fault.value, "unit": fault.unit, "allowed": fault.allowed, "hint": fault.hint}
        yield source.fault(path, message, **details)
