"""``moonstation route``: a drivable way from a place to the nearest cold trap, or to another place."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from moonstation.cli.options import Dems, Json, Kernels, ReplaceFile

if TYPE_CHECKING:
    from moonstation.core.errors import Fault
    from moonstation.core.time import TimeGrid
    from moonstation.moon.dem import Dem
    from moonstation.moon.siting.journey import Drive, Journey
    from moonstation.sky.ephemeris import Ephemeris

#: By which option a person gave what faults of a drive name.
_OPTIONS = {
    "max_slope_deg": "--max-slope-deg",
    "max_cross_slope_deg": "--max-cross-slope-deg",
    "within_km": "--within-km",
    "area": "--within-km",
    "least_trap_km2": "--least-trap-km2",
    "eye_m": "--height",
    "start of the way": "--from",
}

_PLACE_HELP = "a place that moonstation ships, or latitude and longitude [deg] as -89.45,222.7"
_NUMBERS = re.compile(r"^\s*([-+]?\d+(?:\.\d+)?)\s*[,; ]\s*([-+]?\d+(?:\.\d+)?)\s*$")

_ToColdTrap = Annotated[bool, typer.Option("--to-cold-trap", help="Go to the nearest permanent shadow instead.")]
_CrossSlope = Annotated[
    float | None, typer.Option("--max-cross-slope-deg", help="Steepest tilt to the side [deg]; as the pitch.")
]
_Within = Annotated[
    float | None,
    typer.Option("--within-km", help="Half side of the square looked at [km]; 30 for cold traps if not given."),
]
_LeastTrap = Annotated[float, typer.Option("--least-trap-km2", help="Smaller permanent shadows do not count [km2].")]
_Waypoints = Annotated[Path | None, typer.Option("-o", "--output", help="Waypoints to write: .csv, or .geojson.")]


def route(  # noqa: PLR0913, PLR0917 (one argument for each option)
    dem: Dems,
    start_at: Annotated[str, typer.Option("--from", help=f"Begin of the way: {_PLACE_HELP}.")],
    to: Annotated[str | None, typer.Option("--to", help=f"End of the way: {_PLACE_HELP}.")] = None,
    to_cold_trap: _ToColdTrap = False,
    max_slope: Annotated[float, typer.Option("--max-slope-deg", help="Steepest pitch [deg].")] = 15.0,
    max_cross_slope: _CrossSlope = None,
    within: _Within = None,
    least_trap: _LeastTrap = 1.0,
    eye: Annotated[float, typer.Option("--height", help="Height of the vehicle's arrays [m].")] = 2.0,
    start: Annotated[str, typer.Option("--start", help="Begin of the light, ISO 8601, UTC.")] = "2026-01-01",
    end: Annotated[str, typer.Option("--end", help="Its end, ISO 8601, UTC.")] = "2044-08-08",
    step: Annotated[str, typer.Option("--step", help="Its step, such as 10min, 1h, 8h.")] = "1h",
    no_light: Annotated[bool, typer.Option("--no-light", help="Leave out the light along the way.")] = False,
    kernel: Kernels = None,
    output: _Waypoints = None,
    overwrite: ReplaceFile = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with code 1 where there is no way.")] = False,
    as_json: Json = False,
) -> None:
    """Shortest way under a slope limit: length, climb, steepness, time, and the light along it.

    Where no way keeps to the limit it says so, and which limit would give one; no file is written then.
    """
    from moonstation.cli.faults import by_option
    from moonstation.cli.progress import progress_bar
    from moonstation.moon.siting.journey import Drive, journey
    from moonstation.moon.ways.route import SlopeLimits

    drive = Drive(SlopeLimits(max_slope, max_cross_slope), within, least_trap, eye)
    asked = _Asked(dem, start_at, to, to_cold_trap, (start, end, step), tuple(kernel or ()), output, overwrite, drive)
    ends = asked.read()
    grid = None if no_light else ends.grid
    with progress_bar("reading the terrain") as progress, by_option(_OPTIONS):
        result = journey(ends.dems, ends.start, ends.target, drive, grid, ends.kernels, progress)
    summary = result.summary()
    for key, text in (("from", start_at), ("to", to)):
        if text and not _NUMBERS.match(text):
            summary[key] = {"name": text, **summary[key]}
    written = output if output and summary["way"] else None
    if written:
        write_way(result, written)
    if as_json:
        typer.echo(json.dumps({**summary, "output": str(written) if written else None}, indent=1))
    else:
        _print_summary(summary, written)
    if strict and not summary["way"]:
        raise typer.Exit(1)


@dataclass(frozen=True)
class _Ends:
    """What the options name: models, places, steps of the light and kernels."""

    dems: list[Dem]
    start: tuple[float, float]
    target: tuple[float, float] | None
    grid: TimeGrid
    kernels: Ephemeris


@dataclass(frozen=True)
class _Asked:
    """The ends, the terrain, the period and the file as they were asked for."""

    dem: list[Path]
    start_at: str
    to: str | None
    to_cold_trap: bool
    period: tuple[str, str, str]
    kernel: tuple[Path, ...]
    output: Path | None
    overwrite: bool
    drive: Drive

    def read(self) -> _Ends:
        """Models, places, time grid and kernels; raises RangeError with every fault at once."""
        from moonstation.cli.faults import tried
        from moonstation.cli.period import kernels_of, time_grid
        from moonstation.cli.terrain import open_named_dems
        from moonstation.core.errors import RangeError

        faults = self._conflicts()
        start = tried(lambda: place_of(self.start_at, "--from"), faults)
        target = tried(lambda: place_of(str(self.to), "--to"), faults) if self.to else None
        kernels = tried(lambda: kernels_of(self.kernel), faults, "--kernel")
        grid = tried(lambda: time_grid(*self.period, kernels), faults, "--end") if kernels else None
        dems = tried(lambda: open_named_dems(self.dem), faults)
        faults += self._output_faults()
        if faults or start is None or kernels is None or grid is None or dems is None:
            raise RangeError(faults)
        return _Ends(dems, start, target, grid, kernels)

    def _conflicts(self) -> list[Fault]:
        """What does not go together, and numbers out of range."""
        from moonstation.core.errors import Fault

        faults = [replace(fault, where=_OPTIONS.get(fault.where, fault.where)) for fault in self.drive.faults()]
        if bool(self.to) == self.to_cold_trap:
            message = "stands beside --to-cold-trap" if self.to else "is missing"
            faults.append(Fault("--to", message, hint="say where to go: --to PLACE, or --to-cold-trap"))
        return faults

    def _output_faults(self) -> list[Fault]:
        from moonstation.cli.faults import file_faults
        from moonstation.core.errors import Fault

        if not self.output:
            return []
        faults = file_faults(self.output, "-o", overwrite=self.overwrite)
        if self.output.suffix.lower() not in _FORMS:
            allowed = ", ".join(_FORMS)
            faults.append(Fault("-o", "ends in no form that is known", str(self.output), "", allowed))
        return faults


def place_of(text: str, where: str) -> tuple[float, float]:
    """Latitude and longitude [deg] of a shipped name or of two numbers; raises RangeError."""
    from moonstation.core.errors import Fault, RangeError
    from moonstation.moon.places import place
    from moonstation.moon.siting.journey import place_faults

    if match := _NUMBERS.match(text):
        found = float(match[1]), float(match[2])
        if faults := place_faults(where, found):
            raise RangeError([replace(fault, where=where) for fault in faults])
        return found
    if not text[:1].isalpha():
        raise RangeError(Fault(where, "is no place", text, hint="write latitude and longitude, like -89.45,222.7"))
    try:
        known = place(text)
    except RangeError as error:
        raise RangeError([replace(fault, where=where) for fault in error.faults]) from error
    return known.latitude_deg, known.longitude_deg


def write_way(result: Journey, path: Path) -> None:
    """Write the waypoints; the file appears whole or not at all. Raises RangeError where it cannot be written."""
    from moonstation.core.output import write_whole

    write_whole(path, _FORMS[path.suffix.lower()](result).encode(), "-o")


def _as_csv(result: Journey) -> str:
    rows = result.rows()
    columns = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: f"{value:.9g}" for name, value in row.items()} for row in rows)
    return text.getvalue()


def _as_geojson(result: Journey) -> str:
    """A line and its waypoints; positions are longitude east, latitude [deg] in MOON_ME, height [m]."""
    rows = result.rows()
    points = [[(row["longitude_deg"] + 180.0) % 360.0 - 180.0, row["latitude_deg"], row["ground_m"]] for row in rows]
    line = {"type": "Feature", "geometry": {"type": "LineString", "coordinates": points}}
    features = [{**line, "properties": {**result.summary(), "frame": "MOON_ME, sphere of 1737.4 km"}}]
    features += [
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": point}, "properties": row}
        for point, row in zip(points, rows, strict=True)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, indent=1) + "\n"


_FORMS = {".csv": _as_csv, ".geojson": _as_geojson, ".json": _as_geojson}


def _print_summary(summary: dict[str, Any], output: Path | None) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=True)
    way = summary["way"]
    if way is None:
        console.print(Text(f"There is no way: {summary['no_way_because']}.", style="bold"))
    else:
        end = summary["to"]
        place = f"{end['latitude_deg']:.4f} deg, {end['longitude_deg']:.4f} deg east"
        start = f" from {summary['from']['name']}" if "name" in summary["from"] else ""
        to = end.get("name") or end.get("kind", "the place")
        console.print(Text(f"{way['length_km']:.1f} km{start} to {to} at {place}", style="bold"))
        for line in _way_lines(summary):
            console.print(Text(f"  {line}"))
    for note in summary["notes"]:
        console.print(Text(f"note: {note}"))
    if output:
        console.print(Text(f"waypoints: {output}"))


def _way_lines(summary: dict[str, Any]) -> list[str]:
    way, light = summary["way"], summary["light"]
    lines = [
        f"climb {way['climb_m']:.0f} m, fall {way['fall_m']:.0f} m; steepest pitch {way['max_slope_deg']:.1f} deg, "
        f"tilt to the side {way['max_cross_slope_deg']:.1f} deg",
        f"{way['drive_h']:.1f} h of driving at {way['speed_m_s']:g} m/s",
    ]
    if light:
        lines.append(
            f"light: Sun {100 * light['sun_visible_mean']:.0f} % of the disc in the mean of the way, "
            f"{100 * light['sun_visible_least']:.0f} % at its darkest place; "
            f"Earth {100 * light['earth_visible_mean']:.0f} %"
        )
        if light["best_start_utc"]:
            lines.append(
                f"driven in sunlight: {100 * light['lit_share_mean']:.0f} % in the mean of all starts, "
                f"{100 * light['lit_share_best']:.0f} % from {light['best_start_utc'][:16]}Z on"
            )
    return lines
