"""What is kept has the heights of what was published: the same numbers, or the nearest float32 metres."""

from __future__ import annotations

import hashlib
import shutil
from collections import namedtuple

import numpy as np
import pytest
import rasterio

from moonstation.core.errors import TerrainError
from moonstation.moon.dem import open_dem
from moonstation.moon.products.cog import to_cog

R = 1_737_400.0
#: A float label of the polar archive (LDEM_80S_20M_FLOAT.LBL), cut to a small image.
FLOAT_LABEL = """PDS_VERSION_ID            = "PDS3"
RECORD_TYPE               = FIXED_LENGTH
FILE_RECORDS              = {side}
RECORD_BYTES              = {bytes}
^IMAGE                    = "LDEM_S_FLOAT.IMG"
DATA_SET_ID               = "LRO-L-LOLA-4-GDR-V1.0"
TARGET_NAME               = MOON
OBJECT                    = IMAGE
  NAME                    = HEIGHT
  LINES                   = {side}
  LINE_SAMPLES            = {side}
  SAMPLE_TYPE             = PC_REAL
  SAMPLE_BITS             = 32
  UNIT                    = {unit}
  SCALING_FACTOR          = 1
  OFFSET                  = 1737.4
END_OBJECT                = IMAGE
OBJECT                    = IMAGE_MAP_PROJECTION
 MAP_PROJECTION_TYPE          = "POLAR STEREOGRAPHIC"
 A_AXIS_RADIUS                = 1737.4 <km>
 B_AXIS_RADIUS                = 1737.4 <km>
 C_AXIS_RADIUS                = 1737.4 <km>
 POSITIVE_LONGITUDE_DIRECTION = "EAST"
 CENTER_LATITUDE              = -90 <deg>
 CENTER_LONGITUDE             = 0 <deg>
 MAP_PROJECTION_ROTATION      = 0.0
 MAP_SCALE                    = 20 <m/pix>
 LINE_PROJECTION_OFFSET       = {middle} <pix>
 SAMPLE_PROJECTION_OFFSET     = {middle} <pix>
END_OBJECT                    = IMAGE_MAP_PROJECTION
END
"""


@pytest.fixture
def write_float_product(tmp_path):
    def write(side=640, unit="KILOMETER", cut=0):
        heights_km = np.random.default_rng(3).uniform(-7.297, 7.027, (side, side)).astype("<f4")
        data = heights_km.tobytes()
        (tmp_path / "ldem_s_float.img").write_bytes(data[: len(data) - cut])
        label = FLOAT_LABEL.format(side=side, bytes=side * 4, middle=(side - 1) / 2.0, unit=unit)
        (tmp_path / "ldem_s_float.lbl").write_text(label)
        return tmp_path / "ldem_s_float.img", heights_km

    return write


def test_kilometres_of_a_label_become_the_nearest_float32_metres(write_float_product, tmp_path):
    path, heights_km = write_float_product()
    dem = to_cog(path, tmp_path / "kept.tif", {"MOONSTATION_NAME": 'a <b> & "c"'})
    assert dem.posting_m == 20.0
    heights_m = dem.read_window((0, 0, *dem.shape))
    # float32 metres: half a unit in the last place of 7297 is 0.00024 m
    assert np.abs(heights_m - heights_km.astype(float) * 1000.0).max() <= np.spacing(np.float32(7297.0)) / 2
    assert dem.sample(-90.0, 0.0) == pytest.approx(1000.0 * heights_km[319:321, 319:321].mean(), abs=1e-3)
    with rasterio.open(dem.path) as file:
        assert file.dtypes == ("float32",)
        assert file.units == ("m",)
        assert file.tags()["MOONSTATION_NAME"] == 'a <b> & "c"'
        assert file.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert file.overviews(1) == [2]
    assert sorted(one.name for one in tmp_path.iterdir()) == ["kept.tif", "ldem_s_float.img", "ldem_s_float.lbl"]


def test_a_product_in_kilometres_that_breaks_off_is_refused(write_float_product, tmp_path):
    path, _ = write_float_product(cut=4)
    with pytest.raises(TerrainError, match="1638396 bytes where its label needs 1638400"):
        to_cog(path, tmp_path / "kept.tif", {})
    assert not (tmp_path / "kept.tif").exists()


def test_heights_in_another_unit_are_refused(write_float_product, tmp_path):
    path, _ = write_float_product(unit="FOOT")
    with pytest.raises(TerrainError, match="heights are not in metres; got 'foot'"):
        to_cog(path, tmp_path / "kept.tif", {})


