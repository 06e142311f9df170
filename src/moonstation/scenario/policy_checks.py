"""Checks of a policy of power: thresholds in order, modes that serve something, and that can be left again."""

from __future__ import annotations

from collections.abc import Iterator

from moonstation.core.errors import Fault
from moonstation.core.time import HOUR_S
from moonstation.scenario.draft import Draft
from moonstation.scenario.messages import Source
from moonstation.scenario.parts import Parts
from moonstation.scenario.recovery_checks import faults_of_recovery, notes_on_recovery
from moonstation.scenario.schema import PolicyEntry

_MODES = ("nominal", "dark", "survival", "safe")


def faults_of_policy(draft: Draft, parts: Parts, source: Source) -> Iterator[Fault]:
    """Every fault between the keys of a policy, as far as they are sound one by one."""
    policy = draft.policy
    if policy is None:
        return
    yield from _thresholds(policy, source)
    if policy.serve_up_to is not None:
        yield from _modes(policy, parts, source)
    start, end = draft.moment("start"), draft.moment("end")
    period = (start, end) if start and end and start < end else None
    if period and _above(policy.recovery_h, period_h := (end - start).total_seconds() / HOUR_S):
        message = "is longer than the simulation: a mode once entered is never left for a milder one"
        yield source.fault(("policy", "recovery_h"), message, unit="h", allowed=f"at most {period_h:g} h")
    if draft.sound("policy", "recovery"):
        yield from faults_of_recovery(policy.recovery, draft, parts, source, period)


def _above(one: float | None, other: float | None) -> bool:
    """Whether one number is above another; not where the file gives one of them wrongly."""
    return one is not None and other is not None and one > other


def _thresholds(policy: PolicyEntry, source: Source) -> Iterator[Fault]:
    """Exits above entries, and the modes in order."""
    for mode, below in (("survival", policy.survival_below), ("safe", policy.safe_below)):
        if _above(below, getattr(policy, f"{mode}_exit")):
            message = f"is under {mode}_below, so the mode would never settle"
            yield source.fault(("policy", f"{mode}_exit"), message, allowed=f"at least {below:g}")
    if _above(policy.safe_below, policy.survival_below):
        allowed = f"at most survival_below, {policy.survival_below:g}"
        yield source.fault(("policy", "safe_below"), "is above survival_below", allowed=allowed)
    elif _above(policy.safe_exit, policy.survival_exit) and not _above(policy.survival_below, policy.survival_exit):
        message = "is above survival_exit, so survival, the milder mode, would be left before safe"
        allowed = f"at most survival_exit, {policy.survival_exit:g}"
        yield source.fault(("policy", "safe_exit"), message, allowed=allowed)
    if policy.dark_charge_below and _above(policy.survival_below, policy.dark_charge_below):
        message = "is under survival_below, so mode dark would never come"
        allowed = f"at least survival_below, {policy.survival_below:g}; or 0 for no mode dark"
        yield source.fault(("policy", "dark_charge_below"), message, allowed=allowed)


def _modes(policy: PolicyEntry, parts: Parts, source: Source) -> Iterator[Fault]:
    """What the modes serve: no more than milder ones, the critical loads when all is well, and something at all."""
    serve, path = policy.serve_up_to, ("policy", "serve_up_to", "nominal")
    if not serve.nominal >= serve.dark >= serve.survival >= serve.safe:
        message = "must not rise from nominal over dark and survival to safe"
        yield source.fault(("policy", "serve_up_to"), message, value=None)
    first = _first_priority(parts)
    if first is not None and serve.nominal < first:
        message = f"serves nothing: of all that draws power the first has the priority {first}"
        yield source.fault(path, message, allowed=f"at least {first}", hint="9 serves everything")
    elif _above(policy.critical_priority, serve.nominal):
        message = "is under critical_priority, so critical loads would be off even when nothing is short"
        yield source.fault(path, message, allowed=f"at least {policy.critical_priority}", hint="9 serves everything")


def _first_priority(parts: Parts) -> int | None:
    """Least priority number of all that draws electricity, None where nothing does."""
    found = [
        min(max(process.priority + unit.entry.priority_shift, 0), 9)
        for unit in parts.units
        for process in (unit.parts.processes if unit.parts else ())
        if any(name.startswith("electricity") and rate < 0.0 for name, rate in process.recipe.items())
    ]
    return min(found, default=None)


def notes_on_policy(draft: Draft, parts: Parts, source: Source) -> Iterator[Fault]:
    """A mode in which nothing draws power any more, so that the station sleeps until it is left; and recovery."""
    yield from notes_on_recovery(draft, parts, source)
    policy, first = draft.policy, _first_priority(parts)
    if policy is None or first is None:
        return
    for mode in _MODES[1:]:
        if getattr(policy.serve_up_to, mode) < first:
            message = f"mode {mode} serves nothing, heaters neither: all is off until the Sun fills the stores again"
            yield source.fault(("policy", "serve_up_to", mode), message, allowed=f"{first} or more serves something")
