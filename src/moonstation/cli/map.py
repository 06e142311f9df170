"""``moonstation map``: light, darkness and sight of the Earth over an area, as Cloud-Optimised GeoTIFFs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from moonstation.core.errors import Fault
    from moonstation.core.time import TimeGrid
    from moonstation.moon.area import MapArea
    from moonstation.moon.dem import Dem
    from moonstation.moon.maps.plan import MapPlan

_Where = tuple[tuple[float, float, float, float] | None, tuple[float, float] | None, float | None]


def light_map(  # noqa: PLR0913, PLR0917 (one argument for each option)
    dem: Annotated[
        list[Path], typer.Option("--dem", help="Elevation model, a file or a name of `terrain`; again for more.")
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder to write.")],
    bounds: Annotated[
        tuple[float, float, float, float] | None,
        typer.Option("--bounds", help="West, south, east, north in units of the finest model's map (metres, degrees)."),
    ] = None,
    around: Annotated[
        tuple[float, float] | None,
        typer.Option("--around", help="Latitude and longitude [deg] of the middle of a square."),
    ] = None,
    size: Annotated[float | None, typer.Option("--size", help="Side of that square [km].")] = None,
    height: Annotated[float, typer.Option("--height", help="Height of the eye above the ground [m].")] = 2.0,
    start: Annotated[str, typer.Option("--start", help="First moment, ISO 8601, UTC.")] = "2026-01-01",
    end: Annotated[str, typer.Option("--end", help="End, ISO 8601, UTC.")] = "2044-08-08",
    step: Annotated[str, typer.Option("--step", help="Step, such as 10min, 1h, 8h.")] = "1h",
    layers: Annotated[
        str | None, typer.Option("--layers", help="Layers to compute, with commas between; all if not given.")
    ] = None,
    directions: Annotated[int, typer.Option("--directions", help="Directions of the sky-lines.")] = 360,
    reach_km: Annotated[
        float | None, typer.Option("--reach-km", help="How far to look [km]; 310 if not given.")
    ] = None,
    tile: Annotated[int, typer.Option("--tile", help="Side of a tile [pixels]; less takes less memory.")] = 512,
    threads: Annotated[int | None, typer.Option("--threads", help="Threads; one for each core if not given.")] = None,
    cluster: Annotated[
        str | None, typer.Option("--cluster", help="Compute on the Dask scheduler at this address, tcp://HOST:PORT.")
    ] = None,
    kernel: Annotated[
        list[Path] | None,
        typer.Option("--kernel", help="Own SPICE kernel (.bsp, .bpc), laid over the shipped ones; later files win."),
    ] = None,
    pictures: Annotated[
        bool, typer.Option("--pictures/--no-pictures", help="Draw each map as a PNG with relief, names and scale.")
    ] = True,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a folder of a map that is there.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print summary.json.")] = False,
) -> None:
    """Maps of sunlight, longest darkness, permanent shadow and sight of the Earth, over any period.

    Without --bounds or --around, the whole of the finest model; without dates, one turn of the Moon's node (18.6 years)
    from 2026, hourly.
    """
    from moonstation.moon.maps.light_map import write_light_map

    options = {
        "height_m": height,
        "directions": directions,
        "reach_km": reach_km,
        "tile_px": tile,
        "kernels": tuple(str(path.absolute()) for path in kernel or ()),
    }
    if layers is not None:
        options["layers"] = tuple(dict.fromkeys(name.strip() for name in layers.split(",") if name.strip()))
    plan = _plan(dem, (bounds, around, size), (start, end, step), options, (output, overwrite, threads))
    with _Progress("tiles", quiet=as_json) as progress:
        summary = write_light_map(
            plan, output, overwrite=overwrite, threads=threads, cluster=cluster, progress=progress.tell
        )
    if pictures:
        _draw(dem, output, quiet=as_json)
    if as_json:
        typer.echo(json.dumps(summary, indent=1))
    else:
        _print_summary(summary, output)


def _draw(paths: list[Path], folder: Path, *, quiet: bool) -> None:
    """A picture beside each map."""
    from moonstation.cli.terrain import open_named_dems
    from moonstation.report.maps.of_folder import pictures_of

    with _Progress("pictures", quiet=quiet) as progress:
        pictures_of(folder, open_named_dems(paths), progress.tell)


def _plan(
    paths: list[Path],
    where: _Where,
    period: tuple[str, str, str],
    options: dict[str, Any],
    target: tuple[Path, bool, int | None],
) -> MapPlan:
    """The plan; raises RangeError with every fault of models, area, period, options and folder at once."""
    from moonstation.cli.site import _tried
    from moonstation.cli.terrain import open_named_dems
    from moonstation.core.errors import RangeError
    from moonstation.core.folder import folder_faults
    from moonstation.moon.maps.light_map import MANIFEST, map_faults
    from moonstation.moon.maps.plan import map_plan

    output, overwrite, threads = target
    faults = _where_faults(where) + _thread_faults(threads)
    dems = _tried(lambda: open_named_dems(paths), faults, "--dem")
    area = _tried(lambda: _area(dems[0], where), faults, "--bounds") if dems and not _where_faults(where) else None
    grid = _tried(lambda: _grid(period, options["kernels"]), faults, "--end")
    plan = None
    if dems and area and grid:
        plan = _tried(lambda: map_plan(dems, area, grid, **options), faults)
    else:
        faults += _option_faults(options)
    if plan:
        faults += map_faults(plan, output, overwrite=overwrite)
    else:
        faults += folder_faults(output, MANIFEST, "-o", overwrite=overwrite)
    if faults or plan is None:
        raise RangeError(faults)
    return plan


def _option_faults(options: dict[str, Any]) -> list[Fault]:
    """What is wrong with the options alone, where the models, the area or the period have faults already."""
    from moonstation.core.time import TimeGrid
    from moonstation.moon.area import MapArea
    from moonstation.moon.maps.plan import MapPlan, plan_faults

    one_pixel = MapArea("", (1.0, 0.0, 0.0, 0.0, -1.0, 0.0), (1, 1), 1.0)
    return plan_faults(MapPlan((), (), one_pixel, TimeGrid.between("2026-01-01", "2026-01-02", "1h"), **options))


def _grid(period: tuple[str, str, str], kernels: tuple[str, ...]) -> TimeGrid:
    from moonstation.cli.site import _grid as grid_of
    from moonstation.sky.ephemeris import Ephemeris

    return grid_of(*period, Ephemeris.from_files(kernels) if kernels else Ephemeris.default())


def _where_faults(where: _Where) -> list[Fault]:
    from moonstation.core.errors import Fault

    bounds, around, size = where
    found = []
    if bounds is not None and (around is not None or size is not None):
        found.append(Fault("--bounds", "stands beside --around or --size", hint="give one of them"))
    if (around is None) != (size is None):
        missing = "--size" if size is None else "--around"
        found.append(Fault(missing, "is missing", hint="--around LAT LON and --size KM go together"))
    return found


def _thread_faults(threads: int | None) -> list[Fault]:
    from moonstation.core.errors import Fault

    wrong = threads is not None and threads < 1
    return [Fault("--threads", "out of range", threads, "", "1 or more")] if wrong else []


def _area(dem: Dem, where: _Where) -> MapArea:
    from moonstation.moon.area import area_around, area_of

    bounds, around, size = where
    return area_around(dem, *around, size) if around and size is not None else area_of(dem, bounds)


class _Progress:
    """A bar over tiles or pictures with the time left; silent where nobody watches."""

    def __init__(self, what: str, *, quiet: bool) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        console = Console(stderr=True)
        columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self._bar = Progress(*columns, console=console, transient=True, disable=quiet or not console.is_terminal)
        self._task = self._bar.add_task(what, total=None)

    def tell(self, done: int, total: int) -> None:
        self._bar.update(self._task, completed=done, total=total)

    def __enter__(self) -> _Progress:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()


def _print_summary(summary: dict[str, Any], folder: Path) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

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
    console.print(table)
    shadow = summary["layers"].get("permanent_shadow")
    if shadow:
        console.print(f"permanent shadow: {shadow['area_km2']:,.1f} km2, {100 * shadow['share']:.2f} % of the area")
    console.print(Text(f"folder: {folder} ({summary['seconds']:.1f} s)", overflow="fold"), soft_wrap=True)
