"""What a report shows, as plain data: no simulation, no files, no clocks.

Times are aware ``datetime`` objects in UTC. Anything that a study does not have stays empty, and the report says so
in words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypedDict

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import xarray as xr

    from moonstation.report.view3d.ground import Ground

FloatArray = NDArray[np.floating[Any]]


class Margin(TypedDict, total=False):
    """How far a study stayed from its end: ``value`` in ``unit``, and in words what it is measured against."""

    label: str
    value: float
    unit: str
    detail: str


class EventRow(TypedDict, total=False):
    """Something that happened; ``utc`` is a datetime, a datetime64 or ISO text."""

    utc: Any
    kind: str
    subject: str
    detail: str
    value: float
    unit: str


class ConditionRow(TypedDict, total=False):
    """One condition of a milestone: the least value asked for, the best seen, and when it came to hold."""

    metric: str
    label: str
    least: float
    unit: str
    reached: datetime | None
    best: float
    held_since: float


class MilestoneRow(TypedDict, total=False):
    """A step of the road map, planned and reached."""

    name: str
    title: str
    planned: datetime
    reached: datetime | None
    conditions: Sequence[ConditionRow]
    landed: Mapping[str, datetime | None]
    waits_for: Sequence[str]
    hold_days: float


class MissionRow(TypedDict, total=False):
    """A flight. ``brings`` lists its assets and deliveries; ``until`` is when it left, where that is known.

    Of one that was ``decided`` by a go, ``landed`` and ``left`` tell when, and ``landing`` what became of it.
    """

    name: str
    title: str
    partners: Sequence[str]
    launcher: str
    launch: datetime | None
    arrival: datetime | None
    until: datetime | None
    decided: bool
    landed: datetime | None
    landing: str
    left: datetime | None
    status: str
    site: str
    phase: str
    brings: Sequence[str]
    source: str


class AssetRow(TypedDict, total=False):
    """A thing at a node; ``end`` is when it left service (planned), ``lost`` when and ``loss`` how it was lost."""

    name: str
    type: str
    site: str
    mission: str
    partner: str
    facility: str
    start: datetime | None
    end: datetime | None
    lost: datetime | None
    loss: str


class FactRow(TypedDict, total=False):
    """A number that the run stood on. ``used_by`` may name the assets."""

    key: str
    value: float
    low: float | None
    high: float | None
    unit: str
    source: str
    locator: str
    status: str
    note: str


@dataclass(frozen=True)
class Verdict:
    """Whether the station lives, why (not), on what margin, and by which rule."""

    lives: bool
    reasons: Sequence[str] = ()
    margins: Sequence[Margin] = ()
    rule: str = ""


@dataclass(frozen=True)
class SkyLine:
    """Elevation of the terrain against azimuth [deg] for an eye ``height_m`` above the ground, and what made it."""

    azimuth_deg: FloatArray
    elevation_deg: FloatArray
    height_m: float
    provenance: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Track:
    """Apparent places of a body's centre [deg] over ``days``, a year at most, every ``step_h`` from ``start``."""

    azimuth_deg: FloatArray
    elevation_deg: FloatArray
    days: float = 365.25
    start: datetime | None = None
    step_h: float = 0.0


@dataclass(frozen=True)
class SiteView:
    """A surface site, or with ``orbit`` set a relay, which has no sky-line.

    light : the summary of a place's light, keys as in ``moonstation site``
    """

    name: str
    title: str = ""
    latitude_deg: float | None = None
    longitude_deg: float | None = None
    mast_m: float | None = None
    mast_line: SkyLine | None = None
    ground_line: SkyLine | None = None
    sun: Track | None = None
    earth: Track | None = None
    light: Mapping[str, Any] = field(default_factory=dict)
    ground: Ground | None = None
    orbit: str = ""

    @property
    def label(self) -> str:
        """What people call it."""
        return self.title or self.name


@dataclass(frozen=True)
class StudyView:
    """All that a report shows.

    summary : the contents of summary.json
    dataset : time series of the run, names and dimensions as in ``station.dataset``
    ledger : rows with ``quantity``, ``node``, ``unit`` and one key per column
    manifest : versions, hashes, seed and the like, nested as in manifest.json
    """

    name: str
    title: str
    start: datetime
    end: datetime
    verdict: Verdict
    summary: Mapping[str, Any]
    dataset: xr.Dataset
    main_site: str = ""
    sites: Mapping[str, SiteView] = field(default_factory=dict)
    events: Sequence[EventRow] = ()
    milestones: Sequence[MilestoneRow] = ()
    missions: Sequence[MissionRow] = ()
    assets: Sequence[AssetRow] = ()
    facts: Sequence[FactRow] = ()
    ledger: Sequence[Mapping[str, Any]] = ()
    manifest: Mapping[str, Any] = field(default_factory=dict)
