"""Products and own files on their way into the cache, from a server that serves the genuine LDEM_4.IMG."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import pytest
import rasterio

from moonstation.core.errors import RangeError, TerrainError
from moonstation.moon.dem import open_dem
from moonstation.moon.products.acquisition import Wish, _require_whole, add_file, get_product
from moonstation.moon.products.cache import cache_folder, cached_names, read_record, terrain_path
from moonstation.moon.products.catalogue import product
from moonstation.moon.products.part import claimed

pytestmark = pytest.mark.shared
NAME = "lola-global-4ppd"
QUICK = (0.0, 0.0)


@pytest.fixture
def folder():
    return cache_folder()


@pytest.fixture
def get(archive, folder):
    def get(**wish):
        return get_product(product(NAME), folder, Wish(archive.url, waits_s=wish.pop("waits_s", QUICK), **wish))

    return get


def changed(body: bytes) -> bytes:
    """The file with one height raised by half a metre."""
    counts = np.frombuffer(body, "<i2").copy()
    counts[1000] += 1
    return counts.tobytes()


def test_the_genuine_product_is_kept_with_its_heights_and_its_history(get, archive, folder, lola, tmp_path):
    kept = get()
    assert (kept.state, kept.fresh_bytes, kept.kept_bytes, kept.notes) == ("arrived", len(lola), 0, ())
    assert kept.path == folder / f"{NAME}.tif" == terrain_path(NAME)
    assert sorted(one.name for one in folder.iterdir()) == [f"{NAME}.json", f"{NAME}.tif"]
    with rasterio.open(kept.path) as file:
        assert (file.read(1).astype("<i2").tobytes()) == lola
        assert file.scales == (0.5,)
        assert file.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        tags = file.tags()
    sha256 = hashlib.sha256(lola).hexdigest()
    assert tags["MOONSTATION_SHA256"] == sha256 == kept.record["sha256"]
    assert tags["MOONSTATION_PUBLISHED_URL"] == product(NAME).url()
    assert kept.record["url"] == f"{archive.url}ldem_4.img"
    (tmp_path / "LDEM_4.IMG").write_bytes(lola)
    (tmp_path / "LDEM_4.LBL").write_bytes(archive.files["ldem_4.lbl"])
    published, dem = open_dem(tmp_path / "LDEM_4.IMG"), open_dem(kept.path)
    lat, lon = np.linspace(-89.9, 89.9, 500), np.linspace(0.0, 359.9, 500)
    np.testing.assert_array_equal(dem.sample(lat, lon), published.sample(lat, lon))


def test_what_is_here_is_not_brought_again(get, archive):
    get()
    archive.asked.clear()
    assert get().state == "here"
    assert archive.asked == []
    assert get(again=True).state == "unchanged"
    assert archive.asked == []  # the server was asked for its version only


def test_a_transfer_goes_on_over_runs(get, archive, lola, folder):
    archive.break_after = [1_500_000]
    with pytest.raises(TerrainError, match="1,500,000 bytes are kept"):
        get(waits_s=())
    assert cached_names(folder) == []
    kept = get()
    assert (kept.kept_bytes, kept.fresh_bytes) == (1_500_000, len(lola) - 1_500_000)
    assert archive.sent["ldem_4.img"] == len(lola)


def test_a_server_that_tells_no_version_gives_the_file_again(get, archive, lola):
    before = get()
    archive.refuses_head = True
    archive.asked.clear()
    again = get(again=True)
    assert (again.state, again.fresh_bytes) == ("arrived", len(lola))
    assert again.record["sha256"] == before.record["sha256"]


def test_two_runs_do_not_work_on_one_product(get, archive, folder):
    (folder / "raw" / NAME).mkdir(parents=True)
    with claimed(folder / "raw" / NAME), pytest.raises(TerrainError, match="another moonstation is at work on it"):
        get()
    assert get().state == "arrived"
    assert not (folder / "raw").exists()


def test_the_published_files_can_be_kept(get, archive, folder, lola):
    kept = get(keep_raw=True)
    raw = folder / "raw" / NAME
    assert sorted(one.name for one in raw.iterdir()) == ["ldem_4.img", "ldem_4.lbl"]
    kept.path.unlink()
    archive.asked.clear()
    again = get()
    assert (again.state, again.fresh_bytes, again.kept_bytes) == ("arrived", 0, len(lola))
    assert [name for name, _ in archive.asked] == ["ldem_4.lbl"]
    assert not raw.exists()


def test_a_changed_file_is_told_and_taken_only_when_accepted(get, archive, folder, lola):
    before = get()
    archive.files["ldem_4.img"], archive.tags["ldem_4.img"] = changed(lola), '"2"'
    assert get().state == "here"
    with pytest.raises(TerrainError, match="not the file that was known before") as told:
        get(again=True)
    new = hashlib.sha256(changed(lola)).hexdigest()
    assert before.record["sha256"] in str(told.value)
    assert new in str(told.value)
    assert "--accept-change" in str(told.value)
    assert read_record(folder, NAME) == before.record  # what was here stays
    assert open_dem(before.path).sha256 == open_dem(terrain_path(NAME)).sha256
    archive.asked.clear()
    kept = get(accept_change=True)
    assert kept.record["sha256"] == new
    assert any("has changed" in note for note in kept.notes)
    assert "ldem_4.img" not in [name for name, _ in archive.asked]  # it had arrived already
    assert read_record(folder, NAME)["sha256"] == new


def test_a_first_file_with_another_sum_than_the_catalogue_knows_is_refused(get, archive, folder, lola):
    archive.files["ldem_4.img"] = changed(lola)
    with pytest.raises(TerrainError, match=product(NAME).sha256):
        get()
    assert cached_names(folder) == []
    archive.files["ldem_4.img"], archive.tags["ldem_4.img"] = lola, '"right"'
    assert get(again=True).record["sha256"] == product(NAME).sha256


def test_a_truncated_file_that_the_server_calls_whole_is_refused(get, archive, folder, lola):
    archive.files["ldem_4.img"], archive.tags["ldem_4.img"] = lola[:-2880], '"short"'
    words = r"is cut off: 2,070,720 bytes came, and the file is known to have 2,073,600; bring it anew with --again"
    with pytest.raises(TerrainError, match=words):
        get()
    with pytest.raises(TerrainError, match=r"cannot be read \(2070720 bytes where its label needs 2073600\)"):
        get(accept_change=True)
    assert cached_names(folder) == []
    archive.files["ldem_4.img"], archive.tags["ldem_4.img"] = lola, '"whole"'
    assert get(again=True).state == "arrived"


def test_of_a_size_in_round_numbers_a_little_may_lack():
    _require_whole("x", 2_696_000_000, 2_696_082_051 // 1000 * 1000)
    _require_whole("x", 10, None)
    with pytest.raises(TerrainError, match="is cut off: 700,000,000 bytes came"):
        _require_whole("x", 700_000_000, 821_000_000)


def test_another_size_than_published_is_worth_a_note(get, archive, lola):
    archive.files["ldem_4.img"] = lola + b"\0" * 2880
    assert any("2,076,480 bytes where the catalogue knows 2,073,600" in n for n in get(accept_change=True).notes)


def test_every_way_of_failing_names_the_files_to_fetch_by_hand(get, archive, folder):
    one = product(NAME)
    by_hand = (
        f"by hand: fetch {one.url()} and {one.label_url()} into one folder, "
        f"then `moonstation terrain add ldem_4.img --name {NAME}`"
    )
    archive.statuses = [404]
    with pytest.raises(TerrainError, match="the server answers 404") as told:
        get()
    assert by_hand in str(told.value)
    archive.types["ldem_4.lbl"] = "text/html"
    with pytest.raises(TerrainError, match="a web page, not data") as told:
        get()
    assert by_hand in str(told.value)
    with pytest.raises(TerrainError, match=r"cannot be reached.*is there a network") as told:
        get_product(one, folder, Wish("http://127.0.0.1:9/", waits_s=QUICK))
    assert by_hand in str(told.value)


def test_a_label_that_is_none_is_refused_and_not_kept(get, archive, folder):
    archive.files["ldem_4.lbl"], label = b"something else", archive.files["ldem_4.lbl"]
    with pytest.raises(TerrainError, match="is no PDS label"):
        get()
    archive.files["ldem_4.lbl"], archive.tags["ldem_4.lbl"] = label, '"right"'
    assert get().state == "arrived"


def test_the_way_by_hand_leads_to_the_same_model(get, archive, folder, lola, tmp_path):
    (tmp_path / "ldem_4.img").write_bytes(lola)
    (tmp_path / "ldem_4.lbl").write_bytes(archive.files["ldem_4.lbl"])
    added = add_file(tmp_path / "ldem_4.img", folder, NAME)
    assert added.state == "added"
    assert added.record["published_url"] == product(NAME).url()
    assert added.record["sha256"] == product(NAME).sha256
    assert (tmp_path / "ldem_4.img").exists()
    assert get().state == "here"


def test_a_file_under_a_products_name_must_be_that_product(folder, shared_data, tmp_path, archive, lola):
    polar = shared_data / "terrain" / "moon_south_85S_400m.tif"
    with pytest.raises(TerrainError, match=r"is not lola-south-240m: its posts lie differently; got 400.0 m; .*240 m"):
        add_file(polar, folder, "lola-south-240m")
    (tmp_path / "ldem_4.img").write_bytes(changed(lola))
    (tmp_path / "ldem_4.lbl").write_bytes(archive.files["ldem_4.lbl"])
    with pytest.raises(TerrainError, match="not the file that was known before"):
        add_file(tmp_path / "ldem_4.img", folder, NAME)
    assert cached_names(folder) == []
    assert not (folder / "raw").exists()


def test_an_own_file_is_kept_under_its_own_name(folder, shared_data):
    polar = shared_data / "terrain" / "moon_south_85S_400m.tif"
    kept = add_file(polar, folder)
    assert kept.name == "moon_south_85s_400m"
    before, after = open_dem(polar), open_dem(terrain_path(kept.name))
    np.testing.assert_array_equal(
        after.read_window((0, 0, *after.shape)),
        before.read_window((0, 0, *before.shape)),
    )
    assert after.transform == before.transform
    with pytest.raises(RangeError, match="is taken"):
        add_file(polar, folder)
    assert add_file(polar, folder, may_replace=True).record == kept.record
    assert json.loads((folder / f"{kept.name}.json").read_text()) == kept.record


def test_all_faults_of_an_added_file_come_at_once(folder, tmp_path):
    with pytest.raises(RangeError) as told:
        add_file(tmp_path / "absent.tif", folder, "No/Name")
    assert [fault.where for fault in told.value.faults] == ["--name", str(tmp_path / "absent.tif")]
    (tmp_path / "file").write_text("")
    with pytest.raises(RangeError, match=r"--cache: cannot be used: (Not a directory|File exists)"):
        add_file(tmp_path / "file", tmp_path / "file", "name")
