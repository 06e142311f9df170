"""Decay of plutonium-238, the isotope of radioisotope heaters and generators."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moonstation.components.contract import Series
from moonstation.facts.table import lookup


def remaining_share(age_years: ArrayLike) -> NDArray[np.float64]:
    """Share of the first heat that is left [-], shape of ``age_years`` [yr]: 2^(-age / half-life)."""
    return np.asarray(0.5 ** (np.asarray(age_years, dtype=np.float64) / lookup("pu238.half_life").value))


def decayed(first: float, age_years: Series) -> Series:
    """Heat or power of a plutonium-238 source that gave ``first`` on landing, by age [yr], shape of the ages."""
    return (first * remaining_share(age_years)).astype(np.float32)


def yearly_decay() -> float:
    """Share of what is left that decays in a year [1/yr]."""
    return float(1.0 - remaining_share(1.0))
