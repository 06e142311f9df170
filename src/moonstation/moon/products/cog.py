"""Any elevation model as a Cloud-Optimised GeoTIFF of metres, its pixels and projection unchanged."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from moonstation.core.errors import Fault, TerrainError
from moonstation.moon.dem import Dem, file_to_open, open_dem, opened_raster
from moonstation.moon.dem_checks import scaling, size_faults
from moonstation.moon.rasters import copy_as_cog
from moonstation.moon.sphere import moon_radius_m

_KILOMETRES = frozenset({"km", "kilometre", "kilometres", "kilometer", "kilometers"})
_GDAL_TYPES = {"int16": "Int16", "uint16": "UInt16", "int32": "Int32", "uint32": "UInt32", "float32": "Float32"}
_CACHE_MB = 256
_LABEL_BYTES = 1 << 20
#: Free disk that a conversion may need, in sizes of the raw heights: the model, and its overviews before they are in.
DISK_SHARE = 1.5


@dataclass(frozen=True)
class _Source:
    """What a raster's file says of its numbers."""

    path: Path
    crs_wkt: str
    transform: tuple[float, ...]
    shape: tuple[int, int]
    dtype: str
    nodata: float | None
    scale: float
    offset: float
    factor: float
    is_cog: bool


def to_cog(path: Path, target: Path, tags: Mapping[str, str], *, may_take: bool = False) -> Dem:
    """Check an elevation model and keep it as the Cloud-Optimised GeoTIFF ``target``, whole or not at all.

    Whole numbers stay as they are, with scale and offset declared; kilometres that a label declares become float32
    metres. A Cloud-Optimised GeoTIFF in metres stays byte for byte what it is: copied, or moved with ``may_take``;
    into any other ``tags`` are written. Memory is bounded: GDAL copies block by block. Raises TerrainError with every
    fault of the model, or of the disk.
    """
    with TemporaryDirectory(prefix=f".{target.stem}-", dir=target.parent, ignore_cleanup_errors=True) as scratch:
        named = _as_the_label_names_it(path, Path(scratch))
        source = _read_source(named)
        view = Path(scratch) / "source.vrt"
        if source.factor != 1.0:
            view.write_text(_vrt(source, {}), encoding="utf-8")
            open_dem(view)  # the label's own unit is refused; what it means in metres must pass
        else:
            checked = open_dem(named)
            source = _read_source(checked.path)
        made = Path(scratch) / "made.tif"
        if source.is_cog and source.factor == 1.0:
            _copy_bytes(source.path, made, may_take=may_take)
        else:
            view.write_text(_vrt(source, tags), encoding="utf-8")
            _require_room(target.parent, source)
            _copy_as_cog(view, made, path)
        open_dem(made)
        made.replace(target)
    return open_dem(target)


def _as_the_label_names_it(path: Path, scratch: Path) -> Path:
    """The file, or a link to it that has the capitals of its label: GDAL finds a JPEG 2000 image by them alone."""
    if path.suffix.lower() != ".jp2" or not path.is_file():
        return path
    label = file_to_open(path)
    match = re.search(rb'FILE_NAME\s*=\s*"([^"]+\.JP2)"', label.read_bytes()[:_LABEL_BYTES], re.IGNORECASE)
    if label == path or not match or match[1].decode("latin-1") == path.name:
        return path
    for file, name in ((path, match[1].decode("latin-1")), (label, label.name)):
        (scratch / Path(name).name).symlink_to(file.resolve())
    return scratch / label.name


def _read_source(path: Path) -> _Source:
    with opened_raster(path) as (file, source):
        return _described(file, source)


def _described(file: Path, source: Any) -> _Source:
    scale, offset, unit = scaling(file, source)
    factor = 1000.0 if unit in _KILOMETRES else 1.0
    radius = moon_radius_m()
    if abs(offset * factor - radius) < 1.0:
        offset -= radius / factor  # PDS labels declare the reference radius as an offset
    data = max((Path(name) for name in source.files), key=lambda one: one.stat().st_size, default=file)
    if factor != 1.0 and (faults := size_faults(file, data, source)):
        raise TerrainError(faults)
    return _Source(
        path=file,
        crs_wkt=source.crs.to_wkt() if source.crs else "",
        transform=tuple(source.transform.to_gdal()),
        shape=(source.height, source.width),
        dtype=source.dtypes[0],
        nodata=source.nodata,
        scale=scale,
        offset=offset,
        factor=factor,
        is_cog=source.tags(ns="IMAGE_STRUCTURE").get("LAYOUT") == "COG",
    )


