"""A light map from its plan: all tiles, the files, and what they hold in a few numbers."""

from __future__ import annotations

import json
import math
import platform
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from moonstation.core.cores import core_count
from moonstation.core.digest import file_sha256
from moonstation.core.errors import Fault, RangeError, TerrainError
from moonstation.core.folder import Mark, folder_faults, whole_folder
from moonstation.core.time import iso_utc
from moonstation.facts.table import lookup
from moonstation.moon.area import MapArea
from moonstation.moon.maps.layers import LAYERS
from moonstation.moon.maps.permanence import short_period_note
from moonstation.moon.maps.plan import MapPlan, compute_tile, planned_dems
from moonstation.moon.maps.rasters import LayerRasters, room_faults
from moonstation.moon.maps.tile_light import block_side_px
from moonstation.moon.rasters import NO_FLAG, told_where_unwritable
from moonstation.moon.terrain_end import terrain_reached

MANIFEST, SUMMARY = "manifest.json", "summary.json"
#: By what the folder of a map is known.
MARK = Mark(MANIFEST, "light map")
_PACKAGES = ("moonstation", "numpy", "numba", "rasterio", "pyproj", "jplephem", "pyerfa")

#: Told how many tiles are done, with the share of the one at work, and how many there are.
Progress = Callable[[float, int], None]


def map_faults(plan: MapPlan, folder: Path, *, overwrite: bool) -> list[Fault]:
    """What keeps the map of a plan from being written; ask before the work."""
    return [
        *folder_faults(folder, MARK, "-o", overwrite=overwrite),
        *room_faults(folder, plan.area, plan.layers),
    ]


def write_light_map(
    plan: MapPlan,
    folder: Path,
    *,
    overwrite: bool = False,
    threads: int | None = None,
    cluster: str | None = None,
    progress: Progress | None = None,
    finish: Callable[[Path], object] | None = None,
) -> dict[str, Any]:
    """Compute a light map and write it as a folder: NAME.tif for each layer, summary.json, manifest.json.

    overwrite : replace a folder of a map that is there
    threads : threads on this machine; all cores unless given. The result does not depend on them.
    cluster : address of a Dask scheduler whose workers compute the tiles instead; the result is the same
    progress : told the numbers of finished and of all tiles, and the share of the one at work between
    finish : adds to the folder, given its path for now, before it appears; an error there leaves no folder

    Returns the summary. The folder appears whole or not at all. Raises RangeError where it cannot be written,
    TerrainError where no pixel has ground.
    """
    if faults := map_faults(plan, folder, overwrite=overwrite):
        raise RangeError(faults)
    begun = time.monotonic()
    counts: dict[int, dict[str, _Count]] = {}
    with whole_folder(folder, MARK, "-o", overwrite=overwrite) as partial:
        with told_where_unwritable(folder), LayerRasters(partial, plan.area, plan.layers, _tags(plan)) as rasters:
            for number, layers in _computed(plan, threads, cluster, progress):
                tile = plan.tiles[number]
                rasters.write(tile, layers)
                counts[number] = _counted(plan.area.part(*tile), layers)
                if progress:
                    progress(len(counts), len(plan.tiles))
            files = rasters.finish()
        summary = _summary(plan, counts, files, time.monotonic() - begun)
        (partial / SUMMARY).write_text(_json(summary), encoding="utf-8")
        (partial / MANIFEST).write_text(_json(_manifest(plan)), encoding="utf-8")
        if finish:  # pictures are made of the summary, which then names them too
            finish(partial)
            summary["files"] += sorted({file.name for file in partial.iterdir()} - {*summary["files"]})
            (partial / SUMMARY).write_text(_json(summary), encoding="utf-8")
    return summary


def _computed(
    plan: MapPlan, threads: int | None, cluster: str | None, progress: Progress | None
) -> Iterator[tuple[int, Mapping[str, np.ndarray]]]:
    if cluster:
        from moonstation.moon.maps.cluster import cluster_tiles

        yield from cluster_tiles(plan, cluster)
        return
    for number in range(len(plan.tiles)):

        def tell(share: float, before: int = number) -> None:
            if progress:
                progress(before + share, len(plan.tiles))

        yield number, compute_tile(plan, number, threads or core_count(), tell)


