"""``moonstation horizon``: the sky-line of a place on the Moon from elevation models."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from moonstation.cli.options import Json, ReplaceFile

if TYPE_CHECKING:
    from moonstation.moon.dem import Dem
    from moonstation.moon.horizon import Horizon

_ANY_REACH_KM = 1.0  # where none is asked for, the usual one is no fault
#: By which option a person gave what faults of a sky-line name.
_OPTIONS = {
    "latitude_deg": "--lat",
    "longitude_deg": "--lon",
    "height_m": "--height",
    "azimuths": "--azimuths",
    "reach_km": "--reach-km",
}


def horizon(  # noqa: PLR0913, PLR0917 (one argument for each option)
    lat: Annotated[float, typer.Option("--lat", help="Latitude in MOON_ME [deg], north positive.")],
    lon: Annotated[float, typer.Option("--lon", help="Longitude in MOON_ME [deg], east positive.")],
    dem: Annotated[
        list[Path],
        typer.Option(
            "--dem", help="Elevation model: GeoTIFF, PDS label or image, JP2, or a name of `terrain`; again for more."
        ),
    ],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="CSV to write, needed; .csv.gz is compressed.")
    ] = None,
    height: Annotated[float, typer.Option("--height", help="Height of the eye above the ground [m].")] = 10.0,
    azimuths: Annotated[int, typer.Option("--azimuths", help="Number of azimuths round the sky-line.")] = 720,
    reach_km: Annotated[
        float | None, typer.Option("--reach-km", help="How far to look [km]; 310 if not given.")
    ] = None,
    overwrite: ReplaceFile = False,
    as_json: Json = False,
) -> None:
    """Sky-line of a place: elevation and distance against azimuth, from nested elevation models."""
    from rich.console import Console

    from moonstation.cli.faults import by_option
    from moonstation.moon.horizon import compute_horizon

    with Console(stderr=True).status("looking along the terrain"), by_option(_OPTIONS):
        target, dems = _opened(dem, output, (lat, lon, height), (azimuths, reach_km), overwrite=overwrite)
        sky_line = compute_horizon(dems, lat, lon, height, azimuths, reach_km)
    sky_line.to_csv(target)
    summary = horizon_summary(sky_line, target)
    if as_json:
        typer.echo(json.dumps(summary, indent=1))
    else:
        _print_summary(summary)


def horizon_summary(sky_line: Horizon, output: Path) -> dict[str, Any]:
    """What ``moonstation horizon --json`` prints: the sky-line in a few numbers and what made it."""
    farthest = int(sky_line.distance_km.argmax())
    return {
        "output": str(output),
        "latitude_deg": sky_line.latitude_deg,
        "longitude_deg": sky_line.longitude_deg,
        "height_m": sky_line.height_m,
        "azimuths": int(sky_line.azimuth_deg.size),
        "elevation_min_deg": round(float(sky_line.elevation_deg.min()), 5),
        "elevation_mean_deg": round(float(sky_line.elevation_deg.mean()), 5),
        "elevation_max_deg": round(float(sky_line.elevation_deg.max()), 5),
        "highest_azimuth_deg": float(sky_line.azimuth_deg[sky_line.elevation_deg.argmax()]),
        "farthest_km": round(float(sky_line.distance_km[farthest]), 3),
        "farthest_azimuth_deg": float(sky_line.azimuth_deg[farthest]),
        "provenance": dict(sky_line.provenance),
    }


def _opened(
    paths: list[Path],
    output: Path | None,
    place: tuple[float, float, float],
    rays: tuple[int, float | None],
    *,
    overwrite: bool,
) -> tuple[Path, list[Dem]]:
    """Where to write, and the elevation models; raises RangeError with every fault of files and numbers."""
    from moonstation.cli.faults import file_faults, tried
    from moonstation.cli.terrain import open_named_dems
    from moonstation.core.errors import Fault, RangeError
    from moonstation.moon.horizon import ray_faults
    from moonstation.moon.horizon_table import place_faults

    azimuths, reach_km = rays
    faults = [*place_faults(*place), *ray_faults(azimuths, _ANY_REACH_KM if reach_km is None else reach_km)]
    if output is None:
        hint = "say, for instance, -o sky-line.csv"
        faults.append(Fault("-o", "is missing: no file to write the sky-line to", hint=hint))
    else:
        faults += file_faults(output, "-o", overwrite=overwrite)
    dems = tried(lambda: open_named_dems(paths), faults)
    if faults or dems is None or output is None:
        raise RangeError(faults)
    return output, dems


def _print_summary(summary: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.text import Text

    line = Text.assemble(
        (summary["output"], "bold"),
        f": {summary['azimuths']} azimuths from an eye {summary['height_m']:g} m high; "
        f"sky-line {summary['elevation_min_deg']:.2f} to {summary['elevation_max_deg']:.2f} deg "
        f"(highest at azimuth {summary['highest_azimuth_deg']:g}), mean {summary['elevation_mean_deg']:.2f}; "
        f"farthest {summary['farthest_km']:.0f} km; terrain reached (km): {summary['provenance']['reach_attained_km']}",
    )
    Console(soft_wrap=True, highlight=False).print(line)
