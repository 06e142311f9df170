"""Fixtures for all tests."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
_SHARED = PROJECT.parent / "shared" / "data"
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")


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