def test_a_geotiff_keeps_its_numbers_scale_and_holes(write_dem, tmp_path):
    counts = np.random.default_rng(4).integers(-9000, 9000, (700, 600)).astype("int16")
    counts[100:200, 50:60] = -32768
    path = write_dem(tmp_path / "mine.tif", counts, dtype="int16", nodata=-32768)
    with rasterio.open(path, "r+") as file:
        file.scales, file.offsets = (0.5,), (R + 0.25,)
    before = open_dem(path)
    dem = to_cog(path, tmp_path / "kept.tif", {})
    with rasterio.open(dem.path) as file:
        assert file.dtypes == ("int16",)
        assert (file.read(1) == counts).all()
        assert (file.nodata, file.scales, file.offsets) == (-32768, (0.5,), (0.25,))
    window = (0, 0, *dem.shape)
    np.testing.assert_array_equal(dem.read_window(window), before.read_window(window))
    assert np.isnan(dem.read_window(window)[100:200, 50:60]).all()
    assert dem.transform == before.transform
    places = -89.99 + 0.02 * np.arange(5), 40.0 * np.arange(5)
    np.testing.assert_array_equal(dem.sample(*places), before.sample(*places))


@pytest.mark.shared
def test_a_jpeg2000_product_keeps_the_counts_of_its_image(tmp_path, shared_data):
    counts = np.fromfile(shared_data / "terrain" / "LDEM_4.IMG", dtype="<i2").reshape(720, 1440)
    shutil.copy(shared_data / "terrain" / "LDEM_4_JP2.LBL", tmp_path / "ldem_4_jp2.lbl")
    profile = {"driver": "JP2OpenJPEG", "count": 1, "width": 1440, "height": 720, "dtype": "int16"}
    grid = {"crs": f"+proj=longlat +R={R}", "transform": rasterio.Affine(0.25, 0, -180, 0, -0.25, 90)}
    with rasterio.open(tmp_path / "ldem_4.jp2", "w", QUALITY="100", REVERSIBLE="YES", **profile, **grid) as file:
        file.write(counts, 1)
    dem = to_cog(tmp_path / "ldem_4.jp2", tmp_path / "kept.tif", {})
    with rasterio.open(dem.path) as file:
        assert (file.read(1) == counts).all()
        assert (file.scales, file.offsets, file.units) == ((0.5,), (0.0,), ("m",))


def test_the_same_file_gives_the_same_bytes(write_dem, tmp_path):
    path = write_dem(tmp_path / "mine.tif", lambda lat, lon: 10 * lat, side=600)
    digests = {
        hashlib.sha256(to_cog(path, tmp_path / f"{n}.tif", {"A": "b"}).path.read_bytes()).hexdigest() for n in range(2)
    }
    assert len(digests) == 1


def test_a_cloud_optimised_geotiff_stays_byte_for_byte_what_it_is(write_dem, tmp_path):
    made = to_cog(write_dem(tmp_path / "mine.tif", lambda lat, lon: 10 * lat, side=600), tmp_path / "a.tif", {})
    content = made.path.read_bytes()
    assert to_cog(made.path, tmp_path / "copied.tif", {"not": "written"}).path.read_bytes() == content
    assert made.path.exists()
    assert to_cog(made.path, tmp_path / "moved.tif", {}, may_take=True).path.read_bytes() == content
    assert not made.path.exists()


def test_what_is_no_model_of_the_moon_is_refused_and_nothing_is_left(write_dem, tmp_path):
    path = write_dem(tmp_path / "earth.tif", np.ones((50, 50)), crs="EPSG:3031")
    (tmp_path / "text.tif").write_text("no raster")
    with pytest.raises(TerrainError, match="on the Earth's datum"):
        to_cog(path, tmp_path / "kept.tif", {})
    with pytest.raises(TerrainError, match="cannot be read"):
        to_cog(tmp_path / "text.tif", tmp_path / "kept.tif", {})
    assert sorted(one.name for one in tmp_path.iterdir()) == ["earth.tif", "text.tif"]


def test_too_little_room_for_the_conversion_is_told(write_dem, tmp_path, monkeypatch):
    path = write_dem(tmp_path / "mine.tif", lambda lat, lon: 10 * lat, side=1000)  # 4 MB of float32
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(0, 0, 5_000_000))
    with pytest.raises(TerrainError, match=r"too little room; got 5 MB free; allowed: 6 MB"):
        to_cog(path, tmp_path / "kept.tif", {})
