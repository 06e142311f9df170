"""Sources that fade with age, as the limit and the decay of a process."""

from __future__ import annotations

import math
from typing import TypedDict

from moonstation.components.contract import Surroundings
from moonstation.core.time import YEAR_H


class Aged(TypedDict):
    """Keywords of a ``Process``: its limit when the run begins, and what it loses from then on."""

    limit: float
    decay_per_h: float


def decay_per_h(*losses_per_yr: float) -> float:
    """Exponential rate [1/h] that takes these shares of what is left every year [1/yr]."""
    return -sum(math.log1p(-loss) for loss in losses_per_yr) / YEAR_H


def aged(limit: float, place: Surroundings, *losses_per_yr: float) -> Aged:
    """Limit and decay of a source that loses shares of what is left every year [1/yr].

    What landed before the run begins has aged by then.
    """
    rate = decay_per_h(*losses_per_yr)
    age_h = float(place.age_years()[0]) * YEAR_H
    return {"limit": limit * math.exp(-rate * age_h), "decay_per_h": rate}
