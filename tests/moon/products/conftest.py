"""A web server in the next room that serves the genuine LOLA product, and misbehaves when asked to."""

from __future__ import annotations

import http.server
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

#: A label after the pattern of LDEM_4_JP2.LBL, for the image itself (as `LDEM_4.LBL` of the archive has it).
LABEL = """PDS_VERSION_ID            = "PDS3"
RECORD_TYPE               = FIXED_LENGTH
FILE_RECORDS              = 720
RECORD_BYTES              = 2880
^IMAGE                    = "LDEM_4.IMG"
PRODUCT_VERSION_ID        = "V3.0"
DATA_SET_ID               = "LRO-L-LOLA-4-GDR-V1.0"
PRODUCT_ID                = "LDEM_4"
TARGET_NAME               = MOON
OBJECT                    = IMAGE
  NAME                    = HEIGHT
  LINES                   = 720
  LINE_SAMPLES            = 1440
  SAMPLE_TYPE             = LSB_INTEGER
  SAMPLE_BITS             = 16
  UNIT                    = METER
  SCALING_FACTOR          = 0.5
  OFFSET                  = 1737400.
END_OBJECT                = IMAGE
OBJECT                    = IMAGE_MAP_PROJECTION
 ^DATA_SET_MAP_PROJECTION     = "DSMAP.CAT"
 MAP_PROJECTION_TYPE          = "SIMPLE CYLINDRICAL"
 MAP_RESOLUTION               = 4 <pix/deg>
 A_AXIS_RADIUS                = 1737.4 <km>
 B_AXIS_RADIUS                = 1737.4 <km>
 C_AXIS_RADIUS                = 1737.4 <km>
 POSITIVE_LONGITUDE_DIRECTION = "EAST"
 CENTER_LATITUDE              = 0 <deg>
 CENTER_LONGITUDE             = 180 <deg>
 LINE_FIRST_PIXEL             = 1
 LINE_LAST_PIXEL              = 720
 SAMPLE_FIRST_PIXEL           = 1
 SAMPLE_LAST_PIXEL            = 1440
 MAP_PROJECTION_ROTATION      = 0.0
 MAP_SCALE                    = 7580.84 <m/pix>
 MAXIMUM_LATITUDE             = 90 <deg>
 MINIMUM_LATITUDE             = -90 <deg>
 WESTERNMOST_LONGITUDE        = 0 <deg>
 EASTERNMOST_LONGITUDE        = 360 <deg>
 LINE_PROJECTION_OFFSET       = 359.5 <pix>
 SAMPLE_PROJECTION_OFFSET     = 719.5 <pix>
 COORDINATE_SYSTEM_NAME       = "MEAN EARTH/POLAR AXIS OF DE421"
END_OBJECT                    = IMAGE_MAP_PROJECTION
END
"""


@dataclass
class Shelf:
    """What the server serves, how it behaves, and what it was asked."""

    files: dict[str, bytes] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    break_after: list[int] = field(default_factory=list)  # body bytes of the next answers, then the line breaks
    statuses: list[int] = field(default_factory=list)  # of the next answers, instead of the file
    with_ranges: bool = True
    with_versions: bool = True
    weak_tags: bool = False
    refuses_head: bool = False
    pause_s: float = 0.0
    asked: list[tuple[str, str]] = field(default_factory=list)  # path and Range of each GET
    sent: dict[str, int] = field(default_factory=dict)  # body bytes by path
    url: str = ""

    def tag(self, name: str) -> str:
        """The ETag of a file; a test that changes the file changes the tag with it."""
        return self.tags.get(name, f'"{len(self.files[name])}-1"')


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    shelf: Shelf

    def do_HEAD(self) -> None:
        if self.shelf.refuses_head:
            self._plain(405)
        else:
            self._answer(with_body=False)

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def _answer(self, *, with_body: bool) -> None:
        shelf, name = self.shelf, self.path.lstrip("/")
        asked = self.headers.get("Range", "")
        if with_body:
            shelf.asked.append((name, asked))
        is_data = not name.endswith("lbl")
        if is_data and shelf.statuses:
            self._plain(shelf.statuses.pop(0))
        elif name not in shelf.files:
            self._plain(404)
        else:
            self._send(name, asked, with_body=with_body)

    def _plain(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _send(self, name: str, asked: str, *, with_body: bool) -> None:
        shelf, body = self.shelf, self.shelf.files[name]
        first = int(match[1]) if shelf.with_ranges and (match := re.match(r"bytes=(\d+)-$", asked)) else 0
        if self.headers.get("If-Range", shelf.tag(name)) not in (shelf.tag(name), _DATE):
            first = 0
        if first >= len(body):
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{len(body)}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(206 if first else 200)
        if first:
            self.send_header("Content-Range", f"bytes {first}-{len(body) - 1}/{len(body)}")
        self.send_header("Content-Type", shelf.types.get(name, "application/octet-stream"))
        self.send_header("Content-Length", str(len(body) - first))
        if shelf.with_versions:
            self.send_header("ETag", f"W/{shelf.tag(name)}" if shelf.weak_tags else shelf.tag(name))
            self.send_header("Last-Modified", _DATE)
        self.end_headers()
        if with_body:
            self._write_body(name, body[first:])

    def _write_body(self, name: str, body: bytes) -> None:
        shelf = self.shelf
        limit = shelf.break_after.pop(0) if shelf.break_after and not name.endswith("lbl") else len(body)
        for start in range(0, min(limit, len(body)), 65536):
            piece = body[start : min(start + 65536, limit)]
            try:
                self.wfile.write(piece)
            except OSError:  # the reader has gone
                self.close_connection = True
                return
            shelf.sent[name] = shelf.sent.get(name, 0) + len(piece)
            time.sleep(shelf.pause_s)
        if limit < len(body):
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass


_DATE = "Wed, 20 Sep 2017 10:00:00 GMT"


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    """An empty server on this machine."""
    shelf = Shelf()
    handler = type("Handler", (_Handler,), {"shelf": shelf})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    shelf.url = f"http://127.0.0.1:{server.server_address[1]}/"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield shelf
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(autouse=True)
def _on_this_machine(monkeypatch, tmp_path):
    """No proxy between, no cache of the user's."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setenv("MOONSTATION_TERRAIN", str(tmp_path / "cache"))
    monkeypatch.delenv("MOONSTATION_TERRAIN_URL", raising=False)


@pytest.fixture(scope="session")
def lola(shared_data: Path) -> bytes:
    """The genuine LDEM_4.IMG."""
    return (shared_data / "terrain" / "LDEM_4.IMG").read_bytes()


@pytest.fixture
def archive(shelf: Shelf, lola: bytes) -> Shelf:
    """The server with the genuine product and its label, under the archive's names."""
    shelf.files = {"ldem_4.img": lola, "ldem_4.lbl": LABEL.encode()}
    return shelf
