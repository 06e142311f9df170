"""Rows of the kernel's tables: records in which what is common to all lives stands once, and what differs per life."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Table = NDArray[Any]
#: One row of a table: numba gives its columns as attributes.
Record = Any
FLOAT, INT, FLAG = np.float64, np.int32, np.bool_
UNSIGNED = np.uint32  # numbers of rows: without a sign, so numba need not look whether they count from the end
#: Number of a row that there is not, -1 in the network; one that fits into an instruction of the processor.
NOWHERE = np.uint32(2**31 - 1)
#: Bytes at which rows of lanes begin: those of the widest register and of a line of the cache.
_LINE = 64

Columns = tuple[str, list[Any]]


def _from_line_to_line(kind: np.dtype[Any]) -> np.dtype[Any]:
    """The same record, every row beginning at a line of the cache where it is longer than three of them.

    Of long rows, those of processes, mostly the first two lines are looked at.
    """
    if kind.itemsize <= 3 * _LINE or not kind.fields:
        return kind
    places = {name: kind.fields[name] for name in kind.names or ()}
    return np.dtype(
        {
            "names": list(places),
            "formats": [own[0] for own in places.values()],
            "offsets": [own[1] for own in places.values()],
            "itemsize": -(-kind.itemsize // _LINE) * _LINE,
        }
    )


def record_of(columns: Columns, width: int) -> np.dtype[Any]:
    """A row: first what is common, then what differs between lives; where those are many, at whole lines."""
    lanes, common = columns
    own = [(name, FLOAT, (width,)) for name in lanes.split()]
    if width == 1 or not own:
        return _from_line_to_line(np.dtype([*common, *own], align=True))
    first = np.dtype(common, align=True)
    offsets = [first.fields[name][1] for name, *_ in common] if first.fields else []
    head, lane_bytes = -(-first.itemsize // _LINE) * _LINE, 8 * width
    return np.dtype(
        {
            "names": [*(name for name, *_ in common), *(name for name, *_ in own)],
            "formats": [*(kind for _, kind in common), *[(FLOAT, (width,))] * len(own)],
            "offsets": [*offsets, *(head + lane_bytes * number for number in range(len(own)))],
            "itemsize": head + lane_bytes * len(own),
        }
    )


def rows_of(columns: Columns, width: int, count: int) -> Table:
    """Empty rows that begin at a whole line of the cache."""
    kind = record_of(columns, width)
    room = np.zeros(count * kind.itemsize + _LINE, np.uint8)
    first = -room.ctypes.data % _LINE
    return room[first : first + count * kind.itemsize].view(kind)


def table_of(columns: Columns, width: int, **values: Any) -> Table:
    """Rows with these columns: of shape (row,) or, what differs between lives, (row, lane)."""
    table = rows_of(columns, width, len(next(iter(values.values()))))
    for name, column in values.items():
        if table.dtype[name] == UNSIGNED:
            table[name] = np.where(np.less(column, 0), NOWHERE, column)
        else:
            table[name] = column
    return table


def same_columns(columns: Columns, group: Any) -> dict[str, NDArray[Any]]:
    """Columns that a group of the network and a table have in common."""
    names = [*columns[0].split(), *(name for name, *_ in columns[1])]
    return {name: getattr(group, name) for name in names if name in group._fields}


def alike(numbers: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Rows in which all lives have the same number."""
    return np.asarray((numbers == numbers[:, :1]).all(axis=1))


def exp_of(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The C library's, one by one: numpy's own differs between machines."""
    return np.array([math.exp(value) for value in values.ravel().tolist()]).reshape(values.shape)
