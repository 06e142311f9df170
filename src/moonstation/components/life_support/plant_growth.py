"""Growth of crops in a chamber by light: the modified energy cascade.

Cavazzoni 2004, Adv. Space Res. 34:1528 (polynomials of canopy closure and quantum yield, carbon use), with the crop
parameters of NASA/TP-2015-218570, section 4.10, both read in the sources of V-HAB. Nothing here was fitted by us.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moonstation.core.time import DAY_H, HOUR_S

Floats = NDArray[np.float64]
Terms = tuple[tuple[int, int, float], ...]

#: Mass of a mole of carbon [kg/mol].
_CARBON_KG_MOL = 0.012011
_MICRO = 1e-6


@dataclass(frozen=True, slots=True)
class Crop:
    """What the energy cascade needs to know of a crop.

    light_h : photoperiod [h/d]; photons : nominal light [umol/m2/s]
    closing : exponent of the light absorbed by a growing canopy [-]
    edible_d, ageing_d, harvest_d : days from emergence until edible matter grows, the canopy ages, harvest [d]
    carbon_use, carbon_use_aged : share of the carbon fixed that stays, before ageing and at harvest [-]
    yield_aged : quantum yield at harvest [mol/mol]
    edible_share : share of growth that is edible from ``edible_d`` on [-]
    carbon_share : of dry matter [kg/kg]
    closure, quantum : terms (power of CO2 [umol/mol], power of light, factor) of the day of canopy closure [d] and
        of the greatest quantum yield [mol carbon per mol of light absorbed]
    """

    light_h: float
    photons: float
    closing: float
    edible_d: float
    ageing_d: float
    harvest_d: float
    carbon_use: float
    carbon_use_aged: float
    yield_aged: float
    edible_share: float
    carbon_share: float
    closure: Terms
    quantum: Terms


_ABSORBED_MOST = 0.93

CROPS = {
    "wheat": Crop(
        20.0, 1400.0, 1.0, 34.0, 33.0, 62.0, 0.64, 0.64, 0.01, 1.00, 0.44,
        ((-1, -1, 9.5488e4), (-1, 1, 0.3419), (-1, 2, -1.9076e-4), (0, -1, 1.0686e3), (0, 0, 15.977),
         (0, 1, 1.9733e-4)),
        ((0, 0, 4.4793e-2), (0, 1, -5.1946e-6), (1, 0, 5.1583e-5), (1, 2, -4.9303e-12), (2, 0, -2.0724e-8),
         (2, 2, 2.2255e-15)),
    ),
    "potato": Crop(
        12.0, 655.0, 2.0, 45.0, 75.0, 138.0, 0.625, 0.625, 0.02, 1.00, 0.41,
        ((-1, -1, 6.5773e5), (0, -1, 8.5626e3), (0, 1, 0.042749), (0, 2, -1.7905e-5), (1, 1, 8.8437e-7)),
        ((0, 0, 4.6929e-2), (0, 3, -1.9602e-11), (1, 0, 5.0910e-5), (1, 2, -1.5272e-11), (2, 0, -2.1878e-8),
         (3, 1, 4.3976e-15)),
    ),
    "soybean": Crop(
        12.0, 800.0, 1.5, 46.0, 48.0, 86.0, 0.65, 0.30, 0.02, 0.95, 0.46,
        ((-1, -1, 6.7978e6), (-1, 0, -4.326e4), (-1, 1, 112.63), (-1, 2, -0.13637), (-1, 3, 6.6918e-5),
         (0, -1, -4.3658e3), (0, 0, 33.959), (0, 3, -2.1367e-8), (1, -1, 1.5573), (1, 3, 1.5467e-11),
         (2, 1, -4.911e-9)),
        ((0, 0, 4.1513e-2), (0, 2, -2.1582e-8), (1, 0, 5.1157e-5), (1, 1, 4.0864e-8), (1, 2, -1.0468e-10),
         (1, 3, 4.8541e-14), (2, 0, -2.0992e-8), (3, 3, 3.9259e-21)),
    ),
    "lettuce": Crop(
        16.0, 300.0, 2.5, 1.0, 30.0, 30.0, 0.625, 0.625, 0.01, 0.95, 0.40,
        ((-1, 1, 1.8760), (0, -1, 1.0289e4), (0, 0, 1.7571), (1, -1, -3.7018), (2, 0, 2.3127e-6), (3, -1, 3.6648e-7)),
        ((0, 0, 4.4763e-2), (0, 1, -1.1701e-5), (1, 0, 5.163e-5), (1, 2, -1.9731e-11), (2, 0, -2.075e-8),
         (2, 2, 8.9265e-15)),
    ),
}  # fmt: skip


def polynomial(terms: Terms, co2_ppm: float, photons: float) -> float:
    """Sum of factor x CO2^i x light^j."""
    return sum(factor * co2_ppm**i * photons**j for i, j, factor in terms)


def absorbed_share(crop: Crop, day: ArrayLike, photons: float, co2_ppm: float) -> Floats:
    """Share of the light that the canopy absorbs on a day after emergence [-], any shape."""
    closed_d = polynomial(crop.closure, co2_ppm, photons)
    young = np.clip(np.asarray(day, dtype=np.float64) / closed_d, 0.0, 1.0)
    return np.asarray(_ABSORBED_MOST * young**crop.closing)


def ageing(crop: Crop, day: ArrayLike) -> Floats:
    """How far the canopy has aged: 0 until ``ageing_d``, 1 at harvest and after [-], any shape."""
    span_d = max(crop.harvest_d - crop.ageing_d, 1e-9)
    return np.asarray(np.clip((np.asarray(day, dtype=np.float64) - crop.ageing_d) / span_d, 0.0, 1.0))


def gross_umol(crop: Crop, day: ArrayLike, photons: float, co2_ppm: float) -> Floats:
    """Carbon that the canopy fixes while the light is on [umol/m2/s], shape of ``day`` [d after emergence].

    Absorbed light times quantum yield, which falls linearly from the onset of ageing (Cavazzoni 2004, eqs. 2-7).
    """
    most = polynomial(crop.quantum, co2_ppm, photons)
    quantum = most - (most - crop.yield_aged) * ageing(crop, day)
    return np.asarray(absorbed_share(crop, day, photons, co2_ppm) * quantum * photons)


def respired_umol(crop: Crop, day: ArrayLike, photons: float, co2_ppm: float) -> Floats:
    """Carbon that the canopy breathes out, day and night alike [umol/m2/s], shape of ``day``."""
    use = crop.carbon_use - (crop.carbon_use - crop.carbon_use_aged) * ageing(crop, day)
    return np.asarray((1.0 - use) * gross_umol(crop, day, photons, co2_ppm) * crop.light_h / DAY_H)


def net_umol(crop: Crop, day: ArrayLike, photons: float, co2_ppm: float) -> Floats:
    """Carbon that the canopy takes up while the light is on, its breathing aside [umol/m2/s], shape of ``day``."""
    return np.asarray(gross_umol(crop, day, photons, co2_ppm) - respired_umol(crop, day, photons, co2_ppm))


def dry_growth_kg_m2_d(crop: Crop, photons: float, co2_ppm: float) -> tuple[float, float]:
    """Edible and other dry matter that grows a day, the mean from planting to harvest [kg/m2/d].

    With beds planted in turns this is what a chamber gives every day.
    """
    days = np.arange(1.0, crop.harvest_d + 1.0)
    gross_s = crop.light_h * HOUR_S
    kept = gross_umol(crop, days, photons, co2_ppm) * gross_s
    kept -= respired_umol(crop, days, photons, co2_ppm) * DAY_H * HOUR_S
    dry = kept * _MICRO * _CARBON_KG_MOL / crop.carbon_share
    edible = np.where(days > crop.edible_d, crop.edible_share, 0.0) * dry
    return float(edible.mean()), float((dry - edible).mean())
