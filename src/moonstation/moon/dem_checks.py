"""What keeps a raster from being an elevation model of the Moon, said in words that help."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np

from moonstation.core.errors import Fault
from moonstation.facts.table import lookup
from moonstation.moon.sphere import moon_radius_m

_METRE_UNITS = frozenset({"m", "metre", "metres", "meter", "meters"})
_LABEL_BYTES = 1 << 20
_NUMBER = r"([-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?)"
_LABEL_SCALE = re.compile(rf"(?m)^\s*SCALING_FACTOR\s*=\s*{_NUMBER}")
_LABEL_OFFSET = re.compile(rf"(?m)^\s*OFFSET\s*=\s*{_NUMBER}")
_LABEL_UNIT = re.compile(r"(?m)^\s*UNIT\s*=\s*\"?(\w+)")


def scaling(path: Path, source: Any) -> tuple[float, float, str]:
    """Scale, offset and unit of a raster's numbers; a PDS3 label is read itself, GDAL drops these for JPEG 2000."""
    scale, offset, unit = source.scales[0] or 1.0, source.offsets[0] or 0.0, source.units[0] or ""
    if source.driver == "PDS":
        label = _label_text(path)
        scale = float(_LABEL_SCALE.findall(label)[-1]) if _LABEL_SCALE.search(label) else scale
        offset = float(_LABEL_OFFSET.findall(label)[-1]) if _LABEL_OFFSET.search(label) else offset
        unit = _LABEL_UNIT.findall(label)[-1] if _LABEL_UNIT.search(label) else unit
    return float(scale), float(offset), unit.strip().lower()


def _label_text(path: Path) -> str:
    """The PDS3 label at the head of a file, up to its END."""
    with path.open("rb") as file:
        return re.split(r"(?m)^END\s*$", file.read(_LABEL_BYTES).decode("latin-1"), maxsplit=1)[0]


def form_faults(path: Path, source: Any) -> list[Fault]:
    """Pictures, and rasters that lie nowhere."""
    faults = []
    if source.count != 1 or source.dtypes[0] == "uint8":
        faults.append(
            Fault(
                str(path),
                "a picture, not an elevation model",
                f"{source.count} band(s) of {source.dtypes[0]}",
                allowed="one band of heights",
                hint="take the elevation product, not its shaded relief",
            )
        )
    if source.transform.is_identity or source.transform.determinant == 0.0:
        faults.append(
            Fault(str(path), "has no georeference: nothing says where its pixels lie", hint="gdal_edit.py -a_ullr")
        )
    return faults


def sphere_faults(path: Path, crs: Any) -> list[Fault]:
    """What keeps a coordinate system from being a map of the Moon's 1737.4 km sphere."""
    where, radius = str(path), moon_radius_m()
    moon_hint = (
        f'if it is a map of the Moon, say which, e.g. gdal_edit.py -a_srs "+proj=stere +lat_0=-90 +R={radius:.0f}"'
    )
    if not crs:
        return [Fault(where, "has no coordinate system (CRS)", hint=f"{moon_hint} FILE")]
    from pyproj import CRS

    ellipsoid = CRS.from_wkt(crs.to_wkt()).ellipsoid
    if ellipsoid is None:
        return [Fault(where, "its coordinate system has no body: a local grid", hint=f"{moon_hint} FILE")]
    a, b = ellipsoid.semi_major_metre, ellipsoid.semi_minor_metre
    allowed = f"a sphere of {radius / 1e3:.1f} km"
    if max(abs(a - radius), abs(b - radius)) < 10.0:
        return []
    got = f"{ellipsoid.name}, {a / 1e3:.3f} x {b / 1e3:.3f} km"
    if abs(a - radius) < 20e3:
        hint = "reproject, and shift the heights by the difference of radius (gdalwarp, gdal_calc.py)"
        return [Fault(where, "is a map of the Moon on another radius", got, allowed=allowed, hint=hint)]
    if abs(a - 6.375e6) < 20e3:
        return [Fault(where, "is on the Earth's datum", got, allowed=allowed, hint=f"{moon_hint} FILE")]
    return [Fault(where, "is a map of another body", got, allowed=allowed)]


def size_faults(path: Path, data_path: Path, source: Any) -> list[Fault]:
    """A PDS image shorter than its label says: GDAL would fill the rest with zeros without a word."""
    if source.driver not in ("PDS", "PDS4") or data_path.suffix.lower() not in (".img", ".dat"):
        return []
    needed = source.height * source.width * np.dtype(source.dtypes[0]).itemsize
    if data_path == path:
        needed += len(_label_text(path))
    size = data_path.stat().st_size
    if size >= needed:
        return []
    return [unreadable(data_path, f"{size} bytes where its label needs {needed}")]


def height_faults(path: Path, heights: np.ndarray, unit: str, span_km: float) -> list[Fault]:
    """What is wrong with heights [m], judged on an even sample of a file that spans ``span_km``."""
    where = str(path)
    known = heights[np.isfinite(heights)]
    if known.size == 0:
        return [Fault(where, "holds no data: every pixel sampled is no-data")]
    low, high = float(known.min()), float(known.max())
    if unit and unit not in _METRE_UNITS:
        hint = 'convert to metres, e.g. gdal_calc.py --calc="A*1000" for kilometres'
        return [Fault(where, "heights are not in metres", unit, allowed="m", hint=hint)]
    fault = _suspicious(where, low, high, known, span_km, declared=bool(unit))
    return [fault] if fault else []


def _suspicious(
    where: str, low: float, high: float, known: np.ndarray, span_km: float, *, declared: bool
) -> Fault | None:
    radius = moon_radius_m()
    margin = lookup("terrain.height_margin").value
    allowed_low = lookup("terrain.lowest_height").value - margin
    allowed_high = lookup("terrain.highest_height").value + margin
    got, allowed = f"{low:g}..{high:g}", f"{allowed_low:g}..{allowed_high:g} m above {radius / 1e3:.1f} km"
    if radius + allowed_low <= low and high <= radius + allowed_high:
        hint = f'subtract the radius: gdal_calc.py --calc="A-{radius:.0f}", or declare it as the band\'s offset'
        return Fault(where, "holds distances from the Moon's centre, not heights", got, "m", allowed, hint)
    if not declared and radius + allowed_low <= low * 1e3 and high * 1e3 <= radius + allowed_high and span_km > 20.0:
        hint = f'convert: gdal_calc.py --calc="(A-{radius / 1e3:.1f})*1000"'
        return Fault(where, "holds distances from the Moon's centre in kilometres", got, "km", allowed, hint)
    broken = np.mean(known != np.round(known)) > 0.5
    kilometres = allowed_low <= low * 1e3 and high * 1e3 <= allowed_high and high - low > 0.02
    if not declared and broken and kilometres:
        hint = 'convert: gdal_calc.py --calc="A*1000"; if they are metres, say so: gdal_edit.py -units m'
        return Fault(where, "heights look like kilometres, not metres", got, "km?", allowed, hint)
    if low < allowed_low or high > allowed_high:
        hint = "is a fill value not declared as no-data, or is this another body or unit?"
        return Fault(where, "heights cannot be the Moon's", got, "m", allowed, hint)
    return None


def unreadable(path: Path, error: Exception | str) -> Fault:
    """A file that breaks off or is no raster."""
    reason = str(getattr(error, "__cause__", None) or error)
    return Fault(
        str(path),
        f"cannot be read ({reason})",
        hint="incomplete download? compare its size with the publisher's; for PDS, keep label and image together",
    )
