"""Coordinate systems of the Moon's sphere under their right names (IAU 2015; Archinal et al. 2018)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from moonstation.moon.sphere import moon_radius_m

if TYPE_CHECKING:
    from pyproj import CRS

BODY = "Moon (2015) - Sphere"
OCENTRIC = f"{BODY} / Ocentric"
_NAMELESS = ("", "unknown", "unnamed", "undefined")


def sphere_crs() -> CRS:
    """Latitude and longitude east [deg] on the sphere that lunar heights refer to."""
    from pyproj import CRS

    return _named(CRS.from_proj4(f"+proj=longlat +R={moon_radius_m()!r} +no_defs"))


def stereographic_wkt(lat_deg: float, lon_deg: float) -> str:
    """A stereographic map in metres round a place, true to scale there."""
    from pyproj import CRS

    text = (
        f"+proj=stere +lat_0={lat_deg!r} +lon_0={lon_deg!r} +k=1 +x_0=0 +y_0=0 +R={moon_radius_m()!r} +units=m +no_defs"
    )
    return str(_named(CRS.from_proj4(text)).to_wkt())


def named_wkt(crs_wkt: str) -> str:
    """The coordinate system, with the names that its file left out; one with names of its own keeps them."""
    from pyproj import CRS

    return str(_named(CRS.from_wkt(crs_wkt)).to_wkt())


def _named(crs: CRS) -> CRS:
    from pyproj import CRS

    told = crs.to_json_dict()
    radius = crs.ellipsoid.semi_major_metre if crs.ellipsoid else 0.0
    if abs(radius - moon_radius_m()) > 1.0:
        return crs
    base = told.get("base_crs", told)
    datum = base.get("datum", {})
    for part, name in ((base, OCENTRIC), (datum, BODY), (datum.get("ellipsoid", {}), BODY)):
        _name(part, name)
    if "conversion" in told:
        own = _projection(told["conversion"])
        _name(told["conversion"], own)
        _name(told, f"{OCENTRIC} / {own}")
    return CRS.from_json_dict(told)


def _name(part: dict[str, Any], name: str) -> None:
    if str(part.get("name", "")).lower() in _NAMELESS:
        part["name"] = name


def _projection(conversion: dict[str, Any]) -> str:
    """Name of a projection: IAU's for its polar maps, else the method and where its origin lies."""
    found = {one["name"]: one["value"] for one in conversion.get("parameters", ())}
    lat, lon = (_first(found, axis) for axis in ("Latitude", "Longitude"))
    plain = float(found.get("Scale factor at natural origin", 1.0)) == 1.0 and not (
        found.get("False easting", 0.0) or found.get("False northing", 0.0)
    )
    method = str(conversion.get("method", {}).get("name", "map"))
    if "stereographic" in method.lower():
        if plain and abs(lat) == 90.0 and lon == 0.0:
            return "South Polar" if lat < 0.0 else "North Polar"
        method = "Stereographic"
    return method if math.isnan(lat) else f"{method} at {abs(lat):g} {'S' if lat < 0.0 else 'N'} {lon % 360.0:g} E"


def _first(parameters: dict[str, Any], axis: str) -> float:
    """Latitude or longitude of a projection's origin, whatever its method calls it; NaN where there is none."""
    return next((float(value) for name, value in parameters.items() if name.startswith(axis)), math.nan)
