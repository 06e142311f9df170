"""Finds every component: imports all modules of the family folders once."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache

import moonstation.components as _package
from moonstation.components.contract import REGISTRY, Component


def components() -> Mapping[str, type[Component]]:
    """Every component class by its kind, in order of kind; a user's own from its definition on."""
    _import_all()
    return _in_order(tuple(REGISTRY.items()))


@cache
def _in_order(known: tuple[tuple[str, type[Component]], ...]) -> Mapping[str, type[Component]]:
    return dict(sorted(known))


@cache
def _import_all() -> None:
    for module in pkgutil.walk_packages(_package.__path__, f"{_package.__name__}."):
        if not module.ispkg and module.name.count(".") > 2:
            importlib.import_module(module.name)
