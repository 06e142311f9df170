"""Whether what links lead to is ever in sight: the Earth, or a relay, over the sky-line of a site."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from moonstation.core.errors import Fault
from moonstation.core.time import HOUR_S, TimeGrid, parse_duration_s
from moonstation.moon.horizon import Horizon
from moonstation.moon.site import site_light
from moonstation.orbits.relay import RelayOrbit, relay_elevation_azimuth_range
from moonstation.scenario.build import orbit_of
from moonstation.scenario.draft import Draft
from moonstation.scenario.go_scene import Span, wait_of
from moonstation.scenario.messages import Source
from moonstation.scenario.parts import Parts, Unit
from moonstation.scenario.people import planned_stay
from moonstation.scenario.places import horizon_from, position
from moonstation.scenario.schema import DEFAULT_STEP, SiteEntry
from moonstation.scenario.stocks import listed
from moonstation.station.model import EARTH
from moonstation.station.places import relay_sight

#: What is mostly seen within a month is not looked for in ten years.
_BLOCK = timedelta(days=30)


@dataclass(frozen=True)
class Sight:
    """The Earth, or a relay, as an end of links from a site; of a sound draft.

    folder : where paths inside the scenario start
    """

    draft: Draft
    site: str
    end: str
    folder: Path

    def within(self, span: Span) -> bool:
        """Whether the Earth's centre, in any hour, or a relay, in any step of the run, is over the sky-line.

        Another site counts as in sight.
        """
        first = span.first
        if self.end not in {EARTH, *self.draft.names("relays")}:
            return True
        while first < span.last:
            after = min(first + _BLOCK, span.last)
            if self._over(self._grid(first, after)).any():
                return True
            first = after
        return False

    def highest_deg(self, span: Span) -> float:
        """How high a relay stands at most in the first month of a span [deg]."""
        times = self._grid(span.first, min(span.first + _BLOCK, span.last)).tdb
        return float(relay_elevation_azimuth_range(self._orbit, *self.place, times).elevation_deg.max())

    @cached_property
    def place(self) -> tuple[float, float]:
        """Latitude and longitude of the site [deg]."""
        return position(self._entry, self.folder)

    @cached_property
    def _sky_line(self) -> Horizon:
        """What the mast of the site sees."""
        return horizon_from(self._entry.horizon, self._entry, self._entry.mast_m, self.folder)

    @property
    def _entry(self) -> SiteEntry:
        return dict(self.draft.sites)[self.site]

    @property
    def _orbit(self) -> RelayOrbit:
        return orbit_of(dict(self.draft.relays)[self.end])

    def _grid(self, first: datetime, after: datetime) -> TimeGrid:
        step_s = HOUR_S if self.end == EARTH else parse_duration_s(self.draft.step() or DEFAULT_STEP)
        return TimeGrid(first, step_s, max(math.ceil((after - first).total_seconds() / step_s), 1))

    def _over(self, grid: TimeGrid) -> NDArray[np.bool_]:
        if self.end == EARTH:
            return np.asarray(site_light(self._sky_line, grid).earth_centre_visible)
        return relay_sight(self._orbit, *self.place, self._sky_line, grid).over


def notes_on_sight(draft: Draft, parts: Parts, source: Source, folder: Path) -> Iterator[Fault]:
    """Notes on ends of links that a site never sees while they are there, and on relays that send nothing on."""
    links: dict[tuple[str, str], list[Unit]] = {}
    for unit in parts.units if parts.settled else ():
        for end in sorted(unit.ends) if draft.comes(unit.entry.mission) else ():
            links.setdefault((unit.entry.site, end), []).append(unit)
    onward = {near for near, far in links if far == EARTH}
    for (site, end), units in links.items():
        if site not in draft.names("sites") or end not in [EARTH, *draft.names("relays")]:
            continue
        path, names = ("assets", units[0].number), listed([unit.entry.name for unit in units])
        if end != EARTH and end not in onward:
            message = f"sends to {end}, from which nothing sends to the Earth"
            yield source.fault(path, f"{names}: {message}", value=None, hint=f"add a relay_downlink at {end}")
        if why := _never_seen(Sight(draft, site, end, folder), units):
            yield source.fault(path, f"{names}: can never send while there, {why[0]}", value=None, hint=why[1])


def _never_seen(sight: Sight, units: list[Unit]) -> tuple[str, str] | None:
    """Why the links of a site never see their end, and what would help; None where they do, or never are there."""
    spans = [span for unit in units if (span := _span(sight.draft, unit))]
    if not spans or any(sight.within(span) for span in spans):
        return None
    message = f"{'the Earth' if sight.end == EARTH else sight.end} never stands over the sky-line of {sight.site}"
    if sight.end == EARTH:
        return message, "use a relay_link, or another site"
    of_south = sight.place[0] < 0.0
    pole, argument_deg = ("south", 90) if of_south else ("north", 270)
    hint = f"argument_deg = {argument_deg} puts a relay's apolune over the {pole}"
    return f"{message} (at most {sight.highest_deg(spans[0]):.1f} deg high)", hint


def _span(draft: Draft, unit: Unit) -> Span | None:
    """When a unit may be there within the run, None where it never is."""
    stay, end = planned_stay(draft, unit.entry), draft.moment("end")
    wait = wait_of(draft, draft.mission(unit.entry.mission))
    first, last = max(stay.begin, draft.moment("start")), end if stay.end >= end else min(stay.end + wait, end)
    return Span(first, last) if first < last else None
