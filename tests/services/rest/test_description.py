"""The description of the API at its root."""

from __future__ import annotations

from typing import Any

import psycopg

from .library import Api


def test_the_root_describes_tables_and_functions(api: Api, db: psycopg.Connection[Any]) -> None:
    db.execute("comment on table books is E'All books\\n\\nof the library'")
    db.execute("comment on column books.title is 'What it is called'")
    db.execute("create function twice(n int) returns int language sql stable as 'select 2 * n'")
    answer = api.get("")
    assert answer.headers["content-type"] == "application/openapi+json; charset=utf-8"
    described = answer.json()
    assert described["swagger"] == "2.0"
    books = described["definitions"]["books"]
    assert books["required"] == ["id", "title", "pages"]
    assert books["properties"]["title"] == {
        "description": "What it is called",
        "format": "text",
        "type": "string",
    }
    assert books["properties"]["pages"]["default"] == 100
    assert books["properties"]["author_id"]["description"] == (
        "Note:\nThis is a Foreign Key to `authors.id`.<fk table='authors' column='id'/>"
    )
    assert books["properties"]["id"]["description"] == "Note:\nThis is a Primary Key.<pk/>"
    path = described["paths"]["/books"]
    assert sorted(path) == ["delete", "get", "patch", "post"]
    assert (path["get"]["summary"], path["get"]["description"]) == ("All books", "of the library")
    assert sorted(described["paths"]["/rpc/twice"]) == ["get", "post"]
    assert api("HEAD", "").content == b""


def test_the_root_describes_only_what_the_caller_may_use(
    visitor: Api, api: Api, db: psycopg.Connection[Any]
) -> None:
    db.execute("revoke all on stock from anon")
    assert "/stock" not in visitor.get("").json()["paths"]
    assert "/stock" in api.get("").json()["paths"]
