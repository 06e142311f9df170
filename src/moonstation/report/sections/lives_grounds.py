"""What the lives of an ensemble stand on: sampled and held facts, and what made them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moonstation.report.blocks import Block, Column, Panel, Section, Table, Text
from moonstation.report.words import count, number

if TYPE_CHECKING:
    from moonstation.studies.ensemble import Ensemble


def sampled(run: Ensemble) -> Section:
    """Every uncertain fact: sampled between which ends, or held and why."""
    known = {fact.key: fact for fact in run.facts}
    rows = [
        [
            fact.key,
            number(fact.low, 4),
            number(fact.mode, 4),
            number(fact.high, 4),
            known[fact.key].unit,
            "logarithm" if fact.by_logarithm else "value",
            known[fact.key].status,
        ]
        for fact in run.plan.sampled
    ]
    heads = [Column("fact")] + [Column(head, right=True) for head in ("low", "most likely", "high")]
    heads += [Column("unit"), Column("triangular in its"), Column("status")]
    blocks: list[Block] = [Table(heads, rows, "Sampled facts", search=True, folded=True)]
    held = [[item.key, item.reason] for item in run.plan.held]
    blocks.append(Table([Column("fact"), Column("why")], held, "Held at the tables' values", folded=True))
    softened = int(run.gathered.softened.sum())
    if softened:
        words = "whose facts contradicted each other were drawn half-way to the tables' values until they agreed"
        blocks.append(Text(f"{count(softened, 'life', 'lives')} {words}.", "note"))
    lead = (
        f"{count(len(rows), 'fact')} known only within a range differ from life to life (Latin hypercube); "
        f"{count(len(held), 'fact')} more cannot, and keep their table's value. Of all "
        f"{count(len(run.facts), 'fact')} behind the lives, {number(len(run.assumptions), 9)} nobody has confirmed."
    )
    return Section("sampled", "Uncertain facts", [Panel(blocks)], lead)


def provenance(run: Ensemble) -> Section:
    """What made these lives."""
    from moonstation.studies.ensemble_folder import manifest

    made = manifest(run)
    rows = [[key, str(made[key])] for key in ("scenario", "members", "seed", "step_h", "record_h", "network_sha256")]
    rows += [[f"input {item['path']}", item["sha256"]] for item in [*made["inputs"], *made["kernels"]]]
    rows += [[name, version] for name, version in made["versions"].items()]
    return Section("provenance", "Provenance", [Panel([Table([Column("what"), Column("value")], rows)])])