def _vrt(source: _Source, tags: Mapping[str, str]) -> str:
    """GDAL's description of the raster in metres: the same pixels, or float32 metres for kilometres."""
    rows, cols = source.shape
    metadata = "".join(f"<MDI key={quoteattr(key)}>{escape(value)}</MDI>" for key, value in tags.items())
    path = f'<SourceFilename relativeToVRT="0">{escape(str(source.path.absolute()))}</SourceFilename>'
    size = f'xSize="{cols}" ySize="{rows}"'
    window = f'<SourceBand>1</SourceBand><SrcRect xOff="0" yOff="0" {size}/><DstRect xOff="0" yOff="0" {size}/>'
    if source.factor == 1.0:
        dtype = _GDAL_TYPES.get(source.dtype, "Float64")
        nodata = "" if source.nodata is None else f"<NoDataValue>{source.nodata!r}</NoDataValue>"
        values = f"<Scale>{source.scale!r}</Scale><Offset>{source.offset!r}</Offset>"
        pixels = f"<SimpleSource>{path}{window}</SimpleSource>"
    else:
        dtype, nodata, values = "Float32", "<NoDataValue>nan</NoDataValue>", ""
        to_metres = (
            f"<ScaleOffset>{source.offset * source.factor!r}</ScaleOffset>"
            f"<ScaleRatio>{source.scale * source.factor!r}</ScaleRatio>"
        )
        hole = "" if source.nodata is None else f"<NODATA>{source.nodata!r}</NODATA>"
        pixels = f"<ComplexSource>{path}{window}{to_metres}{hole}</ComplexSource>"
    return (
        f'<VRTDataset rasterXSize="{cols}" rasterYSize="{rows}">'
        f"<SRS>{escape(source.crs_wkt)}</SRS>"
        f"<GeoTransform>{', '.join(map(repr, source.transform))}</GeoTransform>"
        f"<Metadata>{metadata}</Metadata>"
        f'<VRTRasterBand dataType="{dtype}" band="1">{nodata}<UnitType>m</UnitType>{values}{pixels}</VRTRasterBand>'
        "</VRTDataset>"
    )


def _require_room(folder: Path, source: _Source) -> None:
    import numpy as np

    needed = DISK_SHARE * source.shape[0] * source.shape[1] * np.dtype(source.dtype).itemsize
    free = shutil.disk_usage(folder).free
    if needed > free:
        allowed = f"{needed / 1e6:,.0f} MB for the conversion"
        hint = "free some, or name a folder on another disk with --cache"
        raise TerrainError(Fault(str(folder), "has too little room", round(free / 1e6), "MB free", allowed, hint))


def _copy_as_cog(view: Path, target: Path, path: Path) -> None:
    import rasterio
    from rasterio.errors import RasterioError

    try:
        with rasterio.Env(GDAL_CACHEMAX=_CACHE_MB):
            copy_as_cog(str(view), target, "AVERAGE", NUM_THREADS="ALL_CPUS")
    except (RasterioError, OSError) as error:
        raise TerrainError(_conversion_fault(path, error)) from error


def _copy_bytes(path: Path, target: Path, *, may_take: bool) -> None:
    try:
        if may_take:
            path.replace(target)
        else:
            shutil.copyfile(path, target)
    except OSError as error:
        raise TerrainError(_conversion_fault(path, error)) from error


def _conversion_fault(path: Path, error: Exception) -> Fault:
    reason = str(getattr(error, "strerror", None) or error.__cause__ or error)
    return Fault(str(path), f"cannot be kept as a Cloud-Optimised GeoTIFF ({reason})", hint="is the disk full?")
