"""Layers of ``moonstation map`` over an area that a search looks at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from moonstation.core.cores import core_count
from moonstation.core.time import TimeGrid
from moonstation.moon.area import MapArea

if TYPE_CHECKING:
    from moonstation.moon.dem import Dem
    from moonstation.sky.ephemeris import Ephemeris

FloatArray = NDArray[np.float64]
#: Called with what is being done, parts of it done and parts in all.
Progress = Callable[[str, float, int], None]


def light_maps(
    dems: Sequence[Dem],
    area: MapArea,
    height_m: float,
    names: Sequence[str],
    grid: TimeGrid,
    kernels: Ephemeris,
    progress: Progress | None = None,
    what: str = "",
) -> dict[str, FloatArray]:
    """Layers by name, tile by tile, shape (rows, columns), NaN where not known; ``what`` names them to ``progress``."""
    from moonstation.moon.maps.plan import compute_tile, map_plan

    tell = progress or silent
    files = tuple(str(path) for path in kernels.paths)
    plan = map_plan(dems, area, grid, height_m=height_m, layers=tuple(names), kernels=files)
    out = {name: np.full(area.shape, np.nan) for name in names}
    for number, (rows, cols) in enumerate(plan.tiles):

        def tell_share(share: float, before: int = number) -> None:
            tell(what, before + share, len(plan.tiles))

        tell_share(0.0)
        for name, values in compute_tile(plan, number, core_count(), tell_share).items():
            out[name][rows, cols] = values
    tell(what, len(plan.tiles), len(plan.tiles))
    return out


def silent(_what: str, _done: float, _total: int) -> None:
    """No progress to tell."""
