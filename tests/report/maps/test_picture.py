"""A picture shows the map's own colours, says what it shows, and appears whole or not at all."""

from __future__ import annotations

import numpy as np
import pytest
from map_frames import polar
from matplotlib import colormaps
from PIL import Image

from moonstation.core.errors import RangeError, TerrainError
from moonstation.moon.dem import open_dem
from moonstation.report.maps.labels import Feature
from moonstation.report.maps.picture import Layer, _large_patches, map_picture, map_pictures, outline_shadow
from moonstation.report.maps.sheet import new_sheet
from moonstation.report.maps.sites import _column, sites_picture

SIDE_PX = 300
MADE = {"step_h": "1", "eye_height_m": "2", "elevation_models": "a.tif"}


def colours_of(path) -> set[tuple[int, ...]]:
    with Image.open(path) as picture:
        return set(map(tuple, np.asarray(picture.convert("RGB")).reshape(-1, 3).tolist()))


def holds(colours, rgb, tolerance: float = 1.0) -> bool:
    return any(max(abs(a - b) for a, b in zip(rgb, one, strict=True)) <= tolerance for one in colours)


def words_of(path) -> str:
    with Image.open(path) as picture:
        picture.load()
        return f"{picture.text['Title']} {picture.text['Description']}"


@pytest.fixture
def light(raster):
    values = np.full((60, 60), 0.25, "float32")
    values[:, 30:] = 0.75
    return raster(
        "sun_visible_mean", values, period_start="2026-01-01T00:00:00Z", period_end="2044-08-08T00:00:00Z", **MADE
    )


def test_level_ground_has_exactly_the_colours_of_the_bar(light, raster, tmp_path):
    level = open_dem(raster("level", np.zeros((60, 60), "float32")))
    shown = colours_of(map_picture(light, [level], tmp_path / "light.png", long_side_px=SIDE_PX))
    for share in (0.25, 0.75):
        assert holds(shown, [255 * part for part in colormaps["inferno"](share / 0.8)[:3]])


def test_the_caption_says_period_terrain_relief_scale_and_north(light, bowl, tmp_path):
    said = words_of(map_picture(light, [open_dem(bowl)], tmp_path / "light.png", long_side_px=SIDE_PX))
    for words in (
        "mean share of the Sun's disc",
        "South pole of the Moon, 24 × 24 km, 0° longitude is up",
        "Period: 2026-01-01 to 2044-08-08, every 1 h. Eye 2 m above the ground. Computed over a.tif.",
        "Relief: bowl.tif (400 m), lamp 315° clockwise",
        "heights ×",
        "The cross is the south pole: north is away from it",
        "sphere of 1737.4 km",
    ):
        assert words in said, words


def test_a_place_beside_the_pole_gets_an_arrow_and_a_wide_map_its_distortion(raster, tmp_path):
    values = np.linspace(0.0, 1.0, 900, dtype="float32").reshape(30, 30)
    beside = raster("earth_visible_mean", values, corner=(50_000.0, 60_000.0))
    assert "The arrow points north" in words_of(map_picture(beside, [], tmp_path / "a.png", long_side_px=SIDE_PX))
    wide = raster("score", values, corner=(-450_000.0, 450_000.0), posting_m=30_000.0)
    assert "×1.000 to ×1.034" in words_of(map_picture(wide, [], tmp_path / "b.png", long_side_px=SIDE_PX))


def test_shadow_is_a_map_of_its_own_and_an_outline_on_others(light, raster, bowl, tmp_path):
    flags = np.zeros((60, 60), "uint8")
    flags[20:40, 20:40] = 1
    shadow, dems = raster("permanent_shadow", flags), [open_dem(bowl)]
    own = map_picture(shadow, [], tmp_path / "own.png", long_side_px=SIDE_PX)
    assert holds(colours_of(own), (41, 89, 158))
    plain = map_picture(light, dems, tmp_path / "plain.png", long_side_px=SIDE_PX).read_bytes()
    outlined = map_picture(light, dems, tmp_path / "outlined.png", shadow=shadow, long_side_px=SIDE_PX).read_bytes()
    assert plain != outlined


def test_maps_of_one_area_are_drawn_beside_their_files(light, raster, bowl):
    flags = np.zeros((60, 60), "uint8")
    flags[20:40, 20:40] = 1
    shadow, told = raster("permanent_shadow", flags), []
    made = map_pictures([light, shadow], [open_dem(bowl)], caption="2026 to 2044.", tell=told.append)
    assert [path.name for path in made] == ["sun_visible_mean.png", "permanent_shadow.png"]
    assert told == ["sun_visible_mean", "permanent_shadow"]
    assert all("2026 to 2044." in words_of(path) for path in made)
    alone = map_picture(light, [open_dem(bowl)], light.with_name("alone.png"), shadow=shadow, caption="2026 to 2044.")
    assert alone.read_bytes() == made[0].read_bytes()


@pytest.mark.parametrize(
    ("end", "title", "noted"),
    [
        ("2028-01-01", "No sunlight in this period", True),
        ("2044-08-08", "Permanent shadow: never any part of the Sun", False),
    ],
)
def test_shadow_is_called_permanent_only_after_a_turn_of_the_node(raster, tmp_path, end, title, noted):
    flags = np.zeros((60, 60), "uint8")
    flags[20:40, 20:40] = 1
    period = {"period_start": "2026-01-01T00:00:00Z", "period_end": f"{end}T00:00:00Z"}
    made = map_picture(raster("permanent_shadow", flags, **period), [], tmp_path / "dark.png", long_side_px=SIDE_PX)
    said = words_of(made)
    assert title in said
    assert ("takes 18.6 years" in said) is noted
    assert ("ermanent shadow: never" in said) is not noted


