"""``moonstation check``: is this scenario sound, and what is in it?"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from moonstation.cli.options import Json
from moonstation.cli.order import refuse
from moonstation.core.words import noun

if TYPE_CHECKING:
    from moonstation.scenario.masses import Load
    from moonstation.scenario.schema import Scenario

#: What is counted of a scenario, and the word for one of it.
_COUNTED = {"missions": "mission", "assets": "asset", "deliveries": "delivery", "milestones": "milestone"}


def check(
    scenario: Annotated[str, typer.Argument(help="A scenario that moonstation ships, such as ilrs, or a TOML file.")],
    as_json: Json = False,
    as_file: Annotated[bool, typer.Option("--print", help="Print the file itself, to begin your own from.")] = False,
) -> None:
    """Read a scenario and say what is in it, or every fault of it with its line."""
    from moonstation.core.errors import Fault
    from moonstation.scenario.reading import load_scenario

    if as_file and as_json:
        words = "prints what check finds, and --print the file itself, which is TOML"
        refuse([Fault("--json", words, hint="leave out one of both")], {scenario: None})
    loaded = load_scenario(scenario)
    if as_file and loaded.path:
        typer.echo(loaded.path.read_text(encoding="utf-8"), nl=False)
        return
    summary = check_summary(loaded)
    if as_json:
        typer.echo(json.dumps(summary, indent=1))
    else:
        _print_summary(summary)


def check_summary(scenario: Scenario) -> dict[str, Any]:
    """What ``moonstation check --json`` prints: the scenario in a few numbers, and what is left out of the run."""
    from moonstation.scenario.build import build_station, left_out
    from moonstation.scenario.masses import loads_of

    station = build_station(scenario)
    loads = loads_of(scenario.missions, scenario.assets, scenario.deliveries, scenario.sites)
    return {
        "name": scenario.name,
        "title": scenario.title,
        "start": f"{scenario.start:%Y-%m-%d}",
        "end": f"{scenario.end:%Y-%m-%d}",
        "step": scenario.step,
        "steps": station.grid.count,
        "main_site": scenario.main_site,
        "sites": list(scenario.sites),
        "relays": list(scenario.relays),
        "ground_stations": list(scenario.ground_stations),
        "missions": len(scenario.missions),
        "assets": len(station.assets),
        "deliveries": len(station.deliveries),
        "milestones": len(scenario.milestones),
        "left_out": left_out(scenario),
        "notes": [str(note) for note in scenario.notes],
        "masses": [_mass(load) for load in loads],
    }


def _mass(load: Load) -> dict[str, Any]:
    return {
        "mission": load.mission,
        "brings_kg": load.total_kg,
        "spares_kg": load.spares_kg,
        "lands_kg": load.landed_kg,
    }


def _mass_line(masses: list[dict[str, Any]]) -> str:
    """The fullest flight, and what spares weigh."""
    spares_kg = sum(item["spares_kg"] for item in masses)
    words = [f"spares weigh {spares_kg:,.0f} kg"] if spares_kg else []
    limited = [item for item in masses if item["lands_kg"]]
    if limited:
        full = max(limited, key=lambda item: item["brings_kg"] / item["lands_kg"])
        weighs = f"{full['brings_kg']:,.0f} of {full['lands_kg']:,.0f} kg"
        words.insert(0, f"fullest flight: {full['mission']} brings {weighs}")
    return "; ".join(words)


def _print_summary(summary: dict[str, Any]) -> None:
    typer.echo(f"{summary['name']}: sound. {summary['title']}")
    typer.echo(f"  {summary['start']} to {summary['end']}, {summary['steps']} steps of {summary['step']}")
    for key in ("sites", "relays", "ground_stations"):
        typer.echo(f"  {key.replace('_', ' ')}: {', '.join(summary[key]) or 'none'}")
    counts = (f"{summary[key]} {noun(summary[key], one, key)}" for key, one in _COUNTED.items())
    typer.echo(f"  {', '.join(counts)}")
    if masses := _mass_line(summary["masses"]):
        typer.echo(f"  {masses}")
    for note in (*summary["left_out"], *summary["notes"]):
        typer.echo(f"  note: {note}")
