"""What a radiator sees: sky, the ground beside it, and sunlight on its dust."""

from __future__ import annotations

import numpy as np
from scipy.constants import Stefan_Boltzmann

from moonstation.components.contract import Series, Surroundings
from moonstation.facts.table import lookup


def radiator_sink_k(place: Surroundings, sky_view: float = 1.0, dust_cover: float = 0.0) -> Series:
    """Effective sink of a radiator [K], shape of the place's grid.

    T^4 = F T_sky^4 + (1 - F) e_ground T_ground^4 + F c (a_dust - a) / e x S sin(h) / sigma: the place's own radiator
    sink, the ground in the rest of the view, and what dust absorbs more of the Sun. Dust radiates as well as the
    radiator does (Gaier 2018: 0.82 to 0.86), so the emittance stays.

    sky_view : share F of its view that is sky [-], 1 for a level one in the open; the rest is ground
    dust_cover : share c of its area under dust [-]
    """
    if sky_view == 1.0 and dust_cover == 0.0:
        return place.radiator_sink_k()
    fourth = sky_view * place.radiator_sink_k().astype(np.float64) ** 4
    fourth += (1.0 - sky_view) * lookup("regolith.emissivity").value * place.regolith_k().astype(np.float64) ** 4
    if dust_cover:
        fourth += sky_view * dust_cover * _dusty_gain_w_m2(place) / Stefan_Boltzmann
    return (fourth**0.25).astype(np.float32)


def _dusty_gain_w_m2(place: Surroundings) -> np.ndarray:
    """What a radiator wholly under dust absorbs more than a clean one, over its emittance [W/m2]."""
    more = lookup("thermal.dust_absorptance").value - lookup("sink.radiator_solar_absorptance").value
    rise = np.maximum(np.sin(np.radians(place.sun_elevation_deg().astype(np.float64))), 0.0)
    disc = place.sun_disc_fraction(on_mast=False) / place.sun_distance_au().astype(np.float64) ** 2
    return more / lookup("sink.radiator_emittance").value * lookup("sun.irradiance_1au").value * disc * rise
