from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from psycopg import Connection
from supabase import AuthApiError, Client

from wakti_sb.stack.endpoint import Endpoint

from .people import User

PASSWORD = "correct horse"


def test_a_created_user_signs_in_with_its_password(service: Client, visitor: Client) -> None:
    created = service.auth.admin.create_user(
        {
            "email": "Eva@Example.com",
            "password": PASSWORD,
            "email_confirm": True,
            "user_metadata": {"name": "Eva"},
            "app_metadata": {"plan": "pro"},
        }
    ).user
    assert created.email == "eva@example.com"
    assert created.email_confirmed_at is not None
    assert created.user_metadata["name"] == "Eva"
    assert created.app_metadata == {"provider": "email", "providers": ["email"], "plan": "pro"}
    answer = visitor.auth.sign_in_with_password({"email": "eva@example.com", "password": PASSWORD})
    assert answer.user is not None
    assert answer.user.id == created.id
    assert [identity.provider for identity in answer.user.identities or []] == ["email"]


def test_a_user_whose_address_is_not_confirmed_stays_outside(
    service: Client, visitor: Client
) -> None:
    service.auth.admin.create_user({"email": "eva@example.com", "password": PASSWORD})
    with pytest.raises(AuthApiError) as error:
        visitor.auth.sign_in_with_password({"email": "eva@example.com", "password": PASSWORD})
    assert error.value.code == "email_not_confirmed"


def test_an_address_belongs_to_one_user(service: Client, ada: User) -> None:
    with pytest.raises(AuthApiError) as error:
        service.auth.admin.create_user({"email": ada.email, "password": PASSWORD})
    assert (error.value.status, error.value.code) == (422, "email_exists")


def test_users_are_listed_by_page_newest_first(service: Client) -> None:
    for number in range(5):
        service.auth.admin.create_user({"email": f"user{number}@example.com"})
    pages = [service.auth.admin.list_users(page=page, per_page=2) for page in (1, 2, 3, 4)]
    assert [[user.email for user in page] for page in pages] == [
        ["user4@example.com", "user3@example.com"],
        ["user2@example.com", "user1@example.com"],
        ["user0@example.com"],
        [],
    ]
    assert len(service.auth.admin.list_users()) == 5


def test_a_list_tells_how_many_there_are(
    service: Client, http: httpx.Client, clean: Endpoint
) -> None:
    for number in range(3):
        service.auth.admin.create_user({"email": f"user{number}@example.com"})
    answer = http.get(
        "/auth/v1/admin/users", params={"per_page": 2}, headers={"apikey": clean.secret_key}
    )
    assert answer.headers["x-total-count"] == "3"
    assert 'rel="next"' in answer.headers["link"]


def test_a_user_is_found_by_id(service: Client, ada: User) -> None:
    assert service.auth.admin.get_user_by_id(ada.id).user.email == ada.email
    with pytest.raises(AuthApiError) as error:
        service.auth.admin.get_user_by_id("00000000-0000-4000-8000-000000000000")
    assert (error.value.status, error.value.code) == (404, "user_not_found")


def test_a_user_is_changed(service: Client, visitor: Client, ada: User) -> None:
    changed = service.auth.admin.update_user_by_id(
        ada.id,
        {
            "email": "lovelace@example.com",
            "password": "another horse",
            "user_metadata": {"name": "Ada"},
            "app_metadata": {"plan": "pro"},
        },
    ).user
    assert changed.email == "lovelace@example.com"
    assert changed.user_metadata["name"] == "Ada"
    assert changed.app_metadata["plan"] == "pro"
    assert changed.app_metadata["provider"] == "email"
    answer = visitor.auth.sign_in_with_password(
        {"email": "lovelace@example.com", "password": "another horse"}
    )
    assert answer.user is not None
    assert answer.user.id == ada.id


def test_a_null_takes_a_name_out_of_the_metadata(service: Client, ada: User) -> None:
    service.auth.admin.update_user_by_id(ada.id, {"user_metadata": {"a": 1, "b": 2}})
    changed = service.auth.admin.update_user_by_id(ada.id, {"user_metadata": {"a": None}}).user
    assert "a" not in changed.user_metadata
    assert changed.user_metadata["b"] == 2


def test_a_banned_user_stays_outside_until_the_ban_is_lifted(
    service: Client, visitor: Client, ada: User
) -> None:
    service.auth.admin.update_user_by_id(ada.id, {"ban_duration": "24h"})
    with pytest.raises(AuthApiError) as error:
        visitor.auth.sign_in_with_password({"email": ada.email, "password": PASSWORD})
    assert error.value.code == "user_banned"
    with pytest.raises(AuthApiError) as error:
        ada.client.auth.refresh_session()
    assert error.value.code == "user_banned"
    service.auth.admin.update_user_by_id(ada.id, {"ban_duration": "none"})
    visitor.auth.sign_in_with_password({"email": ada.email, "password": PASSWORD})


