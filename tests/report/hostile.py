"""A study whose every text tries to break out of the page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from made_up import made_up_study

from moonstation.report.view import StudyView, Verdict

HOSTILE = "<img src=x onerror=alert(1)></script><script>alert(2)</script>&amp;\"'%{x}{{7*7}}$<b>"


def hostile_study() -> StudyView:
    """Every text that a user's file can bring is hostile."""
    study = made_up_study()
    data = study.dataset
    texts = {name: data[name].dtype.kind in "UO" and name != "time" for name in data.coords}
    spared = {"process_type", "process_capability", "store_quantity", "store_unit"}  # names of ours, never a user's
    poisoned = {
        name: (data[name].dims, [f"{HOSTILE}{value}" for value in data[name].to_numpy()])
        for name, is_text in texts.items()
        if is_text and name not in spared
    }

    def all_of(rows: Any) -> list[dict[str, Any]]:
        return [
            {
                key: f"{HOSTILE}{value}" if isinstance(value, str) and key not in ("status", "metric") else value
                for key, value in row.items()
            }
            for row in rows
        ]

    sites = {
        f"{HOSTILE}{name}": replace(site, name=f"{HOSTILE}{name}", title=f"{HOSTILE}{site.title}")
        for name, site in study.sites.items()
    }
    ridge = f"{HOSTILE}ridge"
    line = sites[ridge].mast_line
    assert line is not None
    sites[ridge] = replace(sites[ridge], mast_line=replace(line, provenance={HOSTILE: HOSTILE}))
    missions = [row | {"partners": [HOSTILE], "brings": [HOSTILE]} for row in all_of(study.missions)]
    milestones = [
        row | {"landed": {HOSTILE: None}, "waits_for": [HOSTILE], "conditions": all_of(row["conditions"])}
        for row in all_of(study.milestones)
    ]
    return replace(
        study,
        name=HOSTILE,
        title=HOSTILE,
        verdict=Verdict(
            False, [HOSTILE], [{"label": HOSTILE, "value": 1.0, "unit": HOSTILE, "detail": HOSTILE}], HOSTILE
        ),
        dataset=data.assign_coords(poisoned),
        main_site=ridge,
        sites=sites,
        events=all_of(study.events[:50]),
        missions=missions,
        milestones=milestones,
        assets=all_of(study.assets),
        facts=all_of(study.facts),
        ledger=all_of(study.ledger),
        manifest={HOSTILE: HOSTILE, "versions": {"moonstation": HOSTILE}},
        summary={**study.summary, "left_out": [HOSTILE]},
    )
