"""What a list may ask: filters, a text to find, chosen fields."""

from __future__ import annotations

from typing import Any

import pytest

from tests.site_api.project import Project

ACTION = "collection/products"
ITEMS: list[dict[str, Any]] = [
    {"n": "cup", "price": 9, "tags": ["red", "small"], "made": "2026-01-09", "sold": True},
    {"n": "pot", "price": 10, "tags": ["dark-red", 5], "made": "2026-02-01", "sold": False},
    {"n": "Tea pot", "price": "100", "note": {"deep": ['say "hi" to Ömer']}},
    {"n": "إبريق شاي", "price": -2.5, "tags": None, "a.b": "dotted"},
]


@pytest.fixture(scope="module")
def shop(request: pytest.FixtureRequest) -> Project:
    """Shared by all that only read."""
    project: Project = request.getfixturevalue("shared_project")
    answer = project.api("POST", ACTION, items=ITEMS)
    assert answer.status_code == 200, answer.text
    return project


def found(project: Project, **query: Any) -> list[str]:
    answer = project.api("GET", ACTION, order="created_at", **query)
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert said["total"] == len(said["items"])
    return [item["data"]["n"] for item in said["items"]]


CUP, POT, TEA, JUG = (item["n"] for item in ITEMS)


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        # Numbers by value: 9 is less than 10, and 10.0 is 10.
        ("gt.price", "9", [POT]),
        ("gt.price", "10", [TEA]),
        ("gte.price", "10", [POT, TEA]),
        ("gte.price", "10.0", [POT, TEA]),
        ("gte.price", "1e1", [POT]),
        ("lt.price", "9", [JUG, TEA]),
        ("lte.price", "9", [CUP, JUG, TEA]),
        ("lt.price", "-2.5", []),
        ("lte.price", "-2.5", [JUG]),
        # Texts by character, also where only one of the two is a number.
        ("gte.made", "2026-02-01", [POT]),
        ("gt.made", "2026-02-01", []),
        ("lt.made", "2026-02-01", [CUP]),
        ("gt.price", "9x", []),
        ("gt.n", "pot", [JUG]),
        ("gte.n", "pot", [POT, JUG]),
        # Whatever a field holds, `not` lets through what `where` does not.
        ("where.n", "pot", [POT]),
        ("where.n", "Pot", []),
        ("not.n", "pot", [CUP, TEA, JUG]),
        ("where.price", "100", [TEA]),
        ("not.price", "100", [CUP, POT, JUG]),
        ("not.tags", "x", [CUP, POT, TEA, JUG]),
        ("where.tags", "null", []),
        ("in.n", "cup,إبريق شاي", [CUP, JUG]),
        ("in.n", "cup, pot", [CUP]),
        ("in.price", "9,10.0,100", [CUP, TEA]),
        ("in.sold", "true", [CUP]),
        # A part of a text, letter by letter; a member of a list, whole.
        ("has.n", "pot", [POT, TEA]),
        ("has.n", "Pot", []),
        ("has.n", "شاي", [JUG]),
        ("has.n", "%", []),
        ("has.tags", "red", [CUP]),
        ("has.tags", "5", [POT]),
        ("has.tags", "small,red", []),
        ("has.price", "1", [TEA]),
        ("has.note", "deep", []),
        ("where.a.b", "dotted", [JUG]),
        ("where.absent", "", []),
    ],
)
def test_a_list_can_be_filtered(shop: Project, key: str, value: str, expected: list[str]) -> None:
    assert sorted(found(shop, **{key: value})) == sorted(expected)


def test_a_text_that_is_a_number_is_compared_as_a_text(shop: Project) -> None:
    # "100" stands before "9" and behind "10".
    assert TEA not in found(shop, **{"gt.price": "9"})
    assert TEA in found(shop, **{"gt.price": "10"})


def test_all_filters_hold(shop: Project) -> None:
    assert found(shop, **{"gte.price": "9", "lte.price": "10", "not.sold": "true"}) == [POT]
    assert found(shop, **{"has.n": "pot", "has.tags": "red"}) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("POT", [POT, TEA]),
        ("ömer", [TEA]),
        ('say "hi"', [TEA]),
        ("شاي", [JUG]),
        ("red", [CUP, POT]),
        ("deep", []),
        ("price", []),
        ("100", [TEA]),
        ("true", []),
        ("%", []),
        ("nobody says this", []),
    ],
)
def test_a_search_looks_into_every_text_and_into_nothing_else(
    shop: Project, text: str, expected: list[str]
) -> None:
    assert found(shop, search=text) == expected


