"""HTTP as nobody should speak it: the function answers or hangs up, and lives."""

from __future__ import annotations

import gzip
import json
import re
import socket
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest

from tests.site_api.project import NO_RATE_LIMITS, Project

HUNG_UP = 0


def say(project: Project, message: bytes) -> int:
    """Send bytes to the API and return the last status that comes back."""
    address = urlsplit(project.url)
    with socket.create_connection((address.hostname, address.port), timeout=20) as line:
        answer = b""
        try:
            line.sendall(message)
            while data := line.recv(65536):
                answer += data
                if re.search(rb"\r\n\r\n.*[}\0]$|content-length: 0\r\n", answer, re.DOTALL):
                    break
        except ConnectionError:
            pass
        statuses = re.findall(rb"HTTP/1\.[01] (\d{3})", answer)
        return int(statuses[-1]) if statuses else HUNG_UP


def request(
    project: Project, *headers: str, body: bytes | None = None, first: str = "POST {path} HTTP/1.1"
) -> bytes:
    """A request of given lines; its body is a submission unless another is given."""
    if body is None:
        body = submission(project)
    path = urlsplit(project.url).path
    lines = [first.format(path=path, id=project.id), "Host: site.test"]
    lines += ["Content-Type: application/json", "Connection: close", *headers]
    head = "\r\n".join(lines).format(size=len(body))
    return head.encode("latin-1") + b"\r\n\r\n" + body


def submission(project: Project) -> bytes:
    return json.dumps({"projectId": project.id, "action": "submit", "data": {}}).encode()


def chunked(body: bytes, trailer: str = "", extension: str = "") -> bytes:
    return f"{len(body):x}{extension}\r\n".encode() + body + f"\r\n0\r\n{trailer}\r\n".encode()


@pytest.fixture(autouse=True)
def no_limits(project: Project) -> None:
    project.configure(features={"rate_limits": NO_RATE_LIMITS})


LENGTH = "Content-Length: {size}"
CHUNKED = "Transfer-Encoding: chunked"


@pytest.mark.parametrize(
    "headers",
    [
        (LENGTH, "Content-Length: 5"),
        (LENGTH, CHUNKED),
        ("Content-Length: -1",),
        ("Content-Length: +2",),
        ("Content-Length: 99999999999999999999",),
        (LENGTH, "X-Long: " + "a" * 100_000),
        (LENGTH, *(f"X-{number}: a" for number in range(2000))),
        (LENGTH, "X-Folded: a\r\n b"),
        (LENGTH, "Origin: https://a\x01b"),
    ],
    ids=lambda headers: " ".join(headers)[:40],
)
def test_a_head_with_two_meanings_is_refused(project: Project, headers: tuple[str, ...]) -> None:
    status = say(project, request(project, *headers))
    assert status in (HUNG_UP, 400, 431)
    assert project.rows("public.project_form_submissions") == []


@pytest.mark.parametrize(
    "first",
    [
        "GET {path}?projectId={id}&action=collection/a%00 HTTP/1.1",
        "GET {path}?projectId={id}&action=\0 HTTP/1.1",
        "GET {path}?projectId={id}&action=collection/%zz%ff HTTP/1.1",
        "GET {path}?projectId[]={id}&action=collection/a HTTP/1.1",
        "GET {path}?projectId={id}&projectId=x&action=collection/a HTTP/1.1",
        "GET {path}?" + "a" * 100_000 + " HTTP/1.1",
        "TRACE {path} HTTP/1.1",
        "CONNECT {path}:443 HTTP/1.1",
        "HEAD {path}?action=health HTTP/1.1",
        "PRI * HTTP/2.0",
        "nonsense",
    ],
    ids=lambda first: first[:50],
)
def test_a_line_that_asks_for_nothing_is_refused(project: Project, first: str) -> None:
    status = say(project, request(project, first=first, body=b""))
    assert status == HUNG_UP or 400 <= status < 500
    assert project.api("POST", "submit", data={}).status_code == 200


@pytest.mark.parametrize("host", ["a b", "", "[::1", "evil.example/?x", "\xff"])
def test_a_host_that_is_none_is_no_fault_of_ours(project: Project, host: str) -> None:
    path = urlsplit(project.url).path
    message = f"GET {path}?action=health HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    assert say(project, message.encode("latin-1")) in (200, 400, 404)


def test_odd_but_sound_requests_are_served(project: Project) -> None:
    body = submission(project)
    for message in (
        request(
            project, CHUNKED, "Trailer: X-Site-Token", body=chunked(body, "X-Site-Token: a\r\n")
        ),
        request(project, CHUNKED, body=chunked(body, extension=";a=b")),
        request(project, LENGTH, "Expect: 100-continue"),
        request(project, LENGTH, first="POST http://evil.example{path} HTTP/1.1"),
        request(project, LENGTH, first="POST {path} HTTP/1.0"),
        request(project, LENGTH, "X-Site-Token: a", "X-Site-Token: b"),
        request(project, LENGTH, "Content-Encoding: identity"),
    ):
        assert say(project, message) == 200, message
    assert len(project.rows("public.project_form_submissions")) == 7


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "br", "deflate", "gzip, identity"])
def test_a_compressed_body_is_not_unpacked(project: Project, encoding: str) -> None:
    for body in (gzip.compress(submission(project)), gzip.compress(b" " * 50_000_000)):
        message = request(project, LENGTH, f"Content-Encoding: {encoding}", body=body)
        assert say(project, message) == 415
    assert project.rows("public.project_form_submissions") == []


def test_a_body_that_breaks_off_leaves_nothing(project: Project) -> None:
    body = submission(project)
    form = (
        f'--b\r\nContent-Disposition: form-data; name="projectId"\r\n\r\n{project.id}\r\n'
        '--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
    ).encode() + b"x" * 200_000
    address = urlsplit(project.url)
    for kind, part in (("application/json", body), ("multipart/form-data; boundary=b", form)):
        with socket.create_connection((address.hostname, address.port)) as line:
            head = f"POST {address.path} HTTP/1.1\r\nHost: a\r\nContent-Type: {kind}\r\n"
            line.sendall(f"{head}Content-Length: {len(part) + 10}\r\n\r\n".encode() + part)
    assert project.api("GET", "health").status_code == 200
    for table in ("project_form_submissions", "project_uploads"):
        assert project.rows(f"public.{table}") == []


# Together five of the last kind would fill the memory that one client's uploads may take.
@pytest.mark.parametrize(
    ("sender", "sent"), [("127.0.0.1", 0), ("127.0.0.1", 70_000), ("127.0.0.9", 3_000_000)]
)
def test_connections_that_announce_a_file_and_send_no_more_of_it_hold_up_nobody_else(
    project: Project, sender: str, sent: int
) -> None:
    form = (
        f'--b\r\nContent-Disposition: form-data; name="projectId"\r\n\r\n{project.id}\r\n'
        '--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
    ).encode() + b"x" * sent
    address = urlsplit(project.url)
    head = (
        f"POST {address.path} HTTP/1.1\r\nHost: a\r\nContent-Length: 10000000\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\n\r\n"
    ).encode()
    with ExitStack() as held:
        for _ in range(5):
            line = held.enter_context(
                socket.create_connection((address.hostname, address.port), 20, (sender, 0))
            )
            line.sendall(head + form)
        for _ in range(3):  # the client gives up after 30 seconds
            answer = project.upload(b"y" * 1000, "b.txt", "text/plain")
            assert answer.status_code == 200, answer.text
    stored = [row["filename"] for row in project.rows("public.project_uploads")]
    assert stored == ["b.txt"] * 3
