"""Which rows a request means."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from .library import Api


def test_filters_that_repeat_must_all_hold(api: Api) -> None:
    assert api.ids("books?select=id&id=neq.1&id=neq.2&order=id") == [3, 4]
    assert api("DELETE", "loans?book_id=neq.1&book_id=neq.3").status_code == 204
    assert api.rows("loans?order=reader_id") == [
        {"book_id": 1, "reader_id": 1},
        {"book_id": 1, "reader_id": 2},
    ]


def test_alternatives_that_repeat_must_all_hold(api: Api) -> None:
    query = "select=id&or=(id.eq.1,id.eq.2)&or=(id.eq.2,id.eq.3)"
    assert api.ids(f"books?{query}") == [2]


@pytest.mark.parametrize("title", ["null", "+1555", "TRUE", "1.10", "007", " x ", "%41", "*"])
def test_a_value_is_compared_as_it_is_spelled(api: Api, title: str) -> None:
    api("PATCH", "books?id=eq.4", json={"title": title})
    assert api.rows(f"books?select=title&title=eq.{quote(title)}&id=eq.4") == [{"title": title}]


def test_long_numbers_are_compared_to_the_last_digit(api: Api) -> None:
    assert api.ids("books?select=id&serial=eq.9007199254740993") == [1]
    assert api.ids("books?select=id&serial=eq.9007199254740992") == []
    assert api.ids("books?select=id&price=eq.1234567890123456789.125") == [4]


OPERATORS = {
    "pages=gt.100": [1],
    "pages=gte.100": [1, 4],
    "pages=lt.55": [2],
    "pages=lte.55": [2, 3],
    "pages=in.(30,55)": [2, 3],
    "pages=not.in.(30,55)": [1, 4],
    "id=in.()": [],
    "title=in.(Engines,%22Notes, \\%22quoted\\%22%22)": [1, 2],
    "title=like.Eng*": [1],
    "title=ilike.eng*": [1],
    "title=not.ilike.*e*": [3, 4],
    "title=match.^E": [1],
    "title=imatch.^e": [1],
    "title=like(any).{Eng*,nul*}": [1, 3],
    "title=like(all).{*e*,*n*}": [1],
    "id=eq(any).{1,4}": [1, 4],
    "price=is.null": [3],
    "price=not.is.null": [1, 2, 4],
    "price=is.not_null": [1, 2, 4],
    "active=is.true": [1, 4],
    "active=is.FALSE": [2],
    "active=is.unknown": [3],
    "active=isdistinct.true": [2, 3],
    "tags=cs.{math}": [1, 2],
    "tags=cd.{math,art}": [2, 4],
    "tags=ov.{machines,art}": [1],
    "shown=cs.[2026-01-15,2026-01-16)": [1],
    "shown=ov.[2026-01-20,2026-03-10)": [1, 2],
    "shown=sl.[2026-02-10,2026-03-01)": [1],
    "shown=sr.[2025-02-10,2026-02-10)": [2],
    "shown=nxl.[2026-02-10,2026-12-01)": [2],
    "shown=nxr.[2025-02-10,2026-02-10)": [1],
    "shown=adj.[2026-02-01,2026-03-01)": [1, 2],
    "meta->>shelf=eq.A": [1, 4],
    "meta->copies=eq.10": [2],
    "tags->>0=eq.math": [1, 2],
    "title=fts.engine": [1],
    "title=plfts(english).quoted notes": [2],
    "title=phfts(simple).quoted notes": [],
    "title=wfts.engines or notes": [1, 2],
    "title_length=gt.6": [1, 2],
    "and=(pages.gt.30,or(pages.lt.60,not.and(active.is.true,id.lt.4)))": [3, 4],
    "not.or=(id.eq.1,id.eq.2)": [3, 4],
    "or=(title.eq.%22Notes, \\%22quoted\\%22%22,tags.cs.{machines})": [1, 2],
}


@pytest.mark.parametrize("query", OPERATORS)
def test_operators_find_what_they_say(api: Api, query: str) -> None:
    assert api.ids(f"books?select=id&order=id&{query}") == OPERATORS[query]


WRONG = {
    "id=5": ('"failed to parse filter (5)" (line 1, column 1)', 'unexpected "5" expecting "not"'),
    "id=noop.1": ('"failed to parse filter (noop.1)" (line 1, column 1)', 'unexpected "o"'),
    "id=in.1,2": ('"failed to parse filter (in.1,2)" (line 1, column 4)', 'expecting "("'),
    "id=is.maybe": ('"failed to parse filter (is.maybe)" (line 1, column 4)', "isVal"),
    "or=(id.eq.1": ('"failed to parse logic tree ((id.eq.1)" (line 1, column 11)', "end of input"),
    "or=()": ('"failed to parse logic tree (())" (line 1, column 4)', "field name"),
    "order=id.up": ('"failed to parse order (id.up)" (line 1, column 4)', '"asc", "desc"'),
    "select=id,(": ('"failed to parse select parameter (id,()" (line 1, column 4)', "field name"),
    "select=authors(id": ("(line 1, column 11)", "expecting"),
    "columns=": ('"failed to parse columns parameter ()" (line 1, column 1)', "end of input"),
}


@pytest.mark.parametrize("query", WRONG)
def test_a_query_that_follows_no_grammar_is_told_where(api: Api, query: str) -> None:
    answer = api.get(f"books?{query}")
    assert answer.status_code == 400
    body = answer.json()
    message, details = WRONG[query]
    assert body["code"] == "PGRST100"
    assert message in body["message"]
    assert details in body["details"]


def test_a_value_of_the_wrong_type_is_the_databases_to_refuse(api: Api) -> None:
    answer = api.get("books?id=eq.x")
    assert (answer.status_code, answer.json()["code"]) == (400, "22P02")
    answer = api.get("books?nothing=eq.1")
    assert (answer.status_code, answer.json()["code"]) == (400, "42703")
