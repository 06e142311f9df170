"""What tests of light maps share."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # map_sky.py, under importlib mode


@pytest.fixture(scope="session")
def year_tracks():
    from map_sky import polar, tracks_of

    return tracks_of(polar())
