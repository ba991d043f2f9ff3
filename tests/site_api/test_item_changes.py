"""Items added at once, merged, counted up, and changed only if nobody else has."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.site_api.project import Project

ACTION = "collection/products"
ITEMS = "public.project_collections"
KIB = 1024


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def add(project: Project, data: dict[str, Any]) -> dict[str, Any]:
    item: dict[str, Any] = project.api("POST", ACTION, data=data).json()["item"]
    return item


def change(project: Project, item: dict[str, Any], **fields: Any) -> httpx.Response:
    return project.api("PUT", ACTION, id=item["id"], **fields)


def test_items_are_added_at_once_in_their_order(project: Project) -> None:
    project.configure(features={"rate_limits": {"write": 0}})
    answer = project.api("POST", ACTION, items=[{"n": n} for n in range(100)], sortOrder=7)
    items = answer.json()["items"]
    assert answer.json().keys() == {"items"}
    assert [(item["data"]["n"], item["sort_order"]) for item in items] == [
        (n, 7 + n) for n in range(100)
    ]
    assert project.api("GET", ACTION).json()["items"] == items


def test_items_without_a_place_are_listed_as_if_added_one_by_one(project: Project) -> None:
    project.api("POST", ACTION, items=[{"n": 1}, {"n": 2}, {"n": 3}])
    listed = project.api("GET", ACTION).json()["items"]
    assert [item["data"]["n"] for item in listed] == [3, 2, 1]


@pytest.mark.parametrize(
    "fields",
    [
        {"items": []},
        {"items": [{}] * 101},
        {"items": {"a": 1}},
        {"items": [{"a": 1}, 7]},
        {"items": [{"a": 1}], "data": {"a": 1}},
        {"items": [{"a": "\x00"}]},
        {"items": [{}], "sortOrder": "1"},
    ],
    ids=str,
)
def test_items_that_are_none_are_refused(project: Project, fields: dict[str, Any]) -> None:
    assert code(project.api("POST", ACTION, **fields)) == (400, "invalid_field")
    assert project.rows(ITEMS) == []


def test_one_item_that_does_not_fit_stops_them_all(project: Project) -> None:
    project.configure(features={"collections": {"validate": True}})
    add(project, {"price": 1})
    answer = project.api("POST", ACTION, items=[{"price": 2, "new": 1}, {"price": "dear"}])
    assert code(answer) == (422, "invalid_data")
    assert answer.json()["error"] == 'Item 2: Field "price" must be of type number'
    large = project.api("POST", ACTION, items=[{"price": 2}, {"text": "x" * 256 * KIB}])
    assert code(large) == (413, "body_too_large")
    assert len(project.rows(ITEMS)) == 1
    # Nor has the schema learned from what was refused.
    assert project.api("POST", ACTION, data={"new": "a text"}).status_code == 200


def test_each_of_several_items_counts_as_a_write(project: Project) -> None:
    project.configure(features={"rate_limits": {"write": 4}})
    assert project.api("POST", ACTION, items=[{}] * 3).status_code == 200
    assert project.api("POST", ACTION, items=[{}] * 3).status_code == 200
    assert code(project.api("POST", ACTION, data={})) == (429, "rate_limited")


def test_several_items_that_are_sent_again_are_there_once(project: Project) -> None:
    key = {"Idempotency-Key": "one"}
    first, again = (
        project.api("POST", ACTION, items=[{"a": 1}, {"a": 2}], headers=key) for _ in range(2)
    )
    assert first.json() == again.json()
    assert len(project.rows(ITEMS)) == 2


def test_a_merge_changes_the_fields_it_names(project: Project) -> None:
    item = add(project, {"a": 1, "b": {"c": 1, "d": 2}, "e": "old"})
    merged = change(project, item, data={"b": {"c": 9}, "f": None}, merge=True)
    assert merged.json()["item"]["data"] == {"a": 1, "b": {"c": 9}, "e": "old", "f": None}
    replaced = change(project, item, data={"a": 2}, merge=False)
    assert replaced.json()["item"]["data"] == {"a": 2}


def test_numbers_are_raised(project: Project) -> None:
    item = add(project, {"views": 1, "gone": None, "text": "x"})
    steps = {"views": 2, "likes": 1, "gone": -1.5}
    raised = change(project, item, increment=steps).json()["item"]["data"]
    assert raised == {"views": 3, "likes": 1, "gone": -1.5, "text": "x"}
    both = change(project, item, merge=True, data={"text": "y"}, increment={"views": 0.1})
    assert both.json()["item"]["data"] == raised | {"text": "y", "views": 3.1}


def test_raises_at_once_are_all_counted(project: Project) -> None:
    item = add(project, {"views": 0})
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: change(project, item, increment={"views": 1}), range(24)))
    assert {answer.status_code for answer in answers} == {200}
    assert sorted(answer.json()["item"]["data"]["views"] for answer in answers) == [*range(1, 25)]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"increment": {"text": 1}}, (422, "invalid_data")),
        ({"increment": {"large": 1.7e308}}, (422, "invalid_data")),
        ({"increment": {"views": "1"}}, (400, "invalid_field")),
        ({"increment": {}}, (400, "invalid_field")),
        ({"increment": [1]}, (400, "invalid_field")),
        ({"increment": {"views": 1}, "data": {"a": 1}}, (400, "invalid_field")),
        ({"increment": {"a": 1}, "data": {"a": 1}, "merge": True}, (400, "invalid_field")),
        ({"data": {"a": 1}, "merge": "yes"}, (400, "invalid_field")),
        ({"merge": True}, (400, "missing_field")),
        ({}, (400, "missing_field")),
        ({"data": {"a": 1}, "ifUpdatedAt": "yesterday"}, (400, "invalid_field")),
        ({"data": {"a": 1}, "ifUpdatedAt": "2026-02-30T00:00:00Z"}, (400, "invalid_field")),
    ],
    ids=str,
)
def test_a_change_that_is_unclear_changes_nothing(
    project: Project, fields: dict[str, Any], expected: tuple[int, str]
) -> None:
    item = add(project, {"views": 1, "text": "x", "large": 1.7e308})
    assert code(change(project, item, **fields)) == expected
    assert project.api("GET", ACTION).json()["items"] == [item]


def test_a_change_may_ask_that_nobody_was_faster(project: Project) -> None:
    item = add(project, {"a": 1})
    first = change(project, item, data={"a": 2}, ifUpdatedAt=item["updated_at"])
    assert first.status_code == 200
    for fields in ({"data": {"a": 3}}, {"data": {"b": 3}, "merge": True}, {"increment": {"a": 1}}):
        late = change(project, item, ifUpdatedAt=item["updated_at"], **fields)
        assert code(late) == (409, "item_changed")
        assert late.json()["item"] == first.json()["item"]
    now = first.json()["item"]["updated_at"]
    assert change(project, item, increment={"a": 1}, ifUpdatedAt=now).status_code == 200


def test_of_two_who_saw_the_same_item_one_hears_that_it_changed(project: Project) -> None:
    item = add(project, {"a": 0})
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(
                lambda n: change(project, item, data={"a": n + 1}, ifUpdatedAt=item["updated_at"]),
                range(8),
            )
        )
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7


def test_merges_keep_to_the_size_of_an_item(project: Project) -> None:
    item = add(project, {"a": "x" * 200 * KIB})
    room = 256 * KIB - len('{"a":"","b":""}') - 200 * KIB
    fits = change(project, item, data={"b": "x" * room}, merge=True)
    assert fits.status_code == 200
    for data in ({"b": "x" * (room + 1)}, {"c": 1}):
        answer = change(project, item, data=data, merge=True)
        assert code(answer) == (413, "body_too_large")


def test_a_merge_and_a_raise_can_be_repeated(project: Project) -> None:
    item = add(project, {"a": 1})
    key = {"Idempotency-Key": "one"}
    for fields in ({"increment": {"a": 1}}, {"data": {"b": 1}, "merge": True}):
        answers = [change(project, item, headers=key, **fields) for _ in range(2)]
        assert answers[0].json() == answers[1].json()
    assert project.api("GET", ACTION).json()["items"][0]["data"] == {"a": 2, "b": 1}


def test_who_may_not_read_an_item_hears_nothing_of_it(project: Project) -> None:
    item = add(project, {"secret": 1})
    project.configure(features={"collections": {"read": "owner"}})
    for fields in (
        {"data": {"b": 1}, "merge": True},
        {"increment": {"b": 1}},
        {"data": {"b": 1}, "ifUpdatedAt": "2020-01-01T00:00:00Z"},
    ):
        answer = change(project, item, **fields)
        assert code(answer) == (403, "not_permitted")
        assert "secret" not in answer.text
    owner = change(project, item, headers=project.as_owner, increment={"secret": 1})
    assert owner.json()["item"]["data"] == {"secret": 2}
