"""A component of a user's own, defined where no family folder is."""

from __future__ import annotations

from dataclasses import dataclass

from moonstation.components.contract import REGISTRY, component


def test_a_component_outside_the_package_belongs_to_the_family_own(monkeypatch) -> None:
    monkeypatch.setattr("moonstation.components.contract.REGISTRY", dict(REGISTRY))

    @dataclass(frozen=True)
    class Kite:
        """It has a module without a folder, as in a notebook."""

    Kite.__module__ = "__main__"
    assert component("kite")(Kite).family == "own"
