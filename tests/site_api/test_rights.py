"""Rights by verb: who may read, create, update and delete the items of a collection."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from tests.site_api.project import Project

ACTION = "collection/posts"
VERBS = ("read", "create", "update", "delete")
PUBLIC, SITE_USERS, OWN, OWNER = "public", "site_users", "own", "owner"

# By word: may a visitor, ana (who made the item), ben (another account), the owner?
ALLOWED = {
    PUBLIC: (True, True, True, True),
    SITE_USERS: (False, True, True, True),
    OWN: (False, True, False, True),
    OWNER: (False, False, False, True),
}


def attempt(project: Project, verb: str, item: str, headers: dict[str, str]) -> bool:
    """Whether the verb reached the item."""
    match verb:
        case "read":
            one = project.api("GET", ACTION, headers=headers, id=item)
            listed = project.api("GET", ACTION, headers=headers)
            found = project.api("GET", ACTION, headers=headers, **{"where.v": "1"})
            reached = {one.status_code == 200}
            for answer in (listed, found):
                items = answer.json().get("items", [])
                assert answer.status_code != 200 or answer.json()["total"] == len(items)
                reached.add(item in [each["id"] for each in items])
            assert len(reached) == 1
            return reached.pop()
        case "create":
            one = project.api("POST", ACTION, headers=headers, data={"v": 1})
            several = project.api("POST", ACTION, headers=headers, items=[{"v": 1}])
            assert one.status_code == several.status_code
            return one.status_code == 200
        case "update":
            answers = [
                project.api("PUT", ACTION, headers=headers, id=item, **fields)
                for fields in ({"data": {"v": 1}}, {"increment": {"w": 1}})
            ]
            assert answers[0].status_code == answers[1].status_code
            return answers[0].status_code == 200
    return project.api("DELETE", ACTION, headers=headers, id=item).status_code == 200


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("verb", VERBS)
def test_each_word_says_who_may(project: Project, verb: str) -> None:
    ana = {"X-Site-Token": project.signed_up("ana@example.com")}
    ben = {"X-Site-Token": project.signed_up("ben@example.com")}
    callers: tuple[dict[str, str], ...] = ({}, ana, ben, project.as_owner)
    for word, allowed in ALLOWED.items():
        for caller, may in zip(callers, allowed, strict=True):
            project.configure(features={"rate_limits": {"write": 0}})
            made = project.api("POST", ACTION, headers=ana, data={"v": 1}).json()["item"]["id"]
            project.configure(features={"collections": {verb: word}, "rate_limits": {"write": 0}})
            # Everybody may make an item of its own.
            expected = may or (verb == "create" and word == OWN and caller is ben)
            assert attempt(project, verb, made, caller) == expected, (word, caller)


def rights(project: Project, collections: dict[str, Any]) -> list[str]:
    """What the database makes of the settings, for the four verbs."""
    project.configure(features={"collections": collections})
    found = project.sql(
        "select wakti.right_of(features, 'posts', verb) as word from public.project_backends,"
        " unnest(%s::text[]) with ordinality as v (verb, place)"
        " where project_id = %s order by place",
        list(VERBS),
        project.id,
    )
    return [row["word"] for row in found]


@pytest.mark.parametrize(
    ("collections", "expected"),
    [
        ({}, [PUBLIC] * 4),
        ({"write": "owner"}, [PUBLIC, OWNER, OWNER, OWNER]),
        # What "site_users" meant before there was a word for it.
        ({"write": "site_users"}, [PUBLIC, SITE_USERS, OWN, OWN]),
        ({"write": "own"}, [PUBLIC, OWN, OWN, OWN]),
        ({"update": "site_users"}, [PUBLIC, PUBLIC, SITE_USERS, PUBLIC]),
        ({"write": "owner", "create": "public"}, [PUBLIC, PUBLIC, OWNER, OWNER]),
        ({"delete": "owner", "overrides": {"posts": {"delete": "own"}}}, [PUBLIC] * 3 + [OWN]),
        # A collection's own "write" goes before the verbs of all collections.
        ({"update": "owner", "overrides": {"posts": {"write": "public"}}}, [PUBLIC] * 4),
        (
            {"write": "owner", "overrides": {"posts": {"write": "site_users", "read": "own"}}},
            [OWN, SITE_USERS, OWN, OWN],
        ),
        ({"overrides": {"others": {"write": "owner", "read": "owner"}}}, [PUBLIC] * 4),
    ],
    ids=str,
)
def test_the_nearest_word_counts(
    project: Project, collections: dict[str, Any], expected: list[str]
) -> None:
    assert rights(project, collections) == expected


@pytest.mark.parametrize(
    "features",
    [
        {"collections": {verb: word}}
        for verb in (*VERBS, "write")
        for word in ("everybody", True, None, "")
    ]
    + [
        {"collections": {"overrides": {"posts": {"update": "nobody"}}}},
        {"collections": {"change": "owner"}},
        {"uploads": {"write": "own"}},
        {"forms": {"files": "yes"}},
    ],
    ids=str,
)
def test_a_word_that_is_none_is_refused(project: Project, features: dict[str, Any]) -> None:
    with pytest.raises(psycopg.errors.CheckViolation, match=r"^features\."):
        project.configure(features=features)


def test_who_reads_its_own_items_pages_through_them_alone(project: Project) -> None:
    ana = {"X-Site-Token": project.signed_up("ana@example.com")}
    project.api("POST", ACTION, items=[{"n": n} for n in range(3)])
    project.api("POST", ACTION, headers=ana, items=[{"n": n} for n in range(10, 13)])
    project.configure(features={"collections": {"read": "own"}})
    page = project.api("GET", ACTION, headers=ana, limit="2").json()
    assert ([item["data"]["n"] for item in page["items"]], page["total"]) == ([12, 11], 3)
    assert project.api("GET", ACTION, headers=project.as_owner).json()["total"] == 6
