"""``moonstation find-sites``: the search of an area for the best places for a station."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from moonstation.cli.area import Where
    from moonstation.core.errors import Fault
    from moonstation.moon.area import MapArea
    from moonstation.moon.dem import Dem
    from moonstation.moon.siting.criteria import Criteria
    from moonstation.moon.siting.search import SiteSearch

_MOST_SHOWN = 5
_TABLE_FILE = "sites.csv"


def find_sites(  # noqa: PLR0913, PLR0917 (one argument for each option)
    dem: Annotated[
        list[Path] | None, typer.Option("--dem", help="Elevation model, a file or a name of `terrain`; again for more.")
    ] = None,
    criteria: Annotated[
        Path | None, typer.Option("--criteria", help="Criteria (TOML); those of --print-criteria if not given.")
    ] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Folder to write.")] = None,
    bounds: Annotated[
        tuple[float, float, float, float] | None,
        typer.Option(
            "--bounds", help="West, south, east, north: where to search, in metres of the finest model's map."
        ),
    ] = None,
    around: Annotated[
        tuple[float, float] | None,
        typer.Option("--around", help="Latitude and longitude [deg] of the middle of a square to search."),
    ] = None,
    size: Annotated[float | None, typer.Option("--size", help="Side of that square [km].")] = None,
    pictures: Annotated[
        bool, typer.Option("--pictures/--no-pictures", help="Draw the sites on the map of the score as sites.png.")
    ] = True,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a folder of a search that is there.")] = False,
    print_criteria: Annotated[
        bool, typer.Option("--print-criteria", help="Print the criteria that come with moonstation, and do no more.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print sites.json.")] = False,
) -> None:
    """Rank the places of an area by light, Earth, slopes, ice and ways; say why; write sites that a scenario can take.

    Without --bounds or --around, the whole of the finest model is searched.
    """
    from moonstation.moon.siting.criteria import shipped_criteria

    if print_criteria:
        typer.echo(shipped_criteria(), nl=False)
        return
    from moonstation.cli.progress import progress_bar
    from moonstation.moon.siting.folder import search_json, write_search
    from moonstation.moon.siting.search import find_sites as search

    dems, asked, area, folder = _read(dem or [], criteria, output, (bounds, around, size), overwrite=overwrite)
    with progress_bar("reading the terrain") as progress:
        found = search(dems, area, asked, None, progress)

    def draw(partial: Path) -> None:
        from moonstation.report.maps.of_folder import picture_of_search

        picture_of_search(partial, dems)

    write_search(found, folder, overwrite=overwrite, finish=draw if pictures else None)
    if as_json:
        typer.echo(search_json(found), nl=False)
    else:
        _print_found(found, folder)


def _read(
    dem: list[Path], criteria: Path | None, output: Path | None, where: Where, *, overwrite: bool
) -> tuple[list[Dem], Criteria, MapArea, Path]:
    """Models, criteria, area and folder; raises RangeError with every fault at once."""
    from moonstation.cli.area import area_asked, where_faults
    from moonstation.cli.faults import tried
    from moonstation.cli.terrain import open_named_dems
    from moonstation.core.errors import Fault, RangeError
    from moonstation.core.folder import folder_faults
    from moonstation.moon.siting.criteria import criteria_of, read_criteria, shipped_criteria
    from moonstation.moon.siting.folder import MARK

    faults: list[Fault] = []
    if not dem:
        faults.append(Fault("--dem", "is missing", hint="give an elevation model: --dem FILE"))
    if output is None:
        faults.append(Fault("--output", "is missing", hint="name the folder to write: -o DIR"))
    else:
        faults += folder_faults(output, MARK, "-o", overwrite=overwrite)
    asked = tried(lambda: read_criteria(criteria) if criteria else criteria_of(shipped_criteria()), faults)
    dems = tried(lambda: open_named_dems(dem), faults)
    conflicts = where_faults(where)
    faults += conflicts
    area = tried(lambda: area_asked(dems, where), faults) if dems and not conflicts else None
    if faults or dems is None or asked is None or area is None or output is None:
        raise RangeError(faults)
    return dems, asked, area, output


def _print_found(found: SiteSearch, folder: Path) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    if found.sites:
        console.print(_table(found))
        for site in found.sites[:3]:
            console.print(Text(f"{site.name}: {site.why}"))
    console.print(Text(_ground_in_words(found)))
    for pair in found.pairs[:3]:
        console.print(
            Text(
                f"together: {pair.first} and {pair.second}, {pair.distance_km:.1f} km apart: one is lit "
                f"{100 * pair.lit_share:.2f} % of the time, both are dark for {pair.longest_joint_dark_h:.0f} h at most"
            )
        )
    for one in found.fallen:
        console.print(Text(f"fell when looked at exactly: {one.latitude_deg:.4f}, {one.longitude_deg:.4f}: {one.by}"))
    for note in found.notes:
        console.print(Text(f"note: {note}"))
    console.print(Text(f"folder: {folder}", overflow="fold"), soft_wrap=True)


def _ground_in_words(found: SiteSearch) -> str:
    """What each constraint left of the ground."""
    parts = [f"{cut.words}: {100 * cut.left:.1f} %" for cut in found.cuts]
    known = f"ground left of the {100 * found.known_share:.0f} % of the area where all is known, after"
    return f"{known} {'; '.join(parts)}" if parts else "no constraint was given: all ground was ranked"


def _table(found: SiteSearch) -> Any:
    """The best sites side by side, a row for each wish: it fits a terminal of eighty columns."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    from moonstation.moon.siting.quantities import spoken

    shown = found.sites[:_MOST_SHOWN]
    more = len(found.sites) - len(shown)
    caption = (
        f"and {more} more; all of them with every column: {_TABLE_FILE}" if more else f"every column: {_TABLE_FILE}"
    )
    table = Table(box=SIMPLE_HEAD, pad_edge=False, caption=caption, caption_justify="left", padding=(0, 1))
    table.add_column("")
    for site in shown:
        table.add_column(site.name, justify="right", no_wrap=True)
    table.add_row("score", *(f"{site.score:.3f}" for site in shown))
    table.add_row("on the Pareto front", *("yes" if site.on_pareto_front else "no" for site in shown))
    table.add_row("latitude \\[deg]", *(f"{site.candidate.latitude_deg:.4f}" for site in shown))
    table.add_row("longitude \\[deg]", *(f"{site.candidate.longitude_deg:.3f}" for site in shown))
    for one in found.criteria.wishes:
        table.add_row(one.label, *(spoken(one.quantity, site.candidate.values[one.label]) for site in shown))
    return table
