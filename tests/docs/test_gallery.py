"""The gallery shows commands that exist, and pictures that are there, small, and made by this program."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from PIL import Image
from typer.main import get_command

from moonstation.cli.main import app

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = (DOCS / "gallery.md").read_text("utf-8")
SHOWN = re.findall(r"^<!-- picture: \S+ as (\S+) -->\n!\[[^]]{20,}\]\((\S+)\)$", PAGE, re.MULTILINE)
COMMANDS = re.findall(r"moonstation (?:map|temperature|site|find-sites|route)\b[^\n>]*", re.sub(r"\\\n", " ", PAGE))


def test_every_picture_of_the_page_is_there_and_every_picture_is_on_the_page():
    assert [name for name, target in SHOWN if target != f"images/gallery/{name}.png"] == []
    assert {f"{name}.png" for name, _ in SHOWN} == {file.name for file in (DOCS / "images" / "gallery").iterdir()}
    assert PAGE.count("](images/gallery/") == len(SHOWN)


@pytest.mark.parametrize("name", [name for name, _ in SHOWN])
def test_pictures_are_small_enough_for_a_page_and_large_enough_for_a_talk(name):
    file = DOCS / "images" / "gallery" / f"{name}.png"
    assert file.stat().st_size < 400_000
    with Image.open(file) as picture:
        assert picture.format == "PNG"
        assert picture.width >= 800


@pytest.mark.parametrize("command", [line for line in COMMANDS if " --" in line])
def test_every_command_takes_the_options_that_it_is_shown_with(command):
    _, verb, *words = shlex.split(command)
    known = {name for item in get_command(app).commands[verb].params for name in (*item.opts, *item.secondary_opts)}
    assert {word for word in words if re.match(r"--?[a-z]", word)} <= known
