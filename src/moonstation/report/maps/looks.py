"""How each map of the program is shown: its title, unit, colours and range.

Colours are even to the eye and told apart by people with any colour vision (cividis: Nunez et al. 2018; viridis,
magma, inferno and plasma: Smith & van der Walt 2015).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_UNITS = {"k": "K", "h": "h", "m": "m", "km": "km", "deg": "deg", "kw": "kW"}
_NICE = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 9.0, 10.0)


@dataclass(frozen=True)
class Look:
    """A map's title, the unit on its colour bar, the factor from stored to shown values, and its colours.

    low, high : ends of the colour bar in shown values; None is taken from the data, rounded outward
    scale : linear, log, or flag (a map of yes and no)
    missing : what ground without a value means
    """

    title: str
    unit: str
    colours: str
    factor: float = 1.0
    low: float | None = None
    high: float | None = None
    scale: str = "linear"
    missing: str = "no data"

    def ends(self, values: NDArray[np.floating]) -> tuple[float, float]:
        """Ends of the colour bar that hold every shown value: nothing is cut off unseen."""
        known = values[np.isfinite(values)]
        if self.scale == "log":
            known = known[known > 0.0]
        nothing = (0.1, 1.0) if self.scale == "log" else (0.0, 1.0)
        least, most = (float(known.min()), float(known.max())) if known.size else nothing
        if self.scale == "log":
            low, high = _round(least, down=True), _round(most, down=False)
        else:
            low, high = _outward(least if self.low is None else min(self.low, least), most)
        low = self.low if self.low is not None and self.low <= least else low
        high = self.high if self.high is not None and self.high >= most else high
        return (low, high) if high > low else (low, low + 1.0)


_DISC, _TIME = "% of the disc", "% of the time"
_KNOWN = {
    "sun_visible_mean": Look("Sunlight: mean share of the Sun's disc in view", _DISC, "inferno", 100.0, 0.0),
    "sun_any_mean": Look("Sunlight: time with any part of the Sun in view", _TIME, "inferno", 100.0, 0.0),
    "earth_visible_mean": Look("Sight of the Earth: mean share of its disc", _DISC, "viridis", 100.0, 0.0, 100.0),
    "earth_any_mean": Look("Sight of the Earth: time with any part in view", _TIME, "viridis", 100.0, 0.0, 100.0),
    "longest_dark_h": Look("Longest time without any part of the Sun", "days", "magma_r", 1 / 24, scale="log"),
    "longest_without_earth_h": Look("Longest time without the Earth", "days", "magma_r", 1 / 24, scale="log"),
    "permanent_shadow": Look("Permanent shadow: never any part of the Sun", "", "", scale="flag"),
    "temperature_max_k": Look("Highest temperature of the surface", "K", "plasma"),
    "temperature_mean_k": Look("Mean temperature of the surface", "K", "plasma"),
    "temperature_min_k": Look("Lowest temperature of the surface", "K", "plasma"),
    "ice_stable_depth_m": Look(
        "Depth at which water ice lasts a billion years", "m", "viridis_r", low=0.0, missing="not in the upper 2 m"
    ),
    "slope_deg": Look("Slope of the ground", "deg", "cividis", low=0.0),
    "roughness_m": Look("Roughness of the ground", "m", "cividis", low=0.0),
    "score": Look("Score of the site search", "score, 0 to 1", "viridis", low=0.0),
}


def look_of(name: str, title: str = "", unit: str = "") -> Look:
    """How the map called ``name`` is shown; of an unknown one by its unit, or by the one in which its name ends."""
    if name in _KNOWN:
        return _KNOWN[name]
    ending = name.rsplit("_", 1)[-1].lower()
    own = unit or _UNITS.get(ending, "")
    words = name.removesuffix(f"_{ending}") if ending in _UNITS else name
    return Look(title or words.replace("_", " ").capitalize(), own, "cividis")


def _round(value: float, *, down: bool) -> float:
    """The next round number away from the data."""
    if value == 0.0:
        return 0.0
    if value < 0.0:
        return -_round(-value, down=not down)
    power = 10.0 ** math.floor(math.log10(value))
    nice = [each * power for each in _NICE]
    if down:
        return max(each for each in nice if each <= value * (1.0 + 1e-9))
    return min(each for each in [*nice, 10.0 * power] if each >= value * (1.0 - 1e-9))


def _outward(least: float, most: float) -> tuple[float, float]:
    """Round ends that leave little of a linear bar empty."""
    tenth = max((most - least) / 10.0, abs(most) * 1e-6, 1e-12)
    power = 10.0 ** math.floor(math.log10(tenth))
    step = next(each for each in (1.0 * power, 2.0 * power, 5.0 * power, 10.0 * power) if each >= tenth * (1.0 - 1e-9))
    return math.floor(least / step + 1e-9) * step, math.ceil(most / step - 1e-9) * step
