"""Kernels made for tests: a small writer of DAF files, independent of the reader under test."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

FTP_CHECK = b"FTPSTR:\r:\n:\r\n:\r\x00:\x81:\x10\xce:ENDFTP"
FIRST_WORD = 3 * 128 + 1  # after the file, summary and name records


def chebyshev_segment(target, center, start, end, value, data_type=2, frame=1):
    """Summary and words of one segment of a single record: ``value`` is (3, terms) coefficients or three constants."""
    coefficients = np.array(value, dtype=float)
    coefficients = coefficients[:, np.newaxis] if coefficients.ndim == 1 else coefficients
    if data_type == 3:
        coefficients = np.concatenate([coefficients, np.zeros_like(coefficients)])
    record = [(start + end) / 2, (end - start) / 2, *coefficients.reshape(-1)]
    codes = [target, frame, data_type] if center is None else [target, center, frame, data_type]
    return (start, end), codes, [*record, start, end - start, len(record), 1]


def write_kernel(path: Path, segments, endian="<") -> Path:
    """A binary SPK, or a PCK when the segments have no centre."""
    integers = len(segments[0][1]) + 2
    name = b"DAF/SPK " if integers == 6 else b"DAF/PCK "
    words, summaries = [], b""
    for span, codes, data in segments:
        first = FIRST_WORD + len(words)
        words += data
        summary = struct.pack(f"{endian}2d{integers}i", *span, *codes, first, first + len(data) - 1)
        summaries += summary + bytes(-len(summary) % 8)
    head = struct.pack(f"{endian}8sII60sIII", name, 2, integers, b"test".ljust(60), 2, 2, FIRST_WORD + len(words))
    head += b"LTL-IEEE" if endian == "<" else b"BIG-IEEE"
    head = head.ljust(699, b"\0") + FTP_CHECK
    control = struct.pack(f"{endian}3d", 0, 0, len(segments))
    records = head.ljust(1024, b"\0") + (control + summaries).ljust(1024, b"\0") + b" " * 1024
    data = np.array(words, dtype=f"{endian}f8").tobytes()
    path.write_bytes(records + data + bytes(-len(data) % 1024))
    return path


@pytest.fixture
def kernel(tmp_path):
    """Function that writes a kernel; a segment is (target, center, start, end, value[, data_type[, frame]])."""

    def make(*segments, name="own.bsp", endian="<"):
        return write_kernel(tmp_path / name, [chebyshev_segment(*segment) for segment in segments], endian)

    return make
