"""Rows that are inserted, changed and deleted."""

from __future__ import annotations

from typing import Any

import pytest
from psycopg import Connection

from .library import Api

REPRESENTATION = "return=representation"


def test_rows_without_a_column_get_null_or_their_default(api: Api) -> None:
    rows = [{"sku": "a"}, {"sku": "b", "qty": 5}]
    refused = api("POST", "stock?columns=sku,qty", json=rows)
    assert (refused.status_code, refused.json()["code"]) == (400, "23502")
    labels = [{"sku": "a"}, {"sku": "b", "label": "old"}]
    plain = api("POST", "stock?columns=sku,label&select=label", json=labels, prefer=REPRESENTATION)
    assert plain.json() == [{"label": None}, {"label": "old"}]
    rows = [{"sku": "c"}, {"sku": "d", "qty": 5}]
    prefer = f"{REPRESENTATION}, missing=default"
    answer = api("POST", "stock?columns=sku,qty&select=sku,qty", json=rows, prefer=prefer)
    assert answer.json() == [{"sku": "c", "qty": 1}, {"sku": "d", "qty": 5}]
    assert answer.headers["preference-applied"] == "missing=default, return=representation"


def test_rows_with_different_keys_are_refused_without_a_list_of_columns(api: Api) -> None:
    answer = api("POST", "stock", json=[{"sku": "a"}, {"sku": "b", "qty": 5}])
    assert (answer.status_code, answer.json()["code"]) == (400, "PGRST102")
    assert answer.json()["message"] == "All object keys must match"


@pytest.mark.parametrize(("body", "count"), [({}, 1), ([{}, {}], 2), ([], 0)])
def test_nothing_is_a_row_of_defaults(api: Api, body: Any, count: int) -> None:
    answer = api("POST", "defaults_only?select=word", json=body, prefer=REPRESENTATION)
    assert (answer.status_code, answer.json()) == (201, [{"word": "hello"}] * count)


@pytest.mark.parametrize("body", ['"text"', "null", "5"])
def test_what_is_no_row_inserts_none(api: Api, body: str) -> None:
    answer = api("POST", "defaults_only", content=body, content_type="application/json")
    assert answer.status_code == 201
    assert api.rows("defaults_only") == []


def test_numbers_are_stored_with_every_digit(api: Api) -> None:
    body = '{"id": 9223372036854775807, "title": "x", "price": 1234567890123456789.12345}'
    answer = api(
        "POST",
        "books?select=id,price",
        content=body,
        content_type="application/json",
        prefer=REPRESENTATION,
    )
    assert answer.text == '[{"id":9223372036854775807,"price":1234567890123456789.12345}]'
    text = '[{"id": "1234567890123456789", "title": "y"}]'
    api("POST", "books", content=text, content_type="application/json")
    assert api.get("books?select=id&title=eq.y").text == '[{"id":1234567890123456789}]'


def test_json_is_stored_as_it_was_sent(api: Api) -> None:
    for value in ("5", '"5"', '{"a": [1, null, "x"]}', "[]", "true", '"null"'):
        body = f'{{"notes": {value}}}'
        api("PATCH", "authors?id=eq.1", content=body, content_type="application/json")
        text = api.get("authors?select=notes::text&id=eq.1").json()[0]["notes"]
        assert text == value


def test_only_listed_columns_are_taken_from_the_body(api: Api) -> None:
    api("POST", "stock?columns=sku", json={"sku": "a", "qty": 7, "nonsense": 1})
    assert api.rows("stock?select=sku,qty") == [{"sku": "a", "qty": 1}]
    answer = api("POST", "stock?columns=sku,nonsense", json={"sku": "b"})
    assert answer.status_code == 400
    assert answer.json()["code"] == "PGRST204"
    assert answer.json()["message"] == (
        "Could not find the 'nonsense' column of 'stock' in the schema cache"
    )


def test_rows_are_merged_or_left_where_the_key_is_taken(api: Api) -> None:
    api("POST", "stock", json=[{"sku": "a", "qty": 1}, {"sku": "b", "qty": 2}])
    rows = [{"sku": "b", "qty": 20}, {"sku": "c", "qty": 3}]
    left = api(
        "POST",
        "stock?select=sku",
        json=rows,
        prefer=f"resolution=ignore-duplicates,{REPRESENTATION}",
    )
    assert (left.status_code, left.json()) == (201, [{"sku": "c"}])
    merged = api(
        "POST",
        "stock?select=qty",
        json=rows,
        prefer=f"resolution=merge-duplicates,{REPRESENTATION}",
    )
    assert (merged.status_code, merged.json()) == (200, [{"qty": 20}, {"qty": 3}])
    answer = api("POST", "stock?on_conflict=qty", json=rows, prefer="resolution=merge-duplicates")
    assert (answer.status_code, answer.json()["code"]) == (400, "42P10")


