"""Rows of other tables in an answer."""

from __future__ import annotations

from typing import Any

import pytest

from .library import Api

EMBEDDED: dict[str, Any] = {
    "books?select=id,authors!books_author_id_fkey(name)&id=eq.2": [
        {"id": 2, "authors": {"name": "Ada"}}
    ],
    "books?select=author:author_id(name),translator:translator_id(name)&id=eq.2": [
        {"author": {"name": "Ada"}, "translator": {"name": "Bob"}}
    ],
    "authors?select=name,books!author_id(id)&order=id&books.order=id.desc": [
        {"name": "Ada", "books": [{"id": 2}, {"id": 1}]},
        {"name": "Bob", "books": [{"id": 4}, {"id": 3}]},
        {"name": "Cid", "books": []},
    ],
    "authors?select=name,books!author_id!inner(id)&books.pages=gt.100": [
        {"name": "Ada", "books": [{"id": 1}]}
    ],
    "authors?select=id,books!author_id(id)&books.limit=1&books.order=id&id=lt.3&order=id": [
        {"id": 1, "books": [{"id": 1}]},
        {"id": 2, "books": [{"id": 3}]},
    ],
    "readers?select=name,books(title)&order=id&books.order=id": [
        {"name": "Rex", "books": [{"title": "Engines"}, {"title": 'Notes, "quoted"'}]},
        {"name": "Sue", "books": [{"title": "Engines"}]},
    ],
    "authors?select=name,first_book(title)&id=eq.1": [
        {"name": "Ada", "first_book": {"title": "Engines"}}
    ],
    "cheap_books?select=title,authors(name)&id=eq.1": [
        {"title": "Engines", "authors": {"name": "Ada"}}
    ],
    "books?select=id,...authors!author_id(author:name)&id=in.(1,3)&order=id": [
        {"id": 1, "author": "Ada"},
        {"id": 3, "author": "Bob"},
    ],
    "authors?select=id,...books!author_id(titles:title)&books.order=id&id=eq.2": [
        {"id": 2, "titles": ["null", "+1555"]}
    ],
    "authors?select=name,books!author_id()&books=is.null": [{"name": "Cid"}],
    "authors?select=name,books!author_id()&books=not.is.null&order=id": [
        {"name": "Ada"},
        {"name": "Bob"},
    ],
    "books?select=id,authors!author_id(name)&order=authors(name).desc,id&limit=2": [
        {"id": 3, "authors": {"name": "Bob"}},
        {"id": 4, "authors": {"name": "Bob"}},
    ],
    "readers?select=id,loans(books(id,authors!author_id(name)))&id=eq.2": [
        {"id": 2, "loans": [{"books": {"id": 1, "authors": {"name": "Ada"}}}]}
    ],
}


@pytest.mark.parametrize("path", EMBEDDED)
def test_rows_are_embedded(api: Api, path: str) -> None:
    assert api.rows(path) == EMBEDDED[path]


def test_more_than_one_way_is_told_with_all_of_them(api: Api) -> None:
    answer = api.get("books?select=id,authors(name)")
    assert answer.status_code == 300
    body = answer.json()
    assert body["code"] == "PGRST201"
    assert [one["relationship"] for one in body["details"]] == [
        "books_author_id_fkey using books(author_id) and authors(id)",
        "books_translator_id_fkey using books(translator_id) and authors(id)",
    ]
    assert "'authors!books_author_id_fkey', 'authors!books_translator_id_fkey'" in body["hint"]


def test_no_way_is_told_with_what_may_have_been_meant(api: Api) -> None:
    answer = api.get("loans?select=reader(*)")
    assert answer.status_code == 400
    assert answer.json() == {
        "code": "PGRST200",
        "details": "Searched for a foreign key relationship between 'loans' and 'reader' in the"
        " schema 'public', but no matches were found.",
        "hint": "Perhaps you meant 'readers' instead of 'reader'.",
        "message": "Could not find a relationship between 'loans' and 'reader' in the schema cache",
    }


def test_what_is_said_of_something_else_is_refused(api: Api) -> None:
    answer = api.get("books?select=id&readers.id=eq.1")
    assert (answer.status_code, answer.json()["code"]) == (400, "PGRST108")
    answer = api.get("authors?select=id,books!author_id(id)&order=books(id)")
    assert (answer.status_code, answer.json()["code"]) == (400, "PGRST118")


def test_a_changed_row_is_answered_with_what_belongs_to_it(api: Api) -> None:
    answer = api(
        "PATCH",
        "books?id=eq.1&select=title,authors!author_id(name),readers(name)&readers.order=id",
        json={"title": "Looms"},
        prefer="return=representation",
    )
    assert answer.json() == [
        {
            "title": "Looms",
            "authors": {"name": "Ada"},
            "readers": [{"name": "Rex"}, {"name": "Sue"}],
        }
    ]
