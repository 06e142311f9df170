"""Rasters that fill tile by tile and end as Cloud-Optimised GeoTIFFs."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from moonstation.core.errors import Fault
from moonstation.moon.area import MapArea
from moonstation.moon.maps.layers import LAYERS
from moonstation.moon.rasters import CACHE_MB, copy_as_cog, describe, raster_profile

#: Free disk that a map may need, in sizes of its raw pixels: the tiles, and the file made of them with its overviews.
DISK_SHARE = 2.5
_BLOCK_PX = 256


class LayerRasters:
    """The layers of a map as rasters in a folder, written by tiles in any order; a context manager."""

    def __init__(self, folder: Path, area: MapArea, names: tuple[str, ...], tags: Mapping[str, str]) -> None:
        self._folder, self._area, self._names, self._tags = folder, area, names, tags
        self._files: dict[str, Any] = {}
        self._open = ExitStack()

    def __enter__(self) -> LayerRasters:
        import rasterio

        self._open.enter_context(rasterio.Env(GDAL_CACHEMAX=CACHE_MB))
        for name in self._names:
            self._files[name] = self._open.enter_context(
                rasterio.open(self._raw(name), "w", **_profile(self._area, name))
            )
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def write(self, tile: tuple[slice, slice], layers: Mapping[str, np.ndarray]) -> None:
        """Put the layers of a tile in their place."""
        from rasterio.windows import Window

        rows, cols = tile
        window = Window(cols.start, rows.start, cols.stop - cols.start, rows.stop - rows.start)
        for name, values in layers.items():
            self._files[name].write(values, 1, window=window)

    def finish(self) -> list[Path]:
        """Turn every raster into NAME.tif, a Cloud-Optimised GeoTIFF with overviews; returns the files."""
        import rasterio

        for name, file in self._files.items():
            describe(file, LAYERS[name].band, self._tags)
        self._open.close()
        made = []
        with rasterio.Env(GDAL_CACHEMAX=CACHE_MB):
            for name in self._names:
                target = self._folder / f"{name}.tif"
                # Light is averaged; the longest gap and a flag of a few pixels are those of one of them.
                kind = "AVERAGE" if name.endswith("_mean") else "NEAREST"
                copy_as_cog(str(self._raw(name)), target, kind)
                self._raw(name).unlink()
                made.append(target)
        return made

    def _raw(self, name: str) -> Path:
        return self._folder / f".{name}.raw.tif"


def room_faults(folder: Path, area: MapArea, names: tuple[str, ...]) -> list[Fault]:
    """What the disk lacks for a map in ``folder``."""
    import shutil

    needed = DISK_SHARE * area.shape[0] * area.shape[1] * sum(LAYERS[name].dtype.itemsize for name in names)
    above = next((one for one in folder.absolute().parents if one.exists()), Path("/"))
    free = shutil.disk_usage(above).free
    if needed <= free:
        return []
    return [Fault("-o", "has too little room", round(free / 1e6), "MB free", f"{needed / 1e6:,.0f} MB for this map")]


def _profile(area: MapArea, name: str) -> dict[str, Any]:
    tiled = {"tiled": True, "blockxsize": _BLOCK_PX, "blockysize": _BLOCK_PX}
    return {**raster_profile(area, LAYERS[name].dtype), **(tiled if min(area.shape) >= _BLOCK_PX else {})}
