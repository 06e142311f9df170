"""Time: UTC at the edges, TDB seconds past J2000 inside (``_tdb``)."""

from __future__ import annotations

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
YEAR_H = 8766.0  # Julian year
J2000_JD = 2451545.0
_UNIX_EPOCH_JD = 2440587.5
_NS_PER_DAY = 86_400_000_000_000

_DURATION_UNITS_S = {"s": 1.0, "min": 60.0, "h": HOUR_S, "d": DAY_S, "day": DAY_S, "days": DAY_S}
_DURATION = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*(s|min|h|d|days?)\s*$")


def parse_utc(text: str | datetime) -> datetime:
    """Aware UTC datetime from an ISO 8601 text; a bare date or a text without offset is read as UTC.

    Raises RangeError for text that is not ISO 8601 and for naive ``datetime`` objects (their zone is unknown).
    """
    if isinstance(text, datetime):
        if text.tzinfo is None:
            raise RangeError(
                f"time {text!r} has no time zone; give an aware datetime such as datetime(..., tzinfo=UTC)"
            )
        return text.astimezone(UTC)
    try:
        moment = datetime.fromisoformat(str(text).strip())
    except ValueError as error:
        raise RangeError(f"time {text!r} is not ISO 8601; write it like 2030-01-31 or 2030-01-31T12:00:00Z") from error
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def parse_duration_s(text: str | float) -> float:
    """Seconds [s] from a duration such as ``10min``, ``1h``, ``8h``, ``2d``, ``30s``.

    Raises RangeError when the unit is missing or unknown, or the duration is not positive.
    """
    match = _DURATION.match(str(text))
    if not match or float(match[1]) <= 0:
        raise RangeError(
            f"duration {text!r} is not understood; write a positive number with s, min, h or d, like 10min"
        )
    return float(match[1]) * _DURATION_UNITS_S[match[2]]


def tdb_from_utc(utc: ArrayLike) -> NDArray[np.float64]:
    """TDB seconds past J2000 [s] of UTC moments (datetime64, shape (...)).

    Leap seconds and TT by IAU SOFA (pyerfa). TDB - TT by the leading periodic term of Fairhead & Bretagnon 1990
    (0.001657 s sin g), right to about 30 microseconds.
    """
    import erfa

    ns = np.asarray(utc).astype("datetime64[ns]").astype(np.int64)
    days, rest = np.divmod(ns, _NS_PER_DAY)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", erfa.ErfaWarning)  # leap seconds of years to come are not yet announced
        tai1, tai2 = erfa.utctai(days + _UNIX_EPOCH_JD, rest / _NS_PER_DAY)
        tt1, tt2 = erfa.taitt(tai1, tai2)
    tt_s = ((tt1 - J2000_JD) + tt2) * DAY_S
    return np.asarray(tt_s + _tdb_minus_tt_s(tt_s), dtype=np.float64)


def utc_from_tdb(tdb: ArrayLike) -> NDArray[np.datetime64]:
    """UTC moments (datetime64[ms], shape (...)) of TDB seconds past J2000 [s]."""
    import erfa

    tdb_s = np.asarray(tdb, dtype=np.float64)
    tt_s = tdb_s - _tdb_minus_tt_s(tdb_s)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", erfa.ErfaWarning)
        tai1, tai2 = erfa.tttai(J2000_JD, tt_s / DAY_S)
        utc1, utc2 = erfa.taiutc(tai1, tai2)
    ms = np.rint(((utc1 - _UNIX_EPOCH_JD) + utc2) * (DAY_S * 1000.0)).astype(np.int64)
    return ms.astype("datetime64[ms]")


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

    @classmethod
    def between(cls, start: str | datetime, end: str | datetime, step: str | float) -> TimeGrid:
        """Grid from ``start`` up to, not including, ``end``; ``step`` is a duration text or seconds."""
        begin, stop = parse_utc(start), parse_utc(end)
        step_s = float(step) if isinstance(step, int | float) else parse_duration_s(step)
        count = round((stop - begin).total_seconds() / step_s)
        if stop <= begin:
            raise RangeError(f"the end {stop.isoformat()} is not after the start {begin.isoformat()}; exchange them")
        if count < 1:
            raise RangeError(
                f"a step of {step_s:g} s is longer than the period of {(stop - begin).total_seconds():g} s"
            )
        return cls(begin, step_s, count)

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
        return int(np.ceil(seconds / self.step_s - 1e-9))
