"""Bad input is the caller's fault: never a 5xx, and nothing is written."""

from __future__ import annotations

import gzip
import json
import socket
import time
from urllib.parse import quote, urlsplit

import httpx
import pytest

from tests.site_api.project import NO_RATE_LIMITS, PICTURE, Project

ACTIONS = {
    "submit": {"data": {"x": "VALUE"}},
    "collection/products": {"data": {"x": "VALUE"}},
    "auth/signup": {"data": {"email": "a@b.cc", "password": "secret123", "name": "VALUE"}},
    "auth/login": {"data": {"email": "VALUE", "password": "VALUE"}},
    "auth/me": {"data": {"token": "VALUE"}},
}


def raw(
    project: Project, body: bytes, content_type: str = "application/json", **headers: str
) -> httpx.Response:
    headers = {"Content-Type": content_type} | headers
    return project.http.post(project.url, content=body, headers=headers)


def assert_clean_refusal(answer: httpx.Response) -> None:
    assert 400 <= answer.status_code < 500, answer.text
    assert set(answer.json()) == {"error", "code"}
    assert answer.headers["content-type"] == "application/json"


def nothing_written(project: Project) -> bool:
    return not any(
        project.rows(f"public.project_{table}")
        for table in ("form_submissions", "collections", "site_users", "uploads")
    )


@pytest.fixture(autouse=True)
def no_limits(project: Project) -> None:
    project.configure(features={"rate_limits": NO_RATE_LIMITS})


@pytest.mark.parametrize("escape", ["\\u0000", "\\ud800", "a\\udc00b"])
@pytest.mark.parametrize("action", ACTIONS)
def test_characters_that_cannot_be_stored(project: Project, action: str, escape: str) -> None:
    body = json.dumps({"projectId": project.id, "action": action} | ACTIONS[action])
    answer = raw(project, body.replace("VALUE", escape).encode())
    assert_clean_refusal(answer)
    assert nothing_written(project)


@pytest.mark.parametrize(
    "data",
    [
        "1e400",
        "-1e999999",
        "9" * 400,
        "[" * 5000 + "]" * 5000,
        '{"a":' * 5000 + "1" + "}" * 5000,
        "{" * 100_000,
        '"' + "x" * 1_100_000 + '"',
        '"\ufeff',
        "NaN",
        "undefined",
        "",
    ],
    ids=lambda data: data[:12],
)
def test_bodies_that_are_no_data(project: Project, data: str) -> None:
    body = f'{{"projectId":"{project.id}","action":"submit","data":{{"x":{data}}}}}'
    assert_clean_refusal(raw(project, body.encode()))
    assert nothing_written(project)


@pytest.mark.parametrize(
    "body",
    [
        b"\xff\xfe{\x00}\x00",
        b'{"projectId":"\xff"}',
        b"\x00" * 100,
        b"null",
        b"[]",
        b'"text"',
        gzip.compress(b"{}", mtime=0),
    ],
    ids=repr,
)
def test_bytes_that_are_no_json(project: Project, body: bytes) -> None:
    answer = raw(project, body)
    assert_clean_refusal(answer)
    assert answer.json()["code"] == "invalid_json"


def test_a_compressed_body_is_not_unpacked(project: Project) -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    answer = raw(project, bomb, **{"Content-Encoding": "gzip"})
    assert_clean_refusal(answer)


@pytest.mark.parametrize(
    "name", ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty"]
)
def test_names_of_the_language_are_names_like_any_other(project: Project, name: str) -> None:
    data = f'{{"{name}": {{"admin": true}}, "a": 1}}'
    body = f'{{"projectId":"{project.id}","action":"collection/products","data":{data}}}'
    assert raw(project, body.encode()).json()["item"]["data"] == json.loads(data)
    found = project.api("GET", "collection/products", **{"where.a": "1", f"where.{name}": "x"})
    assert found.json() == {"items": [], "total": 0}
    ordered = project.api("GET", "collection/products", order=f"data.{name}.desc")
    assert ordered.json()["total"] == 1


@pytest.mark.parametrize("top", ["__proto__", "constructor"])
def test_an_envelope_cannot_smuggle_fields_in(project: Project, top: str) -> None:
    body = f'{{"{top}": {{"projectId":"{project.id}","action":"submit","data":{{}}}}}}'
    answer = raw(project, body.encode())
    assert answer.json()["code"] == "missing_field"
    assert nothing_written(project)


@pytest.mark.parametrize("number", ["1e308", "-0.0", "1.7976931348623157e308", "12345678901234567"])
def test_large_numbers_are_stored_as_javascript_reads_them(project: Project, number: str) -> None:
    body = f'{{"projectId":"{project.id}","action":"collection/a","data":{{"n":{number}}}}}'
    [(_, stored)] = raw(project, body.encode()).json()["item"]["data"].items()
    assert float(stored) == float(number)


