"""Requests that nobody should send."""

from __future__ import annotations

import socket
from http.client import HTTPConnection
from urllib.parse import quote, urlsplit

import pytest

from .library import Api

# Each would do something if a quote, a comment or a bracket ended what it stands in.
HOSTILE = [
    "'; drop table stock; --",
    '"; drop table stock; --',
    "') or 1=1 --",
    '")(',
    "x' or 'x'='x",
    "\\'; drop table stock; --",
    "\\",
    "$$; drop table stock; $$",
    "/*",
    "--",
    "a;b",
    "1::int); drop table stock; --",
    '{"a":1}\'::json; --',
    "%",
    "\u202e\u0000",
    "é日本🙂",
    "x" * 3000,
    '"' * 500,
    "pg_sleep(5)",
    "(select 1)",
    "$1",
    "&=?#",
]

PLACES = [
    "{}",
    "{}?select=*",
    "books?select={}",
    "books?select=x:{}",
    "books?select={}:id",
    "books?select=id::{}",
    "books?select=meta->{}",
    "books?select=meta->>{}",
    "books?select={}(id)",
    "books?select=authors!{}(id)",
    "books?select=...{}(id)",
    "books?{}=eq.1",
    "books?meta->>{}=eq.1",
    "books?title=eq.{}",
    "books?title=in.({})",
    "books?title=like.{}",
    "books?title=match.{}",
    "books?title=fts.{}",
    "books?title=fts({}).x",
    "books?tags=cs.{}",
    "books?or=({})",
    "books?or=(title.eq.{})",
    "books?and=({}.eq.1)",
    "books?order={}",
    "books?order=id.{}",
    "books?order={}(id)",
    "books?limit={}",
    "books?offset={}",
    "books?{}.limit=1",
    "books?{}.order=id",
    "rpc/{}",
    "rpc/title_length?{}=1",
    "stock?columns={}",
    "stock?on_conflict={}",
]


def untouched(api: Api) -> None:
    assert api.rows("stock?select=sku") == [{"sku": "safe"}]


@pytest.mark.parametrize("place", PLACES)
def test_no_name_and_no_value_becomes_sql(api: Api, place: str) -> None:
    api("POST", "stock", json={"sku": "safe"})
    for text in HOSTILE:
        # What stands in quotes is whole for the grammar.
        for spelled in (text, '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'):
            answer = api.get(place.format(quote(spelled, safe="")))
            assert answer.status_code < 500, (place, text, answer.text)
            assert answer.json() is not None
    untouched(api)


@pytest.mark.parametrize("place", ["stock?columns={}", "stock?on_conflict={}", "stock?select={}"])
def test_no_name_becomes_sql_in_a_change(api: Api, place: str) -> None:
    api("POST", "stock", json={"sku": "safe"})
    for text in HOSTILE:
        spelled = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
        path = place.format(quote(spelled, safe=""))
        answer = api(
            "POST",
            path,
            json={"sku": "safe"},
            prefer="resolution=ignore-duplicates,return=representation",
        )
        assert answer.status_code < 500, (text, answer.text)
        assert api("PATCH", "stock?sku=eq.none", json={text: text}).status_code == 400
    untouched(api)


def test_no_header_becomes_sql(api: Api) -> None:
    api("POST", "stock", json={"sku": "safe"})
    for text in HOSTILE:
        sent = text.replace("\u0000", "").strip().encode() or b"x"
        for name in (b"Accept-Profile", b"Prefer", b"Accept", b"Range", b"X-Any", b"Cookie"):
            headers = [(b"apikey", api.key.encode()), (name, sent)]
            answer = api.http.get("/rest/v1/stock?limit=0", headers=headers)
            assert answer.status_code < 500, (name, text, answer.text)
    untouched(api)


def test_thousands_of_filters_are_answered(api: Api) -> None:
    query = "&".join(["id=neq.9"] * 4000)
    assert api.ids(f"books?select=id&order=id&{query}") == [1, 2, 3, 4]
    many = ",".join(str(number) for number in range(10_000))
    assert api.ids(f"books?select=id&order=id&id=in.({many})") == [1, 2, 3, 4]
    either = ",".join(["id.eq.1"] * 5000)
    assert api.ids(f"books?select=id&or=({either})") == [1]


