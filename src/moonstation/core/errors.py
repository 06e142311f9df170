"""Errors that tell a person what is wrong, where, and what to do next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


def printable(text: str) -> str:
    """The text as one line that cannot steer a terminal: ``?`` for control characters, a space for line breaks."""
    return "".join(one if one.isprintable() else " " if one.isspace() else "?" for one in text)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with what a user gave.

    ``where`` is a key path, ``file:line`` or an option; ``value`` is shown with its ``unit``;
    ``allowed`` is the range or the set of values; ``hint`` is the next step.
    """

    where: str
    message: str
    value: object = None
    unit: str = ""
    allowed: str = ""
    hint: str = ""

    def __str__(self) -> str:
        """One line, for terminals and logs."""
        parts = [f"{self.where}: {self.message}"]
        if self.value is not None:
            parts.append(f"got {self.value!r}{' ' + self.unit if self.unit else ''}")
        if self.allowed:
            parts.append(f"allowed: {self.allowed}")
        if self.hint:
            parts.append(self.hint)
        return printable("; ".join(parts))


class MoonstationError(Exception):
    """Base of every error that moonstation raises on purpose; carries one or many faults."""

    def __init__(self, faults: str | Fault | Iterable[Fault]) -> None:
        if isinstance(faults, str):
            self.faults: tuple[Fault, ...] = ()
            super().__init__(faults)
            return
        self.faults = (faults,) if isinstance(faults, Fault) else tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class ScenarioError(MoonstationError):
    """A scenario file cannot be used; lists every fault found."""


class FactError(MoonstationError):
    """A fact is missing, or has no unit or source."""


class RangeError(MoonstationError):
    """A value lies outside the range in which the answer is meaningful."""


class TerrainError(MoonstationError):
    """A digital elevation model cannot be used for the Moon, or does not cover the place."""


class BalanceError(MoonstationError):
    """Mass or energy did not close: a defect in a model, never in the user's input."""
