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

if TYPE_CHECKING:
    from moonstation.core.errors import Fault
    from moonstation.moon.siting.journey import Journey

_PLACE_HELP = "a place that moonstation ships, or latitude and longitude [deg] as -89.45,222.7"
_NUMBERS = re.compile(r"^\s*([-+]?\d+(?:\.\d+)?)\s*[,; ]\s*([-+]?\d+(?:\.\d+)?)\s*$")


def route(  # noqa: PLR0913, PLR0917 (one argument for each option)
    dem: Annotated[
        list[Path], typer.Option("--dem", help="Elevation model, a file or a name of `terrain`; again for more.")
    ],
    start_at: Annotated[str, typer.Option("--from", help=f"Begin of the way: {_PLACE_HELP}.")],
    to: Annotated[str | None, typer.Option("--to", help=f"End of the way: {_PLACE_HELP}.")] = None,
    to_cold_trap: Annotated[
        bool, typer.Option("--to-cold-trap", help="Go to the nearest permanent shadow instead.")
    ] = False,
    max_slope: Annotated[float, typer.Option("--max-slope-deg", help="Steepest pitch [deg].")] = 15.0,
    max_cross_slope: Annotated[
        float | None, typer.Option("--max-cross-slope-deg", help="Steepest tilt to the side [deg]; as the pitch.")
    ] = None,
    within: Annotated[
        float | None,
        typer.Option("--within-km", help="Half side of the square looked at [km]; 30 for cold traps if not given."),
    ] = None,
    least_trap: Annotated[
        float, typer.Option("--least-trap-km2", help="Smaller permanent shadows do not count [km2].")
    ] = 1.0,
    eye: Annotated[float, typer.Option("--height", help="Height of the vehicle's arrays [m].")] = 2.0,
    start: Annotated[str, typer.Option("--start", help="Begin of the light, ISO 8601, UTC.")] = "2026-01-01",
    end: Annotated[str, typer.Option("--end", help="Its end, ISO 8601, UTC.")] = "2044-08-08",
    step: Annotated[str, typer.Option("--step", help="Its step, such as 10min, 1h, 8h.")] = "1h",
    no_light: Annotated[bool, typer.Option("--no-light", help="Leave out the light along the way.")] = False,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Waypoints to write: .csv, or .geojson.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> None:
    """Shortest way under a slope limit: length, climb, steepness, time, and the light along it.

    Where no way keeps to the limit it says so, and which limit would give one; no file is written then.
    """
    from moonstation.cli.progress import progress_bar
    from moonstation.moon.siting.journey import Drive, journey
    from moonstation.moon.ways.route import SlopeLimits

    found = _Asked(dem, start_at, to, to_cold_trap, (start, end, step), output).read()
    drive = Drive(SlopeLimits(max_slope, max_cross_slope), within, least_trap, eye)
    with progress_bar("reading the terrain") as progress:
        result = journey(
            found["dems"], found["start"], found["target"], drive, None if no_light else found["grid"], None, progress
        )
    summary = result.summary()
    if output and summary["way"]:
        write_way(result, output)
    if as_json:
        typer.echo(json.dumps({**summary, "output": str(output) if output and summary["way"] else None}, indent=1))
    else:
        _print_summary(summary, output)


@dataclass(frozen=True)
class _Asked:
    """The ends, the terrain and the period as they were asked for."""

    dem: list[Path]
    start_at: str
    to: str | None
    to_cold_trap: bool
    period: tuple[str, str, str]
    output: Path | None

    def read(self) -> dict[str, Any]:
        """Models, places and time grid; raises RangeError with every fault at once."""
        from moonstation.cli.faults import tried
        from moonstation.cli.period import time_grid
        from moonstation.cli.terrain import open_named_dems
        from moonstation.core.errors import Fault, RangeError
        from moonstation.core.output import output_faults
        from moonstation.sky.ephemeris import Ephemeris

        faults: list[Fault] = []
        if bool(self.to) == self.to_cold_trap:
            message = "stands beside --to-cold-trap" if self.to else "is missing"
            faults.append(Fault("--to", message, hint="say where to go: --to PLACE, or --to-cold-trap"))
        found = {
            "start": tried(lambda: place_of(self.start_at, "--from"), faults),
            "target": tried(lambda: place_of(str(self.to), "--to"), faults) if self.to else None,
            "grid": tried(lambda: time_grid(*self.period, Ephemeris.default()), faults, "--end"),
            "dems": tried(lambda: open_named_dems(self.dem), faults),
        }
        if self.output:
            faults += output_faults(self.output, "--output")
            if self.output.suffix.lower() not in _FORMS:
                allowed = ", ".join(_FORMS)
                faults.append(Fault("--output", "ends in no form that is known", str(self.output), "", allowed))
        if faults:
            raise RangeError(faults)
        return found


def place_of(text: str, where: str) -> tuple[float, float]:
    """Latitude and longitude [deg] of a shipped name or of two numbers; raises RangeError."""
    from moonstation.core.errors import Fault, RangeError
    from moonstation.moon.places import place

    if match := _NUMBERS.match(text):
        return float(match[1]), float(match[2])
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

    write_whole(path, _FORMS[path.suffix.lower()](result).encode(), "--output")


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
        console.print(Text(f"{way['length_km']:.1f} km to {end.get('kind', 'the place')} at {place}", style="bold"))
        for line in _way_lines(summary):
            console.print(Text(f"  {line}"))
    for note in summary["notes"]:
        console.print(Text(f"note: {note}"))
    if way is not None and output:
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
