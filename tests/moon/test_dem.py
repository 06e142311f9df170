"""Reading elevation models: every projection gives the same Moon, and what is not the Moon is refused in words."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
import rasterio

from moonstation.core.errors import TerrainError
from moonstation.moon import dem as dem_module
from moonstation.moon.dem import open_dem, open_dems

R = 1_737_400.0
ON_MOON = f"+R={R} +units=m +no_defs"


def hills(lat, lon):
    """A smooth Moon [m], steep enough that a misplaced pixel shows."""
    return 900.0 * np.sin(np.radians(lat) * 40.0) * np.cos(np.radians(lon)) + 2000.0


PROJECTIONS = {
    "south polar": (f"+proj=stere +lat_0=-90 +lon_0=0 +k=1 {ON_MOON}", (-84.0, 25.0), None),
    "south polar, true scale at 80": (f"+proj=stere +lat_0=-90 +lat_ts=-80 +lon_0=40 {ON_MOON}", (-88.0, 300.0), None),
    "north polar": (f"+proj=stere +lat_0=90 +lon_0=0 +k=0.97 +x_0=500 {ON_MOON}", (85.5, 120.0), None),
    "oblique stereographic": (f"+proj=stere +lat_0=-45 +lon_0=33 {ON_MOON}", (-44.0, 34.0), None),
    "equal area": (f"+proj=laea +lat_0=-88 +lon_0=70 {ON_MOON}", (-87.5, 60.0), None),
    "orthographic": (f"+proj=ortho +lat_0=10 +lon_0=20 {ON_MOON}", (11.0, 19.0), None),
    "gnomonic": (f"+proj=gnom +lat_0=-89 +lon_0=20 {ON_MOON}", (-88.0, 99.0), None),
    "equirectangular": (f"+proj=eqc +lat_ts=60 +lat_0=-60 +lon_0=10 {ON_MOON}", (-61.0, 9.0), None),
    "degrees": (f"+proj=longlat +R={R} +no_defs", (-60.5, 19.5), (19.0, -60.0)),
    "sinusoidal": (f"+proj=sinu +lon_0=20 {ON_MOON}", (-1.0, 21.0), None),
    "transverse Mercator": (f"+proj=tmerc +lat_0=-30 +lon_0=20 +k=0.9996 {ON_MOON}", (-30.5, 20.5), None),
}


@pytest.mark.parametrize("name", PROJECTIONS)
def test_every_projection_gives_the_same_moon(name, tmp_path, write_dem):
    crs, (lat, lon), corner = PROJECTIONS[name]
    geographic = "longlat" in crs
    side, posting = (101, 0.01) if geographic else (1001, 500.0)
    dem = open_dem(write_dem(tmp_path / "m.tif", hills, posting=posting, side=side, crs=crs, corner=corner))
    lats, lons = lat + np.linspace(-0.3, 0.3, 40), lon + np.linspace(-0.3, 0.3, 40)
    assert dem.covers(lats, lons).all()
    # bilinear between posts 500 m (or 300 m) apart errs by less than posting^2/8 times the curvature
    assert np.abs(dem.sample(lats, lons) - hills(lats, lons)).max() < 0.2
    assert dem.posting_m == pytest.approx(303.2 if geographic else 500.0, rel=1e-3)


@pytest.mark.parametrize("name", PROJECTIONS)
def test_compiled_projections_agree_with_proj(name, tmp_path, write_dem):
    crs, (lat, lon), corner = PROJECTIONS[name]
    posting = 0.01 if "longlat" in crs else 500.0
    dem = open_dem(write_dem(tmp_path / "m.tif", np.zeros((11, 11)), posting=posting, crs=crs, corner=corner))
    assert (dem.grid is None) == (name in {"sinusoidal", "transverse Mercator"})


def test_scalars_and_shapes_follow_the_input(tmp_path, write_dem):
    dem = open_dem(write_dem(tmp_path / "m.tif", np.full((9, 9), 7.0)))
    assert dem.sample(-90.0, 0.0) == 7.0
    assert dem.sample(np.full((2, 3), -89.99), 10.0).shape == (2, 3)
    assert np.isnan(dem.sample(-80.0, 0.0))
    assert not dem.covers(-80.0, 0.0)


def test_a_map_round_the_moon_closes_at_its_seam(tmp_path, write_dem):
    crs = f"+proj=longlat +R={R} +no_defs"
    world = open_dem(
        write_dem(tmp_path / "w.tif", hills, posting=0.5, crs=crs, corner=(-180.0, 90.0), shape=(360, 720))
    )
    lons = np.array([179.6, 179.9, 180.0, 180.1, -179.9, 540.0])
    assert np.abs(world.sample(12.3, lons) - hills(12.3, lons)).max() < 40.0
    assert world.sample(12.3, 180.1) == pytest.approx(float(world.sample(12.3, -179.9)))
    assert np.isfinite(world.sample([-90.0, 90.0], 0.0)).all()


def test_scale_and_offset_tags_are_honoured(tmp_path, write_dem):
    path = write_dem(tmp_path / "m.tif", np.full((9, 9), 3000.0), dtype="int16")
    with rasterio.open(path, "r+") as file:
        file.scales, file.offsets = (0.5,), (100.0,)
    assert open_dem(path).sample(-90.0, 0.0) == 1600.0


def test_the_reference_radius_as_declared_offset_is_taken_off(tmp_path, write_dem):
    path = write_dem(tmp_path / "m.tif", np.full((9, 9), 3000.0), dtype="int16")
    with rasterio.open(path, "r+") as file:
        file.scales, file.offsets = (0.5,), (R,)
    assert open_dem(path).sample(-90.0, 0.0) == 1500.0


def test_jpeg2000_is_read(tmp_path, write_dem):
    source = write_dem(tmp_path / "m.tif", hills, side=64, dtype="int16")
    with rasterio.open(source) as file:
        profile = {**file.profile, "driver": "JP2OpenJPEG", "QUALITY": "100", "REVERSIBLE": "YES"}
        profile = {key: value for key, value in profile.items() if key not in {"tiled", "interleave", "blockysize"}}
        with rasterio.open(tmp_path / "m.jp2", "w", **profile) as packed:
            packed.write(file.read())
    places = -89.9, np.arange(0.0, 360.0, 30.0)
    assert open_dem(tmp_path / "m.jp2").sample(*places) == pytest.approx(open_dem(source).sample(*places))


PDS_LABEL = """PDS_VERSION_ID            = "PDS3"
{record}TARGET_NAME               = MOON
{pointer}OBJECT                    = IMAGE
  LINES                   = {lines}
  LINE_SAMPLES            = {samples}
  SAMPLE_TYPE             = LSB_INTEGER
  SAMPLE_BITS             = 16
  UNIT                    = METER
  SCALING_FACTOR          = 0.5
  OFFSET                  = 1737400.
