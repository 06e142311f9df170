"""How well a recipe closes, for the families' tests."""

from __future__ import annotations

from collections.abc import Mapping

from moonstation.components.quantities import ELEMENTS, quantities


def worst_element(recipe: Mapping[str, float]) -> float:
    """Greatest relative imbalance of an element in a recipe [-]."""
    worst = 0.0
    for element in ELEMENTS:
        amounts = [
            amount * quantities()[bus.partition("@")[0]].composition.get(element, 0.0) for bus, amount in recipe.items()
        ]
        scale = max(map(abs, amounts), default=0.0)
        worst = max(worst, abs(sum(amounts)) / scale if scale else 0.0)
    return worst
