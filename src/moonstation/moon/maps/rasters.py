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

#: Free disk that a map may need, in sizes of its raw pixels: the tiles, and the file made of them with its overviews.
DISK_SHARE = 2.5
NO_FLAG = 255
_BLOCK_PX = 256
_CACHE_MB = 128
_COG = {"COMPRESS": "DEFLATE", "PREDICTOR": "YES", "BLOCKSIZE": "512", "BIGTIFF": "IF_SAFER"}


class LayerRasters:
    """The layers of a map as rasters in a folder, written by tiles in any order; a context manager."""

    def __init__(self, folder: Path, area: MapArea, names: tuple[str, ...], tags: Mapping[str, str]) -> None:
        self._folder, self._area, self._names, self._tags = folder, area, names, tags
        self._files: dict[str, Any] = {}
        self._open = ExitStack()

    def __enter__(self) -> LayerRasters:
        import rasterio

        self._open.enter_context(rasterio.Env(GDAL_CACHEMAX=_CACHE_MB))
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
        import rasterio.shutil

        for name, file in self._files.items():
            layer = LAYERS[name]
            file.update_tags(**self._tags, long_name=layer.long_name, units=layer.unit, definition=layer.definition)
            file.set_band_unit(1, layer.unit)
            file.set_band_description(1, layer.long_name)
        self._open.close()
        made = []
        with rasterio.Env(GDAL_CACHEMAX=_CACHE_MB):
            for name in self._names:
                target = self._folder / f"{name}.tif"
                # Light is averaged; the longest gap and a flag of a few pixels are those of one of them.
                kind = "AVERAGE" if name.endswith("_mean") else "NEAREST"
                rasterio.shutil.copy(str(self._raw(name)), str(target), driver="COG", OVERVIEW_RESAMPLING=kind, **_COG)
                self._raw(name).unlink()
                made.append(target)
        return made

    def _raw(self, name: str) -> Path:
        return self._folder / f".{name}.raw.tif"


def room_faults(folder: Path, area: MapArea, names: tuple[str, ...]) -> list[Fault]:
    """What the disk lacks for a map in ``folder``."""
    import shutil

    needed = DISK_SHARE * area.shape[0] * area.shape[1] * sum(_dtype(name).itemsize for name in names)
    above = next((one for one in folder.absolute().parents if one.exists()), Path("/"))
    free = shutil.disk_usage(above).free
    if needed <= free:
        return []
    return [Fault("-o", "has too little room", round(free / 1e6), "MB free", f"{needed / 1e6:,.0f} MB for this map")]


def _dtype(name: str) -> np.dtype[Any]:
    return np.dtype("uint8" if name == "permanent_shadow" else "float32")


def _profile(area: MapArea, name: str) -> dict[str, Any]:
    import rasterio

    rows, cols = area.shape
    tiled = {"tiled": True, "blockxsize": _BLOCK_PX, "blockysize": _BLOCK_PX}
    return {
        "driver": "GTiff",
        "width": cols,
        "height": rows,
        "count": 1,
        "dtype": str(_dtype(name)),
        "nodata": NO_FLAG if name == "permanent_shadow" else float("nan"),
        "crs": rasterio.crs.CRS.from_wkt(area.crs_wkt),
        "transform": rasterio.Affine(*area.transform),
        "bigtiff": "IF_SAFER",
        **(tiled if min(rows, cols) >= _BLOCK_PX else {}),
    }
