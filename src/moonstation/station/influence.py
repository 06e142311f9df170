"""What the outcome of a life hangs on, which uncertain fact and the failure of which asset, and what few lives hide."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moonstation.station.hazard import as_many_by_chance, hazard_ratio
from moonstation.station.odds import CONFIDENCE

Floats = NDArray[np.float64]

#: Share of false findings among those called significant that is accepted [-].
FALSE_SHARE = 0.05
#: Share of the members at either end of a fact that a tornado compares [-].
END_SHARE = 0.2
#: Probability with which a correlation that is said to be found would be found [-].
POWER = 0.8
#: Correlation that an ensemble ought to show: a cause that explains a tenth of the differences in rank [-].
TELLING = 0.3
#: Lives on either side of a yes and no, under which nothing is said of it.
FEWEST = 5
#: Reorderings of the lives by which the chance of a coincidence is counted, and coincidences after which that is known.
_REORDERINGS, _BATCH, _KNOWN = 20_000, 500, 20
#: Lives up to which that is done for facts too: Student's t is too sure of great correlations among few.
_FEW = 100
#: Lives up to which reorderings are kept for the next outcome, all counts of lives together: they take 400 MB then.
_MOST_KEPT = 10_000
#: Multiplications of a matrix product that OpenBLAS does on one core.
_OF_ONE_CORE = 250_000
_FACT, _FAILURE = "fact", "failure"


@dataclass(frozen=True, slots=True)
class Influence:
    """How an outcome goes with one of its causes.

    kind : "fact" or "failure"
    rank_correlation : Spearman's coefficient, -1 to 1 [-]; correlation_low, correlation_high : its 95 % interval
    p_value : probability of one as large by chance [-]; significant : whether that holds among so many causes
    low, high : mean outcome of the fifth of the lives in which the fact is least and greatest; of the lives without
        and with a failure
    hazard_ratio : hazard of the loss after a failure over that before one [-]; hazard_low, hazard_high : its 95 %
        interval; None for other causes and outcomes
    """

    cause: str
    kind: str
    rank_correlation: float
    correlation_low: float
    correlation_high: float
    p_value: float
    significant: bool
    low: float
    high: float
    hazard_ratio: float | None = None
    hazard_low: float | None = None
    hazard_high: float | None = None

    @property
    def hidden_by_time(self) -> bool:
        """Whether lives with the failure were lost less often although it makes a loss likelier.

        Whoever lives longer has longer to fail in, so plain means and correlations with the loss are too kind.
        """
        return self.hazard_ratio is not None and self.hazard_ratio > 1.0 and self.rank_correlation > 0.0


class Reorderings:
    """Orders in which chance might have dealt an outcome to the lives: the same for every outcome of as many lives."""

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed
        self._kept: dict[int, tuple[Iterator[NDArray[Any]], list[NDArray[Any]]]] = {}

    def batches(self, lives: int) -> Iterator[NDArray[Any]]:
        """Numbers of so many lives in these orders, a batch at a time, shape (order, life)."""
        if lives not in self._kept and lives + sum(self._kept) > _MOST_KEPT:
            yield from self._drawn(lives)
            return
        drawing, made = self._kept.setdefault(lives, (self._drawn(lives), []))
        for number in range(_REORDERINGS // _BATCH):
            if number == len(made):
                made.append(next(drawing))
            yield made[number]

    def _drawn(self, lives: int) -> Iterator[NDArray[Any]]:
        random = np.random.Generator(np.random.Philox(self._seed))
        numbers = np.arange(lives, dtype=np.min_scalar_type(lives))
        for _ in range(_REORDERINGS // _BATCH):
            yield random.permuted(np.tile(numbers, (_BATCH, 1)), axis=1)


def fact_influences(
    names: Sequence[str], values: ArrayLike, outcome: ArrayLike, *, chance: Reorderings | None = None
) -> list[Influence]:
    """Facts that differ between the lives, shape (lives, facts); lives without an outcome are left out.

    Tests Spearman's coefficient: of few lives by reordering them, of many by Student's t. ``significant`` is not known
    yet, see ``strongest``. chance : the reorderings that count how often chance does as much (Besag & Clifford 1991)
    """
    from scipy.stats import rankdata

    x, y = _known(values, outcome)
    moving = np.flatnonzero(np.ptp(x, axis=0) > 0.0) if len(y) else np.array([], int)
    if not _tells(y) or not moving.size:
        return []
    rho, p = rank_correlations(x[:, moving], y)
    if len(y) <= _FEW:
        p = _chances(_standard(rankdata(x[:, moving], axis=0)), _standard(rankdata(y)), chance, both_ways=True)
    ends = end_means(x[:, moving], y)
    return [
        Influence(names[k], _FACT, float(r), *correlation_interval(float(r), len(y)), float(q), False, *map(float, end))
        for k, r, q, end in zip(moving, rho, p, ends, strict=True)
    ]


def failure_influences(
    names: Sequence[str], failed: ArrayLike, outcome: ArrayLike, *, harm: int, chance: Reorderings | None = None
) -> list[Influence]:
    """Assets of which some lives have a failure and some have none, shape (lives, assets), and harm by it.

    harm : 1 where more of the outcome is worse, -1 where less is: what fails is asked for harm alone. A life that ends
        early leaves less time to fail in, which looks like a good done by failures.
    chance : the reorderings, as for facts
    """
    from scipy.stats import rankdata

    x, y = _known(np.asarray(failed, np.bool_), outcome)
    counts = x.sum(axis=0)
    mixed = np.flatnonzero((counts >= FEWEST) & (len(y) - counts >= FEWEST)) if len(y) else np.array([], int)
    if not _tells(y) or not mixed.size:
        return []
    columns, ranks = x[:, mixed], _standard(rankdata(y))
    p = _chances(columns, harm * ranks, chance)
    rho = _standard(columns).T @ ranks / len(y)
    return [_failure(names[k], float(r), float(q), x[:, k] > 0, y) for k, r, q in zip(mixed, rho, p, strict=True)]


def loss_influences(
    names: Sequence[str], failed_h: ArrayLike, lost_h: ArrayLike, survived: ArrayLike
) -> list[Influence]:
    """The same for the loss of the station: had it failed before, in more of the lost lives than chance explains?

    failed_h : first failure of each asset [h], inf where none, shape (lives, assets); lost_h : [h], nan where it lived

    At each loss the lost life is held against all that had lived until then: the score test of Cox 1972 with a
    covariate that changes in time. With those at risk taken as given, the count of lost lives with a failure is a sum
    of independent yes and no, and the probability of as many follows from their law, which holds for few of them too.
    The hazard ratio is of the same model.
    """
    first, lived = np.asarray(failed_h, np.float64), np.asarray(survived, np.float64)
    ends = np.nan_to_num(np.asarray(lost_h, np.float64), nan=np.inf)
    lost = np.isfinite(ends)
    moments_h = ends[lost][:, np.newaxis]
    at_risk = ends >= moments_h
    found: list[Influence] = []
    if not _tells(lived):
        return found
    for k, name in enumerate(names):
        had = (first[:, k] <= ends) & np.isfinite(first[:, k])  # before the loss, or ever
        if FEWEST <= had.sum() <= len(had) - FEWEST:
            shares = (at_risk & (first[:, k] <= moments_h)).sum(axis=1) / at_risk.sum(axis=1)
            count = int(had[lost].sum())
            rho = float(_standard(had.astype(np.float64)) @ _standard(lived) / len(lived))
            ratio, low, high = hazard_ratio(count, shares)
            plain = _failure(name, rho, as_many_by_chance(count, shares), had, lived)
            found.append(replace(plain, hazard_ratio=ratio, hazard_low=low, hazard_high=high))
    return found


def strongest(found: Sequence[Influence]) -> list[Influence]:
    """All causes of one outcome, the surest first, with what holds among so many of them.

    Significant are those that the procedure of Benjamini & Hochberg 1995 keeps at a false share of ``FALSE_SHARE``.
    """
    from scipy.stats import false_discovery_control

    if not found:
        return []
    kept = false_discovery_control([item.p_value for item in found]) <= FALSE_SHARE
    marked = [replace(item, significant=bool(sure)) for item, sure in zip(found, kept, strict=True)]
    return sorted(marked, key=lambda item: (item.p_value, -abs(item.rank_correlation)))


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


def correlation_interval(rho: float, lives: int) -> tuple[float, float]:
    """Interval of a rank correlation at 95 % [-]; Bonett & Wright 2000, Psychometrika 65, 23, by Fisher's z."""
    if lives <= 3:
        return -1.0, 1.0
    half = _normal_quantile(0.5 + CONFIDENCE / 2.0) * math.sqrt((1.0 + rho * rho / 2.0) / (lives - 3))
    z = math.atanh(min(max(rho, -1.0 + 1e-12), 1.0 - 1e-12))
    return math.tanh(z - half), math.tanh(z + half)


