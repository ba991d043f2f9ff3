"""Bad input is the caller's fault: never a 5xx, and nothing is written."""

from __future__ import annotations

import gzip
import json
import socket
import time
from urllib.parse import quote, urlsplit

import pytest

from tests.site_api.hostile import assert_clean_refusal, nothing_written, raw
from tests.site_api.project import NO_RATE_LIMITS, Project

ACTIONS = {
    "submit": {"data": {"x": "VALUE"}},
    "collection/products": {"data": {"x": "VALUE"}},
    "auth/signup": {"data": {"email": "a@b.cc", "password": "secret123", "name": "VALUE"}},
    "auth/login": {"data": {"email": "VALUE", "password": "VALUE"}},
    "auth/me": {"data": {"token": "VALUE"}},
}


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


@pytest.mark.parametrize(
    "name", ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty"]
)
def test_names_of_the_language_are_names_like_any_other(project: Project, name: str) -> None:
    data = f'{{"{name}": {{"admin": true}}, "a": 1}}'
    body = f'{{"projectId":"{project.id}","action":"collection/products","data":{data}}}'
    assert raw(project, body.encode()).json()["item"]["data"] == json.loads(data)
    found = project.api(
        "GET", "collection/products", headers=None, **{"where.a": "1", f"where.{name}": "x"}
    )
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


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("auth/signup", {"email": "a@" + "a." * 400_000 + " ", "password": "secret123"}),
        ("auth/signup", {"email": "@" * 900_000, "password": "secret123"}),
        ("auth/signup", {"email": "a@b.cc", "password": "x" * 900_000}),
        ("auth/login", {"email": " " * 900_000 + "x", "password": "secret123"}),
        ("auth/me", {"token": "x" * 900_000}),
    ],
    ids=["many dots", "many @", "a long password", "many spaces", "a long token"],
)
def test_a_text_without_end_holds_nobody_up(
    project: Project, action: str, data: dict[str, str]
) -> None:
    assert_clean_refusal(project.api("POST", action, data=data))
    assert nothing_written(project)


@pytest.mark.parametrize(
    "identifier",
    [
        None,
        [],
        ["{id}"],
        {"id": "{id}"},
        "",
        "{id}\n",
        " {id}",
        "{{id}}",
        "{id}' or 1=1",
        7,
        True,
        "\u0660" * 8 + "-0000-4000-8000-000000000000",
        "0" * 36,
        "x" * 100_000,
    ],
    ids=lambda value: repr(value)[:20],
)
def test_a_project_id_that_is_none(project: Project, identifier: object) -> None:
    sent = json.loads(json.dumps(identifier).replace("{id}", project.id))
    answer = project.api("POST", "submit", projectId=sent, data={})
    assert_clean_refusal(answer)
    assert answer.json()["code"] == "invalid_project_id"
    assert nothing_written(project)


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
    raw_headers = {name.encode(): value.encode("latin-1") for name, value in headers.items()}
    answer = project.http.post(
        project.url,
        json={"projectId": project.id, "action": "collection/a", "data": {}},
        headers=raw_headers,
    )
    assert answer.status_code == 200, answer.text
