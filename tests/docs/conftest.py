"""The reader of pages lies beside its tests."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(autouse=True)
def _own_terrain(monkeypatch, tmp_path):
    """What pages keep under a name is kept for the test alone."""
    monkeypatch.setenv("MOONSTATION_TERRAIN", str(tmp_path / "models"))