def lives_needed(rho: float, causes: int) -> int:
    """Lives in which a correlation is found with a probability of ``POWER`` among so many causes.

    A lone finding must be as rare as ``FALSE_SHARE`` over the count of causes to be kept. Source: Bonett & Wright 2000.
    """
    from scipy.stats import norm

    z = float(norm.isf(FALSE_SHARE / 2.0 / max(causes, 1)) + norm.ppf(POWER))
    return math.ceil(3.0 + (1.0 + rho * rho / 2.0) * (z / math.atanh(abs(rho))) ** 2)


def smallest_found(lives: int, causes: int) -> float:
    """Least correlation that so many lives show with a probability of ``POWER`` among so many causes [-]."""
    low, high = 1e-6, 1.0 - 1e-9
    if lives_needed(high, causes) > lives:
        return 1.0
    while high - low > 1e-4:
        middle = 0.5 * (low + high)
        low, high = (low, middle) if lives_needed(middle, causes) <= lives else (middle, high)
    return high


@cache
def _normal_quantile(share: float) -> float:
    from scipy.stats import norm

    return float(norm.ppf(share))


def end_means(causes: Floats, outcome: Floats) -> Floats:
    """Mean outcome where a cause is among the least and among the greatest ``END_SHARE`` of its values.

    causes : shape (lives, causes) -> (causes, 2)
    """
    order = np.argsort(np.ascontiguousarray(causes.T), axis=1, kind="stable")
    count = max(round(END_SHARE * len(causes)), 1)
    return np.stack([outcome[order[:, part]].mean(axis=1) for part in (slice(count), slice(-count, None))], axis=1)


