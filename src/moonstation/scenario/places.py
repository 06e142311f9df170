"""The sky-lines that a scenario's sites name: shipped ones, flat ground, or a CSV file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from moonstation.core.errors import Fault, MoonstationError
from moonstation.moon.horizon import Horizon
from moonstation.moon.illumination import separation_deg
from moonstation.moon.places import named_places, shipped_horizon
from moonstation.scenario.draft import Draft
from moonstation.scenario.fields import did_you_mean
from moonstation.scenario.lines import KeyPath
from moonstation.scenario.messages import Source
from moonstation.scenario.schema import SiteEntry

#: Height of things that stand on the ground [m].
GROUND_M = 2.0

#: Farthest that a site may lie from the place of the sky-line that it uses, as an arc [deg]: 600 m.
_NEAR_DEG = 0.02

#: Farthest that a sky-line's eye may be from the height that uses it [m].
_NEAR_M = 0.5


def position(site: SiteEntry) -> tuple[float, float]:
    """Latitude and longitude [deg] of a site, taken from the shipped sky-line where the file leaves them out."""
    if site.latitude_deg is not None and site.longitude_deg is not None:
        return site.latitude_deg, site.longitude_deg
    place = named_places()[site.horizon]
    latitude_deg = place.latitude_deg if site.latitude_deg is None else site.latitude_deg
    return latitude_deg, place.longitude_deg if site.longitude_deg is None else site.longitude_deg


def horizon_from(name: str, site: SiteEntry, height_m: float, folder: Path) -> Horizon:
    """Sky-line that ``name`` stands for, seen from ``height_m`` [m] at the site.

    Raises MoonstationError for a height that is not shipped and for a file that cannot be used, OSError for one that
    cannot be read.
    """
    if name in named_places():
        return shipped_horizon(name, height_m)
    latitude_deg, longitude_deg = position(site)
    if name == "flat":
        return Horizon.flat(latitude_deg, longitude_deg, height_m)
    return Horizon.from_csv(folder / name, lat_deg=latitude_deg, lon_deg=longitude_deg, height_m=height_m)


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
            if given and height_m is not None and not faults and _has_position(site):
                yield from _table_faults(site, (*path, key), height_m, source, folder)


def _has_position(site: SiteEntry) -> bool:
    return site.horizon in named_places() or None not in (site.latitude_deg, site.longitude_deg)


def _position_faults(site: SiteEntry, path: KeyPath, source: Source) -> Iterator[Fault]:
    place = named_places().get(site.horizon) if site.horizon else None
    if place is None:
        for key in ("latitude_deg", "longitude_deg"):
            if key not in source.table(path):
                yield source.fault((*path, key), "is missing", hint="needed unless horizon names a shipped sky-line")
        return
    if _apart_deg(position(site), (place.latitude_deg, place.longitude_deg)) > _NEAR_DEG:
        there = f"{place.latitude_deg:g} deg, {place.longitude_deg:g} deg east"
        message = f"lies elsewhere than the sky-line {site.horizon}, which was computed for {there}"
        yield source.fault(path, message, hint="leave out latitude_deg and longitude_deg, or name another sky-line")


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


def _table_faults(site: SiteEntry, path: KeyPath, height_m: float, source: Source, folder: Path) -> Iterator[Fault]:
    name = str(source.value(path))
    try:
        horizon = horizon_from(name, site, height_m, folder)
    except (MoonstationError, ValueError, KeyError) as error:
        faults = getattr(error, "faults", ()) or (Fault("", str(error)),)
        for fault in faults:
            message = f"the sky-line cannot be used: {fault.message}"
            details = {"value": fault.value, "unit": fault.unit, "allowed": fault.allowed, "hint": fault.hint}
            yield source.fault(path, message, **details)
        return
    latitude_deg, longitude_deg = position(site)
    if _apart_deg((latitude_deg, longitude_deg), (horizon.latitude_deg, horizon.longitude_deg)) > _NEAR_DEG:
        there = f"{horizon.latitude_deg:g} deg, {horizon.longitude_deg:g} deg east"
        message = f"was computed for {there}, but the site lies at {latitude_deg:g} deg, {longitude_deg:g} deg east"
        yield source.fault(path, message)
    if abs(horizon.height_m - height_m) > _NEAR_M:
        message = f"was computed for an eye {horizon.height_m:g} m above the ground, but is used at {height_m:g} m"
        yield source.fault(path, message)
