"""Options that several verbs share, each with one help text."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

_KERNEL_HELP = "Own SPICE kernel (.bsp, .bpc), laid over the shipped ones; later files win."

Dems = Annotated[
    list[Path], typer.Option("--dem", help="Elevation model, a file or a name of `terrain`; again for more.")
]
Folder = Annotated[Path, typer.Option("-o", "--output", help="Folder to write.")]
Bounds = Annotated[
    tuple[float, float, float, float] | None,
    typer.Option("--bounds", help="West, south, east, north in units of the finest model's map (metres, degrees)."),
]
Around = Annotated[
    tuple[float, float] | None,
    typer.Option("--around", help="Latitude and longitude [deg] of the middle of a square."),
]
Size = Annotated[float | None, typer.Option("--size", help="Side of that square [km].")]
Start = Annotated[str, typer.Option("--start", help="First moment, ISO 8601, UTC.")]
End = Annotated[str, typer.Option("--end", help="End, ISO 8601, UTC.")]
Step = Annotated[str, typer.Option("--step", help="Step, such as 10min, 1h, 8h.")]
Cluster = Annotated[
    str | None, typer.Option("--cluster", help="Compute on the Dask scheduler at this address, tcp://HOST:PORT.")
]
Kernels = Annotated[list[Path] | None, typer.Option("--kernel", help=_KERNEL_HELP)]
Pictures = Annotated[
    bool, typer.Option("--pictures/--no-pictures", help="Draw each map as a PNG with relief, names and scale.")
]
Names = Annotated[
    Path | None,
    typer.Option(
        "--names", help="Names for the pictures, a CSV of planetarynames.wr.usgs.gov; the shipped ones if not given."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
Summary = Annotated[bool, typer.Option("--json", help="Print summary.json.")]
ReplaceFile = Annotated[bool, typer.Option("--overwrite", help="Replace a file that is there.")]
ReplaceFolder = Annotated[bool, typer.Option("--overwrite", help="Replace a folder of such results that is there.")]
