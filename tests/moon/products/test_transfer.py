"""Transfers over a real connection on this machine: whole, broken, resumed, changed, refused."""

from __future__ import annotations

import errno
import shutil
from collections import namedtuple

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from moonstation.core.errors import TerrainError
from moonstation.moon.products import part as part_module
from moonstation.moon.products.part import Part, Version, open_part, part_bytes
from moonstation.moon.products.transfer import download, published_version

QUICK = (0.0, 0.0)
BODY = np.random.default_rng(8).bytes(1_000_003)


@pytest.fixture
def served(shelf):
    shelf.files["f.img"] = BODY
    return shelf


@pytest.fixture
def bring(served, tmp_path):
    def bring(**options):
        return download(f"{served.url}f.img", tmp_path / "f.img", waits_s=options.pop("waits_s", QUICK), **options)

    return bring


def left(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_file_arrives_whole_and_leaves_nothing_beside(bring, served, tmp_path):
    seen = []
    arrival = bring(progress=lambda done, total: seen.append((done, total)))
    assert arrival.path.read_bytes() == BODY
    assert left(tmp_path) == ["f.img"]
    assert (arrival.fresh_bytes, arrival.kept_bytes) == (len(BODY), 0)
    assert arrival.version == Version(
        f"{served.url}f.img", len(BODY), served.tag("f.img"), arrival.version.last_modified
    )
    assert seen[-1] == (len(BODY), len(BODY))
    assert seen == sorted(seen)


def test_a_broken_line_is_taken_up_where_it_broke(bring, served):
    served.break_after = [300_000, 200_000]
    assert bring().path.read_bytes() == BODY
    assert [span for _, span in served.asked] == ["", "bytes=300000-", "bytes=500000-"]
    assert served.sent["f.img"] == len(BODY)  # no byte was sent twice


def test_a_later_run_takes_up_what_an_earlier_one_left(bring, served, tmp_path):
    served.break_after = [700_000]
    with pytest.raises(TerrainError, match=r"broke off after 700,000 of 1,000,003 bytes.*700,000 bytes are kept"):
        bring(waits_s=())
    assert left(tmp_path) == ["f.img.part", "f.img.part.json"]
    assert part_bytes(tmp_path / "f.img") == 700_000
    arrival = bring()
    assert arrival.path.read_bytes() == BODY
    assert (arrival.kept_bytes, arrival.fresh_bytes) == (700_000, 300_003)
    assert served.sent["f.img"] == len(BODY)


def test_a_server_without_ranges_makes_it_begin_again(bring, served):
    served.with_ranges = False
    served.break_after = [900_000]
    arrival = bring()
    assert arrival.path.read_bytes() == BODY
    assert (arrival.kept_bytes, arrival.fresh_bytes) == (0, len(BODY))
    assert served.sent["f.img"] == 900_000 + len(BODY)


def test_a_file_that_changed_meanwhile_begins_again(bring, served):
    served.break_after = [600_000]
    with pytest.raises(TerrainError):
        bring(waits_s=())
    served.files["f.img"], served.tags["f.img"] = BODY[::-1], '"new"'
    arrival = bring()
    assert arrival.path.read_bytes() == BODY[::-1]
    assert arrival.kept_bytes == 0
    assert arrival.version.etag == '"new"'


def test_weak_tags_leave_the_date_to_tell_versions_apart(bring, served):
    served.weak_tags = True
    served.break_after = [400_000]
    assert bring().path.read_bytes() == BODY
    assert served.sent["f.img"] == len(BODY)
    assert Version("u", 1, 'W/"a"', "").validator == ""


def test_without_any_version_nothing_is_pieced_together(bring, served):
    served.with_versions = False
    served.break_after = [400_000]
    assert bring().path.read_bytes() == BODY
    assert [span for _, span in served.asked] == ["", ""]


def test_a_part_that_is_complete_already_needs_no_byte_more(bring, served, tmp_path):
    with open_part(tmp_path / "f.img", f"{served.url}f.img") as part:
        part.begin(Version(f"{served.url}f.img", len(BODY), served.tag("f.img")))
        part.append(BODY)
    arrival = bring()
    assert arrival.path.read_bytes() == BODY
    assert (arrival.kept_bytes, arrival.fresh_bytes) == (len(BODY), 0)
    assert "f.img" not in served.sent


def test_a_part_longer_than_the_file_begins_again(bring, served, tmp_path):
    with open_part(tmp_path / "f.img", f"{served.url}f.img") as part:
        part.begin(Version(f"{served.url}f.img", len(BODY) + 9, served.tag("f.img")))
        part.append(BODY + b"123456789")
    assert bring().path.read_bytes() == BODY


def test_a_part_of_another_address_is_not_taken_up(bring, served, tmp_path):
    with open_part(tmp_path / "f.img", "http://elsewhere/f.img") as part:
        part.begin(Version("http://elsewhere/f.img", len(BODY), served.tag("f.img")))
        part.append(b"x" * 1000)
    assert bring().path.read_bytes() == BODY


def test_a_server_that_always_breaks_off_at_one_place_is_given_up(bring, served):
    served.with_ranges = False
    served.break_after = [500_000] * 9
    with pytest.raises(TerrainError, match="did not arrive whole"):
        bring()
    assert len(served.asked) == 3  # new bytes once, then twice nothing new


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    breaks=st.lists(st.integers(1, 120_000), max_size=5),
    with_ranges=st.booleans(),
    with_versions=st.booleans(),
    weak_tags=st.booleans(),
    change_after=st.integers(0, 4),
)
def test_however_lines_break_and_files_change_what_arrives_is_one_version(
    served, tmp_path, breaks, with_ranges, with_versions, weak_tags, change_after
):
    old, new = BODY[:200_001], BODY[200_001:420_000]
    served.with_ranges, served.with_versions, served.weak_tags = with_ranges, with_versions, weak_tags
    served.files["f.img"], served.break_after = old, list(breaks)
    (tmp_path / "f.img").unlink(missing_ok=True)
    for run in range(len(breaks) + 2):
        if run == change_after and not (weak_tags and with_versions):  # the date alone, kept, cannot tell them apart
            served.files["f.img"] = new
        try:
            arrival = download(f"{served.url}f.img", tmp_path / "f.img", waits_s=())
        except TerrainError:
            continue
        assert arrival.path.read_bytes() == served.files["f.img"]
        assert arrival.kept_bytes + arrival.fresh_bytes == len(served.files["f.img"])
        assert part_bytes(tmp_path / "f.img") == 0
        return
    pytest.fail("never whole")


