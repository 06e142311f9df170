"""A study as one HTML file that opens anywhere, without a network."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from moonstation.report.blocks import Section
from moonstation.report.nodes import label, node_names
from moonstation.report.sections import contacts, power, records, roadmap, science, sky, stocks, temperature, verdict
from moonstation.report.series import Run
from moonstation.report.view import StudyView
from moonstation.report.words import day

if TYPE_CHECKING:
    from jinja2 import Environment, Template
    from markupsafe import Markup

_TEMPLATE = "report.html.j2"


def render_report(study: StudyView) -> str:
    """The report of a study: one HTML text with its styles, figures and the plotting library inside.

    Every text of the study is escaped. Parts that the study does not have are named as missing, in words.
    """
    from plotly.offline import get_plotlyjs

    run = Run(study.dataset)
    nodes = node_names(study, run)
    return _template().render(
        study=study,
        statement=verdict.statement(study),
        period=f"{day(study.start)} to {day(study.end)}",
        sections=sections(study, run),
        nodes=[(name, label(study, name)) for name in nodes],
        style=_asset("style.css"),
        script=_asset("report.js"),
        plotly=_safe_script(get_plotlyjs()),
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


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("moonstation.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["figure_json"] = _figure_json
    environment.filters["as_json"] = _as_json
    return environment


def _template() -> Template:
    return _environment().get_template(_TEMPLATE)


def _asset(name: str) -> Markup:
    from markupsafe import Markup

    text = (resources.files("moonstation.report") / "templates" / name).read_text(encoding="utf-8")
    return Markup(text)  # noqa: S704 - our own file


def _safe_script(text: str) -> Markup:
    """A script that may stand inside a script element: nothing in it can close the element."""
    from markupsafe import Markup

    return Markup(text.replace("</script", "<\\/script"))  # noqa: S704 - the plotting library itself


def _figure_json(figure: Any) -> Markup:
    """A figure as JSON inside a script element."""
    return _inside_script(figure.to_json(validate=False))


def _as_json(value: Any) -> Markup:
    """Plain data as JSON inside a script element."""
    import json

    return _inside_script(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def _inside_script(text: str) -> Markup:
    """JSON in which no character can end the script element or start a comment in it."""
    from markupsafe import Markup

    for character, escaped in (
        ("&", "\\u0026"),
        ("<", "\\u003c"),
        (">", "\\u003e"),
        ("\u2028", "\\u2028"),
        ("\u2029", "\\u2029"),
    ):
        text = text.replace(character, escaped)
    return Markup(text)  # noqa: S704 - escaped above
