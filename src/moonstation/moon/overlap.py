"""Whether elevation models agree where they overlap: one in feet beside one in metres gives no terrain at all."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from moonstation.core.errors import Fault
from moonstation.facts.table import lookup
from moonstation.moon.dem import Dem

#: Places looked at, per side of the finer model; each is two small pieces read.
_SIDE = 6
_LEAST_PLACES = 12
#: Correlation from which two models show the same ground; under it nothing is said.
_SAME_GROUND = 0.9
_FOOT_M = 0.3048
_FEET_WITHIN = 0.05


def overlap_faults(dems: Sequence[Dem]) -> list[Fault]:
    """Models whose heights differ by a factor where both have ground.

    A factor is told by the spread of the heights, so that another zero of heights is none; and only where both show the
    same ground, so that flat land and places beside the overlap say nothing.
    """
    finest_first = sorted(dems, key=lambda dem: dem.posting_m)
    found = (_fault(fine, coarse) for fine, coarse in combinations(finest_first, 2))
    return [fault for fault in found if fault]


def _fault(fine: Dem, coarse: Dem) -> Fault | None:
    factor, most = height_factor(fine, coarse), lookup("terrain.overlap_factor").value
    if factor is None or 1.0 / most <= factor <= most:
        return None
    tall, low, times = (fine, coarse, factor) if factor > 1.0 else (coarse, fine, 1.0 / factor)
    feet = abs(times * _FOOT_M - 1.0) < _FEET_WITHIN
    hint = f'feet? convert: gdal_calc.py --calc="A*{_FOOT_M}"' if feet else "one of them is in another unit, or scaled"
    message = f"its heights are {times:.3g} times those of {low.name} where both have ground"
    return Fault(str(tall.path), message, hint=hint)


def height_factor(fine: Dem, coarse: Dem) -> float | None:
    """By what the heights of one model spread wider than those of another at the same places [-].

    None where too few places have ground in both, or the two do not show the same ground.
    """
    rows, cols = ((np.arange(_SIDE) + 0.5) / _SIDE * side - 0.5 for side in fine.shape)
    lat_deg, lon_deg = (each.ravel() for each in fine.places_of(*np.meshgrid(rows, cols, indexing="ij")))
    both = np.isfinite(lat_deg)
    both[both] = coarse.covers(lat_deg[both], lon_deg[both])
    places = list(zip(lat_deg[both], lon_deg[both], strict=True))
    # One by one: all at once would read everything between them.
    heights = np.array([[float(dem.sample(*place)) for dem in (fine, coarse)] for place in places]).reshape(-1, 2)
    known = heights[np.isfinite(heights).all(axis=1)]
    if len(known) < _LEAST_PLACES or not known.std(axis=0).all():
        return None
    one, other = known.T
    if np.corrcoef(one, other)[0, 1] < _SAME_GROUND:
        return None
    return float(one.std() / other.std())
