"""Sky-lines of a map by the exact march, pixel for pixel: the reference that the sweep is held to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from moonstation.core.errors import Fault, TerrainError
from moonstation.moon.area import MapArea
from moonstation.moon.projection import pixels_of
from moonstation.moon.sphere import moon_radius_m

if TYPE_CHECKING:
    from moonstation.moon.dem import Dem
    from moonstation.moon.march import Steps


def ground_heights_m(dems: Sequence[Dem], area: MapArea) -> np.ndarray:
    """Height [m] of the ground at the pixels, in the finest model that has one; float32, NaN where none has.

    Raises TerrainError where no pixel of the area has ground.
    """
    lat, lon = area.places()
    ground = np.full(area.shape, np.nan)
    for dem in sorted(dems, key=lambda one: one.posting_m):
        missing = np.isnan(ground)
        if missing.any():
            own = _own_heights_m(dem, area)
            ground[missing] = dem.sample(lat[missing], lon[missing]) if own is None else own[missing]
    if np.isnan(ground).all():
        names = ", ".join(dem.name for dem in dems) or "no elevation model given"
        raise TerrainError(Fault("area", "no elevation model has ground there", allowed=names))
    return ground.astype(np.float32)


def _own_heights_m(dem: Dem, area: MapArea) -> np.ndarray | None:
    """Heights of the model's own pixels where the area is made of them: no neighbour's gap comes in."""
    if dem.grid is None or dem.grid[0] != area.grid[0]:
        return None
    corners = area.part(slice(None), slice(None)).directions()[
        :: max(area.shape[0] - 1, 1), :: max(area.shape[1] - 1, 1)
    ]
    pixels = pixels_of(dem.grid, corners.reshape(-1, 3))
    whole = np.rint(pixels)
    (c0, r0), (c1, r1) = whole.min(axis=0).astype(int), whole.max(axis=0).astype(int) + 1
    inside = r0 >= 0 and c0 >= 0 and r1 <= dem.shape[0] and c1 <= dem.shape[1]
    if np.abs(pixels - whole).max() > 1e-3 or (r1 - r0, c1 - c0) != area.shape or not inside:
        return None
    return dem.read_window((int(r0), int(c0), int(r1), int(c1)))


def exact_elevation_deg(
    dems: Sequence[Dem],
    area: MapArea,
    ground_m: np.ndarray,
    height_m: float,
    direction_deg: np.ndarray,
    reach_m: float,
    steps: Steps | None = None,
    pixels: Sequence[tuple[int, int]] | None = None,
) -> np.ndarray:
    """Elevation [deg] of the sky-line by the exact march, NaN where there is none.

    Shape (directions, rows, columns), or (directions, n) for the n ``pixels`` (row, column) asked for.
    """
    from moonstation.moon.march import Steps, march

    patches = [patch for dem in dems for patch in dem.patches(*area.centre, reach_m)]
    patches.sort(key=lambda patch: patch.posting_m)
    radius = moon_radius_m()
    chosen = pixels if pixels is not None else list(np.ndindex(area.shape))
    out = np.full((direction_deg.size, len(chosen)), np.nan)
    for i, at in enumerate(chosen):
        if np.isfinite(ground_m[at]):
            pixel = area.part(slice(at[0], at[0] + 1), slice(at[1], at[1] + 1))
            eye = radius + float(ground_m[at]) + height_m
            azimuth = direction_deg - pixel.convergence_deg()[0, 0]
            out[:, i] = march(patches, *pixel.centre, eye, azimuth, reach_m, radius, steps or Steps())[0]
    return out if pixels is not None else out.reshape(-1, *area.shape)
