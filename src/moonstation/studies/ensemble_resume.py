"""How an unfinished run differs from the one that would go on from it, in words that say what to ask for instead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from moonstation.core.errors import Fault

#: What an unfinished run has, by the name under which its plan keeps that.
_WORDS = {
    "moonstation": "was begun with another version of moonstation",
    "scenario": "is of another scenario",
    "members": "has another number of lives",
    "seed": "has another seed",
    "series": "keeps other series",
    "step": "has another time step",
}
#: What differs by itself where one of these does, and says nothing more.
_FOLLOWS = {
    "main_site": ("moonstation", "scenario"),
    "milestones": ("moonstation", "scenario"),
    "network": ("moonstation", "scenario", "step"),
    "facts": ("moonstation", "scenario", "step", "failures"),
    "judged_by": ("moonstation",),
    "kernel": ("moonstation",),
    "members_at_once": ("moonstation",),
    "residual_limit": ("moonstation",),
}
#: The same, of what a person cannot ask for again.
_CHANGED = {
    "main_site": "is judged by another main site: the scenario's file was changed since",
    "milestones": "is judged by other milestones: the scenario's file was changed since",
    "network": "is of another station: the scenario's file, or a fact or a file that it stands on, was changed since",
    "kernel": "was begun with another version of the program",
    "members_at_once": "was begun with another version of the program",
    "residual_limit": "was begun with another version of the program",
}
#: The same, of facts whose keys are told.
_FACTS = {"facts": "varies other facts", "judged_by": "is judged by other values of facts"}
_MOST_FACTS = 5


def other_run_faults(folder: Path, found: Mapping[str, Any], asked: Mapping[str, Any]) -> list[Fault]:
    """Why one run cannot go on from another, empty where it can.

    folder : where the other waits; found, asked : what must agree (``chunks.identity``), of the other and of the one
    """
    if found.get("kind") != asked["kind"]:
        words = f"{folder} holds no unfinished run that can be read"
        return [Fault("resume", words, hint="remove that folder, and leave out resume=True")]
    differing = {name for name, value in asked.items() if found.get(name) != value}
    told = [name for name in asked if name in differing and differing.isdisjoint(_FOLLOWS.get(name, ()))]
    faults = [fault for name in told for fault in _faults(folder, name, found.get(name), asked[name])]
    return [fault for place, fault in enumerate(faults) if fault not in faults[:place]]


def _faults(folder: Path, name: str, before: Any, now: Any) -> Iterator[Fault]:
    begun, or_else = f"the unfinished run in {folder}", "or remove that folder"
    if name in _WORDS:
        hint = f"ask for the same as before, {or_else}"
        yield Fault("resume", f"{begun} {_WORDS[name]}", now, allowed=str(before), hint=hint)
    elif name == "failures":
        words, option = ("without", "add") if now else ("with", "leave out")
        yield Fault("resume", f"{begun} was begun {words} failures", hint=f"{option} failures=False, {or_else}")
    elif name in _FACTS:
        words = f"{begun} {_FACTS[name]}: {_facts_apart(before or [], now)}"
        yield Fault("resume", words, hint=f"put their rows back as they were, {or_else}")
    else:
        words = _CHANGED.get(name, f"has another {name.replace('_', ' ')}")
        yield Fault("resume", f"{begun} {words}", hint=f"put that back as it was, {or_else}")


def _facts_apart(before: Iterable[Mapping[str, Any]], now: Iterable[Mapping[str, Any]]) -> str:
    """Keys of the facts that differ, the first few."""
    old, new = ({str(fact["key"]): fact for fact in facts} for facts in (before, now))
    keys = sorted(key for key in old.keys() | new.keys() if old.get(key) != new.get(key))
    more = f" and {len(keys) - _MOST_FACTS} more" if len(keys) > _MOST_FACTS else ""
    return ", ".join(keys[:_MOST_FACTS]) + more
