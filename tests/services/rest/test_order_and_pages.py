"""The order of rows, and how many of them come."""

from __future__ import annotations

import pytest

from .library import Api

ORDERS = {
    "order=price": [2, 1, 4, 3],
    "order=price.desc": [3, 4, 1, 2],
    "order=price.desc.nullslast": [4, 1, 2, 3],
    "order=price.nullsfirst": [3, 2, 1, 4],
    "order=active.desc.nullslast,id.desc": [4, 1, 2, 3],
    "order=title_length.desc,id": [2, 1, 4, 3],
    "order=meta->>shelf.nullsfirst,id.desc": [3, 4, 1, 2],
    "order=meta->copies.desc.nullslast,id": [2, 1, 3, 4],
}


@pytest.mark.parametrize("query", ORDERS)
def test_rows_come_in_order(api: Api, query: str) -> None:
    assert api.ids(f"books?select=id&{query}") == ORDERS[query]


def test_a_page_says_which_rows_it_holds(api: Api) -> None:
    answer = api.get("books?select=id&order=id&limit=2&offset=1")
    assert (answer.status_code, answer.headers["content-range"]) == (200, "1-2/*")
    answer = api.get("books?select=id&order=id&limit=2", prefer="count=exact")
    assert (answer.status_code, answer.headers["content-range"]) == (206, "0-1/4")
    answer = api.get("books?select=id&order=id", range="1-2", prefer="count=exact")
    assert [row["id"] for row in answer.json()] == [2, 3]
    assert answer.headers["content-range"] == "1-2/4"


def test_no_rows_are_no_error(api: Api) -> None:
    answer = api.get("books?limit=0")
    assert (answer.status_code, answer.json(), answer.headers["content-range"]) == (200, [], "*/*")


def test_a_page_beyond_the_end_is_none(api: Api) -> None:
    answer = api.get("books?offset=100", prefer="count=exact")
    assert answer.status_code == 416
    assert answer.json()["details"] == (
        "An offset of 100 was requested, but there are only 4 rows."
    )
    assert api.get("books?offset=100").json() == []


@pytest.mark.parametrize("query", ["limit=-1", "limit=-5&offset=2"])
def test_fewer_rows_than_none_are_refused(api: Api, query: str) -> None:
    answer = api.get(f"books?{query}")
    assert (answer.status_code, answer.json()["code"]) == (416, "PGRST103")


def test_a_range_that_ends_before_it_begins_is_refused(api: Api) -> None:
    answer = api.get("books", range="3-1")
    assert answer.status_code == 416
    assert "lower boundary" in answer.json()["details"]


def test_an_estimate_of_few_rows_is_exact(api: Api) -> None:
    answer = api.get("books?select=id&limit=2", prefer="count=estimated")
    assert answer.headers["content-range"] == "0-1/4"


def test_a_planned_count_is_the_planners(api: Api) -> None:
    answer = api.get("books?select=id&limit=2", prefer="count=planned")
    total = answer.headers["content-range"].partition("/")[2]
    assert int(total) > 4  # never analyzed: it thinks of more


def test_a_count_needs_no_rows(api: Api) -> None:
    answer = api("HEAD", "books?pages=gt.50", prefer="count=exact")
    assert (answer.status_code, answer.headers["content-range"]) == (200, "0-2/3")
    assert answer.content == b""