def test_chosen_fields_are_the_data_that_is_shown(shop: Project) -> None:
    items = shop.api("GET", ACTION, order="created_at", fields="n,price,absent").json()["items"]
    assert [item["data"] for item in items] == [
        {key: item[key] for key in ("n", "price")} for item in ITEMS
    ]
    assert items[0].keys() == shop.api("GET", ACTION).json()["items"][0].keys()
    one = shop.api("GET", ACTION, id=items[0]["id"], fields="n").json()["items"]
    assert [item["data"] for item in one] == [{"n": CUP}]


@pytest.mark.parametrize(
    "query",
    [
        {"eq.n": "cup"},
        {"GT.price": "1"},
        {".n": "cup"},
        {"where.": "cup"},
        {"gte." + "x" * 129: "1"},
        {"where.n": "x" * 1025},
        {f"where.f{number}": "1" for number in range(11)},
        {"search": "x" * 1025},
        {"fields": "n,,price"},
        {"fields": ""},
        {"id": "00000000-0000-4000-8000-000000000001", "where.n": "cup"},
        {"id": "00000000-0000-4000-8000-000000000001", "search": "cup"},
    ],
    ids=str,
)
def test_a_question_that_is_none_is_refused(shop: Project, query: dict[str, Any]) -> None:
    answer = shop.api("GET", ACTION, **query)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_field")


def test_the_longest_questions_are_answered(shop: Project) -> None:
    whole: tuple[dict[str, Any], ...] = (
        {"gte." + "x" * 128: "1"},
        {"where.n": "x" * 1024},
        {f"not.f{number}": "1" for number in range(10)},
        {"search": "x" * 1024},
    )
    for query in whole:
        assert shop.api("GET", ACTION, **query).status_code == 200


def test_hostile_filters_are_values_and_no_sql(shop: Project) -> None:
    for word in ("where", "not", "gt", "lte", "in", "has"):
        for text in ("'; select 1 --", "$3", "{0,1}", "\\", "1e999", "NaN"):
            odd: tuple[dict[str, Any], ...] = ({f"{word}.{text}": text}, {f"{word}.price": text})
            for query in odd:
                assert shop.api("GET", ACTION, **query).status_code == 200, query


def test_pages_of_a_filtered_list_count_what_it_lets_through(shop: Project) -> None:
    seen = []
    query: dict[str, Any] = {"not.n": "cup"}
    for offset in ("0", "1", "2"):
        said = shop.api("GET", ACTION, limit="1", offset=offset, order="data.n", **query).json()
        assert said["total"] == 3
        seen += [item["data"]["n"] for item in said["items"]]
    assert sorted(seen) == sorted([POT, TEA, JUG])


def test_an_answer_that_is_known_is_not_sent_again(project: Project) -> None:
    project.api("POST", ACTION, data={"n": "cup"})
    queries: tuple[dict[str, Any], ...] = ({}, {"where.n": "cup"})
    for query in queries:
        first = project.api("GET", ACTION, **query)
        tag = first.headers["etag"]
        assert first.headers["cache-control"] == "private, no-cache"
        for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
            again = project.api("GET", ACTION, headers={"If-None-Match": known}, **query)
            assert (again.status_code, again.content) == (304, b""), known
            assert again.headers["etag"] == tag
            assert again.headers["access-control-allow-origin"] == "*"
        for known in ('"other"', tag.strip('"'), ""):
            again = project.api("GET", ACTION, headers={"If-None-Match": known}, **query)
            assert (again.status_code, again.text) == (200, first.text), known
    project.api("POST", ACTION, data={"n": "pot"})
    changed = project.api("GET", ACTION, headers={"If-None-Match": tag})
    assert (changed.status_code, len(changed.json()["items"])) == (200, 2)
    assert changed.headers["etag"] != tag


def test_what_a_token_opens_is_kept_by_no_browser(project: Project) -> None:
    token = project.signed_up("ana@example.com")
    for headers, query in (({"X-Site-Token": token}, {}), (None, {"token": token})):
        answer = project.api("GET", ACTION, headers=headers, **query)
        assert answer.headers["cache-control"] == "no-store"
        assert "etag" in answer.headers


def test_a_refusal_and_a_write_have_no_tag(project: Project) -> None:
    assert "etag" not in project.api("GET", ACTION, limit="0").headers
    assert "etag" not in project.api("POST", ACTION, data={}).headers
