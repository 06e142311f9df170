"""Time: UTC at the edges, TDB seconds past J2000 inside (``_tdb``)."""

from __future__ import annotations

import math
import re
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moonstation.core.errors import RangeError

DAY_S = 86400.0
HOUR_S = 3600.0
DAY_H = DAY_S / HOUR_S
YEAR_H = 8766.0  # Julian year
J2000_JD = 2451545.0
_UNIX_EPOCH_JD = 2440587.5
_NS_PER_DAY = 86_400_000_000_000
_MS_PER_DAY = 86_400_000
_SAME_STEP = 1e-9  # a moment this share of a step away from a step's begin is at it

_DURATION_UNITS_S = {"s": 1.0, "min": 60.0, "h": HOUR_S, "d": DAY_S, "day": DAY_S, "days": DAY_S}
_DURATION = re.compile(r"^\s*(-?\d+(?:\.\d+)?)\s*(s|min|h|d|days?)\s*$")


def parse_utc(text: str | datetime) -> datetime:
    """Aware UTC datetime from an ISO 8601 text; a bare date or a text without offset is read as UTC.

    Raises RangeError for text that is not ISO 8601, for naive ``datetime`` objects (their zone is unknown) and for
    moments that their zone moves out of the calendar.
    """
    moment = text if isinstance(text, datetime) else _from_iso(text)
    if moment.tzinfo is None:
        raise RangeError(f"time {text!r} has no time zone; give an aware datetime such as datetime(..., tzinfo=UTC)")
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise RangeError(f"time {text!r} lies beyond the calendar") from error


