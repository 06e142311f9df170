"""Values of uncertain facts for all members of an ensemble: a Latin hypercube between each fact's low and high."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moonstation.facts.table import Fact

Floats = NDArray[np.float64]

#: A range that spans at least this ratio is sampled by its logarithm: its ends are factors away from the value, as in
#: "three times either way" (9, but for rounding), which taken straight would be 1.37 times the value in the median.
LOG_RATIO = 8.0


@dataclass(frozen=True, slots=True)
class UncertainFact:
    """A fact that is known between ``low`` and ``high`` [unit of the fact], most likely its table's value."""

    key: str
    low: float
    mode: float
    high: float

    def within(self, least: float, most: float) -> UncertainFact:
        """The same known between these values alone, among which its mode is."""
        return replace(self, low=max(self.low, least), high=min(self.high, most))

    @property
    def by_logarithm(self) -> bool:
        """Whether its logarithm is sampled in place of itself."""
        return self.low > 0.0 and self.high / self.low >= LOG_RATIO

    def quantile(self, share: ArrayLike) -> Floats:
        """Value below which a ``share`` [-] of the samples lie, shape of ``share``.

        Triangular between low and high with its peak at the mode, of the value or of its logarithm.
        """
        if not self.by_logarithm:
            return triangular_quantile(share, self.low, self.mode, self.high)
        ends = (math.log(self.low), math.log(self.mode), math.log(self.high))
        return np.clip(np.exp(triangular_quantile(share, *ends)), self.low, self.high)


def triangular_quantile(share: ArrayLike, low: float, mode: float, high: float) -> Floats:
    """Quantile of the triangular distribution, shape of ``share``; ``low`` < ``high``, ``mode`` between them or at one.

    Source: Kotz & van Dorp 2004, Beyond Beta, section 1.1: F(mode) = (mode - low) / (high - low).
    """
    p = np.asarray(share, np.float64)
    width, peak = high - low, (mode - low) / (high - low)
    rising = low + np.sqrt(p * width * (mode - low))
    falling = high - np.sqrt((1.0 - p) * width * (high - mode))
    return np.asarray(np.clip(np.where(p < peak, rising, falling), low, high))


def uncertain(facts: Sequence[Fact]) -> tuple[UncertainFact, ...]:
    """Those of the facts for which a range is known, in order of key."""
    found = []
    for fact in sorted(facts, key=lambda fact: fact.key):
        low = fact.value if fact.low is None else fact.low
        high = fact.value if fact.high is None else fact.high
        if low < high:
            found.append(UncertainFact(fact.key, low, fact.value, high))
    return tuple(found)


def latin_hypercube(facts: Sequence[UncertainFact], members: int, seed: int) -> Floats:
    """Value of every fact in every member, shape (members, facts).

    Each fact's range is cut into ``members`` parts of equal probability, each of which one member has; which one is
    random and independent of the other facts (McKay, Beckman & Conover 1979, by scipy.stats.qmc). A fact's column
    depends on its key, ``members`` and ``seed`` alone, so that scenarios that share a fact share its values.
    """
    columns = [fact.quantile(_column(fact.key, members, seed)) for fact in facts]
    return np.stack(columns, axis=1) if columns else np.zeros((members, 0))


def _column(key: str, members: int, seed: int) -> Floats:
    from scipy.stats import qmc

    entropy = [seed, *key.encode("utf-8")]
    generator = np.random.Generator(np.random.Philox(np.random.SeedSequence(entropy)))
    return np.asarray(qmc.LatinHypercube(d=1, rng=generator).random(members)[:, 0], np.float64)
