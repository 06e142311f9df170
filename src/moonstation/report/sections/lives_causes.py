"""What the outcome of a life hangs on, and what was down."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from moonstation.core.units import unit_in_brackets
from moonstation.report.blocks import Block, Column, Panel, Plot, Section, Table, Text
from moonstation.report.figures import ensemble as figures
from moonstation.report.words import amount, capital, count, listed, number
from moonstation.station.influence import TELLING
from moonstation.studies.ensemble_causes import meaning
from moonstation.studies.ensemble_tables import EXPLAINED, shown, title_of

if TYPE_CHECKING:
    from moonstation.station.influence import Influence
    from moonstation.studies.ensemble import Ensemble
    from moonstation.studies.ensemble_causes import Causes

_MOST_BARS, _MOST_ROWS = 10, 15


def causes(run: Ensemble) -> Section:
    """Tornadoes of what the outcomes surely hang on, what the lives are too few to tell, and what was down."""
    looked = [made for name in EXPLAINED if (made := run.causes(name)).found]
    blocks: list[Block] = [_tornado(run, made) for made in looked if made.sure]
    blocks += _unsure(run, looked)
    blocks += _table(run, [made for made in looked if made.sure])
    blocks += _downtimes(run)
    lead = (
        "Uncertain facts and failures of assets with which the lives surely show an outcome to go: by rank "
        "correlation, and for failures before a loss by how many lost lives had one, against those still at risk; with "
        "at most one of twenty findings false (Benjamini and Hochberg). Bars show the mean outcome of the fifth of the "
        "lives in which a fact is least and greatest, or of those without and with a failure. Going together is no "
        "proof of a cause."
    )
    return Section("causes", "What it hangs on", [Panel(blocks)], lead)


def _unsure(run: Ensemble, looked: Sequence[Causes]) -> list[Block]:
    """What the lives cannot tell, and how many could."""
    unsure = [title_of(made.outcome) for made in looked if not made.sure]
    same = [title_of(name) for name in EXPLAINED if not run.causes(name).found and _differs(run, name)]
    blocks: list[Block] = []
    if same:
        words = f"Too few lives differ from the others to look for causes: {listed(same, len(same))}."
        blocks.append(Text(words, "note"))
    if unsure:
        worst = max((made for made in looked if not made.sure), key=lambda made: made.smallest_found)
        told = "hangs on nothing" if len(unsure) == 1 else "hang on nothing"
        words = f"{capital(listed(unsure, len(unsure)))} {told} that the lives surely show. {_reach(worst)}"
        blocks.append(Text(words if worst.smallest_found <= TELLING else f"Not enough lives to tell: {words}", "note"))
    elif looked:
        blocks.append(Text(_reach(max(looked, key=lambda made: made.smallest_found)), "note"))
    return blocks


def _reach(made: Causes) -> str:
    """How small a cause so many lives show."""
    idle = count(made.idle, "fact")
    left = f" ({idle} of failures that never came to pass were left out)" if made.idle else ""
    if made.smallest_found >= 1.0:
        seen = f"{count(made.lives, 'life', 'lives')} show no cause surely"
    else:
        least = number(made.smallest_found, 2)
        seen = (
            f"{count(made.lives, 'life', 'lives')} show four times of five a cause with a rank correlation of {least}"
        )
    among = f"among {count(len(made.found), 'candidate')}{left}"
    return f"{seen} {among}; for one of {number(TELLING)} it takes about {number(made.lives_needed, 9)}."


def _differs(run: Ensemble, name: str) -> bool:
    values = run.outcome(name)
    return bool(np.unique(values[np.isfinite(values)]).size > 1)


def _named(run: Ensemble, item: Influence) -> str:
    """A cause with the range of its values."""
    if item.kind == "failure":
        return f"failures of {item.cause}"
    fact = next(fact for fact in run.plan.sampled if fact.key == item.cause)
    unit = next(known.unit for known in run.facts if known.key == item.cause)
    return f"{item.cause}, {number(fact.low)} to {amount(fact.high, unit)}"


def _tornado(run: Ensemble, made: Causes) -> Plot:
    name, bars = made.outcome, made.sure[:_MOST_BARS]
    factor, unit = shown(name)
    title = title_of(name)
    rows = [figures.Bar(_named(run, item), item.low, item.high, meaning(item)) for item in bars]
    label = f"mean {title}{unit_in_brackets(unit)}"
    figure = figures.tornado(rows, float(np.nanmean(run.outcome(name))), label, factor)
    words = f"{capital(title)} goes most surely with {_first(bars[0], factor, unit)}.{_in_words(bars)}{_hidden(bars)}"
    return Plot(figure, words, capital(title))


def _first(item: Influence, factor: float, unit: str) -> str:
    """The surest cause and what goes with it."""
    low, high = amount(factor * item.low, unit), amount(factor * item.high, unit)
    if item.kind != "failure":
        return f"{item.cause}: mean {low} where that is low, {high} where it is high"
    ends = f"mean {low} without, {high} with one"
    if item.hazard_ratio is not None:
        ends = f"after one a loss is {_times(item.hazard_ratio)} as likely at any moment ({_hazards(item)}); {ends}"
    return f"failures of {item.cause}: {ends}"


def _in_words(bars: Sequence[Influence]) -> str:
    """What the facts among the bars are."""
    told = [f"{item.cause} ({meaning(item)})" for item in bars if meaning(item)]
    return f" In words: {'; '.join(told)}." if told else ""


def _hidden(bars: Sequence[Influence]) -> str:
    """A warning of bars that point the other way than the hazard."""
    hidden = [item.cause for item in bars if item.hidden_by_time]
    if not hidden:
        return ""
    what = f"the failures of {listed(hidden, len(hidden))}"
    return (
        f" The bars of {what} point the other way than the hazard: who lives longer has longer to fail in, so a plain "
        "mean takes them for a good sign."
    )


def _times(ratio: float | None) -> str:
    return "–" if ratio is None else f"{number(ratio, 2) if np.isfinite(ratio) else '∞'} times"


def _hazards(item: Influence) -> str:
    """Interval of a hazard ratio."""
    return f"{_times(item.hazard_low)} to {_times(item.hazard_high)}".replace(" times", "")


def _table(run: Ensemble, sure: Sequence[Causes]) -> list[Block]:
    rows = []
    for made in sure:
        factor, unit = shown(made.outcome)
        for item in made.sure[:_MOST_BARS]:
            ends = f"{number(factor * item.low)} to {amount(factor * item.high, unit)}"
            cause = ": ".join(filter(None, (_named(run, item), meaning(item))))
            rows.append([title_of(made.outcome), cause, *_strength(item), ends, number(item.p_value, 1)])
    heads = [Column("outcome"), Column("cause"), Column("rank correlation, or times the hazard", right=True)]
    heads += [Column("95 % interval", right=True), Column("mean outcome, low to high", right=True)]
    heads += [Column("p", right=True)]
    return [Table(heads, rows, "All of these with their confidence", folded=True)] if rows else []


def _strength(item: Influence) -> tuple[str, str]:
    """How strongly a cause goes with its outcome, and the interval of that: of a loss, by the hazard."""
    if item.hazard_ratio is not None:
        return _times(item.hazard_ratio), _hazards(item)
    interval = f"{number(item.correlation_low, 2)} to {number(item.correlation_high, 2)}"
    return number(item.rank_correlation, 2), interval


def _downtimes(run: Ensemble) -> list[Block]:
    rows = [
        [
            str(row["asset"]),
            number(row["mean_h"]),
            number(row["degraded_mean_h"]),
            f"{row['lives']} of {run.members}",
        ]
        for row in run.summary["downtime"]
    ]
    if not rows:
        return [Text("No asset was down or degraded in any life.", "note")]
    heads = [Column("asset"), Column("downtime [h]", right=True), Column("degraded [h]", right=True)]
    heads += [Column("in lives", right=True)]
    caption = "Assets that were down or degraded" + (f", the {_MOST_ROWS} longest" if len(rows) > _MOST_ROWS else "")
    words = (
        "Means over all lives. Down is an asset that is lost or has failed; a partial failure counts by the share of "
        "its use that it takes. Degraded are the hours with an open failure in which it was of some use all the same."
    )
    return [Table(heads, rows[:_MOST_ROWS], caption), Text(words, "note")]
