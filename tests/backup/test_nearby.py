"""Files of a Storage on this machine come whole, over connections that are kept, or not at all."""

from __future__ import annotations

import os
from http.server import BaseHTTPRequestHandler

import pytest

from tests.backup import served
from wakti_sb.backup.errors import BackupError
from wakti_sb.backup.objects import Object, Storage

PIECE = os.urandom(300_000)
WHOLE, CHUNKED, LAST, CUT, CUT_CHUNKED = (
    Object("bucket", name, None, None, 0)
    for name in ("whole", "chunked", "last", "cut", "cut-chunked")
)


CONNECTIONS: list[int] = []  # the caller's port of each request


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        CONNECTIONS.append(self.client_address[1])
        name = self.path.rpartition("/")[2]
        self.send_response(200)
        if "chunked" in name:
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Content-Length", str(2 * len(PIECE)))
        self.end_headers()
        for piece in [PIECE] if "cut" in name else [PIECE, PIECE]:
            self.wfile.write(f"{len(piece):x}\r\n".encode() if "chunked" in name else b"")
            self.wfile.write(piece + (b"\r\n" if "chunked" in name else b""))
        self.close_connection = name not in ("whole", "chunked")
        if name == "chunked":
            self.wfile.write(b"0\r\n\r\n")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (its name)
        """Nothing."""


def content(opened: Storage, one: Object) -> bytes:
    with opened.download(one) as pieces:
        assert pieces is not None
        return b"".join(pieces)


def test_a_file_comes_whole_and_the_next_one_over_the_same_connection() -> None:
    CONNECTIONS.clear()
    with served.storage(Handler) as opened:
        assert content(opened, WHOLE) == PIECE * 2
        assert content(opened, CHUNKED) == PIECE * 2
        assert content(opened, WHOLE) == PIECE * 2
    assert len(set(CONNECTIONS)) == 1


def test_a_connection_that_the_server_has_ended_is_made_anew() -> None:
    with served.storage(Handler) as opened:
        for _ in range(3):
            assert content(opened, LAST) == PIECE * 2


@pytest.mark.parametrize("one", [CUT, CUT_CHUNKED])
def test_a_file_that_is_cut_in_the_middle_is_no_file(one: Object) -> None:
    with served.storage(Handler) as opened:
        with pytest.raises(BackupError, match="Storage does not answer"):
            content(opened, one)
        assert content(opened, WHOLE) == PIECE * 2


def test_a_file_that_nobody_reads_to_its_end_leaves_nothing_to_the_next_one() -> None:
    with served.storage(Handler) as opened:
        with opened.download(WHOLE) as pieces:
            assert pieces is not None
            next(pieces)
        assert content(opened, WHOLE) == PIECE * 2


def test_a_server_that_is_gone_is_an_error() -> None:
    with pytest.raises(BackupError, match="Storage does not answer"):
        content(served.at("http://127.0.0.1:9"), WHOLE)
