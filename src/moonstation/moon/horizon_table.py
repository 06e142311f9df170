"""The table of a sky-line seen from a place on the Moon, and its CSV."""

from __future__ import annotations

import gzip
import io
import math
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from moonstation.core.errors import Fault, RangeError
from moonstation.core.output import write_whole
from moonstation.moon.sphere import moon_radius_m

_COLUMNS = ("azimuth_deg", "elevation_deg", "distance_km")
_PLACE = {"latitude_deg": (-90.0, 90.0), "longitude_deg": (-180.0, 360.0), "height_m": (0.0, 20e3)}
_MAX_FAULTS = 20
_MAX_BYTES = 20_000_000


@dataclass(frozen=True, eq=False)
class Horizon:
    """Elevation of the terrain's sky-line against azimuth, for one eye above one place.

    ``azimuth_deg`` ascends within 0..360 from north, clockwise (MOON_ME); ``elevation_deg`` is negative where the
    ground falls away; ``distance_km`` is the arc to the sky-line point, NaN where not known; ``height_m`` is the
    eye above the ground. ``provenance`` says in texts what made it. Raises RangeError with every fault.
    """

    azimuth_deg: np.ndarray
    elevation_deg: np.ndarray
    distance_km: np.ndarray
    height_m: float
    latitude_deg: float
    longitude_deg: float
    provenance: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in _COLUMNS:
            object.__setattr__(self, name, np.asarray(getattr(self, name), dtype=float))
        faults = [*place_faults(self.latitude_deg, self.longitude_deg, self.height_m), *self._table_faults()]
        if faults:
            raise RangeError(faults)

    def elevation_at(self, azimuth_deg: Any) -> np.ndarray:
        """Sky-line elevation [deg] at any azimuth [deg], linear between table rows, periodic; shape as given."""
        azimuth, elevation = self._wrapped
        return np.asarray(np.interp(np.mod(azimuth_deg, 360.0), azimuth, elevation))

    @classmethod
    def flat(cls, lat_deg: float, lon_deg: float, height_m: float, azimuth_count: int = 720) -> Horizon:
        """Sky-line of the smooth 1737.4 km sphere: the dip -acos(R / (R + h)) all round.

        Raises RangeError for a place or height out of range.
        """
        faults = place_faults(lat_deg, lon_deg, height_m)
        if faults:
            raise RangeError(faults)
        radius_km = moon_radius_m() / 1e3
        dip = math.acos(radius_km / (radius_km + height_m / 1e3))
        return cls(
            azimuth_deg=np.arange(azimuth_count) * (360.0 / azimuth_count),
            elevation_deg=np.full(azimuth_count, -math.degrees(dip)),
            distance_km=np.full(azimuth_count, radius_km * dip),
            height_m=height_m,
            latitude_deg=lat_deg,
            longitude_deg=lon_deg,
            provenance={"program": program(), "terrain": "none: smooth sphere of 1737.4 km"},
        )

    def to_csv(self, path: str | Path | None = None) -> str:
        """The table as CSV text, provenance in '# key: value' lines before the header; written whole to ``path``.

        A path ending in .gz is compressed. The file appears complete or not at all; raises RangeError where it cannot
        be written.
        """
        place = {"latitude_deg": self.latitude_deg, "longitude_deg": self.longitude_deg, "height_m": self.height_m}
        lines = [f"# {key}: {value!r}" for key, value in place.items()]
        lines += [f"# {key}: {' '.join(str(value).split())}" for key, value in self.provenance.items()]
        lines.append(",".join(_COLUMNS))
        rows = zip(self.azimuth_deg, self.elevation_deg, self.distance_km, strict=True)
        lines += [f"{azimuth:.9g},{elevation:.5f},{distance:.4f}" for azimuth, elevation, distance in rows]
        text = "\n".join(lines) + "\n"
        if path is not None:
            content = _packed(text) if Path(path).suffix == ".gz" else text.encode()
            write_whole(Path(path), content, where=str(path))
        return text

    @classmethod
    def from_csv(
        cls,
        source: str | Path,
        *,
        lat_deg: float | None = None,
        lon_deg: float | None = None,
        height_m: float | None = None,
    ) -> Horizon:
        """A horizon from a CSV file (or .csv.gz) with columns azimuth_deg, elevation_deg and, if known, distance_km.

        Place and eye height come from its '# latitude_deg: ...' lines, or from the arguments where it has none.
        Raises RangeError with every fault, each with its line.
        """
        path = Path(source)
        try:
            with path.open("rb") as file:
                data = file.read(_MAX_BYTES + 1)
        except OSError as error:
            raise RangeError(_not_a_table(str(path), error.strerror or str(error))) from error
        return read_horizon(data, str(path), lat_deg=lat_deg, lon_deg=lon_deg, height_m=height_m)

    @cached_property
    def _wrapped(self) -> tuple[np.ndarray, np.ndarray]:
        azimuth, elevation = self.azimuth_deg, self.elevation_deg
        return (
            np.concatenate([[azimuth[-1] - 360.0], azimuth, [azimuth[0] + 360.0]]),
            np.concatenate([elevation[-1:], elevation, elevation[:1]]),
        )

    def _table_faults(self) -> list[Fault]:
        azimuth, elevation, distance = self.azimuth_deg, self.elevation_deg, self.distance_km
        if azimuth.ndim != 1 or azimuth.size < 4 or not azimuth.shape == elevation.shape == distance.shape:
            shapes = (azimuth.shape, elevation.shape, distance.shape)
            return [Fault("horizon", "columns must be equally long, with at least 4 azimuths", shapes)]
        faults = []
        if not (np.all(np.isfinite(azimuth)) and azimuth[0] >= 0.0 and azimuth[-1] < 360.0):
            faults.append(Fault("horizon azimuth_deg", "out of range", unit="deg", allowed="0 <= azimuth < 360"))
        if not np.all(np.diff(azimuth) > 0.0):
            faults.append(Fault("horizon azimuth_deg", "must ascend without repeats", hint="sort the rows by azimuth"))
        if not np.all(np.abs(elevation) <= 90.0):  # also NaN
            faults.append(Fault("horizon elevation_deg", "out of range", unit="deg", allowed="-90..90"))
        return faults