def _chances(causes: Floats, ranks: Floats, chance: Reorderings | None, *, both_ways: bool = False) -> Floats:
    """Share of reorderings of the outcome's ranks that go with each cause as much, shape (causes,) [-].

    both_ways : or as much against it
    """
    size = np.abs if both_ways else np.positive
    seen = size(causes.T @ ranks) - 1e-9 * len(ranks)  # the same sum in another order
    as_much, tries = np.zeros(len(seen)), np.zeros(len(seen))
    waiting = np.arange(len(seen))
    for orders in (chance or Reorderings()).batches(len(ranks)):
        as_much[waiting] += (size(_product(ranks[orders], causes[:, waiting])) >= seen[waiting]).sum(axis=0)
        tries[waiting] += _BATCH
        waiting = waiting[as_much[waiting] < _KNOWN]
        if not waiting.size:
            break
    return np.asarray((as_much + 1.0) / (tries + 1.0))


def _product(orders: Floats, causes: Floats) -> Floats:
    """Their matrix product, a few rows at a time: OpenBLAS wakes all cores for more, which takes longer than that."""
    rows = max(_OF_ONE_CORE // max(causes.size, 1), 1)
    return np.concatenate([orders[first : first + rows] @ causes for first in range(0, len(orders), rows)])


def _failure(name: str, rho: float, p: float, had: NDArray[np.bool_], outcome: Floats) -> Influence:
    means = float(outcome[~had].mean()), float(outcome[had].mean())
    return Influence(name, _FAILURE, rho, *correlation_interval(rho, len(outcome)), p, False, *means)


def _known(causes: ArrayLike, outcome: ArrayLike) -> tuple[Floats, Floats]:
    """Causes and outcome of the lives that have one."""
    values = np.asarray(outcome, np.float64)
    known = np.isfinite(values)
    return np.asarray(causes, np.float64)[known], values[known]


def _tells(outcome: Floats) -> bool:
    """Whether enough lives differ in an outcome: so many must not have the commonest one."""
    if len(outcome) < 2 * FEWEST:
        return False
    _, counts = np.unique(outcome, return_counts=True)
    return bool(len(outcome) - counts.max() >= FEWEST)


def _standard(ranks: Floats) -> Floats:
    """Ranks less their mean, over their deviation; nan where all are equal."""
    centred = ranks - ranks.mean(axis=0)
    deviation = np.sqrt((centred**2).mean(axis=0))
    return np.asarray(np.divide(centred, deviation, out=np.full_like(centred, np.nan), where=deviation > 0.0))
