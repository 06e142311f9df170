"""The search for a site: maps over the area, cuts, maxima, exact light at the best, ranks, front and pairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from moonstation.core.errors import RangeError
from moonstation.core.time import iso_utc
from moonstation.moon.siting.candidates import Candidate, light_columns, look_at
from moonstation.moon.siting.choice import (
    BoolArray,
    Cut,
    FloatArray,
    Scale,
    cuts,
    keeps,
    limits_in_words,
    maxima_apart,
    pareto_front,
    scales,
    score,
)
from moonstation.moon.siting.criteria import Criteria
from moonstation.moon.siting.light import Progress
from moonstation.moon.siting.pairs import Pair, distances_km, pairs_of
from moonstation.moon.siting.reasons import least_cut, why
from moonstation.moon.siting.survey import Survey, survey
from moonstation.moon.sphere import moon_radius_m
from moonstation.moon.terrain_end import terrain_reached
from moonstation.moon.ways.moves import MOST_PIXELS
from moonstation.moon.ways.slope import coarse_posting_note

if TYPE_CHECKING:
    from moonstation.moon.area import MapArea
    from moonstation.moon.dem import Dem
    from moonstation.sky.ephemeris import Ephemeris


@dataclass(frozen=True, eq=False)
class Site:
    """A ranked site: ``score`` 0 to 1, ``worth`` of each wish, whether it is on the Pareto front, and why it stands."""

    name: str
    rank: int
    score: float
    worth: dict[str, float]
    on_pareto_front: bool
    why: str
    candidate: Candidate

    def record(self, criteria: Criteria) -> dict[str, Any]:
        """As a row of a table: place, score, every criterion, the light of every mast, why."""
        place = self.candidate
        return {
            "name": self.name,
            "rank": self.rank,
            "score": self.score,
            "on_pareto_front": self.on_pareto_front,
            "latitude_deg": place.latitude_deg,
            "longitude_deg": place.longitude_deg,
            "ground_m": place.ground_m,
            **place.values,
            **light_columns(place, criteria),
            "why": self.why,
        }


@dataclass(frozen=True, slots=True)
class Fallen:
    """A candidate that looked good on the map and fell when it was looked at exactly."""

    latitude_deg: float
    longitude_deg: float
    by: str


@dataclass(frozen=True, eq=False)
class SiteSearch:
    """What a search found.

    sites : ranked, best first; pairs : of these sites
    cuts : what each constraint took of the known ground; known_share : of the area's pixels
    score : coarse score of the area's pixels [-], NaN where they fell
    scale : ends of each wish; fallen : candidates out after the exact look; notes : what the reader has to know
    models : digests (sha256) of the elevation models by name, finest first; terrain_reached_km : how far they reach
    beyond the area
    """

    criteria: Criteria
    surveyed: Survey
    sites: list[Site]
    pairs: list[Pair]
    cuts: list[Cut]
    known_share: float
    score: FloatArray
    scale: dict[str, Scale]
    fallen: list[Fallen]
    notes: list[str] = field(default_factory=list)
    models: dict[str, str] = field(default_factory=dict)
    terrain_reached_km: str = ""

    def summary(self) -> dict[str, Any]:
        """All of it but the maps, for machines."""
        grid = self.criteria.grid
        return {
            "sites": [site.record(self.criteria) for site in self.sites],
            "pairs": [pair.record() for pair in self.pairs],
            "cuts": [{name: getattr(cut, name) for name in Cut.__slots__} for cut in self.cuts],
            "known_share": self.known_share,
            "left_share": float(np.isfinite(self.score).sum() / max(self.surveyed.known.sum(), 1)),
            "scales": {label: {"worst": one.worst, "best": one.best} for label, one in self.scale.items()},
            "fallen": [{name: getattr(one, name) for name in Fallen.__slots__} for one in self.fallen],
            "start": iso_utc(grid.start),
            "end": iso_utc(grid.end),
            "step_h": grid.step_h,
            "elevation_models": [{"name": name, "sha256": digest} for name, digest in self.models.items()],
            "terrain_reached_km": self.terrain_reached_km,
            "notes": self.notes,
        }


def find_sites(
    dems: Sequence[Dem],
    area: MapArea,
    criteria: Criteria,
    ephemeris: Ephemeris | None = None,
    progress: Progress | None = None,
) -> SiteSearch:
    """Search an area for the sites that meet all constraints and fulfil the wishes best.

    Parameters
    ----------
    dems : nested elevation models
    area : where to search (area_of, area_around)
    criteria : what a site must be and should be (read_criteria, criteria_of)
    ephemeris : the kernels; the shipped ones by default
    progress : called with what is being done, parts done and parts in all

    Returns
    -------
    SiteSearch, empty of sites where no ground meets all constraints. Raises RangeError and TerrainError as the maps
    and ways do.
    """
    from moonstation.sky.ephemeris import Ephemeris

    kernels = ephemeris or Ephemeris.default()
    refuse_period(criteria, kernels)
    surveyed = survey(dems, area, criteria, kernels, progress)
    known, left = surveyed.known, surveyed.known.copy()
    for one in criteria.constraints:
        left &= keeps(one, surveyed.values[one.label])
    scale = scales(criteria.wishes, surveyed.values, left)
    points = np.where(left, score(criteria.wishes, surveyed.values, scale), np.nan)
    chosen = _pixels(points, surveyed, criteria)
    candidates = _looked_at(chosen, surveyed, dems, criteria, kernels, progress)
    taken = cuts(criteria.constraints, surveyed.values, known)
    sites, fallen = _ranked(candidates, surveyed, criteria, scale, left)
    return SiteSearch(
        criteria=criteria,
        surveyed=surveyed,
        sites=sites,
        pairs=_pairs(sites, criteria),
        cuts=taken,
        known_share=float(known.mean()),
        score=points,
        scale=scale,
        fallen=fallen,
        notes=_notes(surveyed, criteria, taken, left),
        models={dem.name: dem.sha256 for dem in sorted(dems, key=lambda dem: dem.posting_m)},
        terrain_reached_km=terrain_reached(dems, area),
    )


def refuse_period(criteria: Criteria, kernels: Ephemeris) -> None:
    """Raise RangeError where the kernels do not cover the period of the light."""
    grid = criteria.grid
    moments = (("search.start", grid.start), ("search.end", grid.end))
    faults = [kernels.date_fault(iso_utc(at), where) for where, at in moments if not kernels.covers_utc(at)]
    if faults:
        raise RangeError(faults)


def _pixels(points: FloatArray, surveyed: Survey, criteria: Criteria) -> list[tuple[int, int]]:
    """The best pixels by score, and the best by each wish alone where they are apart from these."""
    directions = surveyed.area.directions()
    apart = 1e3 * criteria.search.separation_km / moon_radius_m()
    chosen = maxima_apart(points, directions, apart, criteria.search.candidates)
    for one in criteria.wishes:
        alone = np.where(np.isfinite(points), one.of.sense * surveyed.values[one.label], np.nan)
        for pixel in maxima_apart(np.where(np.isfinite(alone), alone + 1e-9 * points, np.nan), directions, apart, 1):
            far = [np.linalg.norm(directions[pixel] - directions[other]) >= apart for other in chosen]
            if pixel not in chosen and all(far):
                chosen.append(pixel)
    return chosen


def _looked_at(
    chosen: Sequence[tuple[int, int]],
    surveyed: Survey,
    dems: Sequence[Dem],
    criteria: Criteria,
    kernels: Ephemeris,
    progress: Progress | None,
) -> list[Candidate]:
    found = []
    for done, pixel in enumerate(chosen):
        if progress:
            progress("candidates", done, len(chosen))
        found.append(look_at(pixel, surveyed, dems, criteria, kernels))
    if progress:
        progress("candidates", len(chosen), len(chosen))
    return found


def _ranked(
    candidates: Sequence[Candidate], surveyed: Survey, criteria: Criteria, scale: dict[str, Scale], left: BoolArray
) -> tuple[list[Site], list[Fallen]]:
    """The candidates that hold, by exact score, and those that fall."""
    held, fallen = [], []
    for one in candidates:
        broken = [limits_in_words(c) for c in criteria.constraints if not keeps(c, one.values[c.label])]
        if broken:
            fallen.append(Fallen(one.latitude_deg, one.longitude_deg, ", ".join(broken)))
        else:
            held.append(one)
    points = [float(score(criteria.wishes, one.values, scale)) for one in held]
    order = sorted(range(len(held)), key=lambda i: -points[i])
    held, points = [held[i] for i in order], [points[i] for i in order]
    front = pareto_front(criteria.wishes, [one.values for one in held])
    sites = [
        Site(
            name=f"site-{number + 1:02d}",
            rank=number + 1,
            score=points[number],
            worth={wish.label: float(scale[wish.label].worth(one.values[wish.label])) for wish in criteria.wishes},
            on_pareto_front=bool(front[number]),
            why=why(one.values, criteria, scale, surveyed.values, left),
            candidate=one,
        )
        for number, one in enumerate(held)
    ]
    return sites, fallen


def _pairs(sites: Sequence[Site], criteria: Criteria) -> list[Pair]:
    asked = criteria.pairs
    if asked is None:
        return []
    dark = {site.name: site.candidate.views[asked.mast_m].dark for site in sites}
    apart = distances_km([(site.name, site.candidate.direction) for site in sites], moon_radius_m() / 1e3)
    grid = criteria.grid
    period_s = float(grid.tdb[-1]) + grid.step_s - float(grid.tdb[0])
    found = pairs_of(
        dark,
        apart,
        period_s,
        within_km=asked.within_km,
        max_joint_dark_h=asked.max_joint_dark_h,
        min_lit_share=asked.min_lit_share,
    )
    return found[: asked.pairs]


def _notes(surveyed: Survey, criteria: Criteria, taken: Sequence[Cut], left: BoolArray) -> list[str]:
    found = [coarse_posting_note(surveyed.area.posting_m)]
    traps, reach_km = surveyed.cold_traps, criteria.way.reach_km
    if traps and traps.margin_km < reach_km:
        found.append(
            f"cold traps were sought {traps.margin_km:.3g} km beyond the area, not the {reach_km:g} km of way.reach_km "
            f"(over {MOST_PIXELS:,} pixels): a coarser elevation model reaches farther"
        )
    if not left.any():
        found.append(least_cut(taken))
    return [note for note in found if note]
