"""Fixtures for all tests, and the house-keeping before the first."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
_PACKAGE = PROJECT / "src" / "moonstation"
_SHARED = PROJECT.parent / "shared" / "data"
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")


def pytest_configure(config: pytest.Config) -> None:
    """Throw away machine code that is older than what it was compiled from (see CONTRIBUTING)."""
    if not hasattr(config, "workerinput"):  # the workers of a parallel run leave this to the process that starts them
        drop_stale_machine_code(_PACKAGE)


def drop_stale_machine_code(package: Path) -> list[Path]:
    """Delete the numba caches of each room that has a module newer than the oldest of them; returns the folders."""
    dropped = []
    below_all = _newest(package / "core", package / "sky")
    for folder in sorted(package.rglob("__pycache__")):
        cached = [path for pattern in ("*.nbi", "*.nbc") for path in folder.glob(pattern)]
        if cached and min(map(_age, cached)) < max(below_all, _newest(folder.parent)):
            dropped.append(folder)
            for path in cached:
                path.unlink(missing_ok=True)
    return dropped


def _newest(*rooms: Path) -> float:
    return max((_age(path) for room in rooms for path in room.glob("*.py")), default=0.0)


def _age(path: Path) -> float:
    return path.stat().st_mtime


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the real terrain and truth tables beside the project; absent ones fail under CI and skip elsewhere."""
    if _SHARED.is_dir():
        return _SHARED
    return _absent("needs ../shared/data (real terrain and truth tables) beside the project's folder")


@pytest.fixture(scope="session")
def chromium() -> Path:
    """A headless browser to look at pages with; an absent one fails under CI and skips elsewhere."""
    for name in _BROWSERS:
        if found := shutil.which(name):
            return Path(found)
    return _absent(f"needs a browser to look at the report with: none of {', '.join(_BROWSERS)} is installed")


def _absent(reason: str) -> Path:
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
