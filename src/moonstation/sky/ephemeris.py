"""Where Sun, Earth and Moon are: SPICE kernels, shipped or the user's own, as positions and velocities."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moonstation.core.errors import Fault, RangeError
from moonstation.core.time import tdb_from_utc, utc_from_tdb
from moonstation.sky.chebyshev import FloatArray
from moonstation.sky.kernel_files import Segment, read_kernel

SSB = 0
BODIES = {"ssb": SSB, "earth_moon_barycenter": 3, "sun": 10, "moon": 301, "earth": 399}
_CODES = frozenset(BODIES.values())
#: Frames of lunar principal axes that can be turned to MOON_ME, the newer one first.
PRINCIPAL_AXES = {31008: "pa440", 31006: "pa421"}

#: The kernels that the package carries, in the order of loading.
SHIPPED = ("de440_sun_earth_moon_2000_2050.bsp", "moon_pa_de421_2000_2050.bpc")
_FOLDER = Path(__file__).parent / "kernels"
_NEEDED = ("sun", "earth", "moon")
_LIGHT_TIME_MARGIN_S = 1000.0  # light of the Sun is at most 510 s old on the Moon
_LONGEST_CHAIN = 10  # centres between a body and the solar-system barycentre
_CALENDAR_YEARS = (1700, 2250)  # 64-bit nanoseconds reach a little further
_CALENDAR_S = 7.8e9  # as many years about J2000
_POSITIONS = "positions of Sun, Earth and Moon (SPK, .bsp)"
_ORIENTATION = "the Moon's orientation (binary PCK, .bpc)"

Spans = list[tuple[float, float]]


class Ephemeris:
    """Positions and velocities in the ICRF from SPICE kernels; of two kernels that answer, the later one counts.

    Make one by ``Ephemeris.default()`` (the kernels that the package ships) or ``Ephemeris.from_files(paths)``.
    """

    def __init__(self, paths: Iterable[str | Path]) -> None:
        self.paths = tuple(Path(path) for path in paths)
        faults: list[Fault] = []
        segments = [segment for path in self.paths for segment in read_kernel(path, faults)]
        useful = [s for s in segments if s.target in (PRINCIPAL_AXES if s.is_orientation else _CODES)]
        faults += [Fault(f"kernel {s.path}", reason) for s in useful if (reason := _segment_fault(s))]
        used = {s.path for s in useful}
        for path in sorted({s.path for s in segments} - used):
            faults.append(Fault(f"kernel {path}", "holds neither Sun, Earth, Moon nor the lunar principal axes"))
        if faults:
            raise RangeError(faults)
        self._positions = [s for s in reversed(useful) if not s.is_orientation]
        self._orientations = [s for s in reversed(useful) if s.is_orientation]
        self._orientations_tdb = _union((s.start_tdb, s.end_tdb) for s in self._orientations)
        self._positions_tdb = self._position_spans()
        self.spans_tdb = _intersection(self._orientations_tdb, self._positions_tdb)

    @classmethod
    def default(cls) -> Ephemeris:
        """The kernels in the package: DE440 positions and DE421 lunar orientation, 2000 to 2050 (one shared object)."""
        return _shipped()

    @classmethod
    def from_files(cls, paths: Sequence[str | Path]) -> Ephemeris:
        """The user's own SPK and binary PCK files laid over the shipped kernels; later files win.

        What a file does not hold (a body, a date) is taken from the file before it, last from the package.
        Raises RangeError that names every file which cannot be read or used.
        """
        return cls([*(_FOLDER / name for name in SHIPPED), *paths])

    @property
    def span_tdb(self) -> tuple[float, float]:
        """First and last epoch [s past J2000 TDB] at which Sun and Earth can be seen from the Moon."""
        return self.spans_tdb[0][0], self.spans_tdb[-1][1]

    def check(self, tdb: ArrayLike) -> None:
        """Raise RangeError naming the range when an epoch [s past J2000 TDB] lies outside the kernels."""
        epochs = np.asarray(tdb, dtype=np.float64)
        inside = _within(epochs, self.spans_tdb)
        if not inside.all():
            raise RangeError(self.date_fault(_iso(float(epochs[~inside].flat[0]))))

    def covers_utc(self, moment: datetime) -> bool:
        """Whether the kernels hold Sun, Earth and the Moon's orientation at an aware ``moment``."""
        if not _CALENDAR_YEARS[0] <= moment.year <= _CALENDAR_YEARS[1]:
            return False
        stamp = np.datetime64(moment.astimezone(UTC).replace(tzinfo=None), "ms")
        return bool(_within(tdb_from_utc(stamp), self.spans_tdb))

    def date_fault(self, date: str, where: str = "date") -> Fault:
        """The fault that a date outside the kernels is reported by."""
        lacking = self._lacking(date) or (_POSITIONS, _ORIENTATION)
        message = "outside the ephemeris kernels"
        if lacking == (_ORIENTATION,):  # a user's own positions often reach further than the shipped orientation
            message = "outside the kernels of the Moon's orientation, though within those of positions"
        hint = f"give a further kernel of {' and one of '.join(lacking)} with --kernel FILE"
        return Fault(where, message, date, allowed=self.range_text, hint=hint)

    def _lacking(self, date: str) -> tuple[str, ...]:
        """What the kernels do not hold at an ISO date in UTC; empty where the date is none of the calendar."""
        try:
            epoch = tdb_from_utc(np.datetime64(date.removesuffix("Z"), "ms"))
        except ValueError:
            return ()
        parts = ((_POSITIONS, self._positions_tdb), (_ORIENTATION, self._orientations_tdb))
        return tuple(name for name, spans in parts if not _within(epoch, spans))

    @property
    def range_text(self) -> str:
        """The dates that the kernels cover, in words."""
        return " and ".join(f"{_iso(start + 0.999)} to {_iso(end)}" for start, end in self.spans_tdb)

    def positions_icrf_km(self, target: str | int, observer: str | int, tdb: ArrayLike) -> FloatArray:
        """Geometric position of ``target`` from ``observer`` [km] at ``tdb`` [s past J2000 TDB, shape (...)].

        Bodies are ``sun``, ``earth``, ``moon``, ``earth_moon_barycenter``, ``ssb``. Shape (..., 3), axes of the ICRF.
        Raises RangeError for an unknown body or an epoch outside the kernels.
        """
        return self.states_icrf(target, observer, tdb)[0]

    def states_icrf(self, target: str | int, observer: str | int, tdb: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Geometric position [km] and velocity [km/s] of ``target`` from ``observer``, shape (..., 3) each."""
        epochs = np.asarray(tdb, dtype=np.float64)
        flat = np.ascontiguousarray(epochs.reshape(-1))
        of_target = self._barycentric(body_code(target), flat)
        of_observer = self._barycentric(body_code(observer), flat)
        shape = (*epochs.shape, 3)
        return (of_target[0] - of_observer[0]).reshape(shape), (of_target[1] - of_observer[1]).reshape(shape)

    def principal_axes(self, tdb: FloatArray) -> list[tuple[str, NDArray[np.bool_] | slice, FloatArray]]:
        """Euler angles (3-1-3) [rad] of the lunar principal axes: (realisation, which epochs, angles (m, 3)) ..."""
        return [
            (PRINCIPAL_AXES[segment.target], chosen, segment.state(tdb[chosen])[0])
            for segment, chosen in self._cover(self._orientations, tdb)
        ]

    def _barycentric(self, body: int, tdb: FloatArray, depth: int = 0) -> tuple[FloatArray, FloatArray]:
        if body == SSB:
            return np.zeros((tdb.size, 3)), np.zeros((tdb.size, 3))
        if depth > _LONGEST_CHAIN:
            raise RangeError(f"the kernels {', '.join(map(str, self.paths))} place body {body} in a circle")
        position, velocity = np.empty((tdb.size, 3)), np.empty((tdb.size, 3))
        for segment, chosen in self._cover([s for s in self._positions if s.target == body], tdb):
            own = segment.state(tdb[chosen])
            of_center = self._barycentric(segment.center, tdb[chosen], depth + 1)
            position[chosen], velocity[chosen] = own[0] + of_center[0], own[1] + of_center[1]
        return position, velocity

    def _cover(self, segments: Sequence[Segment], tdb: FloatArray) -> list[tuple[Segment, NDArray[np.bool_] | slice]]:
        """Which of the segments (best first) answers for which epochs."""
        parts: list[tuple[Segment, NDArray[np.bool_] | slice]] = []
        open_epochs = np.ones(tdb.shape, dtype=bool)
        for segment in segments:
            chosen = segment.covers(tdb) & open_epochs
            if chosen.all():
                return [(segment, slice(None))]
            if chosen.any():
                parts.append((segment, chosen))
                open_epochs &= ~chosen
            if not open_epochs.any():
                return parts
        if tdb.size == 0:
            return parts
        raise RangeError(self.date_fault(_iso(float(tdb[open_epochs][0]))))

    def _position_spans(self) -> Spans:
        """Where Sun, Earth and Moon all have positions, also at the moment at which the light left them."""
        spans = [(-np.inf, np.inf)]
        for body in _NEEDED:
            seen = self._body_spans(BODIES[body])
            spans = _intersection(spans, [(start + _LIGHT_TIME_MARGIN_S, end) for start, end in seen])
        return spans

    def _body_spans(self, body: int, depth: int = 0) -> Spans:
        if body == SSB:
            return [(-np.inf, np.inf)]
        if depth > _LONGEST_CHAIN:
            return []
        parts = [
            part
            for s in self._positions
            if s.target == body
            for part in _intersection([(s.start_tdb, s.end_tdb)], self._body_spans(s.center, depth + 1))
        ]
        return _union(parts)


def _segment_fault(segment: Segment) -> str:
    """What keeps a segment of one of our bodies from being used; empty when nothing does."""
    if not segment.is_orientation and segment.center not in _CODES:
        return f"its segment of {segment.target} counts from {segment.center}, which is none of {sorted(_CODES)}"
    return segment.fault()


def body_code(body: str | int) -> int:
    """NAIF code of a body; raises RangeError that lists the names for an unknown one."""
    if body in BODIES:
        return BODIES[str(body)]
    if body in _CODES:
        return int(body)
    raise RangeError(Fault("body", "unknown", body, allowed=", ".join(BODIES)))


@cache
def _shipped() -> Ephemeris:
    return Ephemeris.from_files([])


def _iso(tdb: float) -> str:
    if not abs(tdb) < _CALENDAR_S:
        return f"{tdb:g} s past J2000 TDB"
    return f"{np.datetime_as_string(utc_from_tdb(tdb), unit='s')}Z"


def _within(tdb: FloatArray, spans: Spans) -> NDArray[np.bool_]:
    inside = np.zeros(tdb.shape, dtype=bool)
    for start, end in spans:
        inside |= (tdb >= start) & (tdb <= end)
    return inside


def _union(parts: Iterable[tuple[float, float]]) -> Spans:
    merged: Spans = []
    for start, end in sorted(parts):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def _intersection(first: Spans, second: Spans) -> Spans:
    both = [(max(a, c), min(b, d)) for a, b in first for c, d in second]
    return _union((start, end) for start, end in both if start < end)
