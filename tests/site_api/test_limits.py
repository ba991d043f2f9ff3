"""What one project may hold and ask for: rows, answers, reads."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.site_api.hostile import raw
from tests.site_api.project import NO_RATE_LIMITS, Project

MIB = 1024 * 1024
ITEM = "collection/products"


def fill(project: Project, items: int, text: str) -> None:
    """Make items, numbered from 1, with a text each."""
    project.sql(
        "insert into public.project_collections (project_id, user_id, collection_name, data,"
        " sort_order) select %s, %s, 'products', jsonb_build_object('n', n, 'text', %s::text), n"
        " from generate_series(1, %s) as n",
        project.id,
        project.owner_id,
        text,
        items,
    )


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("query", [{}, {"order": "sort_order.asc"}, {"where.text": "x" * 1000}])
def test_an_answer_ends_before_8_mib_and_says_where_to_go_on(
    project: Project, query: dict[str, Any]
) -> None:
    text = "x" * (1000 if query.get("where.text") else 200_000)
    count = 100
    fill(project, count, text)
    seen: list[int] = []
    answers = 0
    offset: int | None = 0
    while offset is not None:
        answer = project.api("GET", ITEM, offset=offset, **query)
        assert len(answer.content) <= 8 * MIB
        said = answer.json()
        assert said["total"] == count
        seen += [item["data"]["n"] for item in said["items"]]
        offset = said.get("nextOffset")
        answers += 1
    assert sorted(seen) == list(range(1, count + 1))
    assert answers == (1 if query.get("where.text") else 3)


def test_a_page_that_was_asked_for_small_says_nothing_of_the_next(project: Project) -> None:
    fill(project, 3, "x" * 100_000)
    said = project.api("GET", ITEM, limit=2).json()
    assert (len(said["items"]), said["total"], "nextOffset" in said) == (2, 3, False)


def test_what_compresses_well_counts_as_long_as_it_is(project: Project) -> None:
    project.sql(
        "insert into public.project_collections (project_id, user_id, collection_name, data)"
        " select %s, %s, 'products', jsonb_build_object('n', array_fill(1e308, array[800]))"
        " from generate_series(1, 50)",
        project.id,
        project.owner_id,
    )
    answer = project.api("GET", ITEM)
    assert len(answer.content) <= 8 * MIB
    assert answer.json()["nextOffset"] == len(answer.json()["items"]) < 50


def test_reads_have_a_generous_limit_that_a_project_can_change(project: Project) -> None:
    project.configure(features={"rate_limits": {"read": 60}})
    with ThreadPoolExecutor(4) as pool:
        codes = list(pool.map(lambda _: project.api("GET", ITEM).status_code, range(160)))
    # Counted by fifty at a time.
    assert 60 <= codes.count(200) < 158
    answer = project.api("GET", ITEM)
    assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
    assert 0 < int(answer.headers["retry-after"]) <= 60
    assert project.api("GET", ITEM, headers=project.as_owner).status_code in (200, 429)
    assert project.api("POST", "submit", data={}).status_code == 200


@pytest.mark.slow
@pytest.mark.parametrize(
    ("action", "table"),
    [("submit", "project_form_submissions"), (ITEM, "project_collections")],
)
def test_a_project_holds_100_000_rows_of_a_kind(project: Project, action: str, table: str) -> None:
    project.configure(features={"rate_limits": NO_RATE_LIMITS})
    column = "collection_name" if action == ITEM else "form_name"
    project.sql(
        f"insert into public.{table} (project_id, user_id, {column}, data)"
        " select %s, %s, 'products', '{}' from generate_series(1, 99999)",
        project.id,
        project.owner_id,
    )
    kind = "items" if action == ITEM else "submissions"
    project.sql(
        "insert into wakti.full_projects (project_id, kind) values (%s, %s)", project.id, kind
    )
    assert project.api("POST", action, data={"a": 1}).status_code == 200
    answer = project.api("POST", action, data={"a": 1})
    assert (answer.status_code, answer.json()["code"]) == (413, "quota_exceeded")
    assert answer.json()["error"] == "The project has no room left for this"
    refused = [project.api("POST", action, data={"a": 1}).status_code for _ in range(20)]
    assert refused == [413] * 20
    project.sql(f"delete from public.{table} where project_id = %s and data = '{{}}'", project.id)
    time.sleep(1.1)
    assert project.api("POST", action, data={"a": 1}).status_code == 200
    assert project.rows("wakti.full_projects") == []


@pytest.mark.slow
def test_who_comes_close_to_the_limit_is_counted_from_then_on(project: Project) -> None:
    project.configure(features={"rate_limits": NO_RATE_LIMITS})
    project.sql(
        "insert into public.project_form_submissions (project_id, user_id, data)"
        " select %s, %s, '{}' from generate_series(1, 96000)",
        project.id,
        project.owner_id,
    )
    deadline = time.monotonic() + 60
    while not project.rows("wakti.full_projects") and time.monotonic() < deadline:
        assert project.api("POST", "submit", data={}).status_code == 200
    assert [row["kind"] for row in project.rows("wakti.full_projects")] == ["submissions"]


def test_a_search_that_takes_too_long_is_the_callers_and_stops_nobody(project: Project) -> None:
    fill(project, 100, "x")
    project.sql("alter role wakti_edge set statement_timeout = '1ms'")
    project.sql(
        "select pg_terminate_backend(pid, 1000) from pg_stat_activity where usename = 'wakti_edge'"
        " and datname = current_database()"
    )
    try:
        answer = project.api("GET", ITEM, order="data.text")
    finally:
        project.sql("alter role wakti_edge set statement_timeout = '4s'")
        project.sql(
            "select pg_terminate_backend(pid, 1000) from pg_stat_activity"
            " where usename = 'wakti_edge' and datname = current_database()"
        )
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_field")
    assert "takes too long" in answer.json()["error"]
    assert project.api("GET", ITEM).status_code == 200


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"enabled": False}, "backend_disabled"),
        ({"features": {"forms": False}}, "feature_disabled"),
        ({"allowed_origins": ["https://shop.example.com"]}, "origin_not_allowed"),
    ],
)
def test_a_large_body_is_parsed_only_behind_the_gates(
    project: Project, columns: dict[str, Any], code: str
) -> None:
    # Who parses it before the gates says that it is no JSON.
    broken = f'{{"projectId": "{project.id}", "action": "submit", "data": ["{"x" * MIB}'[:MIB]
    assert raw(project, broken.encode()).json()["code"] == "invalid_json"
    project.configure(**columns)
    assert raw(project, broken.encode()).json()["code"] == code


def test_large_bodies_of_a_client_are_counted_before_they_are_parsed(project: Project) -> None:
    project.configure(features={"rate_limits": NO_RATE_LIMITS})
    large = {"text": "x" * 65_536}
    project.sql(
        "insert into wakti.rate_limits (project_id, action, client, requests)"
        " values (%s, 'large', '127.0.0.1', 59)",
        project.id,
    )
    codes = [project.api("POST", "submit", data=large).status_code for _ in range(2)]
    assert codes == [413, 429]
    assert project.api("POST", "submit", data={}).status_code == 200
