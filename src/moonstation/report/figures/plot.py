"""Figures in Plotly's own terms as plain tables.

Plotly's classes ask of each property whether it may be there, again for every figure, which takes as long as all the
rest of a report; the tests ask it once.
"""

from __future__ import annotations

import base64
import json
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: A trace with its ``type`` and the properties that Plotly has for it.
Trace = dict[str, Any]

_INTEGERS = (np.int8, np.int16, np.int32)
#: Plotly's names of the kinds of numbers that it takes in binary.
_BINARY = {"int8": "i1", "uint8": "u1", "int16": "i2", "uint16": "u2", "int32": "i4", "uint32": "u4"} | {
    "float32": "f4",
    "float64": "f8",
}


@dataclass(frozen=True)
class Figure:
    """Traces and layout; arrays may stand anywhere, and what is None is left out."""

    data: list[Trace]
    layout: dict[str, Any]

    def to_json(self) -> str:
        """The figure as JSON, arrays in binary."""
        return json.dumps(_plain({"data": self.data, "layout": self.layout}), separators=(",", ":"), allow_nan=False)


def scatter(**properties: Any) -> Trace:
    """Points or lines."""
    return {"type": "scatter", **properties}


def bar(**properties: Any) -> Trace:
    """Bars."""
    return {"type": "bar", **properties}


def heatmap(**properties: Any) -> Trace:
    """A table of coloured cells."""
    return {"type": "heatmap", **properties}


def scatter3d(**properties: Any) -> Trace:
    """Points or lines in space."""
    return {"type": "scatter3d", **properties}


def surface(**properties: Any) -> Trace:
    """A surface in space."""
    return {"type": "surface", **properties}


def _plain(value: Any) -> Any:
    """A value as JSON has it; a number that is none becomes null."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items() if item is not None}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, np.ndarray):
        return _array(value)
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _array(values: NDArray[Any]) -> Any:
    """An array of numbers in the binary form that Plotly reads, any other as a list."""
    if values.size and values.dtype == np.int64:
        low, high = int(values.min()), int(values.max())
        fits = (kind for kind in _INTEGERS if np.iinfo(kind).min <= low and high <= np.iinfo(kind).max)
        values = values.astype(next(fits, np.int64))
    name = values.dtype.name
    if not values.size or name not in _BINARY:
        return _plain(values.tolist())
    packed = {"dtype": _BINARY[name], "bdata": base64.b64encode(values.tobytes()).decode("ascii")}
    return packed if values.ndim == 1 else packed | {"shape": ", ".join(map(str, values.shape))}
