"""The run folder of a fault campaign: the table of all failures for machines, and what made it."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

from moonstation.core.folder import Mark, whole_folder
from moonstation.core.output import json_text
from moonstation.studies.fault_campaign import Campaign
from moonstation.studies.folder import MANIFEST, REPORT, grounds

CAMPAIGN, TABLE = "campaign.json", "campaign.csv"
MARK = Mark(MANIFEST, "campaign")
#: Columns of campaign.csv.
COLUMNS = (
    "unit",
    "type",
    "site",
    "failure",
    "when",
    "utc",
    "failed",
    "found_h",
    "found_by",
    "mended_h",
    "ended_by",
    "unserved_h",
    "lost",
    "lived",
)


def write_campaign(
    made: Campaign, folder: Path, report: Callable[[], str], *, where: str = "folder", overwrite: bool = False
) -> Path:
    """Write a campaign as a run folder, whole or not at all; returns its path.

    report : makes the HTML text of report.html; where : the option by which the person gave the folder

    Raises RangeError when the place is taken or cannot be written.
    """
    folder = folder.absolute()
    with whole_folder(folder, MARK, where, overwrite=overwrite) as partial:
        (partial / CAMPAIGN).write_text(json_text(told(made)), encoding="utf-8")
        _write_table(made, partial / TABLE)
        (partial / REPORT).write_text(report(), encoding="utf-8")
        (partial / MANIFEST).write_text(json_text(manifest(made)), encoding="utf-8")
    return folder


def told(made: Campaign) -> dict[str, Any]:
    """The content of campaign.json: the numbers of the summary, and every failure under ``outcomes``."""
    return made.summary | {"outcomes": made.table}


def manifest(made: Campaign) -> dict[str, Any]:
    """What made this campaign: hashes of its inputs, facts, versions, seed."""
    return grounds(MARK, made.scenario, made.facts) | {
        "seed": made.seed,
        "step_h": made.station.grid.step_h,
        "look_days": made.look_days,
    }


def _write_table(made: Campaign, path: Path) -> None:
    """A line for every failure; several lost assets stand in one cell, divided by semicolons."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, COLUMNS)
        table.writeheader()
        table.writerows(row | {"lost": "; ".join(row["lost"])} for row in made.table)
