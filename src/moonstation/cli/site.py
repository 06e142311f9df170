"""``moonstation site``: how much of Sun and Earth a place on the Moon sees, and for how long it does without."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from moonstation.cli.options import End, Json, Kernels, ReplaceFile, Start, Step

if TYPE_CHECKING:
    from moonstation.core.errors import Fault
    from moonstation.core.time import TimeGrid
    from moonstation.moon.horizon import Horizon
    from moonstation.moon.site import SiteLight
    from moonstation.sky.ephemeris import Ephemeris

#: By which option a person gave what faults of a place name.
_OPTIONS = {"place": "NAME", "latitude_deg": "--lat", "longitude_deg": "--lon", "height_m": "--height"}
_HEIGHT_M = 10.0
_SAME_PLACE_DEG = 1e-4  # 3 m
_SAME_HEIGHT_M = 1e-3
_NEAR_KM = 30.0  # as far as a shipped place is worth naming


def site(  # noqa: PLR0913, PLR0917 (one argument for each option)
    name: Annotated[
        str | None, typer.Argument(help="A place that moonstation ships, such as connecting-ridge.")
    ] = None,
    lat: Annotated[float | None, typer.Option("--lat", help="Latitude in MOON_ME [deg], north positive.")] = None,
    lon: Annotated[float | None, typer.Option("--lon", help="Longitude in MOON_ME [deg], east positive.")] = None,
    height: Annotated[
        float | None, typer.Option("--height", help="Height of the eye above the ground [m]; 10 if not given.")
    ] = None,
    horizon: Annotated[
        Path | None, typer.Option("--horizon", help="Sky-line, a CSV of `moonstation horizon` or your own.")
    ] = None,
    dem: Annotated[
        list[Path] | None,
        typer.Option(
            "--dem", help="Elevation model to compute the sky-line from, a file or a name of `terrain`; again for more."
        ),
    ] = None,
    start: Start = "2026-01-01",
    end: End = "2044-08-08",
    step: Step = "1h",
    events: Annotated[Path | None, typer.Option("--events", help="Write every window to this CSV.")] = None,
    view: Annotated[
        Path | None, typer.Option("--view", help="Write the place in three dimensions to this HTML page.")
    ] = None,
    kernel: Kernels = None,
    overwrite: ReplaceFile = False,
    as_json: Json = False,
) -> None:
    """Sunlight and sight of the Earth at a place: means, longest gaps, every window.

    Without dates, one turn of the Moon's node (18.6 years) from 2026, hourly.
    """
    from moonstation.moon.site import site_light

    place = _Place(name, lat, lon, height, horizon, tuple(dem or ()))
    outputs = {"--events": events, "--view": view}
    sky_line, grid, kernels = _read(place, (start, end, step), outputs, kernel, overwrite=overwrite)
    if place.on_smooth_sphere:
        _warn_of_smoothness(sky_line)
    light = site_light(sky_line, grid, kernels)
    if events:
        _write_events(events, light)
    if view:
        _write_view(view, light, place)
    report = site_report(light, name)
    if as_json:
        typer.echo(json.dumps(report, indent=1))
    else:
        _print_report(report, {"windows": events, "view": view})


def site_report(light: SiteLight, name: str | None = None) -> dict[str, Any]:
    """What ``moonstation site --json`` prints: place, period, summary of the light, and what made the sky-line."""
    from moonstation.core.time import iso_utc

    sky_line, grid = light.horizon, light.grid
    return {
        "site": name,
        "latitude_deg": sky_line.latitude_deg,
        "longitude_deg": sky_line.longitude_deg,
        "height_m": sky_line.height_m,
        "start": iso_utc(grid.start),
        "end": iso_utc(grid.end),
        "step_h": grid.step_h,
        **light.summary,
        "horizon": {key: _number_or_text(key, text) for key, text in sky_line.provenance.items()},
    }


def _number_or_text(key: str, text: str) -> float | str:
    """A note of a sky-line as a number where its name ends in a unit and it is one."""
    if not key.endswith(("_m", "_km", "_deg")):
        return text
    try:
        return float(text)
    except ValueError:
        return text


@dataclass(frozen=True)
class _Place:
    """The place as it was asked for."""

    name: str | None
    lat: float | None
    lon: float | None
    height: float | None
    horizon: Path | None
    dems: tuple[Path, ...]

    def faults(self) -> list[Fault]:
        """What does not go together."""
        from moonstation.core.errors import Fault

        found = []
        by_angles = self.lat is not None or self.lon is not None
        if self.name and by_angles:
            found.append(Fault("NAME", "both a name and --lat/--lon are given", hint="give one of them"))
        if by_angles and (self.lat is None or self.lon is None):
            found.append(
                Fault("--lon" if self.lon is None else "--lat", "is missing", hint="--lat and --lon go together")
            )
        if not (self.name or by_angles or self.horizon):
            hint = "give a NAME such as connecting-ridge, or --lat and --lon"
            found.append(Fault("NAME", "none is given", hint=hint))
        if self.horizon and self.dems:
            found.append(Fault("--horizon", "stands beside --dem", hint="give one of them"))
        return found

    @property
    def on_smooth_sphere(self) -> bool:
        """Whether nothing says what terrain there is."""
        return not (self.name or self.horizon or self.dems)

    def angles(self) -> tuple[float | None, float | None]:
        """Latitude and longitude [deg], of the name where there is one; raises RangeError for an unknown name."""
        from moonstation.moon.places import place

        if self.name:
            known = place(self.name)
            return known.latitude_deg, known.longitude_deg
        return self.lat, self.lon

    def sky_line(self) -> Horizon:
        """The sky-line; raises RangeError or TerrainError."""
        from moonstation.cli.terrain import open_named_dems
        from moonstation.moon.horizon import Horizon, compute_horizon
        from moonstation.moon.places import shipped_horizon

        lat, lon = self.angles()
        if self.horizon:
            return self._read_horizon(self.horizon, lat, lon)
        height = _HEIGHT_M if self.height is None else self.height
        if self.name and not self.dems:
            return shipped_horizon(self.name, height)
        if lat is None or lon is None:
            raise TypeError("a place without angles passed the checks")
        if self.dems:
            return compute_horizon(open_named_dems(self.dems), lat, lon, height)
        return Horizon.flat(lat, lon, height)

    def _read_horizon(self, path: Path, lat: float | None, lon: float | None) -> Horizon:
        """A sky-line from its file; where the file and the options both name a place or height, they must agree."""
        from moonstation.core.errors import Fault, RangeError
        from moonstation.moon.horizon import Horizon

        height = _HEIGHT_M if self.height is None else self.height
        read = Horizon.from_csv(path, lat_deg=lat, lon_deg=lon, height_m=height)
        turn = 0.0 if lon is None else abs((read.longitude_deg - lon + 180.0) % 360.0 - 180.0)
        asked = (
            ("latitude", lat, read.latitude_deg, lat is None or abs(read.latitude_deg - lat) < _SAME_PLACE_DEG, "deg"),
            ("longitude", lon, read.longitude_deg, turn < _SAME_PLACE_DEG, "deg"),
            (
                "height",
                self.height,
                read.height_m,
                self.height is None or abs(read.height_m - self.height) < _SAME_HEIGHT_M,
                "m",
            ),
        )
        faults = [
            Fault(str(path), f"was made for another {what}", value, unit, f"{own:g} {unit}", f"leave the {what} out")
            for what, value, own, same, unit in asked
            if not same
        ]
        if faults:
            raise RangeError(faults)
        return read


def _read(
    place: _Place,
    period: tuple[str, str, str],
    outputs: dict[str, Path | None],
    kernel: list[Path] | None,
    *,
    overwrite: bool,
) -> tuple[Horizon, TimeGrid, Ephemeris]:
    """Sky-line, time grid and kernels; raises RangeError with every fault of all options at once."""
    from moonstation.cli.faults import file_faults, tried
    from moonstation.cli.period import kernels_of, time_grid
    from moonstation.core.errors import Fault, RangeError

    conflicts = place.faults()
    faults = [*conflicts]
    kernels = tried(lambda: kernels_of(kernel), faults, "--kernel")
    grid = tried(lambda: time_grid(*period, kernels), faults, "--end") if kernels else None
    named = {option: path for option, path in outputs.items() if path}
    faults += [fault for option, path in named.items() for fault in file_faults(path, option, overwrite=overwrite)]
    if len({path.resolve() for path in named.values()}) < len(named):
        faults.append(Fault(" and ".join(named), "name one and the same file", hint="name two"))
    if conflicts:
        tried(place.angles, faults, options=_OPTIONS)
        raise RangeError(faults)
    sky_line = tried(place.sky_line, faults, options=_OPTIONS)
    if faults or sky_line is None or grid is None or kernels is None:
        raise RangeError(faults)
    return sky_line, grid, kernels


def _warn_of_smoothness(sky_line: Horizon) -> None:
    """Say, before any number, that a smooth sphere hides nothing, and which shipped place is near."""
    from moonstation.moon.places import nearest_place

    near, away_km = nearest_place(sky_line.latitude_deg, sky_line.longitude_deg)
    hint = f"; {near.name}, {away_km:.0f} km away, ships with its sky-lines" if away_km <= _NEAR_KM else ""
    typer.echo(
        "warning: no terrain is given, so these numbers are those of a smooth sphere: no mountain hides Sun or Earth. "
        f"Give --dem FILE, or --horizon CSV{hint}",
        err=True,
    )


def _write_events(path: Path, light: SiteLight) -> None:
    """Every window as one row; the file appears whole or not at all. Raises RangeError where it cannot be written."""
    from moonstation.core.output import write_whole

    text = io.StringIO()
    writer = csv.DictWriter(text, ["event", "start_utc", "end_utc", "duration_h", "cut_by_record"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(light.events())
    write_whole(path, text.getvalue().encode(), "--events")


def _write_view(path: Path, light: SiteLight, place: _Place) -> None:
    """The page of the place, with terrain where elevation models are given. Raises RangeError or TerrainError."""
    from moonstation.cli.terrain import open_named_dems
    from moonstation.core.output import write_whole
    from moonstation.report.site_view import render_site_view

    title = place.name or f"{light.horizon.latitude_deg:g}°, {light.horizon.longitude_deg:g}° east"
    write_whole(path, render_site_view(light, title, open_named_dems(place.dems)).encode(), "--view")


def _terrain_lines(notes: dict[str, float | str]) -> list[str]:
    """What the sky-line stands on, and how far the terrain went."""
    lines = [f"{key.replace('_', ' ')}: {notes[key]}" for key in ("terrain", "dem") if key in notes]
    nest = [str(notes[key]) for key in notes if re.fullmatch(r"dem_\d+", key)]
    if nest:
        lines.append(f"dem: {', '.join(nest)}")
    if "reach_attained_km" in notes:
        lines.append(f"terrain reached (km): {notes['reach_attained_km']}")
    if "honest_limit" in notes:
        lines.append(f"honest limit: {notes['honest_limit']}")
    return lines


def _print_report(report: dict[str, Any], written: dict[str, Path | None]) -> None:
    """The table, what it stands on, and the files that were written."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    from moonstation.cli.printing import print_trimmed
    from moonstation.core.errors import printable

    where = report["site"] or "place"
    title = (
        f"{where}: {report['latitude_deg']:g} deg, {report['longitude_deg']:g} deg east, eye {report['height_m']:g} m"
    )
    caption = f"{report['start']} to {report['end']}, step {report['step_h']:g} h"
    table = Table(
        box=SIMPLE_HEAD, pad_edge=False, title=title, caption=caption, title_justify="left", caption_justify="left"
    )
    table.add_column("")
    table.add_column("Sun", justify="right")
    table.add_column("Earth", justify="right")
    for label, key in (("mean share of the disc", "visible"), ("any part of it", "any"), ("its centre", "centre")):
        table.add_row(f"{label} \\[%]", *(f"{100 * report[f'{body}_{key}_mean']:.2f}" for body in ("sun", "earth")))
    table.add_row("longest gap \\[h]", f"{report['longest_dark_h']:.1f}", f"{report['longest_without_earth_h']:.1f}")
    starts = (report["longest_dark_start_utc"], report["longest_without_earth_start_utc"])
    table.add_row("  from", *(str(start or "-") for start in starts))
    console = Console()
    print_trimmed(console, table)
    for line in _terrain_lines(report["horizon"]):
        print_trimmed(console, printable(line), highlight=False, markup=False)
    for what, path in written.items():
        if path:
            print_trimmed(console, printable(f"{what}: {path}"), highlight=False, markup=False, soft_wrap=True)
