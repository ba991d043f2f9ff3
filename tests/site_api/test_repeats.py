"""Idempotency-Key: a request that is repeated gets the first answer and does nothing twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.site_api.project import PICTURE, Project

ITEM = "collection/products"
KEY = {"Idempotency-Key": "6f1c0d9e-first"}


@pytest.mark.parametrize(
    ("action", "table"),
    [("submit", "public.project_form_submissions"), (ITEM, "public.project_collections")],
)
def test_a_repeated_request_gets_the_first_answer(
    project: Project, action: str, table: str
) -> None:
    first, again = (project.api("POST", action, data={"a": 1}, headers=KEY) for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json() == first.json()
    assert len(project.rows(table)) == 1
    for fields, headers in (
        ({"a": 2}, KEY),
        ({"a": 1}, {"Idempotency-Key": "other"}),
        ({"a": 1}, {}),
    ):
        answer = project.api("POST", action, data=fields, headers=headers)
        assert answer.json() != first.json()
    assert len(project.rows(table)) == 4


@pytest.mark.parametrize(
    ("action", "table"),
    [("submit", "public.project_form_submissions"), (ITEM, "public.project_collections")],
)
def test_requests_with_one_key_at_once_are_one(project: Project, action: str, table: str) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda _: project.api("POST", action, data={"a": 1}, headers=KEY), range(8))
        )
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert len(project.rows(table)) == 1


def test_a_change_and_a_deletion_can_be_repeated(project: Project) -> None:
    item = project.api("POST", ITEM, data={"a": 1}).json()["item"]
    changes = [
        project.api("PUT", ITEM, id=item["id"], data={"a": 2}, headers=KEY) for _ in range(2)
    ]
    assert changes[0].json() == changes[1].json()
    gone = [project.api("DELETE", ITEM, id=item["id"], headers=KEY) for _ in range(2)]
    assert [answer.status_code for answer in gone] == [200, 200]


def test_a_refusal_is_not_kept(project: Project) -> None:
    project.configure(enabled=False)
    assert project.api("POST", "submit", data={}, headers=KEY).status_code == 403
    project.configure(enabled=True, features={"collections": {"validate": True}})
    assert project.api("POST", "submit", data={}, headers=KEY).status_code == 200
    project.api("POST", ITEM, data={"price": 1})
    refused = project.api("POST", ITEM, data={"price": "x"}, headers=KEY)
    assert refused.status_code == 422
    project.configure(features={})
    assert project.api("POST", ITEM, data={"price": "x"}, headers=KEY).status_code == 200


def test_an_answer_is_kept_for_a_day(project: Project) -> None:
    first = project.api("POST", "submit", data={}, headers=KEY).json()
    project.sql(
        "update wakti.answered set created_at = now() - interval '23 hours' where project_id = %s",
        project.id,
    )
    assert project.api("POST", "submit", data={}, headers=KEY).json() == first
    project.sql(
        "update wakti.answered set created_at = now() - interval '25 hours' where project_id = %s",
        project.id,
    )
    assert project.api("POST", "submit", data={}, headers=KEY).json() != first


def test_a_key_of_one_project_means_nothing_in_another(
    project: Project, other_project: Project
) -> None:
    ids = {
        one.api("POST", "submit", data={}, headers=KEY).json()["id"]
        for one in (project, other_project)
    }
    assert len(ids) == 2
    kept: list[dict[str, Any]] = project.rows("wakti.answered")
    assert len(kept) == 1
    assert len(kept[0]["key"]) == 32


def test_a_repeated_upload_is_one_file(project: Project) -> None:
    first = project.upload(PICTURE, headers=KEY)
    with ThreadPoolExecutor(4) as pool:
        others = list(pool.map(lambda _: project.upload(PICTURE, headers=KEY), range(4)))
    assert {answer.text for answer in others} == {first.text}
    assert len(project.rows("public.project_uploads")) == 1
    assert project.upload(PICTURE, "other.png", headers=KEY).json() != first.json()


def test_uploads_with_one_key_at_once_are_one_file(project: Project) -> None:
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: project.upload(PICTURE, headers=KEY), range(4)))
    assert [answer.status_code for answer in answers] == [200] * 4, answers[-1].text
    assert len({answer.json()["path"] for answer in answers}) == 1
    assert len(project.rows("public.project_uploads")) == 1


def test_a_file_that_is_gone_is_stored_again(project: Project) -> None:
    first = project.upload(PICTURE, headers=KEY).json()
    project.sql("delete from public.project_uploads where project_id = %s", project.id)
    again = project.upload(PICTURE, headers=KEY).json()
    assert again["path"] != first["path"]


USER = {"email": "user@example.com", "password": "secret123"}


def test_a_repeated_sign_up_signs_in_the_account_that_it_made(project: Project) -> None:
    first, again = (project.api("POST", "auth/signup", data=USER, headers=KEY) for _ in range(2))
    assert first.json()["user"] == again.json()["user"]
    for answer in (first, again):
        me = project.api("POST", "auth/me", data={"token": answer.json()["token"]})
        assert me.json()["user"] == first.json()["user"]
    for data, headers in (
        (USER, {}),
        (USER, {"Idempotency-Key": "other"}),
        (USER | {"password": "another-one"}, KEY),
    ):
        answer = project.api("POST", "auth/signup", data=data, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (409, "email_taken")


def test_sign_ups_with_one_key_at_once_are_one_account(project: Project) -> None:
    with ThreadPoolExecutor(6) as pool:
        answers = list(
            pool.map(lambda _: project.api("POST", "auth/signup", data=USER, headers=KEY), range(6))
        )
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["user"]["id"] for answer in answers}) == 1
    assert len(project.rows("public.project_site_users")) == 1
