"""Reading of binary SPICE kernels: positions (SPK) and orientation (PCK) as Chebyshev segments."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from jplephem.daf import DAF
from numpy.typing import NDArray

from moonstation.core.errors import Fault
from moonstation.sky.chebyshev import FloatArray, series_and_rate

_J2000 = 1  # NAIF code of the inertial frame that JPL aligns with the ICRF
_COMPONENTS = {2: 3, 3: 6}  # series in a record of each Chebyshev type: position, or position and velocity
_SPK_INTEGERS = 6  # integers in a segment's summary; a PCK has one fewer, since it has no centre
_WORD_BYTES = 8
_TRAILER_WORDS = 4
_MOST_SEGMENTS = 100_000
_HINT = "give a binary SPK (.bsp) or binary PCK (.bpc) kernel of SPICE"


@dataclass(frozen=True, eq=False)
class Segment:
    """Chebyshev records of one body or frame over one span of time.

    ``target`` is the NAIF code of the body (SPK) or of the rotating frame (PCK), ``center`` the body that positions
    count from; ``start_tdb`` and ``end_tdb`` [s past J2000 TDB] bound the epochs that the segment answers for.
    ``words`` are its doubles in the file, mapped and not yet read.
    """

    path: Path
    is_orientation: bool
    target: int
    center: int
    frame: int
    data_type: int
    start_tdb: float
    end_tdb: float
    words: FloatArray

    @cached_property
    def layout(self) -> tuple[float, float, int, int]:
        """Begin [s past J2000 TDB], record length [s], words in a record, count of records."""
        begin, step_s, size, count = self.words[-_TRAILER_WORDS:]
        return float(begin), float(step_s), int(size), int(count)

    @cached_property
    def coefficients(self) -> FloatArray:
        """Coefficients of the three series [km] or [rad], shape (records, 3, terms)."""
        _, _, size, count = self.layout
        records = self.words[:-_TRAILER_WORDS].reshape(count, size)
        series = records[:, 2:].reshape(count, _COMPONENTS[self.data_type], -1)[:, :3]
        return np.ascontiguousarray(series, dtype=np.float64)

    def covers(self, tdb: FloatArray) -> NDArray[np.bool_]:
        """Which epochs this segment answers for, shape of ``tdb``."""
        return (tdb >= self.start_tdb) & (tdb <= self.end_tdb)

    def state(self, tdb: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Values and rates at covered epochs, shape (n, 3) each: km and km/s, or rad and rad/s."""
        begin, step_s, _, _ = self.layout
        return series_and_rate(tdb, begin, step_s, self.coefficients)

    def fault(self) -> str:
        """What keeps the segment from being used; empty when nothing does."""
        if self.data_type not in _COMPONENTS or (self.is_orientation and self.data_type != 2):
            return f"its segment of {self.target} has data type {self.data_type}; only types 2 and 3 can be read"
        if self.frame != _J2000:
            return f"its segment of {self.target} refers to frame {self.frame}; only J2000 (1) can be read"
        try:
            _, step_s, size, count = self.layout
            sound = step_s > 0 and size > 2 and count > 0 and size * count + _TRAILER_WORDS == self.words.size
            sound = sound and self.coefficients.size > 0 and bool(np.isfinite(self.coefficients).all())
        except (ValueError, OverflowError):
            sound = False
        return "" if sound else f"its segment of {self.target} is damaged"


def read_kernel(path: Path, faults: list[Fault]) -> list[Segment]:
    """Segments of one binary kernel, in file order; a file that cannot be read is added to ``faults``."""
    where = f"kernel {path}"
    try:
        with path.open("rb") as file:
            daf = DAF(file)
            summaries = [values for _, values in islice(daf.summaries(), _MOST_SEGMENTS)]
        words = np.memmap(path, dtype=f"{daf.endian}f8", mode="r", shape=(path.stat().st_size // _WORD_BYTES,))
        segments = [_segment(path, values, words, is_spk=daf.ni == _SPK_INTEGERS) for values in summaries]
    except OSError as error:
        faults.append(Fault(where, f"cannot be read ({error.strerror or error})", hint="check its path and rights"))
        return []
    except (ValueError, OverflowError, struct.error, IndexError):
        faults.append(Fault(where, "is not a whole binary SPICE kernel", hint=_HINT))
        return []
    if not segments:
        faults.append(Fault(where, "holds no segments", hint=_HINT))
    return segments


def _segment(path: Path, values: tuple[Any, ...], words: FloatArray, *, is_spk: bool) -> Segment:
    start, end, target, *codes, data_type, first, last = values
    center, frame = codes if is_spk else (target, *codes)
    if not 1 <= first <= last <= words.size:
        raise ValueError("a segment lies outside the file")
    return Segment(path, not is_spk, target, center, frame, data_type, start, end, words[first - 1 : last])
