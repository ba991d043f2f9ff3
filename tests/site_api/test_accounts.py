"""What visitors do with their accounts: another password, a profile, an end, a way back in."""

from __future__ import annotations

import hashlib
import unicodedata
from typing import Any

import httpx
import pytest

from tests.site_api.project import Project

EMAIL, OLD, NEW = "user@example.com", "secret123", "another-secret"
KEY = {"Idempotency-Key": "one"}


def say(project: Project, word: str, headers: dict[str, str] | None = None, **data: Any) -> Any:
    return project.api("POST", f"auth/{word}", headers=headers, data=data)


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def login(project: Project, password: str, email: str = EMAIL) -> int:
    status: int = say(project, "login", email=email, password=password).status_code
    return status


def lives(project: Project, token: str) -> bool:
    return bool(say(project, "me", token=token).status_code == 200)


def test_a_new_password_lets_the_other_sessions_die(project: Project) -> None:
    token = project.signed_up(EMAIL)
    other = say(project, "login", email=EMAIL, password=OLD).json()["token"]
    answer = say(project, "password", token=token, password=OLD, newPassword=NEW)
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert (lives(project, token), lives(project, other)) == (True, False)
    assert (login(project, OLD), login(project, NEW)) == (401, 200)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"password": "wrong-password"}, (401, "invalid_credentials")),
        ({"token": "x"}, (401, "invalid_token")),
        ({"token": None}, (400, "missing_field")),
        ({"password": None}, (400, "invalid_field")),
        ({"newPassword": "short"}, (400, "invalid_field")),
        ({"newPassword": "x" * 257}, (400, "invalid_field")),
    ],
    ids=str,
)
def test_a_password_is_changed_only_by_who_knows_it(
    project: Project, data: dict[str, Any], expected: tuple[int, str]
) -> None:
    token = project.signed_up(EMAIL)
    fields: dict[str, Any] = {"token": token, "password": OLD, "newPassword": NEW} | data
    assert code(say(project, "password", **fields)) == expected
    assert (login(project, OLD), login(project, NEW)) == (200, 401)


