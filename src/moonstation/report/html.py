"""A study as one HTML file that opens anywhere, without a network."""

from __future__ import annotations

from moonstation.report.blocks import Section
from moonstation.report.nodes import label, node_names
from moonstation.report.page import render_page
from moonstation.report.sections import contacts, power, records, roadmap, science, sky, stocks, temperature, verdict
from moonstation.report.series import Run
from moonstation.report.view import StudyView
from moonstation.report.words import day

_TEMPLATE = "report.html.j2"


def render_report(study: StudyView) -> str:
    """The report of a study: one HTML text with its styles, figures and the plotting library inside.

    Every text of the study is escaped. Parts that the study does not have are named as missing, in words.
    """
    run = Run(study.dataset)
    nodes = node_names(study, run)
    return render_page(
        _TEMPLATE,
        study=study,
        statement=verdict.statement(study),
        period=f"{day(study.start)} to {day(study.end)}",
        sections=sections(study, run),
        nodes=[(name, label(study, name)) for name in nodes],
        version=study.manifest.get("versions", {}).get("moonstation", "")
        if isinstance(study.manifest.get("versions"), dict)
        else "",
    )


def sections(study: StudyView, run: Run) -> list[Section]:
    """All chapters in the order of the report."""
    return [
        verdict.verdict(study, run),
        verdict.key_numbers(study, run),
        sky.horizon(study, run),
        sky.light(study, run),
        roadmap.roadmap(study),
        power.power(study, run),
        temperature.temperature(study, run),
        contacts.contacts(study, run),
        stocks.stocks(study, run),
        science.science(study, run),
        records.events(study),
        records.facts(study),
        records.ledger(study),
        records.provenance(study),
    ]
