"""Fixtures for all tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the real terrain and truth tables beside the project; absent ones fail under CI and skip elsewhere."""
    if _SHARED.is_dir():
        return _SHARED
    reason = "needs ../shared/data (real terrain and truth tables) beside the project's folder"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
