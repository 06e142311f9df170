"""The run's time series as plain arrays: by node, by kind, in days and months, with honest envelopes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moonstation.core.events import find_runs
from moonstation.core.time import DAY_H

if TYPE_CHECKING:
    import xarray as xr

Values = NDArray[np.float64]

#: Up to this many records a whole run is drawn record by record; above, in days with their least and greatest value.
FULL_RECORDS = 3000


class Envelope(NamedTuple):
    """Least, mean and greatest value in each of equally long spans; nan where a span has no value."""

    low: Values
    mean: Values
    high: Values


class Span(NamedTuple):
    """Records ``first`` up to, not including, ``last``."""

    first: int
    last: int

    @property
    def size(self) -> int:
        """Count of records."""
        return self.last - self.first


class Axis(NamedTuple):
    """Equally spaced times as Plotly takes them: begin (ISO text) and step [ms]."""

    x0: str
    dx: float

    def later(self, steps: int) -> Axis:
        """The same from a number of steps later."""
        begin = np.datetime64(self.x0.replace(" ", "T"), "ms") + np.timedelta64(round(steps * self.dx), "ms")
        return Axis(str(begin).replace("T", " "), self.dx)


class Member(NamedTuple):
    """One process, store, thermal node or unit: its number in the dataset, and its labels."""

    number: int
    name: str
    labels: Mapping[str, Any]


@dataclass(frozen=True)
class Run:
    """Reads a run's dataset; what the dataset lacks reads as None or as nothing."""

    dataset: xr.Dataset

    @cached_property
    def time(self) -> NDArray[np.datetime64]:
        """Begin of each record, UTC."""
        if "time" not in self.dataset.coords:
            return np.empty(0, "datetime64[ms]")
        return self.dataset["time"].to_numpy().astype("datetime64[ms]")

    @cached_property
    def record_h(self) -> float:
        """Length of a record [h]."""
        if self.time.size > 1:
            return float((self.time[1] - self.time[0]) / np.timedelta64(1, "ms")) / 3.6e6
        return float(self.dataset.attrs.get("record_h", 1.0))

    @cached_property
    def record_hours(self) -> Values:
        """Length of each record, of which the last may be short [h], shape (record,)."""
        hours = np.full(self.time.shape, self.record_h)
        hours[-1:] = self.dataset.attrs.get("last_record_h", self.record_h)
        return hours

    @property
    def end(self) -> np.datetime64:
        """The moment at which the last record ends, UTC."""
        last: np.datetime64 = self.time[-1]
        return last + np.timedelta64(round(float(self.record_hours[-1]) * 3.6e6), "ms")

    def total(self, rate: ArrayLike) -> float:
        """Sum over time of something given per hour, or of a mask; what is not known counts as nothing [unit h]."""
        return float((np.nan_to_num(np.asarray(rate, np.float64)) * self.record_hours).sum())

    def mean(self, values: ArrayLike, span: Span | None = None) -> float:
        """Mean over time of what is known of a series, in a span of it; nan where nothing is."""
        inside = slice(None) if span is None else slice(span.first, span.last)
        given, hours = np.asarray(values, np.float64)[inside], self.record_hours[inside]
        known = np.isfinite(given)
        return float(np.average(given[known], weights=hours[known])) if known.any() else float("nan")

    def hours(self, span: Span) -> float:
        """Length of a span of records [h]."""
        return float(self.record_hours[span.first : span.last].sum())

    @cached_property
    def sites(self) -> tuple[str, ...]:
        """Names of the nodes: surface sites, then relays."""
        return tuple(map(str, self.dataset["site"].to_numpy())) if "site" in self.dataset.coords else ()

    @cached_property
    def units(self) -> tuple[str, ...]:
        """Names of the assets with a power bus of their own."""
        return tuple(map(str, self.dataset["unit"].to_numpy())) if "unit" in self.dataset.coords else ()

    def at(self, site: str, variable: str) -> Values | None:
        """A variable at a site, shape (record,); None where the run does not have it."""
        return self._column(variable, "site", self.sites, site)

    def of_unit(self, unit: str, variable: str) -> Values | None:
        """A variable of an asset with its own power bus, shape (record,)."""
        return self._column(variable, "unit", self.units, unit)

    def column(self, variable: str, member: Member) -> Values:
        """A variable of a process, store or thermal node, shape (record,); nan throughout where there is none."""
        if variable not in self.dataset:
            return np.full(self.time.shape, np.nan)
        return np.asarray(self._matrix(variable)[:, member.number], np.float64)

    def sums(self, variable: str) -> Values:
        """Sum over time of every member of a variable (time, member), times the records' length [unit h]."""
        if variable not in self.dataset:
            return np.empty(0)
        cache: dict[str, Values] = self.__dict__.setdefault("_sums", {})
        if variable not in cache:
            matrix = self._matrix(variable)
            total = matrix.sum(axis=0, dtype=np.float64)
            if np.isnan(total).any():
                total = np.nansum(matrix, axis=0, dtype=np.float64)  # on a copy
            lacking = (self.record_h - self.record_hours[-1]) * np.nan_to_num(matrix[-1].astype(np.float64))
            cache[variable] = np.asarray(total * self.record_h - lacking)
        return cache[variable]

    def members(self, dim: str) -> list[Member]:
        """Every process, store or thermal node (``dim``) with its labels, their prefix left off."""
        known: dict[str, list[Member]] = self.__dict__.setdefault("_members", {})
        if dim not in known:
            known[dim] = self._named(dim)
        return list(known[dim])

    def _named(self, dim: str) -> list[Member]:
        if dim not in self.dataset.coords:
            return []
        prefix = f"{dim.split('_', maxsplit=1)[0]}_"
        labels = {
            str(name).removeprefix(prefix): self.dataset[name].to_numpy()
            for name in self.dataset.coords
            if str(name) != dim and self.dataset[name].dims == (dim,)
        }
        names = self.dataset[dim].to_numpy()
        return [
            Member(number, str(name), {key: values[number] for key, values in labels.items()})
            for number, name in enumerate(names)
        ]

    def axis(self, first: int = 0, records: int = 1) -> Axis:
        """Times of spans of ``records`` records, from record ``first`` on."""
        return Axis(str(self.time[first]).replace("T", " "), self.record_h * 3.6e6 * records)

    @cached_property
    def span_records(self) -> int:
        """Records in one span of a plot of the whole run: one while it is short, else a day."""
        return 1 if self.time.size <= FULL_RECORDS else max(round(DAY_H / self.record_h), 1)

    @cached_property
    def months(self) -> tuple[NDArray[np.str_], NDArray[np.intp]]:
        """Begin of each bar of sums (ISO dates) and its first record: days, weeks or months, by the run's length."""
        days = self.time.astype("datetime64[D]")
        length = int((days[-1] - days[0]).astype(np.int64)) + 1 if days.size else 0
        keys: NDArray[Any]
        if length <= 100:
            keys = days
        elif length <= 700:
            keys = days[0] + ((days - days[0]).astype(np.int64) // 7 * 7).astype("timedelta64[D]")
        else:
            keys = days.astype("datetime64[M]").astype("datetime64[D]")
        begin, first = np.unique(keys, return_index=True)
        return begin.astype(str), first

    @property
    def bar_word(self) -> str:
        """What one bar of sums stands for."""
        days = float(self.record_hours.sum() / DAY_H)
        return "day" if days <= 100 else "week" if days <= 700 else "month"

    def bar_sums(self, values: ArrayLike) -> Values:
        """Sums over each bar of a rate [unit/h] -> [unit]."""
        _, first = self.months
        amounts = np.nan_to_num(np.asarray(values, np.float64)) * self.record_hours
        return np.add.reduceat(amounts, first) if amounts.size else np.empty(0)

    def _matrix(self, variable: str) -> NDArray[Any]:
        cache: dict[str, NDArray[Any]] = self.__dict__.setdefault("_matrices", {})
        if variable not in cache:
            cache[variable] = self.dataset[variable].to_numpy()
        return cache[variable]

    def _column(self, variable: str, dim: str, names: Sequence[str], name: str) -> Values | None:
        if variable not in self.dataset or name not in names or self.dataset[variable].dims != ("time", dim):
            return None
        return np.asarray(self._matrix(variable)[:, names.index(name)], np.float64)


def envelope(values: ArrayLike, records: int) -> Envelope:
    """Least, mean and greatest value of each ``records`` values; the last span may be shorter."""
    given = np.asarray(values, np.float64)
    if records <= 1 or not given.size:
        return Envelope(given, given, given)
    first = np.arange(0, given.size, records)
    known = np.isfinite(given)
    counts = np.add.reduceat(known, first, dtype=np.int64)
    sums = np.add.reduceat(np.where(known, given, 0.0), first)
    mean = np.divide(sums, counts, out=np.full(first.size, np.nan), where=counts > 0)
    return Envelope(np.fmin.reduceat(given, first), mean, np.fmax.reduceat(given, first))


def longest(mask: ArrayLike) -> Span | None:
    """The longest unbroken run of True; None where there is none."""
    start, end = find_runs(mask)
    if not start.size:
        return None
    best = int(np.argmax(end - start))
    return Span(int(start[best]), int(end[best]))


def active(*series: Values | None) -> Span | None:
    """From the first to the last record in which any of the series is finite and not zero."""
    masks = [np.isfinite(values) & (values != 0) for values in series if values is not None]
    if not masks:
        return None
    found = np.flatnonzero(np.any(masks, axis=0))
    return Span(int(found[0]), int(found[-1]) + 1) if found.size else None


def finite(values: Values) -> Span | None:
    """From the first to the last record with a value."""
    found = np.flatnonzero(np.isfinite(values))
    return Span(int(found[0]), int(found[-1]) + 1) if found.size else None


def capability(member: Member, name: str) -> float:
    """What a process offers under ``name`` at full activity, 0 where nothing; of texts like ``a=1;b=2``."""
    for pair in str(member.labels.get("capability", "")).split(";"):
        key, _, value = pair.partition("=")
        if key == name:
            return float(value)
    return 0.0
