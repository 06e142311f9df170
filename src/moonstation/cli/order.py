"""What verbs that run a scenario have in common: options, and the refusal of an order with its scenarios."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from moonstation.core.errors import Fault

Scenario = Annotated[str, typer.Argument(help="A scenario of the library (ilrs, first-night) or a TOML file.")]
Step = Annotated[str | None, typer.Option("--step", help="Time step such as 10min or 1h; the scenario's if not given.")]
Threads = Annotated[int | None, typer.Option("--threads", help="Threads; one for each core if not given.")]
Failures = Annotated[
    bool, typer.Option("--failures/--no-failures", help="Whether things fail, or lives differ in facts alone.")
]


def step_text(step: str | None) -> str | None:
    """A step as scenarios write it; a bare number counts minutes."""
    return f"{step}min" if step and step.replace(".", "", 1).isdigit() else step


def refuse(faults: list[Fault], scenarios: Mapping[str, str | None]) -> None:
    """Raise with the faults of an order and with those of its scenarios, where it has any of its own."""
    if not faults:
        return  # scenarios are read, and refused, by what runs them
    from moonstation.cli.faults import tried
    from moonstation.core.errors import RangeError
    from moonstation.scenario.reading import load_scenario

    for scenario, step in scenarios.items():
        tried(partial(load_scenario, scenario, **({"step": step} if step else {})), faults, scenario)
    raise RangeError([fault for place, fault in enumerate(faults) if fault not in faults[:place]])
