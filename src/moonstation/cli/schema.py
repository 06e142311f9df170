"""``moonstation schema``: the JSON Schema of scenario files, for editors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from moonstation.cli.options import ReplaceFile


def schema(
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="File to write; the terminal if not given.")
    ] = None,
    overwrite: ReplaceFile = False,
) -> None:
    """Print the JSON Schema of scenario files: editors then complete keys and mark faults while you type."""
    from moonstation.cli.faults import file_faults
    from moonstation.core.errors import RangeError
    from moonstation.core.output import write_whole
    from moonstation.scenario.assets import json_schema

    text = json.dumps(json_schema(), indent=1)
    if output is None:
        typer.echo(text)
        return
    if faults := file_faults(output, "-o", overwrite=overwrite):
        raise RangeError(faults)
    write_whole(output, f"{text}\n".encode(), "-o")
    typer.echo(f"wrote {output}")