END_OBJECT                = IMAGE
OBJECT                    = IMAGE_MAP_PROJECTION
 MAP_PROJECTION_TYPE      = "{projection}"
 A_AXIS_RADIUS            = 1737.4 <km>
 B_AXIS_RADIUS            = 1737.4 <km>
 C_AXIS_RADIUS            = 1737.4 <km>
 POSITIVE_LONGITUDE_DIRECTION = "EAST"
 CENTER_LATITUDE          = {lat} <deg>
 CENTER_LONGITUDE         = {lon} <deg>
 MAP_PROJECTION_ROTATION  = 0.0
 MAP_SCALE                = {km} <km/pix>
 LINE_PROJECTION_OFFSET   = {line_offset} <pix>
 SAMPLE_PROJECTION_OFFSET = {sample_offset} <pix>
END_OBJECT                = IMAGE_MAP_PROJECTION
END
"""
POLAR = {"projection": "POLAR STEREOGRAPHIC", "lat": -90.0, "lon": 0.0}


def polar_label(side, km, **parts):
    middle = (side - 1) / 2.0
    return PDS_LABEL.format(lines=side, samples=side, km=km, line_offset=middle, sample_offset=middle, **POLAR, **parts)


@pytest.fixture
def polar_counts():
    """Counts of half a metre on a 41 x 41 polar grid, different in every pixel."""
    return (np.arange(41 * 41, dtype="<i2") * 3 - 2000).reshape(41, 41)


def test_pds3_with_a_detached_label_is_read_by_either_name(tmp_path, polar_counts):
    polar_counts.tofile(tmp_path / "LDEM_S.IMG")
    record = "RECORD_TYPE = FIXED_LENGTH\nRECORD_BYTES = 82\nFILE_RECORDS = 41\n"
    label = polar_label(41, 0.4, record=record, pointer='^IMAGE = "LDEM_S.IMG"\n')
    (tmp_path / "LDEM_S.LBL").write_text(label)
    for name in ("LDEM_S.IMG", "LDEM_S.LBL"):
        dem = open_dem(tmp_path / name)
        assert dem.name == "LDEM_S.IMG"
        assert dem.sample(-90.0, 0.0) == polar_counts[20, 20] / 2.0
        # One post (400 m) towards longitude 0 is up on a south polar map.
        assert dem.sample(-90.0 + np.degrees(400.0 / R), 0.0) == pytest.approx(polar_counts[19, 20] / 2.0, abs=0.1)


def test_pds3_with_an_attached_label_is_read(tmp_path, polar_counts):
    record = "RECORD_TYPE = FIXED_LENGTH\nRECORD_BYTES = 82\nFILE_RECORDS = 71\nLABEL_RECORDS = 30\n"
    label = polar_label(41, 0.4, record=record, pointer="^IMAGE = 31\n").encode()
    assert len(label) < 30 * 82
    (tmp_path / "A.IMG").write_bytes(label.ljust(30 * 82) + polar_counts.tobytes())
    assert open_dem(tmp_path / "A.IMG").sample(-90.0, 0.0) == polar_counts[20, 20] / 2.0


def test_a_pds_product_in_kilometres_is_refused(tmp_path):
    np.linspace(-2.3, 1.9, 41 * 41, dtype="<f4").tofile(tmp_path / "F.IMG")
    record = "RECORD_TYPE = FIXED_LENGTH\nRECORD_BYTES = 164\nFILE_RECORDS = 41\n"
    label = polar_label(41, 0.4, record=record, pointer='^IMAGE = "F.IMG"\n')
    for old, new in (
        ("METER", "KILOMETER"),
        ("LSB_INTEGER", "PC_REAL"),
        ("= 16", "= 32"),
        ("0.5", "1"),
        ("1737400.", "1737.4"),
    ):
        label = label.replace(old, new)
    (tmp_path / "F.LBL").write_text(label)
    assert "not in metres; got 'kilometer'" in refused(tmp_path / "F.IMG")


def test_a_pds_image_without_its_label_says_which_file_is_missing(tmp_path, polar_counts):
    polar_counts.tofile(tmp_path / "LDEM_S.IMG")
    with pytest.raises(TerrainError, match=r"without its label.*LDEM_S\.LBL"):
        open_dem(tmp_path / "LDEM_S.IMG")


def test_a_truncated_pds_image_is_refused(tmp_path, polar_counts):
    (tmp_path / "LDEM_S.IMG").write_bytes(polar_counts.tobytes()[:2000])
    record = "RECORD_TYPE = FIXED_LENGTH\nRECORD_BYTES = 82\nFILE_RECORDS = 41\n"
    (tmp_path / "LDEM_S.LBL").write_text(polar_label(41, 0.4, record=record, pointer='^IMAGE = "LDEM_S.IMG"\n'))
    with pytest.raises(TerrainError, match="cannot be read"):
        open_dem(tmp_path / "LDEM_S.IMG")


def refused(path):
    with pytest.raises(TerrainError) as caught:
        open_dem(path)
    return str(caught.value)


def test_the_earths_datum_is_refused(tmp_path, write_dem):
    text = refused(write_dem(tmp_path / "m.tif", np.full((9, 9), 7.0), crs="EPSG:3031"))
    assert "Earth's datum" in text
    assert "6378.137" in text
    assert "1737.4 km" in text


def test_another_body_and_another_radius_are_refused(tmp_path, write_dem):
    mars = refused(write_dem(tmp_path / "a.tif", np.full((9, 9), 7.0), crs="+proj=stere +lat_0=-90 +R=3396190"))
    assert "another body" in mars
    old = refused(write_dem(tmp_path / "b.tif", np.full((9, 9), 7.0), crs="+proj=stere +lat_0=-90 +R=1738000"))
    assert "another radius" in old


def test_a_missing_projection_is_refused(tmp_path, write_dem):
    assert "no coordinate system" in refused(write_dem(tmp_path / "m.tif", np.full((9, 9), 7.0), crs=None))


@pytest.mark.parametrize(
    ("heights", "unit", "words"),
    [
        (np.linspace(-2.3, 1.9, 81), None, "look like kilometres"),
        (np.linspace(-2.3, 1.9, 81), "km", "not in metres"),
        (np.linspace(-2300.0, 1900.0, 81), "foot", "not in metres"),
        (np.linspace(R - 2300.0, R + 1900.0, 81), None, "from the Moon's centre, not heights"),
        (np.linspace(1735.1, 1739.3, 81), None, "centre in kilometres"),
        (np.linspace(-32768.0, 1900.0, 81), None, "cannot be the Moon's"),
        (np.linspace(0.0, 21000.0, 81), None, "cannot be the Moon's"),
        (np.full(81, np.nan), None, "no data"),
    ],
)
def test_heights_that_are_not_metres_above_the_sphere_are_refused(tmp_path, write_dem, heights, unit, words):
    path = write_dem(tmp_path / "m.tif", heights.reshape(9, 9), posting=10_000.0, unit=unit, dtype="float64")
    assert words in refused(path)


def test_small_heights_said_to_be_metres_are_taken(tmp_path, write_dem):
    gentle = np.linspace(-2.3, 1.9, 81).reshape(9, 9)
    assert open_dem(write_dem(tmp_path / "m.tif", gentle, unit="m")).sample(-90.0, 0.0) == pytest.approx(-0.2)


def test_a_picture_is_refused(tmp_path, write_dem):
    assert "a picture" in refused(write_dem(tmp_path / "m.tif", np.full((9, 9), 7.0), dtype="uint8"))


def test_all_faults_of_all_files_come_together(tmp_path, write_dem):
    path = write_dem(tmp_path / "m.tif", np.full((9, 9), 40_000.0), crs=None)
    with pytest.raises(TerrainError) as caught:
        open_dems([path, tmp_path / "absent.tif"])
    words = [fault.message for fault in caught.value.faults]
    assert words == ["has no coordinate system (CRS)", "heights cannot be the Moon's", "no such file"]


def test_dems_come_finest_first(tmp_path, write_dem):
    coarse = write_dem(tmp_path / "c.tif", np.zeros((9, 9)), posting=900.0)
    fine = write_dem(tmp_path / "f.tif", np.zeros((9, 9)), posting=30.0)
    assert [dem.name for dem in open_dems([coarse, fine])] == ["f.tif", "c.tif"]


@pytest.mark.parametrize("keep", [0.0, 0.02, 0.5, 0.98])
def test_a_truncated_file_is_refused_in_words(tmp_path, write_dem, keep):
    path = write_dem(tmp_path / "m.tif", hills, side=101)
    data = path.read_bytes()
    path.write_bytes(data[: int(keep * len(data))])
    assert "cannot be read" in refused(path)


def test_a_text_is_not_terrain(tmp_path):
    (tmp_path / "m.tif").write_text("no raster")
    assert "cannot be read" in refused(tmp_path / "m.tif")


def test_a_raster_too_large_for_memory_is_read_in_pieces(tmp_path, write_dem, monkeypatch):
    path = write_dem(tmp_path / "m.tif", hills, side=301)
    whole = open_dem(path).patches(-89.0, 40.0, 30e3)
    monkeypatch.setattr(dem_module, "MAX_PIXELS", 2500)
    pieces = open_dem(path).patches(-89.0, 40.0, 30e3)
    assert [piece.heights_m.shape for piece in whole] == [(301, 301)]
    assert len(pieces) == 2
    assert all(piece.heights_m.size <= 2601 for piece in pieces)
    assert pieces[0].posting_m == 400.0
    assert 400.0 < pieces[1].posting_m <= 2000.0


@pytest.mark.shared
def test_the_genuine_lola_product_agrees_with_the_polar_model(tmp_path, shared_data):
    terrain = shared_data / "terrain"
    shutil.copy(terrain / "LDEM_4.IMG", tmp_path)
    label = PDS_LABEL.format(
        record="RECORD_TYPE = FIXED_LENGTH\nRECORD_BYTES = 2880\nFILE_RECORDS = 720\n",
        pointer='^IMAGE = "LDEM_4.IMG"\n',
        lines=720,
        samples=1440,
        projection="SIMPLE CYLINDRICAL",
        lat=0.0,
        lon=180.0,
        km=7.5808376060,
        line_offset=359.5,
        sample_offset=719.5,
    )
    (tmp_path / "LDEM_4.LBL").write_text(label)
    lola, polar = open_dem(tmp_path / "LDEM_4.IMG"), open_dem(terrain / "moon_south_75S_400m.tif")
    random = np.random.default_rng(5)
    lat, lon = -90.0 + 14.0 * np.sqrt(random.random(4000)), random.uniform(0.0, 360.0, 4000)
    ours, theirs = polar.sample(lat, lon), lola.sample(lat, lon)
    assert np.corrcoef(ours, theirs)[0, 1] > 0.997  # posts 7.6 km against 0.4 km apart
    assert abs(np.mean(ours - theirs)) < 5.0
    # The label's own extremes, half a metre a count (LDEM_4_JP2.LBL, MINIMUM and MAXIMUM).
    counts = lola.read_window((0, 0, *lola.shape))
    assert (counts.min(), counts.max()) == pytest.approx((-17758 / 2, 21008 / 2), abs=0.5)


@pytest.mark.shared
def test_a_jpeg2000_product_is_read_through_its_label(tmp_path, shared_data):
    terrain = shared_data / "terrain"
    shutil.copy(terrain / "LDEM_4_JP2.LBL", tmp_path / "LDEM_4_JP2.LBL")
    counts = np.fromfile(terrain / "LDEM_4.IMG", dtype="<i2").reshape(720, 1440)
    profile = {"driver": "JP2OpenJPEG", "count": 1, "width": 1440, "height": 720, "dtype": "int16"}
    with rasterio.open(
        tmp_path / "LDEM_4.JP2",
        "w",
        QUALITY="100",
        REVERSIBLE="YES",
        crs=f"+proj=longlat +R={R}",
        transform=rasterio.Affine(0.25, 0, -180, 0, -0.25, 90),
        **profile,
    ) as file:
        file.write(counts, 1)
    dem = open_dem(tmp_path / "LDEM_4.JP2")
    assert dem.name == "LDEM_4.JP2"
    assert (dem.read_window((0, 0, 720, 1440)) == counts / 2.0).all()


def test_a_folder_into_which_nobody_may_look_is_told(tmp_path, monkeypatch):
    def closed(_path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.is_file", closed)
    with pytest.raises(TerrainError, match=r"map\.tif: cannot be read .*Permission denied"):
        open_dem(tmp_path / "map.tif")
