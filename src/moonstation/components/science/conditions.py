"""When the sky lets an instrument observe."""

from __future__ import annotations

import numpy as np

from moonstation.components.contract import Series, Surroundings

CONDITIONS = ("always", "daylight", "dark-sky", "earth-in-view", "earth-hidden", "radio-quiet")


def condition_series(place: Surroundings, condition: str, *, on_mast: bool = False) -> Series | None:
    """1 while a condition holds, else 0 [-], shape (grid.count,); None for ``always``.

    daylight, dark-sky : some, none of the solar disc is seen
    earth-in-view, earth-hidden : some, none of the Earth's disc is seen
    radio-quiet : neither the Sun nor the Earth is seen, the two loud radio sources below 50 MHz
    """
    sun_seen = place.sun_disc_fraction(on_mast=on_mast) > 0
    earth_seen = place.earth_disc_fraction(on_mast=on_mast) > 0
    holds = {
        "always": None,
        "daylight": sun_seen,
        "dark-sky": ~sun_seen,
        "earth-in-view": earth_seen,
        "earth-hidden": ~earth_seen,
        "radio-quiet": ~(sun_seen | earth_seen),
    }[condition]
    return None if holds is None else holds.astype(np.float32)
