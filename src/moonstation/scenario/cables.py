"""Checks of cables: long enough for their sites, and not feeding each other in a circle."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

from moonstation.core.errors import Fault
from moonstation.moon.illumination import separation_deg
from moonstation.moon.sphere import moon_radius_m
from moonstation.scenario.draft import Draft
from moonstation.scenario.messages import Source
from moonstation.scenario.places import position_if_known
from moonstation.scenario.schema import AssetEntry


def faults_of_cables(draft: Draft, source: Source, folder: Path) -> Iterator[Fault]:
    """Every fault between a cable and its two sites, and between two cables; ``folder`` is where paths start."""
    cables = [(n, entry) for n, entry in draft.assets if entry.type == "cable" and draft.sound("assets", n)]
    for number, entry in cables:
        yield from _too_short(draft, source, folder, number, entry)
    yield from _circles(source, cables)


def _too_short(draft: Draft, source: Source, folder: Path, number: int, entry: AssetEntry) -> Iterator[Fault]:
    """A cable that does not reach: the ground between two sites is no shorter than the arc between them."""
    far, length_m = getattr(entry, "to_site", ""), float(getattr(entry, "length_m", 0.0))
    sites = dict(draft.sites)
    if entry.site == far or not {entry.site, far} <= set(sites):
        return
    ends = [position_if_known(sites[name], folder) for name in (entry.site, far)]
    if ends[0] is None or ends[1] is None:
        return
    arc_deg = float(separation_deg(ends[0][1], ends[0][0], ends[1][1], ends[1][0]))
    apart_m = math.radians(arc_deg) * moon_radius_m()
    if length_m < apart_m:
        message = f"does not reach: {entry.site} and {far} are {apart_m:.0f} m apart on level ground"
        allowed = f"at least {math.ceil(apart_m)} m"
        hint = "give the way that it is laid, or the places of the sites"
        yield source.fault(("assets", number, "length_m"), message, unit="m", allowed=allowed, hint=hint)


def _circles(source: Source, cables: list[tuple[int, AssetEntry]]) -> Iterator[Fault]:
    """Two cables between the same sites, each of which fills batteries that the other may empty below that."""
    ends = [(entry.site, getattr(entry, "to_site", None)) for _, entry in cables]
    for later, (number, entry) in enumerate(cables):
        for other in (cables[earlier][1] for earlier in range(later) if ends[earlier] == ends[later][::-1]):
            if _empties(entry, other) and _empties(other, entry):
                message = f"lets it carry what {other.name} brings, which carries it back: all batteries run down"
                filled = float(getattr(other, "keep_charge", 0.0))
                hint = f"give both cables an own_reserve no less than the other's keep_charge, or {other.name} alone"
                path = ("assets", number, "own_reserve")
                yield source.fault(path, message, allowed=f"at least {filled:g}, its keep_charge", hint=hint)


def _empties(cable: AssetEntry, back: AssetEntry) -> bool:
    """Whether a cable takes from batteries that the cable ``back`` still fills."""
    return float(getattr(cable, "own_reserve", 0.0)) < float(getattr(back, "keep_charge", 0.0))
