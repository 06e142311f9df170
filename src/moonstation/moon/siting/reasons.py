"""Why a site was chosen, in words, and why ground fell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from moonstation.moon.siting.choice import Cut, Scale
from moonstation.moon.siting.criteria import Criteria, Criterion
from moonstation.moon.siting.quantities import spoken

_NEAR = 0.1  # a limit binds nearly within this share of what the value ranges over on the ground that is left
_FULL = 0.99  # a wish worth more costs nothing that is worth a word
_PERCENT = 100.0


def why(
    values: Mapping[str, float],
    criteria: Criteria,
    scale: Mapping[str, Scale],
    ground: Mapping[str, NDArray[np.float64]],
    left: NDArray[np.bool_],
) -> str:
    """The wishes that give and cost a place most, beside the ground that is left, and the constraint that nearly binds.

    values : of the place by label; ground : maps by label; left : where all constraints are met
    """
    worth = {one.label: float(scale[one.label].worth(values[one.label])) for one in criteria.wishes}
    gives = max(criteria.wishes, key=lambda one: one.weight * worth[one.label])
    costs = max(criteria.wishes, key=lambda one: one.weight * (1.0 - worth[one.label]))
    said = [f"gains most by {_beside(gives, values, ground, left)}"]
    if costs is not gives and worth[costs.label] < _FULL:
        said.append(f"loses most by {_beside(costs, values, ground, left)}")
    if near := _nearly_binding(values, criteria.constraints, {label: one[left] for label, one in ground.items()}):
        said.append(f"nearly out by {near}")
    return "; ".join(said)


def least_cut(cuts: Sequence[Cut]) -> str:
    """What to loosen where no ground is left: the constraint that takes most alone."""
    if not cuts:
        return ""
    most = max(cuts, key=lambda cut: (cut.only, cut.alone))
    share = f"{most.alone:.0%} of the ground falls by it"
    return f"no ground meets all constraints; the first to loosen: {most.words} ({share})"


def _beside(
    one: Criterion,
    values: Mapping[str, float],
    ground: Mapping[str, NDArray[np.float64]],
    left: NDArray[np.bool_],
) -> str:
    """``longest_dark_h_10m 68 h (better than 99 % of the ground left)``."""
    value = values[one.label]
    others = one.of.sense * ground[one.label][left]
    share = float(np.mean(others < one.of.sense * value)) if others.size else 0.0
    return f"{one.label} {spoken(one.quantity, value)} (better than {_PERCENT * share:.0f} % of the ground left)"


def _nearly_binding(
    values: Mapping[str, float], constraints: Sequence[Criterion], ground: Mapping[str, NDArray[np.float64]]
) -> str:
    """The constraint whose limit is nearest, in shares of what its quantity ranges over; empty where none is near."""
    found = []
    for one in constraints:
        finite = ground[one.label][np.isfinite(ground[one.label])]
        span = float(np.ptp(finite)) if finite.size else 0.0
        for limit, word in ((one.min, "at least"), (one.max, "at most")):
            if limit is not None and span > 0.0:
                room = abs(values[one.label] - limit) / span
                text = f"{one.label} {spoken(one.quantity, values[one.label])}, {word} {spoken(one.quantity, limit)}"
                found.append((room, text))
    nearest = min(found, default=(np.inf, ""))
    return nearest[1] if nearest[0] < _NEAR else ""
