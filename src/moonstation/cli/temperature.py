"""``moonstation temperature``: how hot and cold the ground of an area gets, and how deep ice would last."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from moonstation.cli.area import Where
    from moonstation.core.errors import Fault
    from moonstation.moon.area import MapArea
    from moonstation.moon.dem import Dem


def temperature(  # noqa: PLR0913, PLR0917 (one argument for each option)
    dem: Annotated[
        list[Path], typer.Option("--dem", help="Elevation model, a file or a name of `terrain`; again for more.")
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder to write.")],
    bounds: Annotated[
        tuple[float, float, float, float] | None,
        typer.Option("--bounds", help="West, south, east, north, in metres of the finest model's map."),
    ] = None,
    around: Annotated[
        tuple[float, float] | None,
        typer.Option("--around", help="Latitude and longitude [deg] of the middle of a square."),
    ] = None,
    size: Annotated[float | None, typer.Option("--size", help="Side of that square [km].")] = None,
    start: Annotated[str, typer.Option("--start", help="Begin of the year of seasons, ISO 8601, UTC.")] = "2030-01-01",
    step: Annotated[str, typer.Option("--step", help="Step, such as 1h, 4h.")] = "4h",
    terrain_around: Annotated[
        float, typer.Option("--terrain-around-km", help="How far round the area terrain shines on it [km].")
    ] = 20.0,
    pictures: Annotated[
        bool, typer.Option("--pictures/--no-pictures", help="Draw each map as a PNG with relief, names and scale.")
    ] = True,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a folder of a map that is there.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print summary.json.")] = False,
) -> None:
    """Highest, mean and lowest temperature of the ground over a year, and the depth at which ice outlasts a billion.

    Without --bounds or --around, the whole of the finest model.
    """
    from moonstation.cli.progress import progress_bar
    from moonstation.moon.regolith.files import write_temperature_map
    from moonstation.moon.regolith.temperature_map import temperature_map

    dems, area, step_h = _read(dem, (bounds, around, size), (start, step), output, overwrite=overwrite)
    with progress_bar("reading") as show:
        made = temperature_map(
            dems, area, start, step_h, terrain_around, tell=lambda share, what: show(what, share, 1.0)
        )
    with progress_bar("pictures") as show:

        def draw(partial: Path) -> None:
            from moonstation.report.maps.of_folder import pictures_of

            pictures_of(partial, dems, lambda done, total: show("pictures", done, total))

        summary = write_temperature_map(made, output, dems, overwrite=overwrite, finish=draw if pictures else None)
    if as_json:
        typer.echo(json.dumps(summary, indent=1))
    else:
        _print_summary(summary, output)


def _read(
    dem: list[Path], where: Where, period: tuple[str, str], output: Path, *, overwrite: bool
) -> tuple[list[Dem], MapArea, float]:
    """Models, area and step [h]; raises RangeError with every fault at once."""
    from moonstation.cli.area import area_asked, where_faults
    from moonstation.cli.faults import tried
    from moonstation.cli.period import moment_of
    from moonstation.cli.terrain import open_named_dems
    from moonstation.core.errors import RangeError
    from moonstation.core.folder import folder_faults
    from moonstation.core.time import HOUR_S, parse_duration_s
    from moonstation.moon.regolith.files import MARK
    from moonstation.sky.ephemeris import Ephemeris

    faults: list[Fault] = [*where_faults(where), *folder_faults(output, MARK, "-o", overwrite=overwrite)]
    start, step = period
    tried(lambda: moment_of(start, "--start", Ephemeris.default()), faults)
    step_s = tried(lambda: parse_duration_s(step), faults, "--step")
    dems = tried(lambda: open_named_dems(dem), faults, "--dem")
    known = [*faults]
    area = tried(lambda: area_asked(dems, where), faults, "area") if dems and not known else None
    if faults or dems is None or area is None or step_s is None:
        raise RangeError(faults)
    return dems, area, step_s / HOUR_S


def _print_summary(summary: dict[str, Any], output: Path) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    rows, columns, posting = summary["rows"], summary["columns"], summary["posting_m"]
    title = (
        f"{rows} x {columns} pixels of {posting:g} m, {summary['period_start'][:10]} to {summary['period_end'][:10]}"
    )
    table = Table(box=SIMPLE_HEAD, pad_edge=False, title=title, title_justify="left")
    for heading in ("", "least", "mean", "most", "pixels"):
        table.add_column(heading, justify="right" if heading else "left")
    for name, layer in summary["layers"].items():
        numbers = ("-" if layer[key] is None else f"{layer[key]:.4g}" for key in ("min", "mean", "max"))
        table.add_row(name, *numbers, f"{layer['pixels']:,}")
    console = Console()
    console.print(table)
    console.print(f"map: {output}", highlight=False, markup=False)
