"""What became of the landings that need a go: read from the events of a run, told in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moonstation.core.time import TimeGrid
from moonstation.core.units import shown_unit
from moonstation.station import packed
from moonstation.station.go import Asked, Landing
from moonstation.station.landing_plan import people_of
from moonstation.station.means import record_at
from moonstation.station.model import MODES, Asset
from moonstation.station.network import Compiled

#: What each condition looks at, by its key without its unit.
_LOOKS_AT = {
    "pressure_kpa": "cabin pressure",
    "oxygen_kpa": "oxygen in the cabins",
    "carbon_dioxide_kpa": "carbon dioxide in the cabins",
    "housing": "number of bodies that house them",
    "coldest_k": "temperature of what houses them",
    "warmest_k": "temperature of what houses them",
    "room_share": "room",
    "oxygen_supply_share": "sound oxygen generation, per person",
    "co2_removal_share": "sound carbon dioxide removal, per person",
    "water_supply_share": "sound water recovery, per person",
    "oxygen_days": "oxygen in tanks",
    "water_days": "drinking water in tanks",
    "food_days": "food",
    "charge_share": "usable charge",
    "worst_mode": "mode of the power bus",
    "contact": "number of open links towards the Earth",
    "ascent": "number of sound ascent vehicles",
}


@dataclass(frozen=True, slots=True)
class LandingOutcome:
    """What became of a landing that needs a go.

    landed : when, None where it did not; cancelled : when it was given up; left : when its people left early
    people : who it brings; cause : the condition behind the last decision against it, "" where there was none
    """

    mission: str
    planned: datetime
    people: float
    landed: datetime | None = None
    cancelled: datetime | None = None
    left: datetime | None = None
    cause: str = ""

    @property
    def waited_days(self) -> float:
        """Days by which it landed later than planned, 0 where it did not land [d]."""
        return (self.landed - self.planned) / timedelta(days=1) if self.landed else 0.0

    @property
    def state(self) -> str:
        """One word or two."""
        if self.left:
            return "left early"
        if self.landed:
            return "landed" if self.landed == self.planned else "landed late"
        return "cancelled" if self.cancelled else "still waits"


def landing_outcomes(compiled: Compiled, log: NDArray[Any], grid: TimeGrid) -> tuple[LandingOutcome, ...]:
    """What became of every landing that needs a go, in order; ``log`` holds the kernel's events."""
    rows = log[log["code"] >= packed.EV_GO]
    return tuple(_outcome(compiled, gate, rows, grid) for gate in range(len(compiled.landings)))


def _outcome(compiled: Compiled, gate: int, rows: NDArray[Any], grid: TimeGrid) -> LandingOutcome:
    landing, told = compiled.landings[gate], dict[int, datetime]()
    cause, gates = "", compiled.network.conditions.gate
    for row in rows:
        code, index = int(row["code"]), int(row["index"])
        if (index if code == packed.EV_GO else gates[index]) != gate:
            continue
        told[code] = moment(grid, int(row["step"]))
        cause = cause if code == packed.EV_GO else found(compiled.asked[index], float(row["value"]))
    return LandingOutcome(
        mission=landing.mission,
        planned=moment(grid, grid.index_at(landing.at)),
        people=sum(people_of(asset) for asset in compiled.assets if asset.mission == landing.mission),
        landed=told.get(packed.EV_GO),
        cancelled=told.get(packed.EV_CANCELLED),
        left=told.get(packed.EV_LEFT),
        cause=cause,
    )


def moment(grid: TimeGrid, step: int) -> datetime:
    """When a step begins, UTC."""
    return grid.start + timedelta(seconds=step * grid.step_s)


