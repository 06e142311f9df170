"""Mean sunlight against the map of the LOLA team: every eighth block of the table, from its middle row on.

README.md here says what the whole table gives and what is owed; ``compare.py`` runs it.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

_SPEC = importlib.util.spec_from_file_location("lola_compare", Path(__file__).with_name("compare.py"))
compare = importlib.util.module_from_spec(_SPEC)
sys.modules["lola_compare"] = compare
_SPEC.loader.exec_module(compare)

EVERY_EIGHTH = slice(4, None, 8)


@pytest.mark.shared
@pytest.mark.slow
def test_mean_light_agrees_with_the_map_of_the_lola_team(shared_data, record_property):
    blocks = list(compare.compare(shared_data, EVERY_EIGHTH, azimuths=180, chosen=compare.QUINCUNX))
    lola = np.array([block.lola_pct for block in blocks])
    disc = compare.agreement(np.array([block.disc_pct for block in blocks]), lola)
    part = compare.agreement(np.array([block.any_pct for block in blocks]), lola)
    record_property("disc", str(disc))
    record_property("any_part", str(part))
    print(f"disc fraction {disc}\nany part {part}")
    assert disc.count >= 200
    assert disc.correlation >= 0.985
    assert disc.rms <= 2.5
    assert abs(disc.bias) <= 1.0
    assert disc.bias < part.bias  # "any part of the disc" is a different question, with a larger answer


def test_the_points_of_a_block_lie_on_a_square_of_720_metres():
    places = np.radians(list(compare.points(-87.0, 30.0)))
    lat, lon = places.T
    vectors = compare.RADIUS_M * np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)
    apart = np.linalg.norm(vectors - vectors[4], axis=1)
    assert apart[[1, 3, 5, 7]] == pytest.approx(360.0, rel=1e-3)
    assert apart[[0, 2, 6, 8]] == pytest.approx(360.0 * np.sqrt(2), rel=1e-3)
    assert np.degrees(places[4]) == pytest.approx([-87.0, 30.0])
