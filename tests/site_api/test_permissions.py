"""Who may read and write, by the project's features."""

from __future__ import annotations

import pytest

from tests.site_api.project import PICTURE, Project

ACTION = "collection/posts"


@pytest.fixture
def tokens(project: Project, other_project: Project) -> dict[str, dict[str, str]]:
    """Headers of everybody who may come along."""
    ana = project.signed_up("ana@example.com")
    ben = project.signed_up("ben@example.com")
    gone = project.signed_up("gone@example.com")
    project.sql(
        "update public.project_site_users set status = 'suspended'"
        " where email = 'gone@example.com' and project_id = %s",
        project.id,
    )
    foreign = other_project.signed_up("ana@example.com")
    return {
        "a visitor": {},
        "ana": {"X-Site-Token": ana},
        "ben": {"X-Site-Token": ben},
        "a suspended user": {"X-Site-Token": gone},
        "another site's user": {"X-Site-Token": foreign},
        "a forger": {"X-Site-Token": "eyJ1c2VySWQiOiIxIn0="},
        "the owner": project.as_owner,
        "another owner": other_project.as_owner,
        "an expired owner": {"Authorization": "Bearer a.b.c"},
        "a client with only a key": {"Authorization": f"Bearer {project.endpoint.anon_key}"},
        "a client with the secret key": {"Authorization": f"Bearer {project.endpoint.secret_key}"},
    }


ANYBODY = dict.fromkeys(
    (
        "a visitor",
        "ana",
        "a suspended user",
        "another site's user",
        "a forger",
        "the owner",
        "another owner",
        "an expired owner",
        "a client with only a key",
        "a client with the secret key",
    ),
    "yes",
)
SITE_USERS = dict.fromkeys(ANYBODY, "invalid_token") | {"ana": "yes", "the owner": "yes"}
OWNER = dict.fromkeys(ANYBODY, "not_permitted") | {
    "the owner": "yes",
    "an expired owner": "invalid_token",
}
MATRIX = [
    (setting, caller, verdict)
    for setting, expected in (("public", ANYBODY), ("site_users", SITE_USERS), ("owner", OWNER))
    for caller, verdict in expected.items()
]


def verdict_of(status: int, said: dict[str, object]) -> str:
    return "yes" if status == 200 else str(said["code"])


def test_the_matrix_of_writes(project: Project, tokens: dict[str, dict[str, str]]) -> None:
    for setting, caller, expected in MATRIX:
        project.configure(features={"collections": {"write": setting}})
        answer = project.api("POST", ACTION, headers=tokens[caller], data={"by": caller})
        assert verdict_of(answer.status_code, answer.json()) == expected, (setting, caller)


@pytest.mark.slow
def test_the_matrix_of_reads(project: Project, tokens: dict[str, dict[str, str]]) -> None:
    made = project.api("POST", ACTION, data={"a": 1}).json()["item"]["id"]
    for setting, caller, expected in MATRIX:
        project.configure(features={"collections": {"read": setting}})
        for query in ({}, {"id": made}, {"where.a": "1"}):
            answer = project.api("GET", ACTION, headers=tokens[caller], **query)
            assert verdict_of(answer.status_code, answer.json()) == expected, (setting, caller)


@pytest.mark.slow
def test_the_matrix_of_uploads(project: Project, tokens: dict[str, dict[str, str]]) -> None:
    for setting, caller, expected in MATRIX:
        project.configure(features={"uploads": {"write": setting}, "rate_limits": {"upload": 0}})
        answer = project.upload(PICTURE, headers=tokens[caller])
        assert verdict_of(answer.status_code, answer.json()) == expected, (setting, caller)


def test_a_token_may_travel_in_the_body(project: Project) -> None:
    project.configure(
        features={"collections": {"write": "site_users"}, "uploads": {"write": "site_users"}}
    )
    token = project.signed_up("ana@example.com")
    assert project.api("POST", ACTION, data={}, token=token).status_code == 200
    assert project.upload(PICTURE, token=token).status_code == 200


def test_a_site_user_changes_only_what_it_made(
    project: Project, tokens: dict[str, dict[str, str]]
) -> None:
    project.configure(features={"collections": {"write": "site_users"}})
    made = project.api("POST", ACTION, headers=tokens["ana"], data={"v": 1}).json()["item"]
    by_owner = project.api("POST", ACTION, headers=tokens["the owner"], data={"v": 1}).json()[
        "item"
    ]

    for item, caller in ((made, "ben"), (by_owner, "ana")):
        for method in ("PUT", "DELETE"):
            answer = project.api(
                method, ACTION, headers=tokens[caller], id=item["id"], data={"v": 2}
            )
            assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")
    listed = project.api("GET", ACTION).json()["items"]
    assert {item["id"]: item["data"] for item in listed} == {
        made["id"]: {"v": 1},
        by_owner["id"]: {"v": 1},
    }

    for caller in ("ana", "the owner"):
        answer = project.api(
            "PUT", ACTION, headers=tokens[caller], id=made["id"], data={"v": caller}
        )
        assert answer.json()["item"]["data"] == {"v": caller}
    assert project.api("DELETE", ACTION, headers=tokens["ana"], id=made["id"]).status_code == 200


def test_a_collection_may_have_rules_of_its_own(project: Project) -> None:
    project.configure(
        features={
            "collections": {"write": "owner", "overrides": {"guestbook": {"write": "public"}}}
        }
    )
    assert project.api("POST", "collection/guestbook", data={}).status_code == 200
    assert project.api("POST", "collection/products", data={}).status_code == 403


def test_nobody_changes_an_item_of_another_project(
    project: Project, other_project: Project
) -> None:
    item = project.api("POST", ACTION, data={"v": 1}).json()["item"]
    for headers in ({}, other_project.as_owner):
        for method in ("PUT", "DELETE"):
            answer = other_project.api(method, ACTION, headers=headers, id=item["id"], data={})
            assert (answer.status_code, answer.json()["code"]) == (404, "item_not_found")
    assert project.api("GET", ACTION).json()["items"] == [item]


def test_no_answer_names_the_owner(project: Project) -> None:
    said = project.api("POST", ACTION, data={"a": 1}).text
    said += project.api("GET", ACTION).text
    said += project.api("POST", "submit", data={"a": 1}).text
    said += project.upload(PICTURE).text
    assert project.owner_id not in said
