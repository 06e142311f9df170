"""Words that hang on numbers."""

from __future__ import annotations

import pytest

from moonstation.core.words import noun


@pytest.mark.parametrize(
    ("items", "words"),
    [(0, ("assets", "deliveries")), (1, ("asset", "delivery")), (2, ("assets", "deliveries"))],
)
def test_one_thing_has_its_own_noun(items, words):
    assert (noun(items, "asset"), noun(items, "delivery", "deliveries")) == words
