"""Hours of dishes: what links share when several want the same antenna, on the Moon or on the Earth."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from moonstation.components.contract import BusName, Process, param

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


def hours_of_dish(bus: BusName, count: float = 1.0) -> Process:
    """As many hours per hour as there are dishes, given before any link is served; unused ones are let go."""
    return Process("dish time", {bus: count}, priority=0)


def taking_hours(sending: Process, *buses: BusName) -> Process:
    """A process that sends data, taking hours of a dish from each of ``buses`` at its mean rate in contact."""
    assert sending.series is not None
    share = np.asarray(sending.series, np.float64)
    used = share[share > 0.0]
    gbit_h = sending.limit * (float(used.mean()) if used.size else 1.0)
    return replace(sending, recipe={**sending.recipe, **dict.fromkeys(buses, -1.0 / gbit_h)})
