"""A page read back: its headings, tables, figures."""

from __future__ import annotations

import base64
import json
from html.parser import HTMLParser
from typing import Any

import numpy as np

_VOID = {"meta", "link", "br", "hr", "img", "input"}


class Page(HTMLParser):
    """Checks that elements close in order, and keeps texts by chapter."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.ids: list[str] = []
        self.chapters: dict[str, str] = {}
        self.scripts: list[tuple[str, str, str]] = []
        self.links: list[str] = []
        self.heads: list[str] = []
        self._chapter = ""
        self._type = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in _VOID:
            self.open.append(tag)
        if given.get("id"):
            self.ids.append(str(given["id"]))
        if tag == "section":
            self._chapter = str(given["id"])
            self.chapters[self._chapter] = ""
        self._type = str(given.get("type", "")) if tag == "script" else self._type
        self.links += [str(given[key]) for key in ("src", "href") if given.get(key)]

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag
        if tag == "section":
            self._chapter = ""

    def handle_data(self, data: str) -> None:
        inside = self.open[-1] if self.open else ""
        if inside == "script":
            self.scripts.append((self._chapter, self._type, data))
        elif inside == "h2":
            self.heads.append(data)
        if inside != "script" and self._chapter:
            self.chapters[self._chapter] += data

    def figures(self, chapter: str = "") -> list[dict[str, Any]]:
        """Every figure, or those of one chapter."""
        found = [
            json.loads(text)
            for name, kind, text in self.scripts
            if kind == "application/json" and chapter in ("", name)
        ]
        return [item for item in found if isinstance(item, dict)]


def array(values: Any) -> np.ndarray:
    """A figure's array, whether a list or in Plotly's packed form."""
    if isinstance(values, dict):
        kinds = {"f4": np.float32, "f8": np.float64, "i4": np.int32, "i1": np.int8, "i2": np.int16, "u1": np.uint8}
        packed = np.frombuffer(base64.b64decode(values["bdata"]), kinds[values["dtype"]])
        shape = [int(size) for size in str(values.get("shape", packed.size)).split(",")]
        return packed.reshape(shape)
    return np.asarray(values)
