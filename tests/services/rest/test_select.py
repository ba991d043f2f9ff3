"""What a request gets of the rows it means."""

from __future__ import annotations

import pytest

from .library import Api

SHAPES = {
    "select=title,pages": {"title": "Engines", "pages": 120},
    "select=name:title": {"name": "Engines"},
    "select=pages::text": {"pages": "120"},
    "select=n:price::int": {"n": 10},
    "select=meta->shelf": {"shelf": "A"},
    "select=meta->>copies": {"copies": "2"},
    "select=many:meta->copies::int": {"many": 2},
    "select=tags->0": {"tags": "math"},
    "select=title_length": {"title_length": 7},
    "select=id,long:title_length": {"id": 1, "long": 7},
    "select= id , title ": {"id": 1, "title": "Engines"},
    "select=%22title%22": {"title": "Engines"},
}


@pytest.mark.parametrize("query", SHAPES)
def test_columns_come_as_they_are_asked_for(api: Api, query: str) -> None:
    assert api.rows(f"books?id=eq.1&{query}") == [SHAPES[query]]


def test_numbers_come_with_every_digit(api: Api) -> None:
    assert api.get("books?select=serial&id=eq.1").text == '[{"serial":9007199254740993}]'
    assert api.get("books?select=price&id=eq.4").text == '[{"price":1234567890123456789.125}]'


def test_a_column_that_is_not_there_is_refused(api: Api) -> None:
    answer = api.get("books?select=nothing")
    assert (answer.status_code, answer.json()["code"]) == (400, "42703")


def test_aggregates_are_off(api: Api) -> None:
    for query in ("select=count()", "select=pages.sum()"):
        answer = api.get(f"books?{query}")
        assert (answer.status_code, answer.json()["code"]) == (400, "PGRST123")


def test_a_table_that_is_not_there_may_have_been_meant_otherwise(api: Api) -> None:
    answer = api.get("author")
    assert answer.status_code == 404
    assert answer.json() == {
        "code": "PGRST205",
        "details": None,
        "hint": "Perhaps you meant the table 'public.authors'",
        "message": "Could not find the table 'public.author' in the schema cache",
    }
    assert api.get("zzzzzz").json()["hint"] is None


def test_paths_that_lead_nowhere_are_refused(api: Api) -> None:
    for path in ("books/1", "rpc/a/b", "books/"):
        answer = api.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "PGRST125"), path


def test_methods_that_mean_nothing_are_refused(api: Api) -> None:
    assert api("OPTIONS", "books").headers["allow"] == "OPTIONS,GET,HEAD,POST,PUT,PATCH,DELETE"
    assert api("PATCH", "rpc/x").json()["code"] == "PGRST101"
