"""Visitors' accounts: passwords, tokens, suspension, and the first release's hashes."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from postgrest.types import ReturnMethod

from tests.site_api.project import NO_RATE_LIMITS, Project

EMAIL = "user@example.com"
PASSWORD = "secret123"


def login(project: Project, email: str = EMAIL, password: str = PASSWORD) -> httpx.Response:
    return project.api("POST", "auth/login", data={"email": email, "password": password})


def me(project: Project, token: str) -> httpx.Response:
    return project.api("POST", "auth/me", data={"token": token})


def user(project: Project) -> dict[str, Any]:
    [row] = project.rows("public.project_site_users")
    return row


def kept_hash(project: Project) -> str:
    [row] = project.rows("wakti.site_credentials")
    return str(row["password_hash"])


def set_user(project: Project, column: str, value: str) -> None:
    project.sql(
        f"update public.project_site_users set {column} = %s where project_id = %s",
        value,
        project.id,
    )


def assert_refused(answer: httpx.Response, status: int, code: str, error: str) -> None:
    assert answer.status_code == status, answer.text
    assert answer.json() == {"error": error, "code": code}


def assert_dead(project: Project, token: str) -> None:
    assert_refused(me(project, token), 401, "invalid_token", "Invalid or expired token")


def test_a_password_is_kept_as_a_salted_hash(project: Project, other_project: Project) -> None:
    hashes = []
    for one in (project, other_project):
        one.signed_up(EMAIL)
        hashes.append(kept_hash(one))
        scheme, iterations, salt, digest = hashes[-1].split("$")
        assert (scheme, int(iterations) >= 1000) == ("pbkdf2_sha256", True)
        assert (len(salt), len(digest)) == (22, 43)
    assert hashes[0] != hashes[1]


def test_the_database_knows_a_token_by_its_sha_256_alone(project: Project) -> None:
    token = project.signed_up(EMAIL)
    [session] = project.rows("wakti.site_sessions")
    assert session["token_hash"] == hashlib.sha256(token.encode()).digest()
    days = (session["expires_at"] - session["created_at"]).days
    assert days == 7


def test_an_e_mail_is_taken_once_however_it_is_typed(project: Project) -> None:
    project.signed_up(" User@Example.com ")
    answer = project.api(
        "POST", "auth/signup", data={"email": "USER@example.COM", "password": PASSWORD}
    )
    assert_refused(answer, 409, "email_taken", "Email already registered")
    assert user(project)["email"] == "user@example.com"
    assert login(project, " uSER@example.com").status_code == 200


def test_an_e_mail_is_free_on_another_site(project: Project, other_project: Project) -> None:
    project.signed_up(EMAIL)
    other_project.signed_up(EMAIL)


def test_a_login_notes_when(project: Project) -> None:
    project.signed_up(EMAIL)
    assert user(project)["last_login"] is None
    assert login(project).status_code == 200
    assert user(project)["last_login"] is not None


def test_a_wrong_password_and_an_unknown_e_mail_look_the_same(project: Project) -> None:
    project.signed_up(EMAIL)
    for answer in (
        login(project, password="wrong-password"),
        login(project, email="nobody@example.com"),
        login(project, email="no e-mail at all"),
    ):
        assert_refused(answer, 401, "invalid_credentials", "Invalid email or password")
    assert user(project)["last_login"] is None


@pytest.mark.parametrize("data", [{}, {"email": EMAIL}, {"password": PASSWORD}, {"email": ""}])
@pytest.mark.parametrize("action", ["auth/login", "auth/signup"])
def test_both_are_required(project: Project, action: str, data: dict[str, str]) -> None:
    assert_refused(
        project.api("POST", action, data=data), 400, "missing_field", "Email and password required"
    )
    assert project.rows("public.project_site_users") == []


def test_a_token_works_for_its_own_site_alone(project: Project, other_project: Project) -> None:
    token = project.signed_up(EMAIL)
    other_project.signed_up(EMAIL)
    assert_dead(other_project, token)
    assert me(project, token).json()["user"]["email"] == EMAIL


def test_a_logout_kills_one_token(project: Project) -> None:
    first, second = project.signed_up(EMAIL), login(project).json()["token"]
    assert project.api("POST", "auth/logout", data={"token": first}).json() == {"success": True}
    assert_dead(project, first)
    assert me(project, second).status_code == 200
    again = project.api("POST", "auth/logout", data={"token": first})
    assert_refused(again, 401, "invalid_token", "Invalid or expired token")


def test_a_token_dies_of_age(project: Project) -> None:
    token = project.signed_up(EMAIL)
    project.sql(
        "update wakti.site_sessions set expires_at = now() where project_id = %s",
        project.id,
    )
    assert_dead(project, token)
    login(project)
    assert len(project.rows("wakti.site_sessions")) == 1


def test_a_suspension_by_the_owner_kills_every_token_for_good(project: Project) -> None:
    token = project.signed_up(EMAIL)
    users = project.owner_client.table("project_site_users")
    users.update({"status": "suspended"}, returning=ReturnMethod.minimal).eq(
        "project_id", project.id
    ).execute()

    assert_dead(project, token)
    refused = login(project)
    assert_refused(refused, 403, "account_suspended", "This account is suspended")
    wrong = login(project, password="wrong-password")
    assert_refused(wrong, 401, "invalid_credentials", "Invalid email or password")

    users.update({"status": "active"}, returning=ReturnMethod.minimal).eq(
        "project_id", project.id
    ).execute()
    assert_dead(project, token)
    assert me(project, login(project).json()["token"]).status_code == 200


@pytest.mark.parametrize(
    "token",
    [
        "base64-token-here",
        "eyJ1c2VySWQiOiAiMSIsICJleHAiOiA5OTk5OTk5OTk5fQ==",
        "x" * 43,
        "' or 1=1 --",
        "صورة",
    ],
)
def test_a_token_that_nobody_got_is_refused(project: Project, token: str) -> None:
    project.signed_up(EMAIL)
    assert_dead(project, token)


def first_release_hash(password: str) -> str:
    return hashlib.sha256(f"{password}wakti-project-salt-v1".encode()).hexdigest()


def test_an_account_of_the_first_release_survives_the_move(project: Project) -> None:
    project.sql(
        "insert into public.project_site_users (project_id, owner_id, email, password_hash)"
        " values (%s, %s, 'Old.User@Example.com', %s)",
        project.id,
        project.owner_id,
        first_release_hash("short"),
    )
    old = kept_hash(project)

    wrong = login(project, "old.user@example.com", "wrong")
    assert_refused(wrong, 401, "invalid_credentials", "Invalid email or password")
    assert (kept_hash(project), user(project)["password_hash"]) == (old, "sha256")

    right = login(project, "old.user@example.com", "short")
    assert right.status_code == 200, right.text
    assert kept_hash(project).startswith("pbkdf2_sha256$")
    assert user(project)["password_hash"] == "pbkdf2_sha256"
    assert login(project, "old.user@example.com", "short").status_code == 200
    # The old hash itself opens nothing.
    assert login(project, "old.user@example.com", old).status_code == 401


def test_a_weak_hash_is_renewed_at_the_next_login(project: Project) -> None:
    project.signed_up(EMAIL)
    salt = b"0123456789abcdef"
    digest = hashlib.pbkdf2_hmac("sha256", PASSWORD.encode(), salt, 10)

    weak = "$".join(
        [
            "pbkdf2_sha256",
            "10",
            *(urlsafe_b64encode(part).decode().rstrip("=") for part in (salt, digest)),
        ]
    )
    set_user(project, "password_hash", weak)
    assert login(project, password="wrong-password").status_code == 401
    assert kept_hash(project) == weak
    assert login(project).status_code == 200
    assert int(kept_hash(project).split("$")[1]) >= 1000
    assert login(project).status_code == 200


def test_logins_at_once_survive_the_renewal_of_their_hash(project: Project) -> None:
    project.configure(features={"rate_limits": NO_RATE_LIMITS})
    project.signed_up(EMAIL, PASSWORD)
    weak = hashlib.sha256(f"{PASSWORD}wakti-project-salt-v1".encode()).hexdigest()
    project.sql(
        "update wakti.site_credentials set password_hash = %s where project_id = %s",
        weak,
        project.id,
    )
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: login(project), range(8)))
    assert [answer.status_code for answer in answers] == [200] * 8
    assert kept_hash(project).startswith("pbkdf2_sha256$")


@pytest.mark.parametrize("password", ["1234567", "x" * 257])
def test_a_password_has_8_to_256_characters(project: Project, password: str) -> None:
    answer = project.api("POST", "auth/signup", data={"email": EMAIL, "password": password})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_field")
    assert project.rows("public.project_site_users") == []


def test_a_password_may_be_of_any_script(project: Project) -> None:
    password = "كلمة السر 密码 🔑"
    project.signed_up(EMAIL, password)
    assert login(project, password=password).status_code == 200


def test_an_owner_never_sees_a_password_hash(project: Project) -> None:
    project.signed_up(EMAIL)
    users = project.owner_client.table("project_site_users")
    rows = users.select("*").execute().data
    assert [(row["email"], row["password_hash"]) for row in rows] == [(EMAIL, "pbkdf2_sha256")]
