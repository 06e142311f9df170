"""What tests of light maps share."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="session")
def year_tracks():
    from map_sky import polar, tracks_of

    return tracks_of(polar())
