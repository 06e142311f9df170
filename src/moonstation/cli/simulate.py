"""``moonstation simulate``: one life of a station, or many with uncertain facts, told in probabilities."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from moonstation.cli.options import Cluster, Summary
from moonstation.cli.order import Failures, Scenario, Step, Threads, refuse, step_text

if TYPE_CHECKING:
    from moonstation.core.errors import Fault
    from moonstation.report.lives_run import LivesRun
    from moonstation.report.run import Run
    from moonstation.studies.chunks import Order

_KEPT_WORDS = b"\nfinished lives are kept: go on from them with --resume"
_CHUNKS = "chunk-*.npz"
_MOST_CAUSES = 3
_SHARES = {"energy": "energy available", "communication": "communication", "life_support": "life support"}
_HOURS = {
    "longest_blackout_h": "longest blackout",
    "longest_without_contact_h": "longest without contact",
    "worst_dark_survived_h": "worst dark survived",
}
_YIELD = {
    "crew_days": "person-days",
    "crew_lost": "crews lost",
    "crews_late": "crews that came late",
    "crews_not_come": "crews that did not come",
    "crews_left_early": "crews that left early",
    "science_hours": "instrument-hours",
    "data_returned_gbit": "Gbit returned",
    "failures": "failures",
    "spares_used": "spares of repairs",
    "repair_crew_h": "their crew hours",
    "repair_robot_h": "their robot hours",
    "scheduled_changes": "scheduled changes",
    "scheduled_spares": "their spares",
    "scheduled_crew_h": "their crew hours",
    "scheduled_robot_h": "their robot hours",
    "overdue_changes": "overdue changes",
    "assets_lost": "assets lost",
}

_Members = Annotated[
    int | None, typer.Option("--members", help="Lives to run; one with facts as in the tables if not given.")
]
_Series = Annotated[
    list[str] | None,
    typer.Option("--series", help="Keep this series of every life too, such as charge_kwh@ridge; may be repeated."),
]
_Seed = Annotated[
    int | None, typer.Option("--seed", help="Seed of every draw: the same seed, the same lives; 0 if not given.")
]
_Life = Annotated[
    int | None, typer.Option("--life", help="Run this one of the lives alone, with the report of a study.")
]


def simulate(  # noqa: PLR0913, PLR0917 (a verb's options)
    scenario: Scenario,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Run folder; runs/NAME if not given.")] = None,
    members: _Members = None,
    seed: _Seed = None,
    step: Step = None,
    series: _Series = None,
    life: _Life = None,
    failures: Failures = True,
    threads: Threads = None,
    cluster: Cluster = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the lives that a stopped run finished.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a run folder that is there.")] = False,
    as_json: Summary = False,
) -> None:
    """Run a station once, or through many lives with uncertain facts and failures: in how many does it live?

    A run of many lives that was stopped, however hard, goes on from the finished ones with --resume.
    """
    of_many = {"--series": series or None, "--threads": threads, "--cluster": cluster, "--resume": resume}
    how = {"overwrite": overwrite, "as_json": as_json}
    if members is None:
        needless = of_many | {"--seed": seed, "--life": life}
        _one_life(scenario, output or _runs(scenario), step_text(step), needless, **how)
        return
    from moonstation.cli.progress import progress_bar
    from moonstation.core.output import json_text
    from moonstation.report.lives_run import simulate_lives
    from moonstation.studies.chunks import Order
    from moonstation.studies.ensemble import Keep, order_faults
    from moonstation.studies.ensemble_folder import MARK, clear_unfinished_folder, unfinished_folder
    from moonstation.studies.running import Workers

    order = Order(members, seed or 0, step_text(step), tuple(series or ()), failures)
    if life is not None:
        _life_of_many(scenario, output or _runs(scenario, f"-life-{life}"), life, order, of_many, **how)
        return
    target, workers = output or _runs(scenario), Workers(threads, cluster)
    _refuse(order_faults(order, workers), (target, MARK, overwrite), {scenario: order.step})
    keep = Keep(unfinished_folder(target), resume, "-o")
    with _reminder(keep.folder), progress_bar("compiling the station") as show:
        run = simulate_lives(scenario, order, workers=workers, keep=keep, progress=show)
    with progress_bar("writing the report"):
        folder = run.save(target, where="-o", overwrite=overwrite)
    clear_unfinished_folder(target)
    if as_json:
        typer.echo(json_text(run.summary), nl=False)
    else:
        _print_lives(run, folder)


def _refuse(faults: list[Fault], place: tuple[Path, Any, bool], scenarios: Mapping[str, str | None]) -> None:
    """Raise with everything that is wrong with an order, what is wrong with its scenarios beside.

    place : run folder, the mark of such folders, whether one may be replaced; scenarios : and the step asked of them
    """
    from moonstation.core.folder import folder_faults

    target, mark, overwrite = place
    refuse(faults + folder_faults(target, mark, "-o", overwrite=overwrite), scenarios)


def _runs(scenario: str, ending: str = "") -> Path:
    return Path("runs") / f"{Path(scenario).stem}{ending}"


def _one_life(scenario: str, target: Path, step: str | None, needless: dict[str, Any], **how: bool) -> None:
    """The life with every fact at its table's value, as ``moonstation study`` runs it."""
    from moonstation.cli.study import run_and_tell
    from moonstation.studies.folder import MARK

    hint = "say how many lives with --members"
    _refuse(_needless(needless, "is for many lives", hint), (target, MARK, how["overwrite"]), {scenario: step})

    def run_study(tell: Callable[[str], None]) -> Run:
        from moonstation.report.run import study

        return study(scenario, progress=tell, step=step)

    run_and_tell(run_study, target, **how)


