"""What pages run in."""

import pytest


@pytest.fixture(autouse=True)
def _own_terrain(monkeypatch, tmp_path):
    """What pages keep under a name is kept for the test alone."""
    monkeypatch.setenv("MOONSTATION_TERRAIN", str(tmp_path / "models"))
