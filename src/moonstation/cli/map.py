"""``moonstation map``: light, darkness and sight of the Earth over an area, as Cloud-Optimised GeoTIFFs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from moonstation.cli.area import area_options
from moonstation.cli.options import (
    Around,
    Bounds,
    Cluster,
    Dems,
    End,
    Folder,
    Kernels,
    Names,
    Pictures,
    ReplaceFolder,
    Size,
    Start,
    Step,
    Summary,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from moonstation.cli.area import Where
    from moonstation.cli.progress import Show
    from moonstation.core.errors import Fault
    from moonstation.moon.maps.plan import MapPlan
    from moonstation.moon.names import Name

_Layers = Annotated[
    str | None, typer.Option("--layers", help="Layers to compute, with commas between; all if not given.")
]
_Reach = Annotated[float | None, typer.Option("--reach-km", help="How far to look [km]; 310 if not given.")]


def light_map(  # noqa: PLR0913, PLR0917 (one argument for each option)
    dem: Dems,
    output: Folder,
    bounds: Bounds = None,
    around: Around = None,
    size: Size = None,
    height: Annotated[float, typer.Option("--height", help="Height of the eye above the ground [m].")] = 2.0,
    start: Start = "2026-01-01",
    end: End = "2044-08-08",
    step: Step = "1h",
    layers: _Layers = None,
    directions: Annotated[int, typer.Option("--directions", help="Directions of the sky-lines.")] = 360,
    reach_km: _Reach = None,
    tile: Annotated[int, typer.Option("--tile", help="Side of a tile [pixels]; less takes less memory.")] = 512,
    threads: Annotated[int | None, typer.Option("--threads", help="Threads; one for each core if not given.")] = None,
    cluster: Cluster = None,
    kernel: Kernels = None,
    pictures: Pictures = True,
    names: Names = None,
    overwrite: ReplaceFolder = False,
    as_json: Summary = False,
) -> None:
    """Maps of sunlight, longest darkness, permanent shadow and sight of the Earth, over any period.

    Without --bounds or --around, the whole of the finest model; without dates, one turn of the Moon's node (18.6 years)
    from 2026, hourly.
    """
    from moonstation.cli.faults import by_option
    from moonstation.cli.progress import progress_bar
    from moonstation.moon.maps.light_map import write_light_map

    where = bounds, around, size
    options = _options(layers, kernel, height_m=height, directions=directions, reach_km=reach_km, tile_px=tile)
    plan, labels = _plan(dem, where, (start, end, step), options, (output, overwrite, threads, names))
    with progress_bar("tiles") as show, by_option(area_options(where)):
        summary = write_light_map(
            plan,
            output,
            overwrite=overwrite,
            threads=threads,
            cluster=cluster,
            progress=lambda done, total: show("tiles", done, total),
            finish=(lambda partial: _draw(dem, partial, labels, show)) if pictures else None,
        )
    if as_json:
        typer.echo(json.dumps(summary, indent=1))
    else:
        _print_summary(summary, output)


def _options(layers: str | None, kernel: list[Path] | None, **numbers: float | None) -> dict[str, Any]:
    """Options of a plan; layers that were not named are left to it."""
    options: dict[str, Any] = {**numbers, "kernels": tuple(str(path.absolute()) for path in kernel or ())}
    if layers is not None:
        options["layers"] = tuple(dict.fromkeys(name.strip() for name in layers.split(",") if name.strip()))
    return options


def _draw(paths: list[Path], folder: Path, labels: Sequence[Name], show: Show) -> None:
    """A picture beside each map."""
    from moonstation.cli.terrain import open_named_dems
    from moonstation.report.maps.of_folder import pictures_of

    pictures_of(folder, open_named_dems(paths), labels, lambda done, total: show("pictures", done, total))


def _plan(
    paths: list[Path],
    where: Where,
    period: tuple[str, str, str],
    options: dict[str, Any],
    rest: tuple[Path, bool, int | None, Path | None],
) -> tuple[MapPlan, tuple[Name, ...]]:
    """The plan, and names for the pictures; raises RangeError with every fault of all options at once."""
    from moonstation.cli.area import area_asked, where_faults
    from moonstation.cli.faults import tried
    from moonstation.cli.names import names_asked
    from moonstation.cli.period import kernels_of, time_grid
    from moonstation.cli.terrain import open_named_dems
    from moonstation.core.errors import RangeError
    from moonstation.core.folder import folder_faults
    from moonstation.moon.maps.light_map import MARK, map_faults
    from moonstation.moon.maps.plan import map_plan

    output, overwrite, threads, names = rest
    conflicts = where_faults(where)
    faults = conflicts + _thread_faults(threads)
    dems = tried(lambda: open_named_dems(paths), faults, "--dem")
    area = tried(lambda: area_asked(dems, where), faults, "--bounds") if dems and not conflicts else None
    kernels = tried(lambda: kernels_of(options["kernels"]), faults, "--kernel")
    grid = tried(lambda: time_grid(*period, kernels), faults, "--end") if kernels else None
    labels = tried(lambda: names_asked(names), faults, "--names")
    plan = None
    if dems and area and grid:
        plan = tried(lambda: map_plan(dems, area, grid, **options), faults, options=area_options(where))
    else:
        faults += _option_faults(options)
    if plan:
        faults += map_faults(plan, output, overwrite=overwrite)
    else:
        faults += folder_faults(output, MARK, "-o", overwrite=overwrite)
    if faults or plan is None or labels is None:
        raise RangeError(faults)
    return plan, labels


def _option_faults(options: dict[str, Any]) -> list[Fault]:
    """What is wrong with the options alone, where the models, the area or the period have faults already."""
    from moonstation.core.time import TimeGrid
    from moonstation.moon.area import MapArea
    from moonstation.moon.maps.plan import MapPlan, plan_faults

    one_pixel = MapArea("", (1.0, 0.0, 0.0, 0.0, -1.0, 0.0), (1, 1), 1.0)
    return plan_faults(MapPlan((), (), one_pixel, TimeGrid.between("2026-01-01", "2026-01-02", "1h"), **options))


def _thread_faults(threads: int | None) -> list[Fault]:
    from moonstation.core.errors import Fault

    wrong = threads is not None and threads < 1
    return [Fault("--threads", "out of range", threads, "", "1 or more")] if wrong else []


def _print_summary(summary: dict[str, Any], folder: Path) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from moonstation.cli.printing import print_trimmed

    title = (
        f"{summary['rows']} x {summary['columns']} pixels of {summary['posting_m']:g} m, eye {summary['height_m']:g} m"
    )
    period = f"{summary['start']} to {summary['end']}, step {summary['step_h']:g} h"
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for column in ("layer", "least", "mean", "most"):
        table.add_column(column, justify="left" if column == "layer" else "right")
    for name, layer in summary["layers"].items():
        share, unit = layer["unit"] == "1", "%" if layer["unit"] == "1" else layer["unit"]
        factor = 100.0 if share else 1.0
        values = (f"{layer[key] * factor:.{2 if share else 1}f}" for key in ("min", "mean", "max"))
        table.add_row(f"{name} \\[{unit}]", *values)
    console = Console(highlight=False)
    console.print(Text(f"{title}; {period}"), soft_wrap=True)
    print_trimmed(console, table)
    shadow = summary["layers"].get("permanent_shadow")
    if shadow:
        called = "no sunlight in this period" if shadow["note"] else "permanent shadow"
        console.print(f"{called}: {shadow['area_km2']:,.1f} km2, {100 * shadow['share']:.2f} % of the area")
        if shadow["note"]:
            console.print(Text(f"note: {shadow['note']}"), soft_wrap=True)
    console.print(Text(f"terrain reached (km): {summary['terrain_reached_km']}"), soft_wrap=True)
    console.print(Text(f"folder: {folder} ({summary['seconds']:.1f} s)", overflow="fold"), soft_wrap=True)
