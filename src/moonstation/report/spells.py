"""The hard times of a run: dark spells, lowest charge, blackouts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from moonstation.core.events import find_runs
from moonstation.report.series import Run, Span, Values, active, longest

#: Longest stretch of a plot at full resolution [h], and the least that is shown before and after a dark spell.
ZOOM_LONGEST_H = 60 * 24.0
#: Dark, for a close look: less than this share of the Sun's disc in view; a glimpse does not end a spell [-].
NEARLY_DARK = 0.05
ZOOM_BESIDE_H = 48.0


@dataclass(frozen=True)
class WorstDark:
    """A dark spell, the stretch around it that is worth a close look, and the lowest charge in it."""

    spell: Span | None
    window: Span
    lowest_charge: float | None
    lowest_at: int | None


@dataclass(frozen=True)
class Lowest:
    """The lowest charge of a node as a share of what is usable, and its record."""

    share: float
    record: int


def charge_share(run: Run, site: str) -> Values | None:
    """Charge as a share of the usable capacity [-]; nan while there is none, None where there never is."""
    charge, capacity = run.at(site, "charge_kwh"), run.at(site, "charge_capacity_kwh")
    return _share(charge, capacity)


def unit_charge_share(run: Run, unit: str) -> Values | None:
    """The same of an asset with its own power bus [-]."""
    return _share(run.of_unit(unit, "unit_charge_kwh"), run.of_unit(unit, "unit_charge_capacity_kwh"))


def _share(charge: Values | None, capacity: Values | None) -> Values | None:
    if charge is None or capacity is None or not np.any(capacity > 0):
        return None
    out = np.full(charge.shape, np.nan)
    np.divide(charge, capacity, out=out, where=capacity > 0)
    return out


def lowest_charge(run: Run, site: str) -> Lowest | None:
    """The lowest charge of a node, None where it has no stores."""
    share = charge_share(run, site)
    if share is None or not np.isfinite(share).any():
        return None
    record = int(np.nanargmin(share))
    return Lowest(float(share[record]), record)


def powered(run: Run, site: str) -> Span | None:
    """The records from the first to the last in which the node has anything electric."""
    names = ("power_supply_kw", "power_demand_kw", "charge_capacity_kwh")
    return active(*(run.at(site, name) for name in names))


def worst_dark(run: Run, site: str) -> WorstDark | None:
    """The dark spell that brought the charge lowest, or the longest where there is no charge to tell.

    While the place is powered; without any dark spell, the days about the lowest charge. None without power.
    """
    span = powered(run, site)
    if span is None:
        return None
    share = charge_share(run, site)
    spell = _hardest_spell(run.at(site, "sun_disc_fraction"), share, span)
    lowest = lowest_charge(run, site)
    if spell is None:
        centre = lowest.record if lowest else span.first
        window = _around(run, Span(centre, centre + 1), centre, span)
    else:
        deepest = _lowest_in(share, spell)
        window = _around(run, spell, spell.first if deepest is None else deepest, span)
    at = _lowest_in(share, window)
    return WorstDark(spell, window, None if at is None or share is None else float(share[at]), at)


def blackout(run: Run, site: str) -> Span | None:
    """The longest time without a break in which not all critical loads were served."""
    served = run.at(site, "critical_served")
    return None if served is None else longest(np.nan_to_num(served, nan=1.0) < 1.0)


def _hardest_spell(sun: Values | None, share: Values | None, span: Span) -> Span | None:
    if sun is None:
        return None
    starts, ends = find_runs(sun[span.first : span.last] < NEARLY_DARK)
    spells = [Span(int(start) + span.first, int(end) + span.first) for start, end in zip(starts, ends, strict=True)]
    if not spells:
        return None

    def hardness(spell: Span) -> tuple[float, int]:
        at = _lowest_in(share, spell)
        level = float(share[at]) if share is not None and at is not None else 1.0
        return round(level, 3), -spell.size

    return min(spells, key=hardness)


def _lowest_in(share: Values | None, span: Span) -> int | None:
    if share is None or not np.isfinite(share[span.first : span.last]).any():
        return None
    return span.first + int(np.nanargmin(share[span.first : span.last]))


def _around(run: Run, spell: Span, centre: int, span: Span) -> Span:
    """The spell with a stretch before and after it; of a very long spell the part about ``centre``."""
    beside = round(max(ZOOM_BESIDE_H, 0.25 * spell.size * run.record_h) / run.record_h)
    first, last = spell.first - beside, spell.last + beside
    most = round(ZOOM_LONGEST_H / run.record_h)
    if last - first > most:
        first = min(max(centre - most // 2, first), last - most)
        last = first + most
    return Span(max(first, span.first), min(last, span.last))
