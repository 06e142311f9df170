"""Run pages as their test does and write what really came into the outputs that they show.

Usage: python scripts/refresh_outputs.py PAGE.md ...      (for instance README.md docs/tutorial/first-night.md)

Lines with ``...`` stay as they are. Of a command's output only the lines that the page shows are renewed, each by the
real line with the same label. Read the page afterwards: its prose may speak of the old numbers.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT / "tests" / "docs"))

from page import Block, blocks_of, commands_of, is_step, output_of, run_python, take  # noqa: E402

_LABEL = re.compile(r"^\S.*?(?=\s{2,}\S)")


def refreshed(page: str, folder: Path) -> str:
    """The text of a page with its outputs renewed; its steps are taken in ``folder``, the current one."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    for block in filter(is_step, blocks_of(page)):
        for old, new in _outputs(block, namespace, folder):
            page = page.replace(old, new, 1)
    return page


def _outputs(block: Block, namespace: dict[str, Any], folder: Path) -> list[tuple[str, str]]:
    """Shown and real output of each step of a block."""
    if block.language == "console":
        return [
            (command.output, _renewed(command.output, output_of(command, folder)))
            for command in commands_of(block.text)
        ]
    if block.output and "..." not in block.output:
        real = run_python(block.text, namespace)
        return [(block.output, "".join(f"{line.rstrip()}\n" for line in real.splitlines()))]
    take(block, namespace, folder)
    return []


def _renewed(shown: str, real: str) -> str:
    by_label = {label[0]: line.rstrip() for line in real.splitlines() if (label := _LABEL.match(line))}
    lines = []
    for line in shown.splitlines(keepends=True):
        label = _LABEL.match(line)
        keep = "..." in line or not label or label[0] not in by_label
        lines.append(line if keep or not label else f"{by_label[label[0]]}\n")
    return "".join(lines)


def main() -> None:
    if len(sys.argv) == 1:
        sys.exit(__doc__)
    for name in map(Path, sys.argv[1:]):
        path = name.resolve()
        page = path.read_text(encoding="utf-8")
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            renewed = refreshed(page, Path(folder))
            os.chdir(PROJECT)
        if renewed != page:
            path.write_text(renewed, encoding="utf-8")
            print(f"wrote {path}")


if __name__ == "__main__":
    main()
