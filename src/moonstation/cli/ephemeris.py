"""``moonstation ephemeris``: where Sun and Earth stand in the sky of a place on the Moon."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from moonstation.cli.options import Json, Kernels

_CAPTION = "azimuth from north, clockwise; elevation above the level plane; frame MOON_ME"
_ANGLES = ("sun_azimuth_deg", "sun_elevation_deg", "earth_azimuth_deg", "earth_elevation_deg")
#: Options by the names that faults of place and moments carry.
_OPTIONS = {"latitude": "--lat", "longitude": "--lon", "height": "--height", "at": "--at"}


def ephemeris(
    lat: Annotated[float, typer.Option("--lat", help="Latitude in MOON_ME [deg], north positive.")],
    lon: Annotated[float, typer.Option("--lon", help="Longitude in MOON_ME [deg], east positive.")],
    at: Annotated[list[str], typer.Option("--at", help="Moment, ISO 8601, UTC; may be given again and again.")],
    height: Annotated[float, typer.Option("--height", help="Height of the eye above the 1737.4 km sphere [m].")] = 0.0,
    kernel: Kernels = None,
    as_json: Json = False,
) -> None:
    """Apparent azimuth, elevation and distance of Sun and Earth (light time and aberration included)."""
    from moonstation.cli.faults import by_option
    from moonstation.sky.apparent import ephemeris_table
    from moonstation.sky.ephemeris import Ephemeris

    kernels = Ephemeris.from_files(kernel) if kernel else None
    with by_option(_OPTIONS):
        rows = ephemeris_table(lat, lon, at, height, kernels)
    if as_json:
        typer.echo(json.dumps(rows, indent=1))
    else:
        _print_table(rows)


def _print_table(rows: list[dict[str, str | float]]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    from moonstation.cli.printing import print_trimmed

    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), caption=_CAPTION)
    table.add_column("UTC", no_wrap=True)
    for heading in ("Sun az", "Sun el", "Earth az", "Earth el"):
        table.add_column(f"{heading}\n\\[deg]", justify="right", no_wrap=True)
    table.add_column("Sun\n\\[au]", justify="right", no_wrap=True)
    table.add_column("Earth\n\\[km]", justify="right", no_wrap=True)
    for row in rows:
        angles = (f"{row[key]:.3f}" for key in _ANGLES)
        table.add_row(str(row["utc"]), *angles, f"{row['sun_distance_au']:.5f}", f"{row['earth_distance_km']:.0f}")
    print_trimmed(Console(), table)
