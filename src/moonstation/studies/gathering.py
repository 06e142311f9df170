"""What the members of an ensemble left, put side by side as they are finished."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moonstation.studies.chunks import NOMINAL

_LOGS = ("events", "faults")
_SERIES = "series."


@dataclass(frozen=True)
class Gathered:
    """What all members left, in order of member.

    names : of the outcomes; outcomes : in the units of their names, nan for none, shape (member, outcome)
    nominal : what the life with every fact at its table's value left
    downtime_h, degraded_h : of each asset [h], shape (member, asset)
    softened : whether a member's facts were drawn towards their tables' values, for they contradicted each other
    series : by name, shape (member, record)
    events, faults : rows of ``chunks.EVENT`` and ``chunks.FAULT``
    """

    names: tuple[str, ...]
    outcomes: NDArray[np.float64]
    nominal: Mapping[str, NDArray[Any]]
    downtime_h: NDArray[np.float32]
    degraded_h: NDArray[np.float32]
    softened: NDArray[np.bool_]
    series: Mapping[str, NDArray[np.float32]]
    events: NDArray[Any]
    faults: NDArray[Any]


class Gathering:
    """Takes in chunks of members in any order; each is put in its place at once, so that nothing is there twice."""

    def __init__(self, members: int) -> None:
        self._members = members
        self._nominal: dict[str, NDArray[Any]] = {}
        self._whole: dict[str, NDArray[Any]] = {}
        self._logs: dict[str, dict[int, NDArray[Any]]] = {name: {} for name in _LOGS}

    def add(self, first: int, chunk: Mapping[str, NDArray[Any]]) -> None:
        """Take in the chunk whose first member is ``first``."""
        if first == NOMINAL:
            self._nominal = dict(chunk)
            return
        for name, values in chunk.items():
            if name in _LOGS:
                self._logs[name][first] = values
            elif name != "outcome_names":
                self._place_for(name, values)[first : first + len(values)] = values

    def gathered(self) -> Gathered:
        """All of them, to be called once; the logs are let go."""
        whole = self._whole
        logs = {name: np.concatenate([parts[first] for first in sorted(parts)]) for name, parts in self._logs.items()}
        self._logs.clear()
        return Gathered(
            names=tuple(map(str, self._nominal["outcome_names"])),
            outcomes=whole["outcomes"],
            nominal=self._nominal,
            downtime_h=whole["downtime_h"],
            degraded_h=whole["degraded_h"],
            softened=whole["softened"],
            series={name.removeprefix(_SERIES): whole[name] for name in self._nominal if name.startswith(_SERIES)},
            events=logs["events"],
            faults=logs["faults"],
        )

    def _place_for(self, name: str, values: NDArray[Any]) -> NDArray[Any]:
        """Room for what all members leave of that name; of series records lie one after the other, as they are told."""
        if name not in self._whole:
            shape = (self._members, *values.shape[1:])
            by_record = name.startswith(_SERIES)
            self._whole[name] = np.empty(shape[::-1], values.dtype).T if by_record else np.empty(shape, values.dtype)
        return self._whole[name]