def _life_of_many(scenario: str, target: Path, life: int, order: Order, needless: dict[str, Any], **how: bool) -> None:
    """One of the lives of the same order without ``--life``, in full."""
    from moonstation.cli.study import run_and_tell
    from moonstation.studies.ensemble import order_faults
    from moonstation.studies.folder import MARK
    from moonstation.studies.one_life import member_faults

    faults = order_faults(order)
    if order.members > 0:
        faults += member_faults(life, order.members)
    hint = "leave it out: one life runs at once, and keeps every series"
    faults += _needless(needless, "is not for a single life", hint)
    _refuse(faults, (target, MARK, how["overwrite"]), {scenario: order.step})

    def run_life(tell: Callable[[str], None]) -> Run:
        from moonstation.report.life_run import simulate_life

        return simulate_life(scenario, order, life, tell)

    run_and_tell(run_life, target, **how)


def _needless(options: dict[str, Any], words: str, hint: str) -> list[Fault]:
    from moonstation.core.errors import Fault

    return [
        Fault(name, words, hint=hint) for name, value in options.items() if value is not None and value is not False
    ]


@contextmanager
def _reminder(unfinished: Path) -> Iterator[None]:
    """A word on what is kept, where the program is stopped half-way; none where the order itself is refused."""
    from moonstation.core.errors import MoonstationError
    from moonstation.core.output import cleared_at_a_stop

    done, before = False, set(unfinished.glob(_CHUNKS))

    def remind() -> None:
        if not done and any(unfinished.glob(_CHUNKS)):
            os.write(2, _KEPT_WORDS)

    with cleared_at_a_stop(remind):
        try:
            yield
        except MoonstationError:
            done = set(unfinished.glob(_CHUNKS)) == before
            raise
        done = True


