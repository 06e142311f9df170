"""Breathing oxygen before going out in a suit of lower pressure, so that nitrogen does not bubble out of the blood."""

from __future__ import annotations

import math

from moonstation.facts.table import lookup


def tissue_ratio(nitrogen_kpa: float, suit_kpa: float) -> float:
    """Pressure of nitrogen in the tissue over that of the suit [-]: the R factor of decompression.

    Conkin et al. 1996 (NASA TP-3605): bubbles and pain become likely over 1.4 to 1.7.
    """
    return nitrogen_kpa / suit_kpa


def prebreathe_h(nitrogen_kpa: float, suit_kpa: float, ratio_limit: float) -> float:
    """Hours of pure oxygen that bring a tissue from a cabin's nitrogen to a safe ratio [h]; 0 where it is safe already.

    One tissue of half-time ``suit.tissue_half_time`` (360 min), from which nitrogen leaves exponentially (Conkin 1996).

    nitrogen_kpa : partial pressure of nitrogen in the cabin [kPa]
    suit_kpa : pressure of the suit [kPa]
    ratio_limit : greatest ratio of tissue nitrogen to suit pressure [-]
    """
    excess = tissue_ratio(nitrogen_kpa, suit_kpa) / ratio_limit
    return lookup("suit.tissue_half_time").value / 60.0 * math.log2(excess) if excess > 1.0 else 0.0