def test_names_and_places_are_drawn_and_the_same_input_gives_the_same_file(raster, tmp_path):
    sight = raster("earth_visible_mean", np.full((60, 60), 0.25, "float32"))
    names, places = [Feature("Crater", -89.8, 20.0, 8.0)], [Feature("site", -89.9, 200.0)]
    bare = map_picture(sight, [], tmp_path / "bare.png", long_side_px=700).read_bytes()
    one, other = (
        map_picture(sight, [], tmp_path / f"{n}.png", names, places, long_side_px=700).read_bytes() for n in "ab"
    )
    assert one == other != bare
    yellow = (255, 210, 63)
    assert holds(colours_of(tmp_path / "a.png"), yellow, 12)
    with Image.open(tmp_path / "bare.png") as picture:  # its map; the colour bar has a yellow of its own
        width = picture.width
        own = set(map(tuple, np.asarray(picture.convert("RGB"))[:, : round(0.7 * width)].reshape(-1, 3).tolist()))
    assert not holds(own, yellow, 12)


def test_longest_dark_spans_decades_and_gaps_are_told(raster, tmp_path):
    values = np.geomspace(20.0, 160_000.0, 900).astype("float32").reshape(30, 30)
    values[:3] = np.nan
    year = {"period_start": "2030-01-01T00:00:00Z", "period_end": "2030-12-13T00:00:00Z", "step_h": "4"}
    picture = map_picture(raster("longest_dark_h", values, **year), [], tmp_path / "dark.png", long_side_px=SIDE_PX)
    assert "Longest time without any part of the Sun" in words_of(picture)
    assert "Period: 2030-01-01 to 2030-12-13, every 4 h." in words_of(picture)


def test_faults_are_told_and_nothing_is_written(light, raster, tmp_path):
    with pytest.raises(TerrainError, match=r"absent\.tif"):
        map_picture(tmp_path / "absent.tif", [], tmp_path / "never.png")
    nowhere = raster("nowhere", np.zeros((5, 5), "float32"), crs=None)
    with pytest.raises(TerrainError, match="no coordinate system"):
        map_picture(nowhere, [], tmp_path / "never.png")
    earth = raster("earth", np.zeros((5, 5), "float32"), crs="EPSG:3031")
    with pytest.raises(TerrainError, match="Earth"):
        map_picture(earth, [], tmp_path / "never.png")
    round_map = raster("round", np.zeros((5, 5), "float32"), (0.0, -80.0), 1.0, crs="+proj=longlat +R=1737400 +no_defs")
    with pytest.raises(TerrainError, match="in degrees"):
        map_picture(round_map, [], tmp_path / "never.png")
    with pytest.raises(RangeError, match="folder does not exist"):
        map_picture(light, [], tmp_path / "none" / "never.png", long_side_px=SIDE_PX)
    assert not list(tmp_path.rglob("*.png"))


@pytest.fixture
def score(raster):
    values = np.linspace(0.2, 0.9, 3600, dtype="float32").reshape(60, 60)
    values[:20] = np.nan
    return raster("score", values)


def test_ranked_sites_are_numbered_and_tabled(score, bowl, tmp_path):
    table = tmp_path / "sites.csv"
    table.write_text(
        "# made by a search\nrank,latitude_deg,longitude_deg,score,sun_visible_mean\n"
        "1,-89.9,200,0.91,0.83\n2,-89.8,150,0.85,\n"
    )
    said = words_of(sites_picture(score, table, [open_dem(bowl)], tmp_path / "sites.png", caption="Criteria: light."))
    assert "2 sites found" in said
    assert "Criteria: light." in said
    many = [{"latitude_deg": -89.9, "longitude_deg": 10.0 * n, "score": 0.5} for n in range(25)]
    assert "The 20 best of 25 sites" in words_of(sites_picture(score, many, [], tmp_path / "many.png"))


def test_sites_without_a_place_are_refused_all_at_once(score, tmp_path):
    sites = [{"latitude_deg": -89.9, "longitude_deg": "x"}, {"longitude_deg": 10.0}]
    with pytest.raises(RangeError) as caught:
        sites_picture(score, sites, [], tmp_path / "never.png")
    assert [fault.where for fault in caught.value.faults] == ["site 1", "site 2"]


def test_of_several_eye_heights_the_greatest_is_shown():
    sites = [{"sun_visible_mean_2m": 0.7, "sun_visible_mean_10m": 0.8, "slope_deg": 3.0, "sun_any_mean_20m": 0.9}]
    assert _column(sites, "sun_visible_mean") == "sun_visible_mean_10m"
    assert _column(sites, "slope_deg") == "slope_deg"
    assert _column(sites, "score") == ""


@pytest.mark.parametrize(("side", "words"), [(2, "permanent shadow,\npatches over 1.3 km²"), (10, "permanent shadow")])
def test_the_key_of_shadow_tells_a_size_only_where_patches_are_left_out(monkeypatch, side, words):
    share = np.zeros((200, 200), "float32")
    share[10 : 10 + side, 10 : 10 + side] = 1.0
    share[100:110, 100:120] = 1.0
    keys = []
    monkeypatch.setattr("moonstation.report.maps.picture.draw_key", lambda _sheet, entries: keys.extend(entries))
    frame = polar(40_000.0, side=200)  # 400 m to a pixel
    outline_shadow(new_sheet(frame), Layer("permanent_shadow", frame, share, {}))
    assert [label for _, _, label in keys] == [words]


def test_specks_of_shadow_are_not_outlined():
    share = np.zeros((200, 200), "float32")
    share[10:12, 10:12] = 1.0
    share[100:110, 100:120] = 1.0
    kept = _large_patches(share)
    assert kept[:50].max() == 0.0
    assert np.array_equal(kept[50:], share[50:])