def read_horizon(
    data: bytes,
    where: str,
    *,
    lat_deg: float | None = None,
    lon_deg: float | None = None,
    height_m: float | None = None,
) -> Horizon:
    """A horizon from the bytes of a CSV, gzipped or not; ``where`` names it in faults. See Horizon.from_csv.

    Raises RangeError with every fault, each with its line.
    """
    try:
        text = _unpacked(data).decode("utf-8-sig")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise RangeError(_not_a_table(where, str(error))) from error
    if len(text) > _MAX_BYTES:
        raise RangeError(_not_a_table(where, f"more than {_MAX_BYTES:,} bytes"))
    notes: dict[str, str] = {}
    header: list[str] | None = None
    rows: list[list[float]] = []
    faults: list[Fault] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        if line.startswith("#"):
            key, _, value = line[1:].partition(":")
            notes[key.strip()] = value.strip()
        elif header is None:
            header = [name.strip() for name in line.split(",")]
            if not set(_COLUMNS[:2]) <= set(header):
                fault = Fault(f"{where}:{number}", "wrong header", line[:60], allowed=",".join(_COLUMNS))
                raise RangeError(fault)
        else:
            rows.append(_numbers(line, header, f"{where}:{number}", faults))
    given = {"latitude_deg": lat_deg, "longitude_deg": lon_deg, "height_m": height_m}
    place = {key: _place_value(key, notes.pop(key, None), given[key], where, faults) for key in _PLACE}
    if header is None:
        faults.append(Fault(where, "holds no table", allowed=",".join(_COLUMNS)))
    table = np.array(rows, dtype=float).reshape(-1, 3)
    if not faults:
        try:
            return Horizon(table[:, 0], table[:, 1], table[:, 2], provenance=notes, **place)
        except RangeError as error:
            faults += [
                Fault(f"{where}: {f.where}", f.message, f.value, f.unit, f.allowed, f.hint) for f in error.faults
            ]
    raise RangeError(_shortened(faults, where))


def _numbers(line: str, header: list[str], where: str, faults: list[Fault]) -> list[float]:
    cells = [cell.strip() for cell in line.split(",")]
    if len(cells) != len(header):
        faults.append(Fault(where, f"has {len(cells)} cells, the header {len(header)}", line[:60]))
        return [math.nan] * 3
    named = dict(zip(header, cells, strict=True))
    try:
        azimuth, elevation, distance = (float(named.get(name, "nan") or "nan") for name in _COLUMNS)
    except ValueError:
        faults.append(Fault(where, "not a number", line[:60]))
        return [math.nan] * 3
    if not 0.0 <= azimuth < 360.0:
        hint = "leave out the closing row at 360" if azimuth == 360.0 else ""
        faults.append(Fault(where, "azimuth_deg out of range", azimuth, "deg", "0 <= azimuth < 360", hint))
    if not abs(elevation) <= 90.0:
        faults.append(Fault(where, "elevation_deg out of range", elevation, "deg", "-90..90"))
    return [azimuth, elevation, distance]


def _place_value(key: str, note: str | None, given: float | None, where: str, faults: list[Fault]) -> float:
    if note is None and given is None:
        faults.append(Fault(where, f"does not say its {key}", hint=f"add a line '# {key}: ...' before the header"))
        return math.nan
    try:
        return float(note) if note is not None else float(given)  # type: ignore[arg-type]
    except ValueError:
        faults.append(Fault(where, f"{key} is not a number", note))
        return math.nan


def _shortened(faults: list[Fault], where: str) -> list[Fault]:
    if len(faults) <= _MAX_FAULTS:
        return faults
    return [*faults[:_MAX_FAULTS], Fault(where, f"and {len(faults) - _MAX_FAULTS} more faults of this kind")]


def place_faults(lat_deg: float, lon_deg: float, height_m: float) -> list[Fault]:
    """What is out of range in a place [deg] and an eye's height [m]."""
    faults = []
    for (name, (low, high)), value in zip(_PLACE.items(), (lat_deg, lon_deg, height_m), strict=True):
        if not low <= value <= high:
            unit = name.rsplit("_", 1)[1]
            faults.append(Fault(name, "out of range", value, unit, f"{low:g}..{high:g}"))
    return faults


def program() -> str:
    """Name and version of this program, for provenance."""
    return f"moonstation {metadata.version('moonstation')}"


def _not_a_table(where: str, reason: str) -> Fault:
    hint = "give a CSV made by: moonstation horizon"
    return Fault(where, f"cannot be read as a horizon table ({reason})", hint=hint)


def _unpacked(data: bytes) -> bytes:
    """The bytes, out of their gzip where they are in one; of an endless file one byte too many."""
    if data[:2] != b"\x1f\x8b":
        return data
    with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
        return packed.read(_MAX_BYTES + 1)


def _packed(text: str) -> bytes:
    """The text gzipped, the same bytes at any hour."""
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0, filename="") as packed:
        packed.write(text.encode())
    return buffer.getvalue()
