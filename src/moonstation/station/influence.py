"""What the outcome of a life hangs on: rank correlation with every sampled fact and every asset's downtime."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

#: Share of false findings among those called significant that is accepted [-].
FALSE_SHARE = 0.05
#: Share of the members at either end of a cause that a tornado compares [-].
END_SHARE = 0.2
_FEWEST = 5  # members with a value, under which nothing is said


@dataclass(frozen=True, slots=True)
class Influence:
    """How an outcome goes with one of its causes.

    rank_correlation : Spearman's coefficient, -1 to 1 [-]
    p_value : probability of one as large by chance [-]; significant : whether that holds among so many causes
    low, high : mean outcome of the fifth of the members in which the cause is least and greatest
    """

    cause: str
    rank_correlation: float
    p_value: float
    significant: bool
    low: float
    high: float


def rank_correlations(causes: ArrayLike, outcome: ArrayLike) -> tuple[Floats, Floats]:
    """Spearman's coefficient of each cause with the outcome, and its p-value; shapes (causes,), nan where constant.

    causes : shape (members, causes); outcome : shape (members,). Source: Spearman 1904; p-value by Student's t with
    n - 2 degrees of freedom, as scipy.stats.spearmanr.
    """
    from scipy.stats import rankdata
    from scipy.stats import t as student

    x = _standard(rankdata(np.asarray(causes, np.float64), axis=0))
    y = _standard(rankdata(np.asarray(outcome, np.float64)))
    freedom = len(y) - 2
    rho = np.clip(x.T @ y / len(y), -1.0, 1.0)
    with np.errstate(divide="ignore"):
        t = rho * np.sqrt(freedom / ((1.0 - rho) * (1.0 + rho)))
    return rho, np.asarray(2.0 * student.sf(np.abs(t), freedom))


def influences(names: Sequence[str], causes: ArrayLike, outcome: ArrayLike) -> list[Influence]:
    """Every cause that differs between the members, the strongest first; members without a value are left out.

    Significant are those that the procedure of Benjamini & Hochberg 1995 keeps at a false share of ``FALSE_SHARE``.
    """
    from scipy.stats import false_discovery_control

    values = np.asarray(outcome, np.float64)
    known = np.isfinite(values)
    x, y = np.asarray(causes, np.float64)[known], values[known]
    moving = np.flatnonzero(np.ptp(x, axis=0) > 0.0) if len(y) else np.array([], int)
    if len(y) < _FEWEST or np.ptp(y) == 0.0 or not moving.size:
        return []
    rho, p = rank_correlations(x[:, moving], y)
    kept = false_discovery_control(p) <= FALSE_SHARE
    order = np.lexsort((moving, -np.abs(rho)))
    return [
        Influence(names[moving[k]], float(rho[k]), float(p[k]), bool(kept[k]), *end_means(x[:, moving[k]], y))
        for k in order
    ]


def end_means(cause: Floats, outcome: Floats) -> tuple[float, float]:
    """Mean outcome where the cause is among the least and among the greatest ``END_SHARE`` of its values."""
    order = np.argsort(cause, kind="stable")
    count = max(round(END_SHARE * len(cause)), 1)
    return float(outcome[order[:count]].mean()), float(outcome[order[-count:]].mean())


def _standard(ranks: Floats) -> Floats:
    """Ranks less their mean, over their deviation; nan where all are equal."""
    centred = ranks - ranks.mean(axis=0)
    deviation = np.sqrt((centred**2).mean(axis=0))
    return np.asarray(np.divide(centred, deviation, out=np.full_like(centred, np.nan), where=deviation > 0.0))