def _print_lives(run: LivesRun, folder: Path) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from moonstation.cli.printing import print_line, print_trimmed
    from moonstation.studies.study import left_out_told, notes_told

    console, told = Console(highlight=False), run.summary
    print_line(console, Text(f"{told['title']}: {_survival(told)}.", style="bold"))
    low, high, share = (100 * told[f"as_planned_{name}"] for name in ("low", "high", "probability"))
    strict = "nothing of its main site lost, all people come and stay, every milestone reached"
    print_line(console, Text(f"  as a study judges ({strict}): {share:.1f} % ({low:.1f} to {high:.1f} %)"))
    for cause, lives in told["losses"].items():
        if lives:
            print_line(console, Text(f"  lost by {cause.replace('_', ' ')}: {lives}"))
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for column in ("", "P5", "median", "P95"):
        table.add_column(column, justify="right" if column else "left")
    for row in _rows(told["outcomes"]):
        table.add_row(*row)
    print_trimmed(console, table)
    for name, item in told["milestones"].items():
        half = f"; in half of all by {item['p50'][:10]}" if item["p50"] else ""
        words = f"milestone {name}: in {100 * item['probability']:.1f} % of the lives{half}"
        print_line(console, Text(f"{words} (planned {item['planned'][:10]})"))
    _print_causes(console, told["influences"])
    if missed := left_out_told(told["left_out"]):
        print_line(console, Text(missed))
    if notes := notes_told(told["notes"]):
        print_line(console, Text(notes))
    facts = f"{told['sampled_facts']} uncertain facts sampled, {len(told['held_facts'])} held"
    facts += "" if run.lives.order.failures else "; nothing fails in these lives"
    print_line(console, f"{facts}; seed {run.seed}; {run.elapsed_s:.1f} s")
    console.print(Text(f"report: {folder / 'report.html'}", overflow="fold"), soft_wrap=True)


def _survival(told: dict[str, Any]) -> str:
    """In how many lives the station lives, or why that cannot be told."""
    if told["not_judged"]:
        return f"its {told['members']} lives tell of no survival: {told['not_judged']}"
    share, low, high = (100 * told[f"survival_{name}"] for name in ("probability", "low", "high"))
    return f"the station lives in {share:.1f} % of {told['members']} lives (95 %: {low:.1f} to {high:.1f} %)"


def _print_causes(console: Any, influences: dict[str, Any]) -> None:
    from rich.text import Text

    from moonstation.cli.printing import print_item, print_line
    from moonstation.studies.ensemble_tables import title_of

    for name, told in influences.items():
        if told["causes"]:
            print_line(console, Text(f"{title_of(name)} hangs on"))
            for item in told["causes"][:_MOST_CAUSES]:
                print_item(console, _cause(item))
    unsure = {name: told for name, told in influences.items() if not told["causes"]}
    if unsure:
        words = ", ".join(title_of(name) for name in unsure)
        hangs = "hangs" if len(unsure) == 1 else "hang"
        print_line(console, Text(f"these lives show nothing sure that {words} {hangs} on; {_reach(unsure)}"))


def _reach(unsure: Mapping[str, dict[str, Any]]) -> str:
    """What so many lives could show, or how many it takes."""
    from moonstation.station.influence import TELLING

    found = max(told["smallest_found"] for told in unsure.values())
    if found <= TELLING:
        return f"what hangs together by a rank correlation under {found:.2g} does not show in so few"
    needed = max(told["lives_needed"] for told in unsure.values())
    return f"about {needed:,} lives would show a rank correlation of {TELLING:g}"


def _cause(item: dict[str, Any]) -> str:
    subject = f"failures of {item['cause']}" if item["kind"] == "failure" else item["cause"]
    ratio = item["hazard_ratio"]
    how = f"rank correlation {item['rank_correlation']:+.2f}" if ratio is None else f"hazard times {ratio:.1f}"
    return f"{subject} ({how})" + (f": {item['meaning']}" if item["meaning"] else "")


def _rows(outcomes: dict[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    for names, written in ((_SHARES, "{:.2%}"), (_HOURS, "{:,.1f} h"), (_YIELD, "{:,.0f}")):
        for name, label in names.items():
            spread = [outcomes[name][key] for key in ("p5", "p50", "p95")] if name in outcomes else []
            if any(math.isfinite(value) and value != 0 for value in spread):
                low, middle, high = (written.format(value).replace("%", " %") for value in spread)
                yield label, low, middle, high