@pytest.mark.parametrize(
    "query",
    [
        "action=collection/products%00",
        "action=collection/products&limit=1e3",
        "action=collection/products&limit=99999999999999999999",
        "action=collection/products&offset=-1",
        "action=collection/products&order=id;drop%20table",
        "action=collection/products&where.%00=1",
        "action=collection/products&where.a=%ff%fe%00",
        "action=collection/" + "x" * 65,
        "action=collection/..%2f..%2fetc",
        "action=collection/" + quote("منتجات"),
        "action=",
        "projectId=&action=submit",
        "&".join(f"where.f{number}=1" for number in range(11)) + "&action=collection/a",
    ],
    ids=lambda query: query[:40],
)
def test_queries_that_ask_for_nothing_we_have(project: Project, query: str) -> None:
    assert_clean_refusal(project.http.get(f"{project.url}?projectId={project.id}&{query}"))


def form(project: Project, body: bytes) -> httpx.Response:
    return raw(project, body, "multipart/form-data; boundary=b")


def part(name: str, value: bytes, filename: str | None = None) -> bytes:
    file = f'; filename="{filename}"' if filename is not None else ""
    head = f'--b\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'
    return head.encode() + value + b"\r\n"


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_form_that_was_cut_off(project: Project, share: float) -> None:
    whole = part("projectId", project.id.encode()) + part("file", PICTURE, "a.png") + b"--b--\r\n"
    assert form(project, whole).status_code == 200
    answer = form(project, whole[: int(len(whole) * share)])
    assert_clean_refusal(answer)
    assert len(project.rows("public.project_uploads")) == 1


def test_a_form_of_a_thousand_parts(project: Project) -> None:
    body = b"".join(part(f"p{number}", b"x") for number in range(1000))
    assert_clean_refusal(form(project, body + b"--b--\r\n"))
    files = b"".join(part("file", PICTURE, "a.png") for _ in range(1000))
    head = part("projectId", project.id.encode())
    assert_clean_refusal(form(project, head + files + b"--b--\r\n"))
    assert nothing_written(project)


@pytest.mark.parametrize("header", ["", "; boundary=", "; boundary=" + "x" * 5000])
def test_a_form_with_an_odd_boundary(project: Project, header: str) -> None:
    assert_clean_refusal(raw(project, b"--b--", f"multipart/form-data{header}"))


def test_a_body_that_comes_drop_by_drop_holds_nobody_up(project: Project) -> None:
    address = urlsplit(project.url)
    with socket.create_connection((address.hostname, address.port)) as slow:
        head = (
            f"POST {address.path} HTTP/1.1\r\nHost: {address.netloc}\r\n"
            "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n"
        )
        slow.sendall(head.encode() + b"{")
        for _ in range(3):
            slow.sendall(b" ")
            answer = project.api("POST", "submit", data={"a": 1})
            assert answer.status_code == 200
            time.sleep(0.01)


@pytest.mark.parametrize(
    ("length", "sent", "status"),
    [
        ("Content-Length: {size}", "{body}and more", 200),
        ("Content-Length: 2\r\nTransfer-Encoding: chunked", "{size:x}\r\n{body}\r\n0\r\n\r\n", 400),
        ("Transfer-Encoding: chunked", "{size:x}\r\n{body}\r\n0\r\n\r\n", 200),
    ],
    ids=["more than announced", "two lengths", "chunks"],
)
def test_a_body_is_what_its_length_says(
    project: Project, length: str, sent: str, status: int
) -> None:
    address = urlsplit(project.url)
    body = json.dumps({"projectId": project.id, "action": "submit", "data": {"a": 1}})
    head = (
        f"POST {address.path} HTTP/1.1\r\nHost: {address.netloc}\r\n"
        f"Content-Type: application/json\r\n{length}\r\n\r\n"
    )
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        connection.sendall((head + sent).format(size=len(body), body=body).encode())
        answer = connection.recv(4096).decode()
    assert answer.startswith(f"HTTP/1.1 {status} ")
    stored = project.rows("public.project_form_submissions")
    assert [row["data"] for row in stored] == ([{"a": 1}] if status == 200 else [])


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Site-Token": "x" * 5000},
        {"X-Site-Token": "\xff\xfe"},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer " + "a." * 3000},
        {"Authorization": "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIiwiZXhwIjo5OTk5OTk5OTk5fQ."},
        {"Origin": "x" * 5000},
        {"Origin": "\xff"},
        {"X-Forwarded-For": "'; drop table x; --"},
    ],
    ids=lambda headers: repr(headers)[:50],
)
def test_headers_of_any_kind(project: Project, headers: dict[str, str]) -> None:
    raw_headers = {name: value.encode("latin-1") for name, value in headers.items()}
    answer = project.http.post(
        project.url,
        json={"projectId": project.id, "action": "collection/a", "data": {}},
        headers=raw_headers,
    )
    assert answer.status_code == 200, answer.text
