"""What a section of the report is made of; the template knows how to write each block."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from moonstation.report.figures.plot import Figure


@dataclass(frozen=True)
class Text:
    """A paragraph; ``tone`` is '' or 'note' (said more quietly) or 'warning'."""

    text: str
    tone: str = ""
    kind: ClassVar = "text"


@dataclass(frozen=True)
class Points:
    """A list of sentences."""

    items: Sequence[str]
    tone: str = ""
    kind: ClassVar = "points"


@dataclass(frozen=True)
class Card:
    """One key number: what it is, the number with its unit, a word on it; ``state`` is '', 'good' or 'bad'."""

    label: str
    value: str
    detail: str = ""
    state: str = ""


@dataclass(frozen=True)
class Cards:
    """Key numbers side by side."""

    items: Sequence[Card]
    kind: ClassVar = "cards"


@dataclass(frozen=True)
class Plot:
    """A figure that is drawn when it comes into view; ``caption`` says in words what it shows.

    keys : colour and meaning of what its own legend leaves out
    solid : three-dimensional; ``instead`` says where a browser that draws none finds the same
    """

    figure: Figure
    caption: str
    title: str = ""
    keys: Sequence[tuple[str, str]] = ()
    solid: bool = False
    instead: str = ""
    kind: ClassVar = "plot"

    @property
    def height_px(self) -> int:
        """Height that is kept free for it."""
        return int(self.figure.layout.get("height", 320))


@dataclass(frozen=True)
class Plots:
    """Small figures side by side, one below the other on a phone."""

    items: Sequence[Plot]
    kind: ClassVar = "plots"


@dataclass(frozen=True)
class Column:
    """Head of a table's column; numbers stand to the right, ``fixed`` texts such as dates are never broken."""

    head: str
    right: bool = False
    fixed: bool = False

    @property
    def style(self) -> str:
        """Class of its cells."""
        return "right" if self.right else "fixed" if self.fixed else ""


@dataclass(frozen=True)
class Table:
    """Rows of texts. ``search`` adds a filter field; ``folded`` hides it behind its caption."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    caption: str = ""
    search: bool = False
    folded: bool = False
    marks: Mapping[int, str] = field(default_factory=dict)
    kind: ClassVar = "table"


@dataclass(frozen=True)
class EventList:
    """Rows (utc, kind, subject, detail, value) that the page itself filters; ``kinds`` counts all of each kind."""

    rows: Sequence[Sequence[str]]
    kinds: Mapping[str, int]
    note: str = ""
    kind: ClassVar = "events"


Block = Text | Points | Cards | Plot | Plots | Table | EventList


@dataclass(frozen=True)
class Panel:
    """Blocks about one site, or with ``site`` empty about the whole station."""

    blocks: Sequence[Block]
    site: str = ""


@dataclass(frozen=True)
class Section:
    """A chapter with its anchor ``key``."""

    key: str
    title: str
    panels: Sequence[Panel]
    lead: str = ""
