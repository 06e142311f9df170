"""Refusal of parameters that stand in the wrong order."""

from __future__ import annotations

from moonstation.core.errors import Fault, RangeError
from moonstation.core.units import shown_unit


def refuse_disorder(component: object, *pairs: tuple[str, str], unit: str) -> None:
    """Raise RangeError where the first parameter of a pair is not below the second [unit], with a fault for each."""
    faults = disorder(component, *pairs, unit=unit)
    if faults:
        raise RangeError(faults)


def disorder(component: object, *pairs: tuple[str, str], unit: str) -> list[Fault]:
    """A fault for each pair of which the first parameter is not below the second [unit]."""
    shown = shown_unit(unit)
    return [
        Fault(
            where=lower,
            message=f"must be below {upper}",
            value=getattr(component, lower),
            unit=shown,
            allowed=f"below {getattr(component, upper):g} {shown}".rstrip(),
            hint=f"exchange it with {upper}, or mend one of them",
        )
        for lower, upper in pairs
        if not getattr(component, lower) < getattr(component, upper)
    ]
