"""What a run offered and gave, record by record: the series that the judgement and the road map share.

``site`` is the site that counts, "" for the whole station; every series has the shape (record,).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from moonstation.components.contract import Process
from moonstation.station.model import Asset
from moonstation.station.results import RunResult

Floats = NDArray[np.float64]

#: What life support needs, by the capability that components state [persons].
LIFE_SUPPORT = ("cabin_crew", "crew_oxygen", "crew_co2_removal", "crew_water")
#: Least share of a whole that counts as whole, against rounding in single precision.
WHOLE = 1.0 - 1e-6


def processes_at(run: RunResult, site: str = "") -> Iterator[tuple[int, Asset, Process]]:
    """Number, asset and process of everything that works at a site."""
    for number, (asset, process) in enumerate(run.compiled.processes):
        if site in ("", asset.node):
            yield number, asset, process


def activity(run: RunResult, number: int) -> Floats:
    """Mean activity of a process [unit of the process]."""
    return np.asarray(run.column("activity", number), np.float64)


def ready(run: RunResult, number: int) -> Floats:
    """Share of time in which a process was alive and nothing kept it from running [-]."""
    return np.asarray(run.column("ready", number), np.float64)


def offered(run: RunResult, capability: str, site: str = "") -> Floats:
    """Sum of a stated capability over what is alive and ready [unit of the capability]."""
    total = np.zeros(run.time.shape)
    for number, _, process in processes_at(run, site):
        if capability in process.capability:
            total += process.capability[capability] * ready(run, number)
    for number, (asset, stated) in enumerate(zip(run.compiled.assets, run.compiled.capabilities, strict=True)):
        if capability in stated and site in ("", asset.node):
            total += stated[capability] * run.alive[:, number]
    return total


def crew_present(run: RunResult, site: str = "") -> Floats:
    """People there [-]."""
    nodes = [site] if site else [*run.station.sites, *run.station.relays]
    return np.asarray(np.sum([run.crew_at(node) for node in nodes], axis=0), np.float64)


def crew_days(run: RunResult) -> float:
    """Days lived by people, added up [d]."""
    return float((crew_present(run) * run.record_hours).sum()) / 24.0


def science_hours(run: RunResult, site: str = "") -> Floats:
    """Hours that instruments worked in each record, added up [h]."""
    worked = np.zeros(run.time.shape)
    for number, _, process in processes_at(run, site):
        if process.limit > 0 and any(name.startswith("science_field:") for name in process.capability):
            worked += activity(run, number) / process.limit
    return worked * run.record_hours
