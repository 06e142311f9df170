"""``moonstation schema``: the JSON Schema of scenario files, for editors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def schema(
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="File to write; the terminal if not given.")
    ] = None,
) -> None:
    """Print the JSON Schema of scenario files: editors then complete keys and mark faults while you type."""
    from moonstation.scenario.assets import json_schema

    text = json.dumps(json_schema(), indent=1)
    if output is None:
        typer.echo(text)
        return
    _write(output, text + "\n")
    typer.echo(f"wrote {output}")


def _write(output: Path, text: str) -> None:
    """Write the file whole; raises RangeError where it cannot be written."""
    from moonstation.core.errors import Fault, RangeError

    beside = output.with_name(f".{output.name}.part")
    try:
        beside.write_text(text, "utf-8")
        beside.replace(output)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise RangeError(Fault("--output", f"cannot be written: {error.strerror}", str(output))) from error