def test_an_address_that_is_too_long_is_refused(api: Api) -> None:
    address = urlsplit(api.endpoint.api_url)
    connection = HTTPConnection(address.hostname or "", address.port)
    query = "&".join(["id=neq.9"] * 10_000)
    connection.request("GET", f"/rest/v1/books?{query}", headers={"apikey": api.key})
    assert connection.getresponse().status in (400, 414, 431)
    connection.close()


@pytest.mark.parametrize("depth", [50, 500, 2000])
def test_what_nests_deep_is_answered(api: Api, depth: int) -> None:
    logic = "and(" * depth + "id.eq.1" + ")" * depth
    answer = api.get(f"books?select=id&or=({logic})")
    assert answer.status_code in (200, 400, 500)
    assert answer.json()
    select = "authors!author_id(" * depth + "id" + ")" * depth
    answer = api.get(f"books?select={select}")
    assert answer.status_code == 400
    assert answer.json()["code"] in ("PGRST100", "PGRST200")
    assert api.rows("books?select=id&id=eq.1") == [{"id": 1}]


BODIES = {
    '{"sku": "a"': (400, "PGRST102"),
    '{"sku": "a", "sku": "b"}': (201, None),
    '{"sku": "a", "qty": 1e400}': (400, "22P02"),
    '{"sku": "a", "qty": 99999999999999999999}': (400, "22003"),
    '{"sku": "a\\u0000b"}': (400, "22P05"),
    '{"sku": "\\ud800"}': (400, "22P02"),
    "[" * 20_000 + "]" * 20_000: (400, "PGRST102"),
    '{"sku": ' + "[" * 20_000 + "]" * 20_000 + "}": (500, "54001"),
    "[1, 2]": (400, "PGRST102"),
    "": (400, "PGRST102"),
}


@pytest.mark.parametrize("body", BODIES)
def test_a_bad_body_is_told(api: Api, body: str) -> None:
    status, code = BODIES[body]
    answer = api("POST", "stock", content=body, content_type="application/json")
    assert answer.status_code == status, answer.text
    if code is not None:
        assert answer.json()["code"] == code
    assert api.rows("books?select=id&id=eq.1") == [{"id": 1}]


def test_of_two_keys_of_one_name_the_last_counts(api: Api) -> None:
    body = '{"sku": "first", "qty": 1, "sku": "last", "qty": 2}'
    answer = api(
        "POST",
        "stock?select=sku,qty",
        content=body,
        content_type="application/json",
        prefer="return=representation",
    )
    assert (answer.status_code, answer.json()) == (201, [{"sku": "last", "qty": 2}])


def test_a_nul_is_the_callers_fault(api: Api) -> None:
    for path in ("books?title=eq.%00", "books?title=in.(a%00b)", "books?or=(title.eq.%00)"):
        answer = api.get(path)
        assert answer.status_code in (200, 400), path
    assert api.get("bo%00ks").status_code == 404


def test_bytes_that_are_no_text_are_refused(api: Api) -> None:
    assert api.get("books?title=eq.%ff").json()["code"] == "PGRST100"
    answer = api("POST", "stock", content=b'{"sku": "\xff"}', content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "PGRST102")


def test_a_body_that_is_cut_off_changes_nothing(api: Api) -> None:
    address = urlsplit(api.endpoint.api_url)
    head = (
        f"POST /rest/v1/stock HTTP/1.1\r\nhost: {address.netloc}\r\napikey: {api.key}\r\n"
        "content-type: application/json\r\n"
    )
    whole = '{"sku": "cut"}'
    for length, body in (
        (f"content-length: {len(whole) + 20}", whole),
        ("transfer-encoding: chunked", f"{len(whole):x}\r\n{whole}\r\n"),
    ):
        with socket.create_connection((address.hostname or "", address.port or 80)) as sent:
            sent.sendall(f"{head}{length}\r\n\r\n{body}".encode())
            sent.shutdown(socket.SHUT_WR)
            sent.settimeout(10)
            answer = sent.recv(12)
        assert answer in (b"", b"HTTP/1.1 400"), length
        assert api.rows("stock?select=sku&sku=eq.cut") == []
    assert api("POST", "stock", content=whole, content_type="application/json").status_code == 201