def test_a_busy_server_is_asked_again(bring, served):
    served.statuses = [503, 429]
    assert bring().path.read_bytes() == BODY
    served.statuses = [500] * 9
    with pytest.raises(TerrainError, match="the server answers 500"):
        bring()


@pytest.mark.parametrize(("status", "words"), [(404, "404: it is not there"), (403, "403: it is closed"), (410, "410")])
def test_what_is_not_there_is_told_at_once(bring, served, tmp_path, status, words):
    served.statuses = [status]
    with pytest.raises(TerrainError, match=words):
        bring()
    assert len(served.asked) == 1


@pytest.mark.parametrize(("body", "kind"), [(b"oops", "text/html"), (b"\n<!DOCTYPE HTML><p>Not Found", "image/tiff")])
def test_a_web_page_is_never_taken_for_data(bring, served, tmp_path, body, kind):
    served.files["f.img"], served.types["f.img"] = body, kind
    with pytest.raises(TerrainError, match="a web page, not data"):
        bring()
    assert not (tmp_path / "f.img").exists()
    assert part_bytes(tmp_path / "f.img") == 0


def test_a_page_in_place_of_the_rest_leaves_the_part(bring, served, tmp_path):
    served.break_after = [600_000]
    with pytest.raises(TerrainError):
        bring(waits_s=())
    served.files["f.img"], served.types["f.img"], served.tags["f.img"] = b"<html>", "text/html", '"page"'
    with pytest.raises(TerrainError, match="a web page"):
        bring()
    assert part_bytes(tmp_path / "f.img") == 600_000


