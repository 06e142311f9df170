"""Hours of dishes: what links share when several want the same antenna, on the Moon or on the Earth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from moonstation.components.contract import BusName, Process, Series, param

#: A link's own dish, when its bands take turns on it; the dish that links of a site share; the Earth's network.
OWN_DISH: BusName = "antenna_h@self"
SITE_DISH: BusName = "antenna_h"
GROUND: BusName = "antenna_h@earth"


def dish_choice() -> Any:
    """Parameter: whose dish a link uses."""
    doc = "its own, or the site's shared_dish, which one link uses at a time"
    return param(unit="name", doc=doc, default="own", choices=("own", "shared"))


def ground_choice() -> Any:
    """Parameter: whether a link has to book its antenna on the Earth."""
    doc = "an antenna on the Earth is always free, or booked from the ground_network"
    return param(unit="name", doc=doc, default="free", choices=("free", "booked"))


def hours_of_dish(bus: BusName, count: float = 1.0, usable: Series | None = None) -> Process:
    """As many hours per hour as there are dishes, given before any link is served; unused ones are let go.

    usable : share of each step in which they can be used [-], shape of the grid; all of it where left out
    """
    return Process("dish time", {bus: count}, series=usable, priority=0)


def costing(
    sending: Process,
    gbit_h: float,
    *,
    transmit_w: float = 0.0,
    amplifier_efficiency: float = 1.0,
    dishes: Sequence[BusName] = (),
) -> Process:
    """A process that sends data, taking power and hours of dishes for what an hour of sending carries.

    gbit_h : at a usual distance; nearer or farther a Gbit takes less or more time than is counted here [Gbit]
    transmit_w : radio power, which leaves by the dish [W]
    amplifier_efficiency : radio power over electric power [-]
    """
    costs, radio_kw = dict.fromkeys(dishes, -1.0 / gbit_h), transmit_w / 1e3
    if transmit_w > 0.0:
        costs["electricity"] = -(radio_kw / amplifier_efficiency) / gbit_h
    return replace(sending, recipe={**sending.recipe, **costs}, emitted_kw=radio_kw / gbit_h)
