"""Temperature maps as folders of Cloud-Optimised GeoTIFFs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from moonstation.core.folder import Mark, whole_folder
from moonstation.moon.rasters import Band, told_where_unwritable, write_cog
from moonstation.moon.terrain_end import terrain_reached

if TYPE_CHECKING:
    from moonstation.moon.dem import Dem
    from moonstation.moon.regolith.temperature_map import TemperatureMap

SUMMARY = "summary.json"
#: By what the folder of a temperature map is known.
MARK = Mark(SUMMARY, "temperature map")


LAYERS: Mapping[str, Band] = {
    "temperature_max_k": Band(
        "K", "highest temperature of the ground", "highest temperature of the surface in a year of seasons"
    ),
    "temperature_mean_k": Band(
        "K", "mean temperature of the ground", "mean temperature of the surface over a year of seasons"
    ),
    "temperature_min_k": Band(
        "K", "lowest temperature of the ground", "lowest temperature of the surface in a year of seasons"
    ),
    "ice_stable_depth_m": Band(
        "m",
        "depth at which ice lasts",
        "least depth under dry regolith at which water ice loses less than a millimetre in a billion years; "
        "0 in the open, no data where at none down to 2 m",
    ),
}


def write_temperature_map(
    made: TemperatureMap,
    folder: Path,
    dems: Sequence[Dem],
    *,
    overwrite: bool = False,
    finish: Callable[[Path], object] | None = None,
) -> dict[str, Any]:
    """Write NAME.tif for each layer and summary.json; returns the summary.

    ``finish`` adds to the folder, given its path for now, before it appears. The folder appears whole or not at all;
    raises RangeError where it cannot be written.
    """
    tags = {
        **made.notes,
        "elevation_models": ", ".join(dem.name for dem in dems),
        "elevation_models_sha256": ", ".join(dem.sha256 for dem in dems),
        "software": f"moonstation {metadata.version('moonstation')}",
    }
    summary = {
        "kind": MARK.kind,
        "rows": made.area.shape[0],
        "columns": made.area.shape[1],
        "posting_m": made.area.posting_m,
        **tags,
        "terrain_reached_km": terrain_reached(dems, made.area),
        "layers": {name: _numbers(name, getattr(made, name)) for name in LAYERS},
    }
    with whole_folder(folder, MARK, "-o", overwrite=overwrite) as partial:
        with told_where_unwritable(folder):
            for name in LAYERS:
                write_cog(partial / f"{name}.tif", made.area, getattr(made, name), LAYERS[name], tags)
        (partial / SUMMARY).write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")
        if finish:
            finish(partial)
    return summary


def _numbers(name: str, values: NDArray[np.float32]) -> dict[str, Any]:
    """What a layer holds, in a few numbers; None where it holds nothing."""
    known = values[np.isfinite(values)].astype(np.float64)
    found = (known.min(), known.mean(), known.max()) if known.size else (None, None, None)
    numbers = {
        key: None if value is None else float(value) for key, value in zip(("min", "mean", "max"), found, strict=True)
    }
    return {"file": f"{name}.tif", "unit": LAYERS[name].unit, **numbers, "pixels": int(known.size)}