def test_a_stolen_token_guesses_no_password(project: Project) -> None:
    project.configure(features={"rate_limits": {"login": 2}})
    token = project.signed_up(EMAIL)
    fields: dict[str, Any] = {"token": token, "password": "wrong-password", "newPassword": NEW}
    answers = [say(project, "password", **fields) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [401, 401, 429]
    assert code(say(project, "delete", token=token, password=OLD)) == (429, "rate_limited")


def test_a_profile_is_the_visitors_own(project: Project) -> None:
    token = project.signed_up(EMAIL)
    first = say(project, "profile", token=token, name="Ana", metadata={"plan": {"n": 1}})
    user = first.json()["user"]
    assert user == {
        "id": user["id"],
        "email": EMAIL,
        "name": "Ana",
        "metadata": {"plan": {"n": 1}},
    }
    assert say(project, "me", token=token).json()["user"] == user
    assert say(project, "login", email=EMAIL, password=OLD).json()["user"] == user
    # What is not named stays; what is named is there in place of the old.
    say(project, "profile", token=token, name=None)
    changed = say(project, "profile", token=token, metadata={"a": 1}).json()["user"]
    assert (changed["name"], changed["metadata"]) == (None, {"a": 1})
    bare = say(project, "profile", token=token, metadata={}).json()["user"]
    assert "metadata" not in bare


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({}, (400, "missing_field")),
        ({"name": "x" * 201}, (400, "invalid_field")),
        ({"metadata": [1]}, (400, "invalid_field")),
        ({"metadata": {"a": "x" * (16 * 1024 - 7)}}, (413, "body_too_large")),
        ({"metadata": {"a": [1e308] * 200}}, (413, "body_too_large")),
        ({"name": "Ana", "token": "x"}, (401, "invalid_token")),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_profile_that_is_none_changes_nothing(
    project: Project, data: dict[str, Any], expected: tuple[int, str]
) -> None:
    token = project.signed_up(EMAIL)
    before = say(project, "me", token=token).json()
    assert code(say(project, "profile", **({"token": token} | data))) == expected
    assert say(project, "me", token=token).json() == before


def test_the_largest_metadata_is_kept(project: Project) -> None:
    token = project.signed_up(EMAIL)
    metadata = {"a": "x" * (16 * 1024 - 8)}
    assert say(project, "profile", token=token, metadata=metadata).status_code == 200


def test_an_account_ends_and_what_it_made_stays(project: Project) -> None:
    token = project.signed_up(EMAIL)
    made = project.api("POST", "collection/a", headers={"X-Site-Token": token}, data={"a": 1})
    assert code(say(project, "delete", token=token, password="wrong-password")) == (
        401,
        "invalid_credentials",
    )
    answer = say(project, "delete", token=token, password=OLD)
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert not lives(project, token)
    assert login(project, OLD) == 401
    assert project.rows("public.project_site_users") == []
    assert project.sql("select from wakti.site_credentials where project_id = %s", project.id) == []
    assert project.api("GET", "collection/a").json()["items"] == [made.json()["item"]]
    project.signed_up(EMAIL)


def test_what_an_account_asks_for_can_be_repeated(project: Project) -> None:
    token = project.signed_up(EMAIL)
    for word, data in (
        ("password", {"password": OLD, "newPassword": NEW}),
        ("profile", {"name": "Ana"}),
        ("delete", {"password": NEW}),
    ):
        first, again = (say(project, word, KEY, token=token, **data) for _ in range(2))
        assert (first.status_code, again.status_code) == (200, 200), word
        assert first.json() == again.json()


def test_a_repeated_change_says_success_of_its_own_password_alone(project: Project) -> None:
    token = project.signed_up(EMAIL)
    fields: dict[str, Any] = {"token": token, "password": OLD, "newPassword": NEW}
    for _ in range(2):
        assert say(project, "password", KEY, **fields).json() == {"success": True}
    other = fields | {"password": "wrong-password", "newPassword": "a-third-secret"}
    assert code(say(project, "password", KEY, **other)) == (401, "invalid_credentials")
    assert [login(project, each) for each in (OLD, NEW, "a-third-secret")] == [401, 200, 401]


def reset_code(project: Project, email: str = EMAIL) -> str:
    """A code that the owner makes."""
    users = project.owner_client.table("project_site_users").select("id").eq("email", email)
    found = users.eq("project_id", project.id).execute().data
    made = project.owner_client.rpc("make_reset_code", {"site_user": found[0]["id"]}).execute()
    assert made.data.keys() == {"site_user", "code"}
    return str(made.data["code"])


def test_a_code_of_the_owner_sets_a_new_password_once(project: Project) -> None:
    token = project.signed_up(EMAIL)
    fields: dict[str, Any] = {
        "email": " User@Example.com",
        "code": reset_code(project),
        "newPassword": NEW,
    }
    answer = say(project, "reset", **fields)
    assert answer.status_code == 200, answer.text
    assert answer.json().keys() == {"user", "token"}
    assert answer.json()["user"]["email"] == EMAIL
    assert lives(project, answer.json()["token"])
    assert not lives(project, token)
    assert (login(project, OLD), login(project, NEW)) == (401, 200)
    again = say(project, "reset", **(fields | {"newPassword": "a-third-secret"}))
    assert code(again) == (401, "invalid_credentials")


def test_a_code_is_read_as_people_write_it(project: Project) -> None:
    project.signed_up(EMAIL)
    typed = reset_code(project).lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert say(project, "reset", email=EMAIL, code=typed, newPassword=NEW).status_code == 200


def test_a_code_opens_its_own_account_alone(project: Project, other_project: Project) -> None:
    for site in (project, other_project):
        site.signed_up(EMAIL)
    project.signed_up("ben@example.com")
    made = reset_code(project)
    cases: tuple[tuple[Project, dict[str, Any]], ...] = (
        (project, {"email": "ben@example.com", "code": made}),
        (project, {"email": "nobody@example.com", "code": made}),
        (project, {"email": EMAIL, "code": "0000-0000-0000"}),
        (project, {"email": EMAIL, "code": ""}),
        (other_project, {"email": EMAIL, "code": made}),
    )
    for site, fields in cases:
        answer = say(site, "reset", newPassword=NEW, **fields)
        assert code(answer) == (401, "invalid_credentials"), fields
        assert answer.json()["error"] == "This code is wrong, used or too old"
    assert say(project, "reset", email=EMAIL, code=made, newPassword=NEW).status_code == 200


def test_a_code_dies_of_age_by_a_newer_one_and_by_a_new_password(project: Project) -> None:
    token = project.signed_up(EMAIL)

    def refused(made: str) -> bool:
        return code(say(project, "reset", email=EMAIL, code=made, newPassword=NEW)) == (
            401,
            "invalid_credentials",
        )

    first, second = reset_code(project), reset_code(project)
    assert refused(first)
    ends = project.sql(
        "update wakti.reset_codes set expires_at = now() where project_id = %s"
        " returning expires_at - now() < interval '24 hours' as ended",
        project.id,
    )
    assert ends == [{"ended": True}]
    assert refused(second)
    third = reset_code(project)
    say(project, "password", token=token, password=OLD, newPassword="a-third-secret")
    assert refused(third)


def test_a_code_does_not_lift_a_suspension(project: Project) -> None:
    project.signed_up(EMAIL)
    made = reset_code(project)
    project.sql(
        "update public.project_site_users set status = 'suspended' where project_id = %s",
        project.id,
    )
    answer = say(project, "reset", email=EMAIL, code=made, newPassword=NEW)
    assert code(answer) == (403, "account_suspended")


def test_a_reset_that_is_sent_again_signs_in(project: Project) -> None:
    project.signed_up(EMAIL)
    fields: dict[str, Any] = {"email": EMAIL, "code": reset_code(project), "newPassword": NEW}
    first, again = (say(project, "reset", KEY, **fields) for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 200)
    assert lives(project, again.json()["token"])
    wrong = say(project, "reset", KEY, **(fields | {"newPassword": "a-third-secret"}))
    assert code(wrong) == (401, "invalid_credentials")


def test_only_the_owner_makes_a_code(project: Project, other_project: Project) -> None:
    project.signed_up(EMAIL)
    user = project.rows("public.project_site_users")[0]["id"]
    made = other_project.owner_client.rpc("make_reset_code", {"site_user": str(user)}).execute()
    assert made.data is None
    answer = project.http.post(
        f"{project.endpoint.api_url}/rest/v1/rpc/make_reset_code",
        headers={"apikey": project.endpoint.publishable_key},
        json={"site_user": str(user)},
    )
    assert answer.status_code in (401, 403, 404)
    assert project.sql("select from wakti.reset_codes where project_id = %s", project.id) == []


@pytest.mark.parametrize("place", ["the data", "the header", "beside the data", "no data"])
@pytest.mark.parametrize("word", ["me", "logout", "profile", "password", "delete"])
def test_a_token_may_travel_where_the_documentation_says(
    project: Project, word: str, place: str
) -> None:
    token = project.signed_up(EMAIL)
    data: dict[str, Any] = {
        "me": {},
        "logout": {},
        "profile": {"name": "Ana"},
        "password": {"password": OLD, "newPassword": NEW},
        "delete": {"password": OLD},
    }[word]
    if place == "the data":
        answer = say(project, word, token=token, **data)
    elif place == "the header":
        answer = say(project, word, {"X-Site-Token": token}, **data)
    elif place == "beside the data" or data:
        answer = project.api("POST", f"auth/{word}", data=data, token=token)
    else:
        answer = project.api("POST", f"auth/{word}", token=token)
    assert answer.status_code == 200, answer.text


def test_the_token_of_a_documented_request_goes_before_a_header(project: Project) -> None:
    first, second = project.signed_up(EMAIL), project.signed_up("ben@example.com")
    say(project, "logout", {"X-Site-Token": second}, token=first)
    assert (lives(project, first), lives(project, second)) == (False, True)
    assert code(say(project, "me")) == (400, "missing_field")


COMPOSED = unicodedata.normalize("NFC", "pässwörd-é")
DECOMPOSED = unicodedata.normalize("NFD", COMPOSED)


@pytest.mark.parametrize(
    ("kept", "typed"), [(COMPOSED, DECOMPOSED), (DECOMPOSED, COMPOSED), (DECOMPOSED, DECOMPOSED)]
)
def test_a_password_is_the_same_however_a_keyboard_writes_it(
    project: Project, kept: str, typed: str
) -> None:
    assert len(COMPOSED) < len(DECOMPOSED)
    project.signed_up(EMAIL, kept)
    assert login(project, typed) == 200
    assert login(project, "password-e") == 401
    token = say(project, "login", email=EMAIL, password=typed).json()["token"]
    assert say(project, "password", token=token, password=typed, newPassword=NEW).status_code == 200


@pytest.mark.parametrize("kept", [COMPOSED, DECOMPOSED], ids=["NFC", "NFD"])
@pytest.mark.parametrize("typed", [COMPOSED, DECOMPOSED], ids=["NFC", "NFD"])
@pytest.mark.parametrize("scheme", ["first release", "before"])
def test_an_old_hash_opens_to_either_writing_and_is_renewed(
    project: Project, scheme: str, kept: str, typed: str
) -> None:
    project.signed_up(EMAIL)
    if scheme == "first release":
        old = hashlib.sha256(f"{kept}wakti-project-salt-v1".encode()).hexdigest()
    else:
        # As the function wrote them before it normalised; the stack's own number of rounds.
        rounds = project.sql(
            "select split_part(password_hash, '$', 2) as n from wakti.site_credentials"
            " where project_id = %s",
            project.id,
        )[0]["n"]
        digest = hashlib.pbkdf2_hmac("sha256", kept.encode(), b"0123456789abcdef", int(rounds))
        salt, hashed = (
            project.sql(
                "select rtrim(translate(encode(%s, 'base64'), '+/', '-_'), '=') as t", part
            )[0]["t"].replace("\n", "")
            for part in (b"0123456789abcdef", digest)
        )
        old = f"pbkdf2_sha256${rounds}${salt}${hashed}"
    project.sql(
        "update wakti.site_credentials set password_hash = %s where project_id = %s",
        old,
        project.id,
    )
    assert login(project, "passwörd-e") == 401
    assert [login(project, each) for each in (typed, COMPOSED, DECOMPOSED)] == [200, 200, 200]


def test_a_password_is_counted_in_letters_not_in_marks(project: Project) -> None:
    seven, eight = (unicodedata.normalize("NFD", "é" * count) for count in (7, 8))
    assert code(say(project, "signup", email=EMAIL, password=seven)) == (400, "invalid_field")
    assert say(project, "signup", email=EMAIL, password=eight).status_code == 200
    longest = unicodedata.normalize("NFD", "é" * 256)
    assert say(project, "signup", email="b@example.com", password=longest).status_code == 200
    assert login(project, "é" * 256, "b@example.com") == 200