def planned_lives(assets: Sequence[Asset], grid: TimeGrid, record_steps: int) -> NDArray[np.bool_]:
    """Which asset would be alive at the end of each record by the dates of the plan, shape (record, asset)."""
    count = -(-grid.count // record_steps)
    alive = np.zeros((count, len(assets)), np.bool_)
    for number, asset in enumerate(assets):
        start = record_at(max(grid.index_at(asset.start), 0), grid.count, record_steps)
        end = record_at(grid.index_at(asset.end), grid.count, record_steps) if asset.end else count
        alive[start : max(end, 0), number] = True
    return alive


def lived_by(planned: NDArray[np.bool_], compiled: Compiled, log: NDArray[Any], record_steps: int) -> NDArray[np.bool_]:
    """Which asset would be alive at the end of each record if nothing were lost, shape (record, asset).

    planned : the same by the dates of the plan, which hold for all that comes without a go
    log : the kernel's events, which tell when all else came, and when people left with what was to leave with them
    """
    schedule = compiled.network.schedule
    gated = np.flatnonzero(schedule.asset_gate[: planned.shape[1]] >= 0)
    if not gated.size:
        return planned
    alive = planned.copy()
    alive[:, gated] = False
    gate_of = compiled.network.conditions.gate
    left = {int(gate_of[row["index"]]): int(row["step"]) for row in log[log["code"] == packed.EV_LEFT]}
    for row in log[(log["code"] == packed.EV_LANDED) & np.isin(log["index"], gated)]:
        first, asset = int(row["step"]), int(row["index"])
        gate = int(schedule.asset_gate[asset])
        late = first - int(schedule.gate_start[gate])
        end = int(schedule.asset_end[asset]) + late
        if schedule.asset_goes[asset]:
            end = min(end, left.get(gate, end))
        begin, past = record_at((first, end), compiled.steps, record_steps)
        alive[begin:past, asset] = True
    return alive


def lived_spans(
    compiled: Compiled, log: NDArray[Any], grid: TimeGrid
) -> dict[str, tuple[datetime | None, datetime | None]]:
    """When each asset that came by a go began and ended, None where it did not, by its name."""
    gates = compiled.network.schedule.asset_gate
    spans: dict[str, tuple[datetime | None, datetime | None]] = {
        asset.name: (None, None) for asset, gate in zip(compiled.assets, gates, strict=False) if gate >= 0
    }
    for row in log[np.isin(log["code"], (packed.EV_LANDED, packed.EV_ENDED))]:
        name = compiled.assets[row["index"]].name if row["index"] < len(compiled.assets) else ""
        if name in spans:
            when, first = moment(grid, int(row["step"])), spans[name][0]
            spans[name] = (when, None) if row["code"] == packed.EV_LANDED else (first, when)
    return spans


def found(asked: Asked, value: float) -> str:
    """What was found and what is asked, in words."""
    bound = "at least" if asked.least else "at most"
    return f"{_LOOKS_AT.get(asked.key, asked.key)} {_amount(asked, value)}, asked {bound} {_amount(asked, asked.limit)}"


def _amount(asked: Asked, value: float) -> str:
    if asked.key == "worst_mode":
        return MODES[int(value)]
    return f"{value:.3g} {shown_unit(asked.unit)}".rstrip()


def told(compiled: Compiled, code: int, index: int) -> tuple[str, str, str]:
    """Mission, words and unit of a decision on a landing or a departure."""
    if code == packed.EV_GO:
        landing = compiled.landings[index]
        return landing.mission, _decision(landing, code, None), ""
    asked = compiled.asked[index]
    return asked.landing.mission, _decision(asked.landing, code, asked), shown_unit(asked.unit)


def _decision(landing: Landing, code: int, asked: Asked | None) -> str:
    """A decision in one line: cause, evidence, rule and outcome; what was measured stands beside it."""
    rule = f"policy.go.{landing.rule.name}"
    if asked is None:
        return f"all that {rule} asks for holds: lands"
    outcome = {
        packed.EV_NO_GO: f"waits, looks again every {landing.rule.retry_h:g} h",
        packed.EV_CANCELLED: f"cancelled after {landing.rule.wait_h / 24.0:g} d",
        packed.EV_LEFT: "the people leave",
        packed.EV_STRANDED: "the people cannot leave",
    }[code]
    before = code in (packed.EV_NO_GO, packed.EV_CANCELLED)
    cause, rule = ("no go", rule) if before else ("no longer fit to live in", f"{rule}.leave")
    side = "under" if asked.least else "over"
    limit = _amount(asked, asked.limit)
    return f"{cause}, found: {_LOOKS_AT.get(asked.key, asked.key)} {side} {limit}, {rule}: {outcome}"
