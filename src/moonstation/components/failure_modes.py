"""How components fail: what a mode takes away, by which law it comes, how it shows and what mends it.

A component declares ``failures``, a tuple of modes, or ``no_failures``, the reason why it has none. The numbers of a
mode are facts under ``failure.<kind>.<mode>``; which of them stand in the table decides what the mode can do (see
``ModeNumbers``). A component from outside the package gives them itself.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from moonstation.components.contract import Component
from moonstation.core.errors import Fault, RangeError
from moonstation.facts.table import all_facts, lookup

#: What strikes many units at once, by the number of a mode's answer to it.
CAUSES = ("solar_event", "landing", "brown_out")


@dataclass(frozen=True, slots=True)
class ModeNumbers:
    """Numbers of a failure mode; the name of each is the last part of its fact's key.

    life_h : life that 63 % do not reach, the mean where ``shape`` is 1; infinite: common causes alone [h]
    shape : of the Weibull law; 1 is a constant rate, less falls with age, more wears out [-]
    remaining : share of activity or capacity that is left [-]
    reset_chance : probability that switching off and on clears it [-]
    clears_after_h : it comes and goes: mean time after which it clears by itself; infinite: never [h]
    robot_h, crew_h : work that mends it by robots, by people; infinite: they cannot [h]
    on_solar_event, on_landing, on_brown_out : probability that such an event brings it about [-]
    limit_h, limit_kg : age, and what its ``meter`` has counted, at which it is changed by schedule; infinite: never
        [h], [kg]
    life_kg : life by work in place of ``life_h``, counted by its ``meter``: at rest it does not age [kg]
    """

    life_h: float = float("inf")
    shape: float = 1.0
    remaining: float = 0.0
    reset_chance: float = 0.0
    clears_after_h: float = float("inf")
    robot_h: float = float("inf")
    crew_h: float = float("inf")
    on_solar_event: float = 0.0
    on_landing: float = 0.0
    on_brown_out: float = 0.0
    limit_h: float = float("inf")
    limit_kg: float = float("inf")
    life_kg: float = float("inf")

    def __post_init__(self) -> None:
        """Raise RangeError with every number that cannot be."""
        faults = [
            Fault(name, "is outside its range", getattr(self, name), unit.strip("-"), allowed)
            for name, (unit, allowed, low, high) in RANGES.items()
            if not low <= getattr(self, name) <= high
        ]
        causes = [getattr(self, f"on_{cause}") for cause in CAUSES]
        lives = min(self.life_h, self.life_kg)
        if lives < float("inf") and max(self.life_h, self.life_kg) < float("inf"):
            faults.append(
                Fault("life_kg", "is a second life beside life_h", self.life_kg, "kg", hint="give one of them")
            )
        if min(lives, self.limit_h, self.limit_kg) == float("inf") and not any(causes):
            faults.append(Fault("life_h", "never comes: it has neither a life, a cause nor a limit", self.life_h, "h"))
        if faults:
            raise RangeError(faults)


_ENDLESS = float("inf")
#: Unit, allowed values in words, least and greatest value of each number.
RANGES: Mapping[str, tuple[str, str, float, float]] = {
    "life_h": ("h", "at least 1", 1.0, _ENDLESS),
    "shape": ("-", "0.1 to 10", 0.1, 10.0),
    "remaining": ("-", "0 to under 1", 0.0, 0.999),
    "reset_chance": ("-", "0 to 1", 0.0, 1.0),
    "clears_after_h": ("h", "over 0", 1e-3, _ENDLESS),
    "robot_h": ("h", "0 or more", 0.0, _ENDLESS),
    "crew_h": ("h", "0 or more", 0.0, _ENDLESS),
    "on_solar_event": ("-", "0 to 1", 0.0, 1.0),
    "on_landing": ("-", "0 to 1", 0.0, 1.0),
    "on_brown_out": ("-", "0 to 1", 0.0, 1.0),
    "limit_h": ("h", "at least 1", 1.0, _ENDLESS),
    "limit_kg": ("kg", "over 0", 1e-3, _ENDLESS),
    "life_kg": ("kg", "over 0", 1e-3, _ENDLESS),
}


@dataclass(frozen=True, slots=True)
class FailureMode:
    """One way in which a component fails.

    name : unlike any other of the component; a part of the facts' keys (see ``fact_name``)
    doc : what breaks, and what that means
    affects : names of its processes and stores; empty: all of them
    latent : True where running does not show it, so that only a test or its consequences do
    spare : True where mending it takes a spare unit or kit of parts
    keeps_content : True where its stores keep what they hold, and only take and give less of it
    meter : names of the processes whose activity [kg/h] counts towards ``limit_kg`` and ``life_kg``
    numbers : given here by a component whose facts do not stand in the tables
    """

    name: str
    doc: str
    affects: tuple[str, ...] = ()
    latent: bool = False
    spare: bool = False
    keeps_content: bool = False
    meter: tuple[str, ...] = ()
    numbers: ModeNumbers | None = None


def modes_of(component: Component | type[Component]) -> tuple[FailureMode, ...]:
    """Failure modes that a component declares, none where it declares nothing."""
    declared: Any = getattr(component, "failures", ())
    return tuple(declared)


def fact_name(name: str) -> str:
    """Name of a mode in the keys of its facts; parts of one kind, told apart by a last number, have them in common."""
    return re.sub(r" \d+$", "", name).replace(" ", "_").replace("-", "_")


def fact_keys(kind: str, mode: FailureMode) -> dict[str, str]:
    """Key of the fact of every number that the tables give for a mode, by the number's name."""
    keys = {name: _fact_key(kind, mode, name) for name in RANGES}
    return {name: key for name, key in keys.items() if key in all_facts()}


