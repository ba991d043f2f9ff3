"""Requests to this machine go the short way, and everything else as httpx sends it."""

from __future__ import annotations

import gzip
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from wakti_sb.loopback import mounts


class Echo(BaseHTTPRequestHandler):
    """Answers with what was sent; what else it does, the path says."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if self.path == "/cut":
            self.close_connection = True
            return
        packed = self.path == "/packed"
        answer = gzip.compress(body) if packed else body
        self.send_response(201)
        self.send_header("content-length", str(len(answer)))
        self.send_header("x-method", self.command)
        self.send_header("x-length", str(self.headers.get("content-length")))
        self.send_header("x-port", str(self.client_address[1]))
        if packed:
            self.send_header("content-encoding", "gzip")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer[:-1] if self.path == "/short" else answer)
        self.close_connection = self.path in ("/once", "/short")

    do_GET = do_HEAD = do_DELETE = do_POST  # noqa: N815  (http.server calls them so)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def client() -> Iterator[httpx.Client]:
    """A client of a server that echoes."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        with closing(httpx.Client(base_url=url, mounts=mounts(url), timeout=5)) as made:
            yield made
        server.shutdown()


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE"])
def test_a_request_arrives_as_it_is(method: str) -> None:
    with client() as http:
        content = b"\x00 bytes" if method == "POST" else None
        answer = http.request(method, "/a%20b?x=%C3%A9", content=content)
    assert answer.status_code == 201
    assert answer.headers["x-method"] == method
    assert answer.content == (content or b"")


def test_a_form_tells_its_length() -> None:
    with client() as http:
        answer = http.post("/", files={"file": ("a.txt", b"content", "text/plain")})
    assert int(answer.headers["x-length"]) == len(answer.content)
    assert b"content" in answer.content


def test_a_body_whose_length_is_not_known_has_one_when_it_is_sent() -> None:
    with client() as http:
        answer = http.post("/", content=iter([b"a", b"b"]))
    assert answer.content == b"ab"


def test_a_packed_answer_is_unpacked() -> None:
    with client() as http:
        assert http.post("/packed", content=b"content").content == b"content"


def test_a_long_answer_comes_in_pieces_and_its_connection_is_used_again() -> None:
    content = b"0123456789" * 100_000
    with client() as http:
        with http.stream("POST", "/", content=content) as answer:
            pieces = list(answer.iter_raw())
        port = answer.headers["x-port"]
        assert b"".join(pieces) == content
        assert len(pieces) > 1
        assert http.get("/").headers["x-port"] == port


def test_a_long_answer_that_is_left_alone_takes_its_connection_along() -> None:
    with client() as http:
        with http.stream("POST", "/", content=bytes(1_000_000)) as answer:
            port = answer.headers["x-port"]
        assert http.get("/").headers["x-port"] != port


def test_an_answer_that_ends_too_early_is_an_error_of_the_client() -> None:
    with client() as http, pytest.raises(httpx.TransportError):
        http.post("/short", content=bytes(1_000_000))
    with client() as http, pytest.raises(httpx.TransportError):
        http.post("/short", content=bytes(1_000))


def test_a_connection_is_used_again_unless_the_server_has_closed_it() -> None:
    with client() as http:
        first, second = (http.get("/").headers["x-port"] for _ in range(2))
        http.get("/once")
        third = http.get("/").headers["x-port"]
    assert first == second != third


def test_a_server_that_says_nothing_is_an_error_of_the_client() -> None:
    with client() as http, pytest.raises(httpx.TransportError):
        http.get("/cut")


def test_nobody_there_is_an_error_of_the_client() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
    with closing(httpx.Client(mounts=mounts(url))) as http, pytest.raises(httpx.TransportError):
        http.get(url)


def test_a_server_that_is_silent_is_a_timeout() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        with (
            closing(httpx.Client(mounts=mounts(url), timeout=0.1)) as http,
            pytest.raises(httpx.TimeoutException),
        ):
            http.get(url)


@pytest.mark.parametrize("url", ["https://127.0.0.1:8000", "http://example.com"])
def test_what_is_further_away_goes_as_httpx_sends_it(url: str) -> None:
    assert mounts(url) == {}
