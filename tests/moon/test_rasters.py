"""A disk without room is told in words, with the folder that was asked for."""

from __future__ import annotations

import resource
import signal

import numpy as np
import pytest
import rasterio
from rasterio.errors import RasterioIOError

from moonstation.core.errors import RangeError
from moonstation.moon.area import MapArea
from moonstation.moon.rasters import Band, told_where_unwritable, write_cog

POLAR = "+proj=stere +lat_0=-90 +lon_0=0 +k=1 +x_0=0 +y_0=0 +R=1737400 +units=m +no_defs"


@pytest.fixture
def no_room():
    """Files of this process may have 20 kB: what a disk that fills does to a writer."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    signal.signal(signal.SIGXFSZ, handler)


def test_a_full_disk_is_told_in_words(tmp_path, no_room):
    crs = rasterio.crs.CRS.from_string(POLAR).to_wkt()
    area = MapArea(crs, (100.0, 0.0, 0.0, 0.0, -100.0, 0.0), (300, 300), 100.0)
    values = np.random.default_rng(1).random(area.shape)
    with pytest.raises(RangeError) as caught, told_where_unwritable(tmp_path / "found"):
        write_cog(tmp_path / "score.tif", area, values, Band("1", "score", "worth"), {})
    (fault,) = caught.value.faults
    assert (fault.where, fault.value) == ("-o", str(tmp_path / "found"))
    assert "cannot be written" in fault.message
    assert "disk" in fault.hint


def test_a_closed_folder_is_told_and_other_errors_stay_what_they_are(tmp_path):
    with pytest.raises(RangeError, match="cannot be written"), told_where_unwritable(tmp_path):
        raise RasterioIOError("closed")
    with pytest.raises(KeyError), told_where_unwritable(tmp_path):
        raise KeyError("a defect")