def _from_iso(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(str(text).strip())
    except ValueError as error:
        raise RangeError(f"time {text!r} is not ISO 8601; write it like 2030-01-31 or 2030-01-31T12:00:00Z") from error
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def iso_utc(moment: datetime) -> str:
    """ISO 8601 text of an aware moment in UTC, to the second, or to the millisecond where it has any."""
    utc = moment.astimezone(UTC).replace(tzinfo=None)
    return utc.isoformat(timespec="milliseconds" if utc.microsecond else "seconds") + "Z"


def signed_duration_s(text: str | float) -> float:
    """Seconds [s] that a text such as ``10min``, ``1h``, ``0h`` or ``-2d`` names; RangeError where it names none."""
    match = _DURATION.match(str(text))
    if not match:
        raise RangeError(f"duration {text!r} is not understood; write a number with s, min, h or d, like 10min")
    return float(match[1]) * _DURATION_UNITS_S[match[2]]


def parse_duration_s(text: str | float) -> float:
    """Seconds [s] from a duration such as ``10min``, ``1h``, ``8h``, ``2d``, ``30s``.

    Raises RangeError when the unit is missing or unknown, or the duration is not positive.
    """
    seconds = signed_duration_s(text)
    if seconds <= 0.0:
        raise RangeError(f"duration {text!r} is not longer than nothing; write a positive one, like 10min")
    return seconds


def tdb_from_utc(utc: ArrayLike) -> NDArray[np.float64]:
    """TDB seconds past J2000 [s] of UTC moments (datetime64, shape (...)).

    Leap seconds and TT by IAU SOFA (pyerfa). TDB - TT by the leading periodic term of Fairhead & Bretagnon 1990
    (0.001657 s sin g), right to about 30 microseconds.
    """
    ns = np.asarray(utc).astype("datetime64[ns]").astype(np.int64)
    days, rest = np.divmod(ns, _NS_PER_DAY)
    tt_s = _tt_at_midnight_s(days) + rest / 1e9
    return np.asarray(tt_s + _tdb_minus_tt_s(tt_s), dtype=np.float64)


def utc_from_tdb(tdb: ArrayLike) -> NDArray[np.datetime64]:
    """UTC moments (datetime64[ms], shape (...)) of TDB seconds past J2000 [s].

    A moment within a leap second, for which datetime64 has no name, is the midnight that ends it.
    """
    tdb_s = np.asarray(tdb, dtype=np.float64)
    tt_s = tdb_s - _tdb_minus_tt_s(tdb_s)
    days = np.floor(tt_s / DAY_S + (J2000_JD - _UNIX_EPOCH_JD)).astype(np.int64)  # TT is ahead: today or tomorrow
    days = np.where(tt_s < _tt_at_midnight_s(days), days - 1, days)
    of_day_s = np.minimum(tt_s - _tt_at_midnight_s(days), DAY_S)
    ms = days * _MS_PER_DAY + np.rint(of_day_s * 1000.0).astype(np.int64)
    return np.asarray(ms.astype("datetime64[ms]"))


def _tt_at_midnight_s(days: NDArray[np.int64]) -> NDArray[np.float64]:
    """TT seconds past J2000 [s] at 0 h UTC of days since 1970-01-01.

    SOFA stretches a day that ends in a leap second; seconds are counted from its begin, so as not to be stretched.
    """
    import erfa

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", erfa.ErfaWarning)  # leap seconds of years to come are not yet announced
        tai1, tai2 = erfa.utctai(days + _UNIX_EPOCH_JD, 0.0)
        tt1, tt2 = erfa.taitt(tai1, tai2)
    return np.asarray(((tt1 - J2000_JD) + tt2) * DAY_S, dtype=np.float64)


def _tdb_minus_tt_s(tt_s: NDArray[np.float64]) -> NDArray[np.float64]:
    anomaly = 6.239996 + 1.99096871e-7 * tt_s
    return 0.001657 * np.sin(anomaly + 0.01671 * np.sin(anomaly))


@dataclass(frozen=True)
class TimeGrid:
    """Equal steps from ``start`` (aware UTC): ``count`` steps of ``step_s`` seconds.

    Values on a grid stand for the step that begins at each time.
    """

    start: datetime
    step_s: float
    count: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", parse_utc(self.start))
        if not 0.0 < self.step_s < math.inf:
            raise RangeError(f"a step must be a positive time, got {self.step_s:g} s")

    @classmethod
    def between(cls, start: str | datetime, end: str | datetime, step: str | float) -> TimeGrid:
        """Grid of the whole steps from ``start`` up to ``end``; ``step`` is a duration text or seconds.

        Raises RangeError for texts that are no times or durations, an end that is not after the start, and a step that
        is longer than the period.
        """
        begin, stop = parse_utc(start), parse_utc(end)
        step_s = float(step) if isinstance(step, int | float) else parse_duration_s(step)
        period_s = (stop - begin).total_seconds()
        if stop <= begin:
            raise RangeError(f"the end {stop.isoformat()} is not after the start {begin.isoformat()}; exchange them")
        if step_s > period_s:
            raise RangeError(f"a step of {step_s:g} s is longer than the period of {period_s:g} s")
        return cls(begin, step_s, int(period_s / step_s + _SAME_STEP) if step_s > 0.0 else 0)

    @property
    def step_h(self) -> float:
        """Length of a step [h]."""
        return self.step_s / HOUR_S

    @property
    def end(self) -> datetime:
        """The moment at which the last step ends."""
        return self.start + timedelta(seconds=self.step_s * self.count)

    @cached_property
    def utc(self) -> NDArray[np.datetime64]:
        """Begin of each step, UTC, datetime64[ms], shape (count,)."""
        start_ms = np.datetime64(self.start.replace(tzinfo=None), "ms")
        offset_ms = np.rint(np.arange(self.count) * (self.step_s * 1000.0)).astype("timedelta64[ms]")
        return np.asarray(start_ms + offset_ms)

    @cached_property
    def tdb(self) -> NDArray[np.float64]:
        """Begin of each step, TDB seconds past J2000 [s], shape (count,)."""
        return tdb_from_utc(self.utc)

    def index_at(self, moment: str | datetime) -> int:
        """Number of the first step that begins at or after ``moment``; may lie outside 0..count."""
        seconds = (parse_utc(moment) - self.start).total_seconds()
        return int(np.ceil(seconds / self.step_s - _SAME_STEP))