def test_an_administrator_ends_a_users_sessions(service: Client, ada: User) -> None:
    service.auth.admin.sign_out(ada.token)
    with pytest.raises(AuthApiError) as error:
        ada.client.auth.get_user(ada.token)
    assert error.value.code == "session_not_found"


def test_a_deleted_user_is_gone_with_what_depends_on_it(
    service: Client, ada: User, sql: Connection[Any]
) -> None:
    service.auth.admin.delete_user(ada.id)
    left = sql.execute(
        "select (select count(*) from auth.users), (select count(*) from auth.identities),"
        " (select count(*) from auth.sessions)"
    ).fetchone()
    assert left == (0, 0, 0)
    with pytest.raises(AuthApiError):
        ada.client.auth.get_user(ada.token)
    with pytest.raises(AuthApiError) as error:
        service.auth.admin.delete_user(ada.id)
    assert error.value.code == "user_not_found"


def test_a_softly_deleted_user_keeps_its_row_and_nothing_else(
    service: Client, visitor: Client, ada: User
) -> None:
    service.auth.admin.delete_user(ada.id, should_soft_delete=True)
    left = service.auth.admin.get_user_by_id(ada.id).user
    assert left.deleted_at is not None
    assert left.email != ada.email
    with pytest.raises(AuthApiError):
        visitor.auth.sign_in_with_password({"email": ada.email, "password": PASSWORD})


def test_a_token_of_the_service_role_is_an_administrators(
    clean: Endpoint, connect: Callable[[str], Client]
) -> None:
    assert connect(str(clean.service_role_key)).auth.admin.list_users() == []


def test_nobody_else_is_an_administrator(clean: Endpoint, http: httpx.Client, ada: User) -> None:
    key = {"apikey": clean.publishable_key}
    answers = {
        "nobody": http.get("/auth/v1/admin/users"),
        "a visitor": http.get("/auth/v1/admin/users", headers=key),
        "the legacy key": http.get(
            "/auth/v1/admin/users",
            headers={**key, "Authorization": f"Bearer {clean.anon_key}"},
        ),
        "a user": http.get(
            "/auth/v1/admin/users", headers={**key, "Authorization": f"Bearer {ada.token}"}
        ),
        "a forger": http.get(
            "/auth/v1/admin/users", headers={**key, "Authorization": "Bearer e30.e30.e30"}
        ),
    }
    assert {who: answer.status_code for who, answer in answers.items()} == {
        "nobody": 401,
        "a visitor": 403,
        "the legacy key": 403,
        "a user": 403,
        "a forger": 403,
    }
    assert answers["a user"].json()["error_code"] == "not_admin"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "validation_failed"),
        (b"{", "bad_json"),
        (b"[]", "bad_json"),
        (b"\xff", "bad_json"),
        (b"{}", "validation_failed"),
        (b'{"email": "no address"}', "validation_failed"),
        (b'{"email": 5}', "bad_json"),
        (b'{"email": "a@example.com", "password": "12345"}', "weak_password"),
        (b'{"email": "a@example.com", "email_confirm": "yes"}', "bad_json"),
        (b'{"email": "a@example.com", "ban_duration": "soon"}', "validation_failed"),
        (b'{"email": "a@example.com", "user_metadata": []}', "bad_json"),
        (b'{"email": "a@example.com", "user_metadata": {"a": "\\u0000"}}', "validation_failed"),
        (b'{"email": "a@example.com", "id": "5"}', "validation_failed"),
    ],
)
def test_a_bad_body_is_the_callers_fault(
    endpoint: Endpoint, http: httpx.Client, content: bytes, code: str
) -> None:
    headers = {"apikey": endpoint.secret_key}
    answer = http.post("/auth/v1/admin/users", headers=headers, content=content)
    assert answer.status_code in (400, 422)
    assert answer.json()["error_code"] == code


def test_a_bad_id_or_path_is_a_json_error(endpoint: Endpoint, http: httpx.Client) -> None:
    headers = {"apikey": endpoint.secret_key}
    for path in ("users/5", "users/5/factors", "nothing", ""):
        answer = http.get(f"/auth/v1/admin/{path}", headers=headers)
        assert answer.status_code == 404
        assert answer.json()["msg"]