@dataclass
class _Count:
    """What a tile of a layer adds to its summary."""

    pixels: int = 0
    total: float = 0.0
    least: float = math.inf
    most: float = -math.inf
    km2: float = 0.0
    flagged_km2: float = field(default=0.0)

    def add(self, other: _Count) -> None:
        self.pixels += other.pixels
        self.total += other.total
        self.least, self.most = min(self.least, other.least), max(self.most, other.most)
        self.km2 += other.km2
        self.flagged_km2 += other.flagged_km2


def _counted(area: MapArea, layers: Mapping[str, np.ndarray]) -> dict[str, _Count]:
    km2 = area.pixel_km2()
    counts = {}
    for name, values in layers.items():
        known = values != NO_FLAG if values.dtype == np.uint8 else np.isfinite(values)
        count = counts[name] = _Count()
        if known.any():
            chosen = values[known].astype(np.float64)
            count.pixels, count.total = int(known.sum()), float(chosen.sum())
            count.least, count.most = float(chosen.min()), float(chosen.max())
            count.km2 = float(km2[known].sum())
            count.flagged_km2 = float(km2[known & (values == 1)].sum())
    return counts


def _summary(plan: MapPlan, counts: dict[int, dict[str, _Count]], files: list[Path], seconds: float) -> dict[str, Any]:
    layers: dict[str, Any] = {}
    for name in plan.layers:
        whole = _Count()
        for number in sorted(counts):  # the same sum, whichever tile came first
            whole.add(counts[number][name])
        if not whole.pixels:
            names = ", ".join(Path(path).name for path in plan.dem_paths)
            raise TerrainError(Fault("map", "has no pixel whose sky-line is known", allowed=f"ground of {names}"))
        layers[name] = {
            "file": f"{name}.tif",
            "unit": LAYERS[name].band.unit,
            "min": whole.least,
            "mean": whole.total / whole.pixels,
            "max": whole.most,
            "pixels": whole.pixels,
        }
        if name == "permanent_shadow":
            layers[name] |= {"share": whole.flagged_km2 / whole.km2, "area_km2": whole.flagged_km2}
            layers[name]["note"] = short_period_note(plan.grid.start, plan.grid.end) or None
    rows, cols = plan.area.shape
    return {
        "rows": rows,
        "columns": cols,
        "posting_m": plan.area.posting_m,
        "pixels": rows * cols,
        "start": iso_utc(plan.grid.start),
        "end": iso_utc(plan.grid.end),
        "step_h": plan.grid.step_h,
        "height_m": plan.height_m,
        "directions": plan.directions,
        "terrain_reached_km": terrain_reached(planned_dems(plan.dem_paths, plan.dem_sha256), plan.area, plan.reach_km),
        "layers": layers,
        "files": [file.name for file in files] + [SUMMARY, MANIFEST],
        "seconds": round(seconds, 2),
    }


def _tags(plan: MapPlan) -> dict[str, str]:
    """What every file says of itself."""
    return {
        "period_start": iso_utc(plan.grid.start),
        "period_end": iso_utc(plan.grid.end),
        "step_h": f"{plan.grid.step_h:.10g}",
        "eye_height_m": f"{plan.height_m:g}",
        "sky_line_directions": str(plan.directions),
        "sky_line_reach_km": f"{lookup('terrain.default_reach').value if plan.reach_km is None else plan.reach_km:g}",
        "elevation_models": ", ".join(Path(path).name for path in plan.dem_paths),
        "elevation_models_sha256": ", ".join(plan.dem_sha256),
        "software": f"moonstation {plan.version}",
    }


def _manifest(plan: MapPlan) -> dict[str, Any]:
    """What made this map; nothing in it depends on where or how fast."""
    from moonstation.sky.ephemeris import Ephemeris

    kernels = Ephemeris.from_files(plan.kernels).paths if plan.kernels else Ephemeris.default().paths
    inputs = zip(plan.dem_paths, plan.dem_sha256, strict=True)
    return {
        "kind": MARK.kind,
        "inputs": [{"path": Path(path).name, "sha256": digest} for path, digest in inputs],
        "kernels": [{"path": path.name, "sha256": file_sha256(path)} for path in kernels],
        "area": {"crs_wkt": plan.area.crs_wkt, "transform": plan.area.transform, "shape": plan.area.shape},
        "block_px": block_side_px(plan.area.posting_m),
        **_tags(plan),
        "layers": {name: LAYERS[name].band.definition for name in plan.layers},
        "versions": {name: metadata.version(name) for name in _PACKAGES} | {"python": platform.python_version()},
    }


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