def part_mass_key(kind: str, mode: FailureMode) -> str | None:
    """Key of the fact of what the part weighs that a mode's change takes [kg]; None where the tables have none."""
    key = _fact_key(kind, mode, "spare_kg")
    return key if mode.spare and key in all_facts() else None


def kit_mass_kg(kind: str, modes: Iterable[FailureMode]) -> float | None:
    """Mean mass of the parts that a type takes [kg]; None where the tables have none.

    Each part counts as often as its limit of life asks for it, or its life where that is told in the same unit and
    ends before. All limits of a type are of one kind, by work or by age.
    """
    masses_kg, shares = [], []
    for mode in modes:
        if key := part_mass_key(kind, mode):
            numbers = numbers_of(kind, mode)
            masses_kg.append(lookup(key).value)
            shares.append(1.0 / _mean_service(numbers))
    return fmean(masses_kg, shares) if masses_kg else None


def _mean_service(numbers: ModeNumbers) -> float:
    """Mean of what comes first, the end of a life or its limit [kg], for limits by age [h].

    The integral up to the limit of the share that still lives, exp(-(t / life)^shape): an incomplete gamma function.
    """
    from scipy.special import gammainc

    by_work = numbers.limit_kg < math.inf
    limit, life = (numbers.limit_kg, numbers.life_kg) if by_work else (numbers.limit_h, numbers.life_h)
    if math.isinf(life):
        return limit
    each = 1.0 / numbers.shape
    return float(life * math.gamma(1.0 + each) * gammainc(each, (limit / life) ** numbers.shape))


def _fact_key(kind: str, mode: FailureMode, name: str) -> str:
    return f"failure.{kind}.{fact_name(mode.name)}.{name}"


def numbers_of(kind: str, mode: FailureMode) -> ModeNumbers:
    """Numbers of a mode of the component ``kind``.

    Raises RangeError where the tables have none for it, or such as cannot be.
    """
    if mode.numbers is not None:
        return mode.numbers
    keys = fact_keys(kind, mode)
    if not keys:
        where, hint = f"{kind}: {mode.name}", f"add facts such as failure.{kind}.{mode.name}.life_h, or give numbers"
        raise RangeError(Fault(where, "has no numbers in the facts tables", hint=hint))
    return ModeNumbers(**{name: lookup(key).value for name, key in keys.items()})
