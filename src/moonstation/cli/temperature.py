"""``moonstation temperature``: how hot and cold the ground of an area gets, and how deep ice would last."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from moonstation.cli.area import area_options
from moonstation.cli.options import (
    Around,
    Bounds,
    Dems,
    Folder,
    Kernels,
    Names,
    Pictures,
    ReplaceFolder,
    Size,
    Summary,
)

if TYPE_CHECKING:
    from moonstation.cli.area import Where
    from moonstation.core.errors import Fault
    from moonstation.moon.area import MapArea
    from moonstation.moon.dem import Dem
    from moonstation.moon.names import Name
    from moonstation.sky.ephemeris import Ephemeris

_TerrainAround = Annotated[
    float, typer.Option("--terrain-around-km", help="How far round the area terrain shines on it [km].")
]


def temperature(  # noqa: PLR0913, PLR0917 (one argument for each option)
    dem: Dems,
    output: Folder,
    bounds: Bounds = None,
    around: Around = None,
    size: Size = None,
    start: Annotated[str, typer.Option("--start", help="Begin of the year of seasons, ISO 8601, UTC.")] = "2030-01-01",
    step: Annotated[str, typer.Option("--step", help="Step, such as 1h, 4h.")] = "4h",
    terrain_around: _TerrainAround = 20.0,
    kernel: Kernels = None,
    pictures: Pictures = True,
    names: Names = None,
    overwrite: ReplaceFolder = False,
    as_json: Summary = False,
) -> None:
    """Highest, mean and lowest temperature of the ground over a year, and the depth at which ice outlasts a billion.

    Without --bounds or --around, the whole of the finest model.
    """
    from moonstation.cli.faults import by_option
    from moonstation.cli.progress import progress_bar
    from moonstation.moon.regolith.files import write_temperature_map
    from moonstation.moon.regolith.temperature_map import temperature_map

    where = bounds, around, size
    files = _Files(dem, output, names, tuple(kernel or ()), overwrite=overwrite)
    dems, area, step_h, kernels, labels = _read(files, where, (start, step), terrain_around)
    with progress_bar("reading") as show, by_option(_options(where)):
        made = temperature_map(
            dems,
            area,
            start,
            step_h,
            terrain_around,
            tell=lambda share, what: show(what, share, 1.0),
            ephemeris=kernels,
        )
    with progress_bar("pictures") as show:

        def draw(partial: Path) -> None:
            from moonstation.report.maps.of_folder import pictures_of

            pictures_of(partial, dems, labels, lambda done, total: show("pictures", done, total))

        summary = write_temperature_map(made, output, dems, overwrite=overwrite, finish=draw if pictures else None)
    if as_json:
        typer.echo(json.dumps(summary, indent=1))
    else:
        _print_summary(summary, output)


@dataclass(frozen=True)
class _Files:
    """The files that are read and written."""

    dem: list[Path]
    output: Path
    names: Path | None
    kernel: tuple[Path, ...]
    overwrite: bool


def _read(
    files: _Files, where: Where, period: tuple[str, str], around_km: float
) -> tuple[list[Dem], MapArea, float, Ephemeris, tuple[Name, ...]]:
    """Models, area, step [h], kernels and names; raises RangeError with every fault at once."""
    from moonstation.cli.area import area_asked, where_faults
    from moonstation.cli.faults import tried
    from moonstation.cli.names import names_asked
    from moonstation.cli.period import kernels_of, moment_of
    from moonstation.cli.terrain import open_named_dems
    from moonstation.core.errors import RangeError
    from moonstation.core.folder import folder_faults
    from moonstation.core.time import HOUR_S, parse_duration_s
    from moonstation.moon.regolith.files import MARK
    from moonstation.moon.regolith.temperature_map import STEP_H, refuse_numbers

    conflicts = where_faults(where)
    faults: list[Fault] = [*conflicts, *folder_faults(files.output, MARK, "-o", overwrite=files.overwrite)]
    start, step = period
    kernels = tried(lambda: kernels_of(files.kernel), faults, "--kernel")
    if kernels:
        tried(lambda: moment_of(start, "--start", kernels), faults)
    step_s = tried(lambda: parse_duration_s(step), faults, "--step")
    dems = tried(lambda: open_named_dems(files.dem), faults, "--dem")
    area = tried(lambda: area_asked(dems, where), faults, "--bounds") if dems and not conflicts else None
    labels = tried(lambda: names_asked(files.names), faults, "--names")
    step_h = STEP_H if step_s is None else step_s / HOUR_S
    tried(lambda: refuse_numbers(area, step_h, around_km), faults, options=_options(where))
    if faults or dems is None or area is None or kernels is None or labels is None:
        raise RangeError(faults)
    return dems, area, step_h, kernels, labels


def _options(where: Where) -> dict[str, str]:
    return {**area_options(where), "step_h": "--step", "around_km": "--terrain-around-km"}


def _print_summary(summary: dict[str, Any], output: Path) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    from moonstation.cli.printing import print_trimmed

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
    print_trimmed(console, table)
    console.print(f"terrain reached (km): {summary['terrain_reached_km']}", highlight=False)
    console.print(f"map: {output}", highlight=False, markup=False)
