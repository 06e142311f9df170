"""Run the commands that docs/gallery.md shows and renew its pictures.

Usage: python scripts/build_gallery.py FOLDER_WITH_TERRAIN [WORD ...]

Commands of the page's ``sh`` and ``python`` blocks run one after the other in a scratch folder that holds links to the
terrain; with WORDs only the blocks that hold one of them. ``<!-- picture: FILE as NAME -->`` over a picture says
which file becomes docs/images/gallery/NAME.png. A picture of a page (.html) is a photograph of it. Pictures
larger than 400 kB are reduced to a palette.
"""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from screenshot import photograph

PROJECT = Path(__file__).resolve().parents[1]
PAGE = PROJECT / "docs" / "gallery.md"
PICTURES = PROJECT / "docs" / "images" / "gallery"
BLOCK = re.compile(r"^```(sh|python)\n(.*?)^```$|^<!-- picture: (\S+) as (\S+) -->$", re.MULTILINE | re.DOTALL)
MOST_BYTES = 390_000
WIDEST_PX = 1240
PAGE_PX = (1100, 1180)


def build(terrain: Path, words: list[str]) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for file in terrain.iterdir():
            (folder / file.name).symlink_to(file.resolve())
        wanted = False
        for language, text, made, name in BLOCK.findall(PAGE.read_text("utf-8")):
            if not made:
                wanted = not words or any(word in text for word in words)
                if wanted:
                    run(language, text, folder)
            elif wanted:
                keep(folder / made, PICTURES / f"{name}.png")


def run(language: str, text: str, folder: Path) -> None:
    print(text.strip(), flush=True)
    binaries = Path(sys.executable).parent
    command = ["bash", "-e", "-c", text] if language == "sh" else [sys.executable, "-c", text]
    path = f"{binaries}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(command, cwd=folder, env={**os.environ, "PATH": path}, check=True)


def keep(made: Path, target: Path) -> None:
    """The picture with as many pixels as its size in bytes allows."""
    if made.suffix == ".html":
        photograph(made, target, *PAGE_PX)
        made = target
    with Image.open(made) as picture:
        whole = picture.convert("RGB")
    content = io.BytesIO()
    whole.save(content, "PNG", optimize=True)
    width = min(whole.width, WIDEST_PX)
    while content.tell() > MOST_BYTES:
        size = width, round(whole.height * width / whole.width)
        small = whole.resize(size, Image.Resampling.LANCZOS) if width < whole.width else whole
        content = io.BytesIO()
        palette = small.quantize(256, Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE)
        palette.save(content, "PNG", optimize=True)
        width = round(0.95 * width)
    target.write_bytes(content.getvalue())
    print(f"{target.relative_to(PROJECT)}: {content.tell() / 1e3:.0f} kB", flush=True)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    build(Path(sys.argv[1]), sys.argv[2:])
