"""Names of features of the Moon: what a map writes beside its craters, mountains and seas.

The shipped table holds names of the IAU poleward of 75 degrees and the great ones elsewhere, to a tenth of a degree and
a kilometre: enough for a label. Source: Gazetteer of Planetary Nomenclature, International Astronomical Union and USGS
Astrogeology, https://planetarynames.wr.usgs.gov. Sizes of mountains and seas are the largest extents that it gives.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

from moonstation.core.errors import Fault, RangeError

# Column headings: ours, of the Gazetteer's CSV, and of the table in its shape file.
_HEADINGS = {
    "name": ("name", "clean_name", "feature_name", "clean_feature_name"),
    "kind": ("kind", "feature_type", "type"),
    "latitude_deg": ("latitude_deg", "center_latitude", "center_lat", "latitude", "lat"),
    "longitude_deg": ("longitude_deg", "center_longitude", "center_lon", "longitude", "lon"),
    "diameter_km": ("diameter_km", "diameter"),
}
_NEEDED = ("name", "latitude_deg", "longitude_deg")
_LIMITS = {
    "latitude_deg": (-90.0, 90.0, "deg"),
    "longitude_deg": (-180.0, 360.0, "deg"),
    "diameter_km": (0.0, 5458.0, "km"),
}


@dataclass(frozen=True, slots=True)
class Name:
    """A named feature: its middle [deg, longitude east 0 to 360] and its size [km], 0 where none is given."""

    name: str
    kind: str
    latitude_deg: float
    longitude_deg: float
    diameter_km: float


@cache
def names() -> tuple[Name, ...]:
    """The shipped names, largest first."""
    text = resources.files("moonstation.moon").joinpath("names.csv").read_text(encoding="utf-8")
    return _read(text.splitlines(), "names.csv")


def read_names(path: Path) -> tuple[Name, ...]:
    """Names from a CSV with the Gazetteer's columns or ours, largest first, without other bodies and dropped names.

    Raises RangeError with every fault: no such file, columns missing, numbers that are none or lie outside the Moon.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no UTF-8 text"
        hint = "give the CSV of a search in planetarynames.wr.usgs.gov"
        raise RangeError(Fault(str(path), f"cannot be read ({reason})", hint=hint)) from error
    return _read(text.splitlines(), str(path))


def _read(lines: list[str], where: str) -> tuple[Name, ...]:
    reader = csv.DictReader(lines)
    columns = {_plain(heading): heading for heading in reader.fieldnames or ()}
    wanted = {key: next((columns[one] for one in known if one in columns), None) for key, known in _HEADINGS.items()}
    missing = [key for key in _NEEDED if wanted[key] is None]
    if missing:
        allowed = "; ".join(f"{key}: {' or '.join(_HEADINGS[key])}" for key in missing)
        hint = "its first line names the columns, as in the CSV of planetarynames.wr.usgs.gov"
        raise RangeError(Fault(where, f"has no column for {', '.join(missing)}", allowed=allowed, hint=hint))
    found: list[Name] = []
    faults: list[Fault] = []
    for row in reader:
        if _is_wanted(row, columns):
            found.extend(_name(row, wanted, f"{where}:{reader.line_num}", faults))
    if faults:
        raise RangeError(faults)
    return tuple(sorted(found, key=lambda one: (-one.diameter_km, one.name)))


def _plain(heading: str | None) -> str:
    return re.sub(r"[^a-z0-9]+", "_", (heading or "").strip().lower()).strip("_")


def _is_wanted(row: Mapping[str, str | None], columns: Mapping[str, str]) -> bool:
    target = (row.get(columns.get("target", "")) or "Moon").strip().lower()
    approval = (row.get(columns.get("approval_status", columns.get("approval", ""))) or "").lower()
    return target == "moon" and "dropped" not in approval


def _name(
    row: Mapping[str, str | None], wanted: Mapping[str, str | None], where: str, faults: list[Fault]
) -> list[Name]:
    """The name of a row, none where it is faulty; what is wrong goes to ``faults``."""
    cells = {key: (row.get(heading) or "").strip() if heading else "" for key, heading in wanted.items()}
    before = len(faults)
    if not cells["name"]:
        faults.append(Fault(f"{where}: name", "is missing"))
    lat, lon, size = (
        _number(cells[key] or ("0" if key == "diameter_km" else ""), f"{where}: {key}", faults, *limits)
        for key, limits in _LIMITS.items()
    )
    if len(faults) > before:
        return []
    return [Name(cells["name"], cells["kind"].split(",")[0].lower(), lat, round(lon % 360.0, 9), size)]


def _number(text: str, where: str, faults: list[Fault], low: float, high: float, unit: str) -> float:
    try:
        value = float(text)
    except ValueError:
        faults.append(Fault(where, "is no number", text, unit))
        return math.nan
    if not low <= value <= high:
        faults.append(Fault(where, "lies outside the Moon", value, unit, f"{low:g} to {high:g} {unit}"))
    return value
