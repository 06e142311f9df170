"""Photograph a report in a headless browser, for the README and to look at it.

Usage: python scripts/screenshot.py REPORT.html PICTURE.png [WIDTH HEIGHT]      (default 1200 1000, in CSS pixels)
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")


def photograph(report: Path, picture: Path, width: int = 1200, height: int = 1000) -> None:
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if not browser:
        sys.exit(f"needs a browser: none of {', '.join(BROWSERS)} is installed")
    if not report.is_file():  # a browser would photograph its own page that says so
        sys.exit(f"{report}: no such page")
    with tempfile.TemporaryDirectory() as profile:
        command = [
            browser,
            "--headless=new",
            "--no-sandbox",
            "--use-angle=swiftshader",  # three dimensions without a graphics card
            "--enable-unsafe-swiftshader",
            "--hide-scrollbars",
            f"--user-data-dir={profile}",
            f"--window-size={width},{height}",
            "--virtual-time-budget=20000",
            f"--screenshot={picture.resolve()}",
            report.resolve().as_uri(),
        ]
        subprocess.run(command, check=True, capture_output=True)


if __name__ == "__main__":
    if len(sys.argv) not in {3, 5}:
        sys.exit(__doc__)
    photograph(Path(sys.argv[1]), Path(sys.argv[2]), *map(int, sys.argv[3:]))