def test_nobody_there_is_told_soon(tmp_path):
    with pytest.raises(TerrainError, match=r"cannot be reached \(Connection refused\).*is there a network"):
        download("http://127.0.0.1:9/f.img", tmp_path / "f.img", waits_s=QUICK)
    assert left(tmp_path) == []


def test_only_web_addresses_are_fetched(tmp_path):
    with pytest.raises(TerrainError, match="no address of a web server"):
        download("file:///etc/passwd", tmp_path / "f.img")


def test_a_silent_server_is_not_waited_for_without_end(bring, served, monkeypatch):
    monkeypatch.setattr("moonstation.moon.products.transfer._TIMEOUT_S", 0.05)
    served.pause_s = 0.5
    with pytest.raises(TerrainError, match=r"no answer within 0.05 s"):
        bring(waits_s=())


def test_too_little_room_is_told_before_the_bytes_come(bring, served, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(0, 0, 1_500_000))
    with pytest.raises(TerrainError, match=r"too little room; got 2 MB free; allowed: 3 MB"):
        bring(room_share=2.5)
    assert bring(room_share=1.4).path.exists()


def test_a_disk_that_fills_up_keeps_what_has_arrived(bring, served, tmp_path, monkeypatch):
    take_up = Part.__init__

    def on_a_small_disk(self, target, file, url):
        take_up(self, target, SmallDisk(file, 500_000), url)

    monkeypatch.setattr(Part, "__init__", on_a_small_disk)
    with pytest.raises(TerrainError, match="the disk is full; make room; what has arrived is kept"):
        bring()
    assert part_bytes(tmp_path / "f.img") == 500_000
    monkeypatch.undo()
    assert bring().kept_bytes == 500_000
    assert (tmp_path / "f.img").read_bytes() == BODY
    assert served.sent["f.img"] >= len(BODY)


class SmallDisk:
    """A file on a disk that takes ``room`` bytes, and half a write where the room ends in one."""

    def __init__(self, file, room):
        self.file, self.room = file, room

    def __getattr__(self, name):
        return getattr(self.file, name)

    def write(self, view):
        if not self.room:
            raise OSError(errno.ENOSPC, "No space left on device")
        taken = self.file.write(view[: self.room])
        self.room -= taken
        return taken


def test_two_runs_do_not_write_one_part(tmp_path):
    with (
        open_part(tmp_path / "f.img", "http://a/f.img"),
        pytest.raises(TerrainError, match="another moonstation"),
        open_part(tmp_path / "f.img", "http://a/f.img"),
    ):
        pass


def test_a_claim_on_a_file_that_another_run_took_away_is_made_again(tmp_path, monkeypatch):
    claim, waited = part_module._claim, []

    def late(file, path):
        claim(file, path)
        if not waited:  # between opening and claiming, the run before has ended and a third has begun
            waited.append(path)
            shutil.rmtree(path)

    monkeypatch.setattr(part_module, "_claim", late)
    folder = tmp_path / "raw"
    with part_module.claimed(folder):
        assert waited == [folder]
        assert (folder / ".lock").exists()
        with pytest.raises(TerrainError, match="another moonstation"), part_module.claimed(folder):
            pass
    assert left(folder) == []


def test_the_server_is_asked_for_its_version_without_the_file(served):
    version = published_version(f"{served.url}f.img")
    assert (version.size_bytes, version.etag) == (len(BODY), served.tag("f.img"))
    assert served.sent == {}
    with pytest.raises(TerrainError, match="404"):
        published_version(f"{served.url}absent.img")
