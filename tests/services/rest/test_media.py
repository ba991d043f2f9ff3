"""The form of an answer."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from .library import Api, eventually

JSON = "application/json; charset=utf-8"
OBJECT = "application/vnd.pgrst.object+json"
ARRAY = "application/vnd.pgrst.array+json"

TYPES = {
    None: JSON,
    "*/*": JSON,
    "application/json": JSON,
    "text/html, application/json;q=0.5": JSON,
    "text/csv": "text/csv; charset=utf-8",
    OBJECT: f"{OBJECT}; charset=utf-8",
    f"{OBJECT};nulls=stripped": f"{OBJECT};nulls=stripped; charset=utf-8",
    f"{ARRAY};nulls=stripped": f"{ARRAY};nulls=stripped; charset=utf-8",
    ARRAY: JSON,
}


@pytest.mark.parametrize("accept", TYPES)
def test_an_answer_is_of_the_type_that_is_wanted_most(api: Api, accept: str | None) -> None:
    headers = {} if accept is None else {"accept": accept}
    answer = api.get("books?select=id,price&id=eq.3", **headers)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == TYPES[accept]


def test_one_row_is_an_object(api: Api) -> None:
    assert api.get("books?select=id&id=eq.3", accept=OBJECT).json() == {"id": 3}
    for query, rows in (("id=lt.0", 0), ("id=gt.2", 2)):
        answer = api.get(f"books?select=id&{query}", accept=OBJECT)
        assert answer.status_code == 406
        assert answer.json() == {
            "code": "PGRST116",
            "details": f"The result contains {rows} rows",
            "hint": None,
            "message": "Cannot coerce the result to a single JSON object",
        }


def test_nulls_are_left_out(api: Api) -> None:
    accept = f"{ARRAY};nulls=stripped"
    assert api.get("books?select=id,price&id=eq.3", accept=accept).json() == [{"id": 3}]
    accept = f"{OBJECT};nulls=stripped"
    assert api.get("books?select=id,price&id=eq.3", accept=accept).json() == {"id": 3}


def test_rows_are_csv(api: Api) -> None:
    answer = api.get("books?select=id,title,price&order=id&id=lt.4", accept="text/csv")
    assert answer.text == ('id,title,price\n1,Engines,9.90\n2,"Notes, ""quoted""",1.10\n3,null,')


@pytest.mark.parametrize(
    "accept", ["image/png", "application/vnd.pgrst.plan+json", "text/xml", "nonsense"]
)
def test_what_has_no_maker_is_refused(api: Api, accept: str) -> None:
    answer = api.get("books", accept=accept)
    assert (answer.status_code, answer.json()["code"]) == (406, "PGRST107")


def test_rows_of_a_media_type_of_ones_own_are_what_its_aggregate_makes(
    api: Api, db: psycopg.Connection[Any]
) -> None:
    db.execute("""
        create domain "text/plain" as text;
        create domain "application/vnd.list+json" as jsonb;
        create function title_added(t "text/plain", b books) returns "text/plain"
        language sql immutable as $$ select t || coalesce(b.title, '-') || ';' $$;
        create aggregate titles(books) (
          sfunc = title_added, stype = "text/plain", initcond = ''
        );
        create function title_listed(t "application/vnd.list+json", b books)
        returns "application/vnd.list+json"
        language sql immutable as $$ select t || jsonb_build_array(b.id) $$;
        create aggregate list(books) (
          sfunc = title_listed, stype = "application/vnd.list+json", initcond = '[]'
        );
    """)
    try:
        # The API hears of new types a moment after they are there.
        eventually(lambda: api.get("books?id=eq.1", accept="text/plain").text == "Engines;")
        # PostgREST passes on what PostgreSQL sends in binary, where jsonb begins with its version.
        listed = api.get("books?id=lt.3&order=id", accept="application/vnd.list+json")
        assert listed.content == b"\x01[1, 2]"
        assert listed.headers["content-type"] == "application/vnd.list+json"
    finally:
        db.execute('drop domain "text/plain", "application/vnd.list+json" cascade')
