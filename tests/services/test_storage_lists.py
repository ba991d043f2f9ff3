"""Lists page by page, buckets in order, and what Storage refuses in one answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from psycopg import Connection
from supabase import Client

from wakti_sb.stack.endpoint import Endpoint

from .storage import BUCKET, PUBLIC

pytestmark = pytest.mark.usefixtures("buckets")

NAMES = ["B.txt", "a.txt", "b/1.txt", "b/2.txt", "b/c/3.txt", "d/4.txt", "z.txt"]

List = Callable[..., dict[str, Any]]


@pytest.fixture
def files(service: Client, buckets: None) -> None:  # noqa: ARG001  (made before)
    """Some files in folders."""
    for name in NAMES:
        service.storage.from_(BUCKET).upload(name, b"x")


@pytest.fixture
def list_v2(http: httpx.Client, clean: Endpoint) -> List:
    """Asks for a list with the secret key."""

    def ask(status: int = 200, **body: Any) -> dict[str, Any]:
        headers = {"apikey": clean.secret_key}
        answer = http.post(f"/storage/v1/object/list-v2/{BUCKET}", headers=headers, json=body)
        assert answer.status_code == status
        found: dict[str, Any] = answer.json()
        return found

    return ask


def names(found: dict[str, Any], kind: str = "objects") -> list[str]:
    return [one["name"] for one in found[kind]]


@pytest.mark.usefixtures("files")
def test_all_names_are_listed_in_the_order_of_their_bytes(list_v2: List) -> None:
    found = list_v2()
    assert names(found) == NAMES
    assert (found["hasNext"], found["folders"]) == (False, [])
    assert found["objects"][0]["metadata"]["size"] == 1
    assert names(list_v2(sortBy={"column": "name", "order": "desc"})) == NAMES[::-1]
    assert names(list_v2(sortBy={"column": "created_at", "order": "asc"})) == NAMES


@pytest.mark.usefixtures("files")
def test_what_lies_behind_a_slash_is_a_folder(list_v2: List) -> None:
    found = list_v2(with_delimiter=True)
    assert names(found, "folders") == ["b/", "d/"]
    assert names(found) == ["B.txt", "a.txt", "z.txt"]
    below = list_v2(with_delimiter=True, prefix="b/")
    assert [(one["name"], one["key"]) for one in below["folders"]] == [("b/c/", "c")]
    assert names(below) == ["b/1.txt", "b/2.txt"]
    assert names(list_v2(prefix="b/1")) == ["b/1.txt"]
    assert names(list_v2(prefix="%")) == []


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("column", ["name", "created_at", "updated_at"])
@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("by_folder", [True, False])
def test_pages_follow_one_another_without_a_gap(
    list_v2: List, column: str, order: str, by_folder: bool
) -> None:
    body = {"with_delimiter": by_folder, "sortBy": {"column": column, "order": order}}
    whole = list_v2(**body)
    seen: dict[str, list[str]] = {"folders": [], "objects": []}
    page: dict[str, Any] = {"hasNext": True, "nextCursor": None}
    pages = 0
    while page["hasNext"]:
        page = list_v2(limit=2, cursor=page["nextCursor"], **body)
        for kind, found in seen.items():
            found += names(page, kind)
        pages += 1
    assert seen == {kind: names(whole, kind) for kind in seen}
    assert pages == (3 if by_folder else 4)


@pytest.mark.usefixtures("files")
def test_a_list_holds_what_its_reader_may_read(
    http: httpx.Client, clean: Endpoint, sql: Connection[Any]
) -> None:
    sql.execute("create policy b on storage.objects for select to anon using (name like 'b/%')")
    headers = {"apikey": clean.publishable_key}
    answer = http.post(
        f"/storage/v1/object/list-v2/{BUCKET}", headers=headers, json={"with_delimiter": True}
    )
    assert (names(answer.json(), "folders"), names(answer.json())) == (["b/"], [])


@pytest.mark.parametrize(
    "body",
    [
        {"limit": 0},
        {"limit": "many"},
        {"cursor": "nonsense"},
        {"cursor": "WzEsMl0="},
        {"sortBy": {"column": "id; drop table x"}},
        {"sortBy": {"column": "name", "order": "sideways"}},
        {"prefix": 5},
    ],
)
def test_a_wrong_wish_is_refused(list_v2: List, body: dict[str, Any]) -> None:
    assert list_v2(400, **body)["error"] == "InvalidRequest"


def test_buckets_are_listed_as_they_are_wanted(http: httpx.Client, clean: Endpoint) -> None:
    def ask(query: str) -> list[str]:
        headers = {"apikey": clean.secret_key}
        answer = http.get(f"/storage/v1/bucket?{query}", headers=headers)
        assert answer.status_code == 200
        return [one["id"] for one in answer.json() if one["id"] in (BUCKET, PUBLIC)]

    assert ask("sortColumn=name&sortOrder=desc") == sorted([BUCKET, PUBLIC], reverse=True)
    assert ask("search=PAPER") == [BUCKET]
    assert ask("limit=1&sortColumn=id&search=p&offset=1000") == []
    for wrong in ("sortColumn=owner", "sortOrder=up", "limit=0", "offset=-1"):
        answer = http.get(f"/storage/v1/bucket?{wrong}", headers={"apikey": clean.secret_key})
        assert answer.status_code == 400


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", f"/render/image/public/{PUBLIC}/a.png?width=5", None),
        ("GET", f"/render/image/authenticated/{PUBLIC}/a.png", None),
        ("GET", f"/object/public/{PUBLIC}/a.png?width=5&height=5", None),
        ("POST", f"/object/sign/{PUBLIC}/a.png", {"expiresIn": 60, "transform": {"width": 5}}),
        ("GET", "/s3/", None),
        ("PUT", f"/s3/{PUBLIC}/a.png", None),
        ("GET", "/iceberg/v1/config", None),
        ("POST", "/vector/GetIndex", {}),
    ],
)
def test_what_is_not_served_says_so(
    http: httpx.Client, service: Client, clean: Endpoint, method: str, path: str, body: Any
) -> None:
    service.storage.from_(PUBLIC).upload("a.png", b"x")
    answer = http.request(
        method, f"/storage/v1{path}", headers={"apikey": clean.secret_key}, json=body
    )
    assert answer.status_code == 501
    assert "not part of this stack" in answer.json()["message"]


def test_an_object_without_metadata_of_its_own_has_none(service: Client) -> None:
    service.storage.from_(BUCKET).upload("a.txt", b"a")
    assert service.storage.from_(BUCKET).info("a.txt")["metadata"] == {}


def test_a_bucket_is_told_in_the_platforms_words(http: httpx.Client, clean: Endpoint) -> None:
    secret = {"apikey": clean.secret_key}
    bucket = http.get(f"/storage/v1/bucket/{BUCKET}", headers=secret).json()
    assert set(bucket) == {
        "id",
        "name",
        "owner",
        "public",
        "created_at",
        "updated_at",
        "file_size_limit",
        "allowed_mime_types",
    }
    assert len(bucket["created_at"]) == len("2026-11-26T05:38:07.123Z")
    (listed,) = http.get(f"/storage/v1/bucket?search={BUCKET}", headers=secret).json()
    assert listed == {**bucket, "type": "STANDARD"}
    emptied = http.post(f"/storage/v1/bucket/{BUCKET}/empty", headers=secret, json={})
    assert emptied.json()["message"].startswith("Empty bucket has been queued")


def test_nobody_in_particular_asks_for_nothing_but_public_objects(http: httpx.Client) -> None:
    for method, path in (
        ("GET", "/bucket"),
        ("POST", f"/object/list/{BUCKET}"),
        ("POST", f"/object/{BUCKET}/a.txt"),
        ("DELETE", f"/object/{BUCKET}/a.txt"),
    ):
        answer = http.request(method, f"/storage/v1{path}", json={})
        assert answer.status_code == 400
        assert answer.json()["message"] == "Invalid Compact JWS"
    assert http.get(f"/storage/v1/object/{PUBLIC}/none.txt").json()["statusCode"] == "404"
