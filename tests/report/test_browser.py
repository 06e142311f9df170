"""The page in a real browser: it draws, without errors, without the network, no wider than the window."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from hostile import hostile_study

from moonstation.report.html import render_report

_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--enable-logging=stderr",
]
#: WebGL drawn by the processor, as on a machine without a graphics card, and none at all.
_WEBGL = ("--use-angle=swiftshader", "--enable-unsafe-swiftshader")
_NO_WEBGL = ("--disable-gpu", "--disable-3d-apis")
#: What the browser remarks on the speed of drawing, whoever draws.
_REMARKS = ("Canvas2D: Multiple readback operations", "GL Driver Message")
#: Runs in the page after all is drawn and leaves what the test asks in the page's root.
_PROBE = """<script>
window.alert = function () { document.documentElement.dataset.alerted = "yes"; };
window.addEventListener("load", function () { setTimeout(function () {
  var root = document.documentElement;
  var boxes = Array.prototype.slice.call(document.querySelectorAll(".plot"));
  var shown = boxes.filter(function (box) { return box.offsetParent; });
  root.dataset.shown = shown.length;
  root.dataset.drawn = shown.filter(function (box) {
    return box.dataset.state === "drawn" && box.querySelector("svg.main-svg");
  }).length;
  root.dataset.overflow = Math.max(root.scrollWidth - window.innerWidth, 0);
  root.dataset.wide = shown.filter(function (box) {
    return box.querySelector("svg.main-svg").getBoundingClientRect().right > window.innerWidth + 1;
  }).length;
  root.dataset.solid = shown.filter(function (box) { return box.querySelector(".gl-container canvas"); }).length;
  root.dataset.flat = Array.prototype.filter.call(document.querySelectorAll("p.flat"), function (words) {
    return words.offsetParent;
  }).length;
  root.dataset.events = document.querySelectorAll(".events tbody tr").length;
}, 3000); });
</script></body>"""


def opened(
    chromium: Path, text: str, folder: Path, size: str, webgl: tuple[str, ...] = _WEBGL
) -> tuple[dict[str, str], str, str]:
    """What the probe left, the document after the scripts ran, and the browser's log."""
    file = folder / "report.html"
    file.write_text(text.replace("</body>", _PROBE), encoding="utf-8")
    command = [str(chromium), *_FLAGS, *webgl, f"--user-data-dir={folder / 'profile'}", f"--window-size={size}"]
    command += ["--virtual-time-budget=20000", "--dump-dom", f"{file.as_uri()}#draw-all"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=True)
    root = re.search(r"<html[^>]*>", done.stdout)
    assert root, done.stderr
    return dict(re.findall(r'data-(\w+)="([^"]*)"', root[0])), done.stdout, done.stderr


def complaints(log: str) -> list[str]:
    """Lines in which the page's console speaks, but for remarks on speed."""
    return [line for line in log.splitlines() if "CONSOLE" in line and not any(map(line.__contains__, _REMARKS))]


def test_a_wide_page_draws_every_figure(chromium: Path, page: str, tmp_path: Path) -> None:
    left, _, log = opened(chromium, page, tmp_path, "1400,1000")
    assert complaints(log) == []
    assert left["faults"] == "0"
    assert int(left["drawn"]) == int(left["shown"]) > 15  # those of the chosen place
    assert (left["overflow"], left["wide"], left["events"]) == ("0", "0", "25")
    assert (left["solid"], left["flat"]) == ("1", "0")


def test_a_browser_without_webgl_is_told_where_to_look(chromium: Path, page: str, tmp_path: Path) -> None:
    left, _, log = opened(chromium, page, tmp_path, "1400,1000", _NO_WEBGL)
    assert complaints(log) == []
    assert left["faults"] == "0"
    assert int(left["drawn"]) == int(left["shown"]) > 15
    assert (left["solid"], left["flat"]) == ("0", "1")


def test_the_page_of_a_place_draws_its_terrain(chromium: Path, place_page: str, tmp_path: Path) -> None:
    left, _, log = opened(chromium, place_page, tmp_path, "1000,900")
    assert complaints(log) == []
    assert (left["faults"], left["drawn"], left["solid"]) == ("0", "2", "1")
    assert (left["overflow"], left["wide"]) == ("0", "0")


def test_a_narrow_page_of_hostile_texts_draws_them_as_texts(chromium: Path, tmp_path: Path) -> None:
    left, document, log = opened(chromium, render_report(hostile_study()), tmp_path, "500,900")
    assert complaints(log) == []
    assert left["faults"] == "0"
    assert "alerted" not in left
    assert not re.search(r"<img\b", document.replace("&lt;img", ""))
    assert int(left["drawn"]) == int(left["shown"]) > 15
    assert (left["overflow"], left["wide"]) == ("0", "0")
