"""Collections: order, pages, filters, schemas."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from postgrest.exceptions import APIError

from tests.site_api.project import NO_RATE_LIMITS, Project

ACTION = "collection/products"


def add(project: Project, data: dict[str, Any], **fields: Any) -> dict[str, Any]:
    answer = project.api("POST", ACTION, data=data, **fields)
    assert answer.status_code == 200, answer.text
    item: dict[str, Any] = answer.json()["item"]
    return item


def names(project: Project, **query: Any) -> list[Any]:
    answer = project.api("GET", ACTION, **query)
    assert answer.status_code == 200, answer.text
    return [item["data"].get("n") for item in answer.json()["items"]]


def test_an_item_has_these_fields_and_no_others(project: Project) -> None:
    item = add(project, {"n": 1}, sortOrder=3)
    assert set(item) == {
        "id",
        "project_id",
        "collection_name",
        "data",
        "status",
        "sort_order",
        "created_at",
        "updated_at",
    }
    assert (item["project_id"], item["collection_name"]) == (project.id, "products")
    assert (item["status"], item["sort_order"]) == ("active", 3)
    assert project.api("GET", ACTION).json()["items"] == [item]
    assert project.api("GET", ACTION, headers=None, **{"where.n": "1"}).json()["items"] == [item]


def test_items_without_an_order_come_first_then_the_newest(project: Project) -> None:
    for name, order in (("a", 2), ("b", None), ("c", 1), ("d", None), ("e", 1)):
        add(project, {"n": name}, sortOrder=order)
    assert names(project) == ["d", "b", "e", "c", "a"]


def test_pages_tell_how_many_there_are(project: Project) -> None:
    for number in range(5):
        add(project, {"n": number})
    pages: tuple[tuple[dict[str, Any], list[int]], ...] = (
        ({"limit": "2"}, [4, 3]),
        ({"limit": "2", "offset": "4"}, [0]),
        ({"limit": "2", "offset": "9"}, []),
        ({"limit": "5"}, [4, 3, 2, 1, 0]),
        ({"limit": "2", "order": "created_at.asc"}, [0, 1]),
        ({"limit": "2", "offset": "9", "order": "created_at.asc"}, []),
    )
    for query, shown in pages:
        answer = project.api("GET", ACTION, **query).json()
        assert [item["data"]["n"] for item in answer["items"]] == shown
        assert answer["total"] == 5


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("created_at", ["a", "b", "c"]),
        ("created_at.desc", ["c", "b", "a"]),
        ("updated_at.desc", ["a", "c", "b"]),
        ("sort_order.asc", ["c", "b", "a"]),
        ("sort_order.desc", ["a", "b", "c"]),
        ("data.price.asc", ["b", "a", "c"]),
        ("data.price.desc", ["a", "b", "c"]),
        ("data.n", ["a", "b", "c"]),
        ('data.it\'s "odd"', ["c", "b", "a"]),
    ],
)
def test_a_list_can_be_ordered(project: Project, order: str, expected: list[str]) -> None:
    first = add(project, {"n": "a", "price": 100}, sortOrder=3)
    add(project, {"n": "b", "price": 9, 'it\'s "odd"': 2}, sortOrder=2)
    add(project, {"n": "c", 'it\'s "odd"': 1})
    project.api("PUT", ACTION, id=first["id"], data=first["data"] | {"changed": True})
    assert names(project, order=order) == expected


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("kind", "book", ["a", "b"]),
        ("kind", "BOOK", []),
        ("price", "9", ["a"]),
        ("sold", "true", ["b"]),
        ("none", "", []),
        ("kind'; drop table public.projects; --", "x", []),
    ],
)
def test_a_list_can_be_filtered(
    project: Project, field: str, value: str, expected: list[str]
) -> None:
    add(project, {"n": "c", "kind": "film", "none": None})
    add(project, {"n": "b", "kind": "book", "sold": True})
    add(project, {"n": "a", "kind": "book", "price": 9})
    answer = project.api("GET", ACTION, headers=None, **{f"where.{field}": value}).json()
    assert [item["data"]["n"] for item in answer["items"]] == expected
    assert answer["total"] == len(expected)


def test_filters_are_joined_and_count_what_they_let_through(project: Project) -> None:
    for number in range(6):
        add(project, {"n": number, "even": number % 2 == 0, "big": number > 1})
    answer = project.api(
        "GET", ACTION, headers=None, limit="1", **{"where.even": "true", "where.big": "true"}
    ).json()
    assert ([item["data"]["n"] for item in answer["items"]], answer["total"]) == ([4], 2)


def test_one_item_can_be_asked_for(project: Project) -> None:
    item = add(project, {"n": 1})
    add(project, {"n": 2})
    assert project.api("GET", ACTION, id=item["id"]).json() == {"items": [item], "total": 1}
    for action, identifier in ((ACTION, project.id), ("collection/others", item["id"])):
        answer = project.api("GET", action, id=identifier)
        assert (answer.status_code, answer.json()["code"]) == (404, "item_not_found")


def test_a_deleted_item_is_gone_for_visitors(project: Project) -> None:
    item = add(project, {"n": 1})
    assert project.api("DELETE", ACTION, id=item["id"]).json() == {"success": True}
    for answer in (
        project.api("GET", ACTION, id=item["id"]),
        project.api("PUT", ACTION, id=item["id"], data={}),
        project.api("DELETE", ACTION, id=item["id"]),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "item_not_found")
    [row] = project.rows("public.project_collections")
    assert (row["status"], row["data"]) == ("deleted", {"n": 1})


def test_an_update_replaces_the_data_and_moves_the_time(project: Project) -> None:
    item = add(project, {"n": 1, "old": True}, sortOrder=7)
    changed = project.api("PUT", ACTION, id=item["id"], data={"n": 2}).json()["item"]
    assert changed["updated_at"] > item["updated_at"]
    assert changed == item | {"data": {"n": 2}, "updated_at": changed["updated_at"]}


def schema(project: Project) -> dict[str, Any]:
    [row] = project.rows("public.project_collection_schemas")
    return {field["name"]: field["type"] for field in row["schema"]["fields"]}


def test_the_first_item_writes_the_schema_and_later_ones_add_to_it(project: Project) -> None:
    add(project, {"name": "Widget", "price": 9, "unknown": None})
    assert schema(project) == {"name": "text", "price": "number"}

    add(project, {"name": 7, "sold": True, "tags": [], "size": {"x": 1}, "unknown": "now"})
    assert schema(project) == {
        "name": "text",
        "price": "number",
        "sold": "boolean",
        "tags": "array",
        "size": "object",
        "unknown": "text",
    }


@pytest.mark.parametrize(
    ("collection", "shown"),
    [("products", "Products"), ("blog-posts", "Blog posts"), ("a_b", "A b"), ("x", "X")],
)
def test_a_collection_gets_a_name_for_people(project: Project, collection: str, shown: str) -> None:
    project.api("POST", f"collection/{collection}", data={"a": 1})
    [row] = project.rows("public.project_collection_schemas")
    assert row["display_name"] == shown


def test_a_stranger_cannot_grow_a_schema_without_end(project: Project) -> None:
    for start in range(0, 500, 100):
        add(project, {f"field{number}": 1 for number in range(start, start + 100)})
    add(project, {"x" * 200: 1})
    assert len(schema(project)) == 200


def test_a_collection_can_insist_on_its_types(project: Project) -> None:
    project.configure(
        features={"collections": {"validate": True, "overrides": {"loose": {"validate": False}}}}
    )
    item = add(project, {"name": "Widget", "price": 9, "tags": ["a"]})
    wrong: tuple[dict[str, Any], ...] = ({"price": "9"}, {"name": 7}, {"tags": {}})
    for data in wrong:
        for method, fields in (("POST", {}), ("PUT", {"id": item["id"]})):
            answer = project.api(method, ACTION, data=data, **fields)
            assert (answer.status_code, answer.json()["code"]) == (422, "invalid_data")
            assert answer.json()["error"].startswith(f'Field "{next(iter(data))}" must be of type')
    assert project.api("GET", ACTION).json() == {"items": [item], "total": 1}
    add(project, {"name": "Gadget", "price": None, "new": True})

    for data in ({"a": 1}, {"a": "b"}):
        assert project.api("POST", "collection/loose", data=data).status_code == 200


def test_two_writers_at_once_do_not_pass_the_types_together(project: Project) -> None:
    project.configure(features={"collections": {"validate": True}})
    add(project, {"name": "Widget"})
    with ThreadPoolExecutor(2) as pool, psycopg.connect(project.endpoint.database) as connection:
        connection.execute(
            "select from public.project_collection_schemas where project_id = %s for update",
            [project.id],
        )
        # Both have read a schema that does not know the field.
        sent = [
            pool.submit(project.api, "POST", ACTION, data={"name": "Widget", "price": price})
            for price in (9, "nine")
        ]
        time.sleep(0.3)
        connection.rollback()
        codes = sorted(one.result().status_code for one in sent)
    assert codes == [200, 422]


@pytest.mark.parametrize(
    ("least", "greatest"), [(-(2**31), 2**31 - 1), (2**31 - 2, 2**31 - 1), (-(2**31), 1 - 2**31)]
)
def test_items_at_the_ends_of_the_numbers_can_be_moved(
    project: Project, least: int, greatest: int
) -> None:
    first, last = (
        project.api("POST", ACTION, data={}, sortOrder=order).json()["item"]["id"]
        for order in (least, greatest)
    )
    new = add(project, {})["id"]

    def move(item: str, after: str | None) -> list[str]:
        project.owner_client.rpc("move_item", {"item": item, "after_item": after}).execute()
        return [each["id"] for each in project.api("GET", ACTION).json()["items"]]

    assert move(last, None) == [last, new, first]
    assert move(last, first) == [new, first, last]
    assert move(new, last) == [first, last, new]
    assert move(new, first) == [first, new, last]


@pytest.mark.parametrize("broken", [{}, {"fields": 7}, {"fields": [1, {"name": "a"}, {}]}])
def test_a_schema_that_an_owner_broke_stops_nobody(
    project: Project, broken: dict[str, Any]
) -> None:
    project.configure(features={"collections": {"validate": True}})
    add(project, {"a": 1})
    project.owner_client.table("project_collection_schemas").update({"schema": broken}).eq(
        "project_id", project.id
    ).execute()
    add(project, {"a": "x", "b": 1})


def test_first_items_of_one_collection_at_once_make_one_schema(project: Project) -> None:

    project.configure(features={"rate_limits": NO_RATE_LIMITS})
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda n: add(project, {f"field{n}": n}), range(32)))
    assert len(answers) == 32
    assert set(schema(project)) == {f"field{number}" for number in range(32)}


@pytest.mark.parametrize("data", [{"a": "x" * 600_000}, ["a"], "text", 7])
def test_an_owners_update_keeps_to_what_the_api_can_serve(project: Project, data: Any) -> None:
    item = add(project, {"a": 1})
    table = project.owner_client.table("project_collections")
    with pytest.raises(APIError, match=r"data (is larger than|must be an object)"):
        table.update({"data": data}).eq("id", item["id"]).execute()
    assert project.api("GET", ACTION).json()["items"] == [item]
    table.update({"data": {"a": "x" * 200_000}}).eq("id", item["id"]).execute()