def test_put_sets_the_one_row_that_it_names(api: Api) -> None:
    path = "stock?sku=eq.a&select=sku,qty"
    made = api("PUT", path, json={"sku": "a", "qty": 4}, prefer=REPRESENTATION)
    assert (made.status_code, made.json()) == (201, [{"sku": "a", "qty": 4}])
    changed = api("PUT", path, json={"sku": "a", "qty": 5}, prefer=REPRESENTATION)
    assert (changed.status_code, changed.json()) == (200, [{"sku": "a", "qty": 5}])
    other = api("PUT", path, json={"sku": "z", "qty": 5})
    assert (other.status_code, other.json()["code"]) == (400, "PGRST115")
    assert api.rows("stock?select=sku") == [{"sku": "a"}]
    for query in ("qty=eq.5", "sku=gt.a", "sku=eq.a&qty=eq.5", ""):
        answer = api("PUT", f"stock?{query}", json={"sku": "a", "qty": 6})
        assert (answer.status_code, answer.json()["code"]) == (405, "PGRST105"), query
    answer = api("PUT", "stock?sku=eq.a&limit=1", json={"sku": "a", "qty": 6})
    assert answer.json()["code"] == "PGRST114"


def test_an_answer_says_where_the_row_is(api: Api) -> None:
    answer = api("POST", "stock", json={"sku": "a/b c"}, prefer="return=headers-only")
    assert (answer.status_code, answer.content) == (201, b"")
    assert answer.headers["location"] == "/stock?sku=eq.a%2Fb%20c"
    assert "location" not in api("POST", "stock", json={"sku": "x"}).headers


@pytest.mark.parametrize("path", ["defaults_only", "books", "stock"])
def test_a_change_without_a_filter_is_refused(api: Api, path: str) -> None:
    api("POST", "stock", json={"sku": "a"})
    answer = api("DELETE", path)
    assert answer.status_code == 400
    assert answer.json() == {
        "code": "21000",
        "details": None,
        "hint": None,
        "message": "DELETE requires a WHERE clause",
    }
    column = {"defaults_only": "word", "books": "title", "stock": "label"}[path]
    answer = api("PATCH", path, json={column: "all"})
    assert answer.json()["message"] == "UPDATE requires a WHERE clause"
    assert api.rows(f"{path}?{column}=eq.all") == []
    assert api("PATCH", f"{path}?{column}=not.is.null", json={column: "all"}).status_code == 204
    assert api("DELETE", f"{path}?or=({column}.eq.all,{column}.is.null)").status_code in (204, 409)


def test_changes_are_counted(api: Api) -> None:
    answer = api("PATCH", "books?id=lt.3", json={"pages": 1}, prefer="count=exact")
    assert (answer.status_code, answer.headers["content-range"]) == (204, "0-1/2")
    answer = api("DELETE", "loans?book_id=eq.1", prefer=f"count=exact,{REPRESENTATION}")
    assert (answer.status_code, answer.headers["content-range"]) == (200, "*/2")
    assert len(answer.json()) == 2


def test_an_update_with_nothing_to_set_changes_nothing(api: Api) -> None:
    answer = api("PATCH", "books?id=eq.1", json={}, prefer=REPRESENTATION)
    assert (answer.status_code, answer.json()) == (200, [])


def test_forms_and_csv_are_rows(api: Api) -> None:
    csv = 'sku,qty,label\nc1,4,NULL\nc2,5,"a ""b"", c\nd"\n'
    answer = api(
        "POST",
        "stock?select=sku,qty,label",
        content=csv,
        content_type="text/csv",
        prefer=REPRESENTATION,
    )
    assert answer.json() == [
        {"sku": "c1", "qty": 4, "label": None},
        {"sku": "c2", "qty": 5, "label": 'a "b", c\nd'},
    ]
    uneven = api("POST", "stock", content="sku,qty\na\n", content_type="text/csv")
    assert uneven.json()["message"] == "All lines must have same number of fields"
    form = "sku=f+1&qty=9"
    api("POST", "stock", content=form, content_type="application/x-www-form-urlencoded")
    assert api.rows("stock?select=sku,qty&qty=eq.9") == [{"sku": "f 1", "qty": 9}]
    answer = api("POST", "stock", content="x", content_type="application/xml")
    assert answer.json()["message"] == "Content-Type not acceptable: application/xml"


def test_a_change_is_undone_when_its_answer_is_refused(api: Api) -> None:
    single = {"accept": "application/vnd.pgrst.object+json", "prefer": REPRESENTATION}
    answer = api("PATCH", "books?id=lt.3", json={"pages": 1}, **single)
    assert (answer.status_code, answer.json()["code"]) == (406, "PGRST116")
    assert answer.json()["details"] == "The result contains 2 rows"
    assert api.ids("books?select=id&pages=eq.1") == []
    prefer = "handling=strict, max-affected=1"
    answer = api("DELETE", "loans?book_id=eq.1", prefer=prefer)
    assert (answer.status_code, answer.json()["code"]) == (400, "PGRST124")
    assert len(api.rows("loans?book_id=eq.1")) == 2


def test_what_a_view_shows_is_changed_through_it(api: Api, db: Connection[Any]) -> None:
    answer = api("PATCH", "cheap_books?id=eq.1", json={"title": "Looms"}, prefer=REPRESENTATION)
    assert answer.json()[0]["title"] == "Looms"
    assert db.execute("select title from books where id = 1").fetchone() == ("Looms",)
