"""Members of an ensemble a chunk at a time: what each life leaves, and the files in which finished chunks are kept."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from copy import copy
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moonstation.core.errors import Fault, RangeError
from moonstation.core.output import write_whole
from moonstation.core.time import DAY_S, HOUR_S
from moonstation.facts.table import lookup
from moonstation.roadmap.milestones import evaluate
from moonstation.station.chances import log_of
from moonstation.station.fault_plan import plan_failures
from moonstation.station.fault_tables import FAULT_EVENT, FaultTables, fault_tables
from moonstation.station.kernel import SOURCES
from moonstation.station.member import MemberRun, Shared
from moonstation.station.named_series import named_series
from moonstation.station.network import series_blocks
from moonstation.station.packed import life_of
from moonstation.station.side_by_side import LANES, LaneColumns, run_lives
from moonstation.station.simulate import RESIDUAL_LIMIT, closed
from moonstation.station.uncertainty import latin_hypercube
from moonstation.station.unheard import with_waits
from moonstation.studies.blueprint import Blueprint, Member
from moonstation.studies.ensemble_resume import other_run_faults

#: Members of a chunk: those that run side by side. Finished chunks survive whatever stops a run.
CHUNK = LANES
#: The member that has every fact at its table's value.
NOMINAL = -1
#: An event of a member.
EVENT = np.dtype([("member", "i4"), ("step", "i4"), ("code", "i4"), ("index", "i4"), ("value", "f8")])
#: An event of a failure of a member (see ``station.fault_tables.FAULT_EVENT``).
FAULT = np.dtype([("member", "i4"), *((name, "i4") for name in ("step", "code", "mode", "unit", "why", "rung"))])
_PLAN = "plan.json"
#: Facts that are looked up while a life is judged and told, not before: no network and no draw tells of their values.
JUDGED_BY = ("cabin.carbon_dioxide_scale", "cabin.oxygen_scale", "moon.synodic_day")
#: Up to so much, series are kept in the order in which the kernel reads them: 45 of them over ten years at ten minutes.
_KEPT_BYTES = 128_000_000
_NOT_STACKED = ("events", "faults", "outcome_names")

Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Order:
    """What is asked of an ensemble, beside its scenario.

    members : count of lives; seed : of every draw, so that the same seed gives the same lives
    step : time step in place of the scenario's, such as ``1h``
    series : further series to keep of every life, such as ``charge_kwh@ridge`` (see ``station.named_series``)
    failures : whether things fail; without, lives differ in their facts alone
    """

    members: int
    seed: int = 0
    step: str | None = None
    series: Sequence[str] = ()
    failures: bool = True

    def chunks(self) -> dict[int, list[int]]:
        """Members of every chunk by its first one, the nominal life as a chunk of its own."""
        every = range(self.members)
        return {NOMINAL: [NOMINAL]} | {first: [*every[first : first + CHUNK]] for first in every[::CHUNK]}


class Lives:
    """Runs members of one blueprint; what they have in common is worked out once.

    The nominal life runs before it is known which facts are sampled, too (see ``with_facts``).
    """

    def __init__(self, blueprint: Blueprint, order: Order) -> None:
        self.blueprint = blueprint
        self.order = order
        self.record_steps = max(round(DAY_S / blueprint.station.grid.step_s), 1)
        empty: Any = None  # nobody looks at the records
        known = (blueprint.station, blueprint.places, blueprint.compiled, empty, self.record_steps)
        self.nominal = MemberRun(*known, shared=empty)
        self.shared = Shared(self.nominal)
        self.failure_plan = None
        if order.failures:
            self.failure_plan = plan_failures(blueprint.station, blueprint.compiled, order.seed)

    def with_facts(self, blueprint: Blueprint) -> Lives:
        """The same lives of the same blueprint, whose uncertain facts are sorted now."""
        known = copy(self)
        known.blueprint = blueprint
        return known

    @cached_property
    def values(self) -> NDArray[np.float64]:
        """Values of the sampled facts of each member, shape (member, fact)."""
        return latin_hypercube(self.blueprint.sampled, self.order.members, self.order.seed)

    @cached_property
    def _blocks(self) -> list[NDArray[np.float32]]:
        """The series of the station as the kernel reads them, kept for all groups of lives where they are not large."""
        compiled = self.blueprint.compiled
        if 4 * compiled.steps * len(compiled.columns) > _KEPT_BYTES:
            return []
        return list(series_blocks(compiled.columns, 0, compiled.steps))

    def run(self, members: Sequence[int], told: Callable[[float], None] | None = None) -> dict[str, NDArray[Any]]:
        """What these members leave: outcomes, downtimes, series and events, arrays with an axis of members.

        told : is told from time to time how many of them are done, parts of lives included
        """
        rows: list[dict[str, NDArray[Any]]] = []
        for group in (members[first : first + LANES] for first in range(0, len(members), LANES)):
            rows += self._side_by_side(group, _counted(told, len(rows), len(group)))
        out = {name: np.stack([row[name] for row in rows]) for name in rows[0] if name not in _NOT_STACKED}
        out |= {name: np.concatenate([row[name] for row in rows]) for name in ("events", "faults")}
        return out | {"members": np.asarray(members, np.int32), "outcome_names": rows[0]["outcome_names"]}

    def _side_by_side(
        self, members: Sequence[int], told: Callable[[float], None] | None
    ) -> Iterator[dict[str, NDArray[Any]]]:
        """What each of a few members leaves, run in the lanes of the kernel."""
        plan, steps = self.blueprint, self.record_steps
        made = [self.member(number) for number in members]
        records, failed = run_lives(
            [member.compiled.network for member in made],
            plan.compiled.columns,
            plan.compiled.steps,
            plan.station.grid.step_h,
            steps,
            width=1 if NOMINAL in members else LANES,
            faults=self._faults(members, made),
            told=told,
            blocks=self._blocks,
        )
        columns = LaneColumns(records)
        for lane, (number, member) in enumerate(zip(members, made, strict=True)):
            own = closed(life_of(records, lane))
            faults = log_of(self.failure_plan, failed, lane) if self.failure_plan and failed else None
            known = (plan.station, plan.places, member.compiled, own, steps)
            life = MemberRun(*known, shared=self.shared, faults=faults, columns=columns.of_lane(lane))
            yield self._left_by(number, life, member.softened)

    def member(self, number: int) -> Member:
        """A life before it is run."""
        plan = self.blueprint
        if number == NOMINAL:
            return plan.nominal
        return plan.member(dict(zip(_keys(plan), map(float, self.values[number]), strict=True)))

    def _faults(self, members: Sequence[int], made: Sequence[Member]) -> Callable[[int], FaultTables] | None:
        """Makes the tables of the failures of a few members, with room for so many events; idle lanes are as the last.

        None where nothing fails: in the nominal life, and where no failures are asked for.
        """
        if self.failure_plan is None or NOMINAL in members:
            return None
        plan, idle = self.failure_plan, LANES - len(members)
        numbers = [*(member.failures for member in made), *[made[-1].failures] * idle]
        lanes = [*members, *[members[-1]] * idle]
        return lambda room: fault_tables(plan, numbers, lanes, room)

    def _left_by(self, member: int, life: MemberRun, softened: bool) -> dict[str, NDArray[Any]]:
        told = with_waits(life.faults, life.log, self.blueprint.station.grid.count).rows if life.faults else None
        series = life.tracked() | {name: named_series(life, name) for name in self.order.series}
        outcomes = life.outcomes() | self._milestones(life)
        return {
            "outcomes": np.array(list(outcomes.values())),
            "outcome_names": np.array(list(outcomes)),
            "downtime_h": life.downtime_h(),
            "degraded_h": life.degraded_h(),
            "softened": np.array(softened),
            "events": _copied(life.log, EVENT, member),
            "faults": _copied(np.zeros(0, FAULT_EVENT) if told is None else told, FAULT, member),
        } | {f"series.{name}": values for name, values in series.items()}

    def _milestones(self, life: MemberRun) -> dict[str, float]:
        """Hours into the run at which each milestone was reached, nan where it was not."""
        start = self.blueprint.station.grid.start
        return {
            f"milestone.{item.name}": np.nan
            if item.reached is None
            else (item.reached - start).total_seconds() / HOUR_S
            for item in evaluate(self.blueprint.milestones, life)
        }


def _counted(told: Callable[[float], None] | None, before: int, members: int) -> Callable[[float], None] | None:
    """Tells of the share of a run of so many members as of members, after those that are done."""
    return (lambda share: told(before + share * members)) if told else None


def _copied(rows: NDArray[Any], kind: np.dtype[Any], member: int) -> NDArray[Any]:
    """Rows of a log with the number of their member."""
    out = np.zeros(len(rows), kind)
    out["member"] = member
    for name in set(kind.names or ()) - {"member"}:
        out[name] = rows[name]
    return out


def _keys(plan: Blueprint) -> list[str]:
    return [fact.key for fact in plan.sampled]


class ChunkStore:
    """Finished chunks in a folder; each file is there whole or not at all."""

    def __init__(self, folder: Path, identity: Mapping[str, Any]) -> None:
        self.folder = folder
        self.identity = dict(identity)

    def open(self, *, resume: bool, where: str) -> None:
        """Take the folder for this ensemble; raises RangeError where it holds another one's chunks."""
        found = self._found()
        if found is None:
            self.folder.mkdir(parents=True, exist_ok=True)
            write_whole(self.folder / _PLAN, json.dumps(self.identity, indent=1).encode(), where)
        elif not resume:
            hint = f"go on from it with resume=True, or remove {self.folder}"
            raise RangeError(Fault(where, "an unfinished run is there", str(self.folder), hint=hint))
        elif faults := other_run_faults(self.folder, found, self.identity):
            raise RangeError(faults)

    def finished(self) -> set[int]:
        """First members of the chunks that are there."""
        found = {int(path.stem.rpartition("-")[2]) for path in self.folder.glob("chunk-*.npz")}
        return found | {NOMINAL} if self._file(NOMINAL).exists() else found

    def clear_if_empty(self) -> None:
        """Take the folder away where no life was finished: the nominal one alone is nothing to go on from."""
        if self.finished() <= {NOMINAL}:
            for path in (self._file(NOMINAL), self.folder / _PLAN):
                path.unlink(missing_ok=True)
            with suppress(OSError):
                self.folder.rmdir()

    def put(self, first: int, chunk: Arrays) -> None:
        """Keep a chunk."""
        stream = io.BytesIO()
        np.savez(stream, **{f"a.{name}": values for name, values in chunk.items()})  # type: ignore[arg-type]
        write_whole(self._file(first), stream.getvalue(), "-o")

    def get(self, first: int) -> dict[str, NDArray[Any]]:
        """A chunk that is there."""
        with np.load(self._file(first)) as kept:
            return {name.removeprefix("a."): kept[name] for name in kept.files}

    def _file(self, first: int) -> Path:
        return self.folder / ("nominal.npz" if first == NOMINAL else f"chunk-{first:07d}.npz")

    def _found(self) -> dict[str, Any] | None:
        try:
            return dict(json.loads((self.folder / _PLAN).read_text("utf-8")))
        except FileNotFoundError:
            return None
        except (OSError, ValueError):
            return {}


def judged_by() -> list[dict[str, Any]]:
    """Facts that lives are judged by, and their values."""
    return [{"key": key, "value": lookup(key).value} for key in JUDGED_BY]


def identity(lives: Lives, version: str) -> dict[str, Any]:
    """What must agree for two runs to be parts of one ensemble."""
    plan = lives.blueprint
    facts = [asdict(fact) for fact in plan.sampled]
    return {
        "kind": "unfinished ensemble",
        "moonstation": version,
        "scenario": plan.scenario.name,
        "members": lives.order.members,
        "members_at_once": CHUNK,
        "seed": lives.order.seed,
        "series": list(lives.order.series),
        "failures": lives.order.failures,
        "step": plan.scenario.step,
        "main_site": lives.shared.site,
        "milestones": [repr(item) for item in plan.milestones],
        "network": plan.digest,
        "kernel": f"{SOURCES:x}",
        "facts": facts,
        "judged_by": judged_by(),
        "residual_limit": RESIDUAL_LIMIT,
    }
