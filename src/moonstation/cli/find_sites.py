"""``moonstation find-sites``: the search of an area for the best places for a station."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from moonstation.cli.area import area_options
from moonstation.cli.options import Around, Bounds, Kernels, Names, ReplaceFolder, Size

if TYPE_CHECKING:
    from moonstation.cli.area import Where
    from moonstation.core.errors import Fault
    from moonstation.moon.area import MapArea
    from moonstation.moon.dem import Dem
    from moonstation.moon.names import Name
    from moonstation.moon.siting.criteria import Criteria
    from moonstation.moon.siting.search import SiteSearch
    from moonstation.sky.ephemeris import Ephemeris

_MOST_SHOWN = 5
_TABLE_FILE = "sites.csv"

_Dems = Annotated[
    list[Path] | None, typer.Option("--dem", help="Elevation model, a file or a name of `terrain`; again for more.")
]
_Criteria = Annotated[
    Path | None, typer.Option("--criteria", help="Criteria (TOML); those of --print-criteria if not given.")
]
_PrintCriteria = Annotated[
    bool, typer.Option("--print-criteria", help="Print the criteria that come with moonstation, and do no more.")
]


def find_sites(  # noqa: PLR0913, PLR0917 (one argument for each option)
    dem: _Dems = None,
    criteria: _Criteria = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Folder to write.")] = None,
    bounds: Bounds = None,
    around: Around = None,
    size: Size = None,
    kernel: Kernels = None,
    pictures: Annotated[
        bool, typer.Option("--pictures/--no-pictures", help="Draw the sites on the map of the score as sites.png.")
    ] = True,
    names: Names = None,
    overwrite: ReplaceFolder = False,
    print_criteria: _PrintCriteria = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print sites.json.")] = False,
) -> None:
    """Rank the places of an area by light, Earth, slopes, ice and ways; say why; write sites that a scenario can take.

    Without --bounds or --around, the whole of the finest model is searched.
    """
    from moonstation.moon.siting.criteria import shipped_criteria

    if print_criteria:
        typer.echo(shipped_criteria(), nl=False)
        return
    from moonstation.cli.faults import by_option
    from moonstation.cli.progress import progress_bar
    from moonstation.moon.siting.folder import search_json, write_search
    from moonstation.moon.siting.search import find_sites as search

    where = bounds, around, size
    files = _Files(dem or [], criteria, output, tuple(kernel or ()), names, overwrite=overwrite)
    asked = _read(files, where)
    with progress_bar("reading the terrain") as progress, by_option(area_options(where)):
        found = search(asked.dems, asked.area, asked.criteria, asked.kernels, progress)

    def draw(partial: Path) -> None:
        from moonstation.report.maps.of_folder import picture_of_search

        picture_of_search(partial, asked.dems, asked.labels)

    folder = write_search(found, asked.folder, overwrite=overwrite, finish=draw if pictures else None)
    if as_json:
        typer.echo(search_json(found), nl=False)
    else:
        _print_found(found, folder)


@dataclass(frozen=True)
class _Files:
    """The files that are read and written, as they were asked for."""

    dem: list[Path]
    criteria: Path | None
    output: Path | None
    kernel: tuple[Path, ...]
    names: Path | None
    overwrite: bool


@dataclass(frozen=True)
class _Asked:
    """What to search, and where to write."""

    dems: list[Dem]
    criteria: Criteria
    area: MapArea
    folder: Path
    kernels: Ephemeris
    labels: tuple[Name, ...]


def _read(files: _Files, where: Where) -> _Asked:
    """Models, criteria, area, folder, kernels and names; raises RangeError with every fault at once."""
    from moonstation.cli.area import area_asked, where_faults
    from moonstation.cli.faults import tried
    from moonstation.cli.names import names_asked
    from moonstation.cli.period import kernels_of
    from moonstation.cli.terrain import open_named_dems
    from moonstation.core.errors import Fault, RangeError
    from moonstation.core.folder import folder_faults
    from moonstation.moon.siting.folder import MARK

    faults: list[Fault] = []
    if not files.dem:
        faults.append(Fault("--dem", "is missing", hint="give an elevation model: --dem FILE"))
    if files.output is None:
        faults.append(Fault("-o", "is missing", hint="name the folder to write: -o DIR"))
    else:
        faults += folder_faults(files.output, MARK, "-o", overwrite=files.overwrite)
    kernels = tried(lambda: kernels_of(files.kernel), faults, "--kernel")
    criteria = tried(lambda: _criteria(files.criteria, kernels), faults)
    dems = tried(lambda: open_named_dems(files.dem), faults)
    conflicts = where_faults(where)
    faults += conflicts
    area = tried(lambda: area_asked(dems, where), faults) if dems and not conflicts else None
    labels = tried(lambda: names_asked(files.names), faults, "--names")
    folder = files.output
    if faults or not (dems and criteria and area and folder and kernels and labels is not None):
        raise RangeError(faults)
    return _Asked(dems, criteria, area, folder, kernels, labels)


def _criteria(file: Path | None, kernels: Ephemeris | None) -> Criteria:
    """The criteria of a file, or those that come with the package; their period within the kernels."""
    from moonstation.cli.faults import by_option
    from moonstation.moon.siting.criteria import criteria_of, read_criteria, shipped_criteria
    from moonstation.moon.siting.search import refuse_period

    criteria = read_criteria(file) if file else criteria_of(shipped_criteria())
    name = file.name if file else "criteria"
    with by_option({key: f"{name} {key}" for key in ("search.start", "search.end")}):
        if kernels:
            refuse_period(criteria, kernels)
    return criteria


def _print_found(found: SiteSearch, folder: Path) -> None:
    from rich.console import Console
    from rich.text import Text

    from moonstation.cli.printing import print_trimmed

    console = Console(highlight=False)
    if found.sites:
        print_trimmed(console, _table(found))
        for site in found.sites[:3]:
            print_trimmed(console, Text(f"{site.name}: {site.why}"))
    print_trimmed(console, Text(_ground_in_words(found)))
    for pair in found.pairs[:3]:
        print_trimmed(
            console,
            Text(
                f"together: {pair.first} and {pair.second}, {pair.distance_km:.1f} km apart: one is lit "
                f"{100 * pair.lit_share:.2f} % of the time, both are dark for {pair.longest_joint_dark_h:.0f} h at most"
            ),
        )
    for one in found.fallen:
        fell = f"fell when looked at exactly: {one.latitude_deg:.4f}, {one.longitude_deg:.4f}: {one.by}"
        print_trimmed(console, Text(fell))
    for note in found.notes:
        print_trimmed(console, Text(f"note: {note}"))
    console.print(Text(f"terrain reached (km): {found.terrain_reached_km}"))
    console.print(Text(f"folder: {folder}", overflow="fold"), soft_wrap=True)


def _ground_in_words(found: SiteSearch) -> str:
    """What each constraint left of the ground."""
    from moonstation.moon.siting.quantities import percent

    parts = [f"{cut.words}: {percent(cut.left)}" for cut in found.cuts]
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
