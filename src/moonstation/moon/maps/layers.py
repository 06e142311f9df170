"""What a light map can hold: every layer with its unit, its name in words and its definition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import numpy as np

from moonstation.core.errors import Fault
from moonstation.moon.rasters import Band


@dataclass(frozen=True, slots=True)
class Layer:
    """One raster: what its pixels mean, the body it follows, and whether it is of the longest gap."""

    name: str
    band: Band
    body: str
    longest: bool = False

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of its pixels: flags are bytes."""
        return np.dtype("uint8" if self.name == "permanent_shadow" else "float32")


_LAYERS = (
    Layer(
        "sun_visible_mean",
        Band(
            "1",
            "mean visible fraction of the Sun",
            "mean over the period of the share of the solar disc's area above the sky-line, less what the Earth hides",
        ),
        "sun",
    ),
    Layer(
        "sun_any_mean",
        Band(
            "1",
            "share of time with any part of the Sun",
            "share of the period's steps at which any part of the solar disc stands above the sky-line",
        ),
        "sun",
    ),
    Layer(
        "earth_visible_mean",
        Band(
            "1",
            "mean visible fraction of the Earth",
            "mean over the period of the share of the Earth's disc, lit or not, above the sky-line",
        ),
        "earth",
    ),
    Layer(
        "earth_any_mean",
        Band(
            "1",
            "share of time with any part of the Earth",
            "share of the period's steps at which any part of the Earth's disc stands above the sky-line",
        ),
        "earth",
    ),
    Layer(
        "longest_dark_h",
        Band(
            "h",
            "longest time without any part of the Sun",
            "longest span of the period without any part of the solar disc, ends interpolated between steps",
        ),
        "sun",
        longest=True,
    ),
    Layer(
        "longest_without_earth_h",
        Band(
            "h",
            "longest time without any part of the Earth",
            "longest span of the period without any part of the Earth's disc, ends interpolated between steps",
        ),
        "earth",
        longest=True,
    ),
    Layer(
        "permanent_shadow",
        Band(
            "1",
            "permanent shadow",
            "1 where no part of the solar disc is above the sky-line of the eye at any step of the period, else 0; "
            "255 where there is no data",
        ),
        "sun",
    ),
)

#: Every layer by name, in the order in which they are written.
LAYERS = {layer.name: layer for layer in _LAYERS}


def layer_faults(names: Sequence[str]) -> list[Fault]:
    """What is wrong with a choice of layers."""
    allowed = ", ".join(LAYERS)
    if not names:
        return [Fault("--layers", "none is named", allowed=allowed)]
    return [
        Fault("--layers", "no such layer", name, allowed=allowed, hint=_near(name))
        for name in names
        if name not in LAYERS
    ]


def _near(name: str) -> str:
    near = get_close_matches(name.lower(), LAYERS, n=2, cutoff=0.5)
    return f"did you mean {' or '.join(near)}?" if near else ""
