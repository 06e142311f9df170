"""The nodes of a study in the order of the report, and what people call them."""

from __future__ import annotations

from moonstation.report.blocks import Block, Panel, Text
from moonstation.report.series import Run
from moonstation.report.view import SiteView, StudyView


def node_names(view: StudyView, run: Run) -> list[str]:
    """Every node: the main site first, then in the scenario's order."""
    names = list(dict.fromkeys([*view.sites, *run.sites]))
    return sorted(names, key=lambda name: name != view.main_site)


def node(view: StudyView, name: str) -> SiteView:
    """What is known of a node; a node that only the run knows has just its name."""
    return view.sites.get(name) or SiteView(name)


def label(view: StudyView, name: str) -> str:
    """What people call a node or any other place."""
    return view.sites[name].label if name in view.sites else name


def node_panels(view: StudyView, run: Run, blocks_of: dict[str, list[Block]], missing: str) -> list[Panel]:
    """A panel for each node; a node without blocks says ``missing``, where ``{}`` is its name."""
    names = node_names(view, run)
    if not names:
        return [Panel([Text("The study has no sites.", "note")])]
    return [
        Panel(blocks_of.get(name) or [Text(missing.replace("{}", label(view, name)), "note")], name) for name in names
    ]
