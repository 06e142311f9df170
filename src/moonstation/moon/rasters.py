"""Words for rasters that cannot be written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from moonstation.core.errors import Fault, RangeError


@contextmanager
def told_where_unwritable(folder: Path) -> Iterator[None]:
    """GDAL's errors inside the block as a RangeError that names ``folder``: a full disk, a quota, a folder closed."""
    from rasterio._err import CPLE_BaseError  # what rasterio.shutil.copy raises has no public name
    from rasterio.errors import RasterioError

    try:
        yield
    except (RasterioError, CPLE_BaseError, SystemError) as error:  # the last: an error that GDAL told while closing
        reason = str(getattr(error, "errmsg", None) or error.__cause__ or error)
        raise RangeError(Fault("-o", f"cannot be written ({reason})", str(folder), hint="is the disk full?")) from error
