"""A page that opens anywhere, without a network: a template with styles, scripts and the plotting library inside."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from moonstation.report.blocks import Plot, Plots, Section

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup


def render_page(template: str, **content: Any) -> str:
    """The page of a template of this package as one HTML text; every text in ``content`` is escaped."""
    return (
        _environment()
        .get_template(template)
        .render(
            style=_asset("style.css"),
            script=_asset("report.js"),
            plotly=_safe_script(_plotly()) if _draws(content.get("sections")) else "",
            **content,
        )
    )


def _draws(sections: Sequence[Section] | None) -> bool:
    """Whether a page has a figure, and so needs what draws them: also where its template makes sections of its own."""
    blocks = (block for section in sections or () for panel in section.panels for block in panel.blocks)
    return sections is None or any(isinstance(block, Plot | Plots) for block in blocks)


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


def _plotly() -> str:
    """The plotting library's script."""
    return (resources.files("plotly") / "package_data" / "plotly.min.js").read_text(encoding="utf-8")


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
    return _inside_script(figure.to_json())


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
