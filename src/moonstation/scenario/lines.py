"""Where in a TOML text each key stands: ``tomllib`` tells values, but no lines."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Mapping

#: Keys and list positions from the top of the document, such as ``("assets", 3, "oxygen_kg_h")``.
KeyPath = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY = re.compile(r"""[ \t]*("(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z0-9_-]+)[ \t]*""")
_STRING = re.compile(
    r'''"""(?:[^\\]|\\.)*?"{3,5}(?!")|\'\'\'.*?'{3,5}(?!')|"(?:[^"\\\n]|\\.)*"|'[^'\n]*\'''',
    re.DOTALL,
)
_SCALAR = re.compile(r"[^,\]}#\n]*")


def key_lines(text: str) -> dict[KeyPath, int]:
    """Line number, from 1, of every table, key and list item of a valid TOML text."""
    return _Scanner(text).scan()


def line_of(lines: Mapping[KeyPath, int], path: KeyPath) -> int | None:
    """Line of ``path``, or of the nearest thing that holds it; None where nothing does."""
    return next((lines[path[:size]] for size in range(len(path), 0, -1) if path[:size] in lines), None)


class _Scanner:
    """One pass over a text that ``tomllib`` has accepted; so the grammar need not be checked again."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[KeyPath, int] = {}
        self.list_lengths: dict[KeyPath, int] = {}
        self.line_starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def scan(self) -> dict[KeyPath, int]:
        table: KeyPath = ()
        while self._skip_blank():
            if self.text.startswith("[[", self.at):
                table = self._header(2)
            elif self.text[self.at] == "[":
                table = self._header(1)
            else:
                self._pair(table)
        return self.lines

    def _skip_blank(self) -> bool:
        """Go past white space and comments; False at the end of the text."""
        self.at = self._match(_BLANK).end()
        return self.at < len(self.text)

    def _match(self, pattern: re.Pattern[str]) -> re.Match[str]:
        found = pattern.match(self.text, self.at)
        if found is None:
            raise ValueError(f"no TOML at line {bisect_right(self.line_starts, self.at)}")
        return found

    def _mark(self, path: KeyPath) -> None:
        self.lines.setdefault(path, bisect_right(self.line_starts, self.at))

    def _keys(self) -> list[str]:
        """The parts of a dotted key; leaves the position after it."""
        keys = []
        while True:
            found = self._match(_KEY)
            keys.append(_plain_key(found[1]))
            self.at = found.end()
            if not self.text.startswith(".", self.at):
                return keys
            self.at += 1

    def _header(self, brackets: int) -> KeyPath:
        begin = self.at
        self.at += brackets
        keys = self._keys()
        end, self.at = self.at + brackets, begin
        path: KeyPath = ()
        for position, key in enumerate(keys):
            path = (*path, key)
            if brackets == 2 and position == len(keys) - 1:
                self.list_lengths[path] = self.list_lengths.get(path, 0) + 1
            self._mark(path)
            if path in self.list_lengths:
                path = (*path, self.list_lengths[path] - 1)
                self._mark(path)
        self.at = end
        return path

    def _pair(self, table: KeyPath) -> None:
        begin = self.at
        keys = self._keys()
        end, self.at = self.at, begin
        for size in range(1, len(keys) + 1):
            self._mark((*table, *keys[:size]))
        self.at = end + 1  # past the equals sign
        self._value((*table, *keys))

    def _value(self, path: KeyPath) -> None:
        self._skip_blank()
        opening = self.text[self.at]
        if opening == "[":
            self._items(path)
        elif opening == "{":
            self._inline_table(path)
        else:
            self.at = self._match(_STRING if opening in "\"'" else _SCALAR).end()

    def _items(self, path: KeyPath) -> None:
        self.at += 1
        position = 0
        while self._skip_blank() and self.text[self.at] != "]":
            self._mark((*path, position))
            self._value((*path, position))
            position += 1
            self._skip_blank()
            self.at += self.text[self.at] == ","
        self.at += 1

    def _inline_table(self, path: KeyPath) -> None:
        self.at += 1
        while self._skip_blank() and self.text[self.at] != "}":
            self._pair(path)
            self._skip_blank()
            self.at += self.text[self.at] == ","
        self.at += 1


def _plain_key(key: str) -> str:
    return str(tomllib.loads(f"key = {key}")["key"]) if key[0] in "\"'" else key
