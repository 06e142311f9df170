"""Temperatures with the limits inside which things work and survive."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moonstation.report.figures.plot import Figure, Trace, bar
from moonstation.report.figures.style import (
    BLUE,
    GREEN,
    INK,
    RED,
    band,
    category_axis,
    date_axis,
    figure,
    line,
    short,
    single,
    value_axis,
)
from moonstation.report.series import Run, Values, envelope, finite

_ROW_PX = 24
_BESIDE_K = 15.0
#: Limits so near to what was are drawn; room for their words as a share of the height.
_NEAR_K, _LABEL_SHARE = 55.0, 0.09


@dataclass(frozen=True)
class Lump:
    """A thermal node: the temperatures it had and its limits [K]; a limit that is not there is infinite."""

    name: str
    asset: str
    values: Values
    low_k: float
    high_k: float
    work_min_k: float
    work_max_k: float
    survive_min_k: float
    survive_max_k: float
    comfort_min_k: float = -np.inf
    comfort_max_k: float = np.inf
    #: Whether people were at its site, shape (record,); none where the run does not tell.
    peopled: NDArray[np.bool_] | None = None

    @property
    def margin_k(self) -> float:
        """Least distance from a limit of survival [K], negative beyond it, infinite without limits."""
        return min(self.low_k - self.survive_min_k, self.survive_max_k - self.high_k)

    @property
    def idle(self) -> NDArray[np.bool_]:
        """Records in which it was too cold or too hot to work, shape (record,)."""
        return (self.values < self.work_min_k) | (self.values > self.work_max_k)

    @property
    def uncomfortable(self) -> NDArray[np.bool_] | None:
        """Records in which it was outside people's comfort while some were at its site; None where none could tell."""
        lived_in = bool(np.isfinite([self.comfort_min_k, self.comfort_max_k]).any())
        if not lived_in or self.peopled is None or not self.peopled.any():
            return None
        outside = (self.values < self.comfort_min_k) | (self.values > self.comfort_max_k)
        return outside & self.peopled


def lumps_at(run: Run, site: str, own: Sequence[str] = ()) -> list[Lump]:
    """Thermal nodes of a site that ever lived, the tightest first."""
    found = []
    crew = run.at(site, "crew")
    peopled = None if crew is None else np.nan_to_num(crew) > 0
    for member in run.members("thermal_node"):
        if str(member.labels.get("site", "")) not in {site, *own}:
            continue
        values = run.column("temperature_k", member)
        if not np.isfinite(values).any():
            continue
        limits = {
            f"{name}_{end}_k": _limit(member.labels.get(f"{name}_{end}_k"), otherwise)
            for name in ("work", "survive", "comfort")
            for end, otherwise in (("min", -np.inf), ("max", np.inf))
        }
        low, high = float(np.nanmin(values)), float(np.nanmax(values))
        asset = str(member.labels.get("asset", ""))
        found.append(Lump(member.name, asset, values, low, high, peopled=peopled, **limits))
    return sorted(found, key=lambda lump: lump.margin_k)


def ranges(lumps: Sequence[Lump]) -> Figure:
    """Per thermal node the temperatures it had, on the range in which it works and the one in which it survives."""
    rows = list(range(len(lumps)))
    floor = min(lump.low_k for lump in lumps)
    roof = max(lump.high_k for lump in lumps)
    floor = min([floor, *(lump.survive_min_k for lump in lumps if lump.survive_min_k > 0)]) - _BESIDE_K
    roof = max([roof, *(lump.survive_max_k for lump in lumps if np.isfinite(lump.survive_max_k))]) + _BESIDE_K

    def spans(name: str, low: list[float], high: list[float], colour: str, width: float) -> Trace:
        base = np.clip(low, floor, roof)
        length = np.clip(high, floor, roof) - base
        return bar(
            name=name,
            y=rows,
            base=single(base).tolist(),
            x=single(np.maximum(length, 0.4)),
            width=width,
            orientation="h",
            marker={"color": colour, "line": {"width": 0}},
            text=[f"{short(lump.name, 60)}<br>{name} {a:.0f} to {b:.0f} K" if np.isfinite([a, b]).all() else ""
                  for lump, a, b in zip(lumps, low, high, strict=True)],
            textposition="none",
            hovertemplate="%{text}<extra></extra>",
        )  # fmt: skip

    traces = [
        spans("survives", [lump.survive_min_k for lump in lumps], [lump.survive_max_k for lump in lumps],
              "var(--red-soft)", 0.8),
        spans("works", [max(lump.work_min_k, lump.survive_min_k) for lump in lumps],
              [min(lump.work_max_k, lump.survive_max_k) for lump in lumps],
              "var(--green-soft)", 0.8),
        spans("was, coldest to warmest", [lump.low_k for lump in lumps], [lump.high_k for lump in lumps], INK, 0.26),
    ]  # fmt: skip
    return figure(
        traces,
        height=_ROW_PX * len(lumps) + 110,
        hovermode="closest",
        barmode="overlay",
        xaxis=value_axis("temperature [K]", range=[floor, roof]),
        yaxis=category_axis([lump.name for lump in lumps]),
    )


def history(run: Run, lump: Lump) -> Figure:
    """One thermal node over time, with its limits where they are near."""
    span = finite(lump.values)
    if span is None:
        return figure([])
    records = run.span_records
    axis = run.axis(span.first, records)
    spread = envelope(lump.values[span.first : span.last], records)
    traces: list[Any] = band(axis, spread, BLUE) if records > 1 else []
    traces.append(line(axis, spread.mean, "mean of the day" if records > 1 else "temperature", BLUE, "K"))
    limits = list(_near_limits(lump, lump.low_k - _NEAR_K, lump.high_k + _NEAR_K))
    low = min([lump.low_k - _BESIDE_K, *(value for value, _, _ in limits)])
    high = max([lump.high_k + _BESIDE_K, *(value for value, _, _ in limits)])
    room = _LABEL_SHARE * (high - low)
    shapes, notes = [], []
    for value, word, colour in limits:
        above = word.endswith("above")
        edge = {"color": colour, "width": 1.2, "dash": "dash"}
        shapes.append({"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": value, "y1": value, "line": edge})
        notes.append(
            {
                "text": word,
                "xref": "paper",
                "x": 0,
                "xanchor": "left",
                "y": value,
                "yanchor": "top" if above else "bottom",  # outside, off the data
                "showarrow": False,
                "font": {"size": 10, "color": colour},
            }
        )
    return figure(
        traces,
        height=250,
        showlegend=False,
        margin={"l": 54, "r": 10, "t": 8, "b": 40},
        shapes=shapes,
        annotations=notes,
        xaxis=date_axis(title=None),
        yaxis=value_axis("temperature [K]", range=[low - room, high + room]),
    )


def _near_limits(lump: Lump, low: float, high: float) -> Iterator[tuple[float, str, str]]:
    """Limits between ``low`` and ``high`` [K], the word for each, its colour; of two that are one, one."""
    sides = (
        ("above", lump.survive_min_k, lump.work_min_k),
        ("below", lump.survive_max_k, lump.work_max_k),
    )
    for side, survives, works in sides:
        both = survives == works
        if low < survives < high:
            yield survives, f"works and survives {side}" if both else f"survives {side}", RED
        if low < works < high and not both:
            yield works, f"works {side}", GREEN


def _limit(value: Any, absent: float) -> float:
    """A limit [K]; 0 K and less is no limit from below."""
    if value is None or not np.isfinite(value) or (absent < 0 and value <= 0):
        return absent
    return float(value)
