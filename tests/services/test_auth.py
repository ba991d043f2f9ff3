from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from psycopg import Connection
from psycopg.errors import InsufficientPrivilege
from supabase import AuthApiError, Client
from supabase_auth.errors import AuthWeakPasswordError

from wakti_sb.stack.endpoint import Endpoint

from .people import User

PASSWORD = "correct horse"
TABLES = [
    "audit_log_entries",
    "flow_state",
    "identities",
    "instances",
    "mfa_amr_claims",
    "mfa_challenges",
    "mfa_factors",
    "one_time_tokens",
    "refresh_tokens",
    "saml_providers",
    "saml_relay_states",
    "schema_migrations",
    "sessions",
    "sso_domains",
    "sso_providers",
    "users",
]


def claims(token: str) -> dict[str, Any]:
    payload = token.split(".")[1]
    decoded: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=="))
    return decoded


def post(http: httpx.Client, path: str, key: str, content: bytes) -> httpx.Response:
    return http.post(f"/auth/v1{path}", headers={"apikey": key}, content=content)


def test_a_new_user_is_signed_in_at_once(ada: User) -> None:
    assert ada.client.auth.get_user(ada.token).user.email == "ada@example.com"


def test_metadata_of_the_sign_up_reaches_the_database_as_json(
    visitor: Client, sql: Connection[Any]
) -> None:
    visitor.auth.sign_up(
        {"email": "eva@example.com", "password": PASSWORD, "options": {"data": {"name": "Eva"}}}
    )
    row = sql.execute("select raw_user_meta_data ->> 'name' from auth.users").fetchone()
    assert row == ("Eva",)


def test_a_user_signs_in_with_the_password_and_not_with_another(ada: User, visitor: Client) -> None:
    answer = visitor.auth.sign_in_with_password({"email": ada.email, "password": PASSWORD})
    assert answer.user is not None
    assert answer.user.id == ada.id
    with pytest.raises(AuthApiError, match="Invalid login credentials"):
        visitor.auth.sign_in_with_password({"email": ada.email, "password": "wrong horse"})


def test_an_address_is_signed_up_once(ada: User, visitor: Client) -> None:
    with pytest.raises(AuthApiError, match="already registered") as error:
        visitor.auth.sign_up({"email": ada.email.upper(), "password": PASSWORD})
    assert error.value.code == "user_already_exists"


def test_a_password_has_six_characters(visitor: Client) -> None:
    with pytest.raises(AuthWeakPasswordError):
        visitor.auth.sign_up({"email": "eva@example.com", "password": "12345"})


def test_a_session_is_renewed(ada: User) -> None:
    renewed = ada.client.auth.refresh_session().session
    assert renewed is not None
    assert claims(renewed.access_token)["sub"] == ada.id


def test_a_token_is_dead_after_sign_out(ada: User) -> None:
    ada.client.auth.sign_out()
    with pytest.raises(AuthApiError) as error:
        ada.client.auth.get_user(ada.token)
    assert error.value.code == "session_not_found"


def test_a_token_carries_what_policies_read(ada: User, clean: Endpoint) -> None:
    token = claims(ada.token)
    assert token["iss"] == f"{clean.api_url}/auth/v1"
    assert token["role"] == token["aud"] == "authenticated"
    assert token["email"] == "ada@example.com"
    assert token["app_metadata"] == {"provider": "email", "providers": ["email"]}
    assert token["user_metadata"]["email"] == "ada@example.com"
    assert token["aal"] == "aal1"
    assert token["amr"][0]["method"] == "password"
    assert token["is_anonymous"] is False


def test_a_user_changes_password_and_metadata(ada: User, visitor: Client) -> None:
    ada.client.auth.update_user({"password": "another horse", "data": {"name": "Ada"}})
    answer = visitor.auth.sign_in_with_password({"email": ada.email, "password": "another horse"})
    assert answer.user is not None
    assert answer.user.user_metadata["name"] == "Ada"


def test_a_user_changes_the_address_at_once(ada: User, visitor: Client) -> None:
    changed = ada.client.auth.update_user({"email": "lovelace@example.com"})
    assert changed.user.email == "lovelace@example.com"
    visitor.auth.sign_in_with_password({"email": "lovelace@example.com", "password": PASSWORD})


def test_postgres_sees_the_tables_of_auth_and_the_api_roles_do_not(
    sql: Connection[Any], ada: User
) -> None:
    for name in TABLES:
        sql.execute(f"select * from auth.{name}".encode())
    assert sql.execute("select user_id from auth.refresh_tokens").fetchone() == (ada.id,)
    for role in ("anon", "authenticated"):
        for name in TABLES:
            with sql.transaction():
                sql.execute(f"set local role {role}".encode())
                with pytest.raises(InsufficientPrivilege), sql.transaction():
                    sql.execute(f"select * from auth.{name}".encode())


def test_a_trigger_on_sign_up_runs_as_the_platform_runs_it(
    sql: Connection[Any], sign_up: Callable[[str], User]
) -> None:
    sql.execute(
        """
        create table public.seen (id uuid, by text);
        grant insert on public.seen to supabase_auth_admin;
        create function public.see() returns trigger language plpgsql as $$
        begin
          insert into public.seen values (new.id, current_user);
          return new;
        end $$;
        create trigger see after insert on auth.users
        for each row execute function public.see();
        """
    )
    user = sign_up("eva@example.com")
    row = sql.execute("select id::text, by from public.seen").fetchone()
    assert row == (user.id, "supabase_auth_admin")


def test_a_trigger_that_fails_fails_the_sign_up(
    sql: Connection[Any], http: httpx.Client, clean: Endpoint
) -> None:
    sql.execute(
        """
        create function public.refuse() returns trigger language plpgsql as $$
        begin
          raise exception 'no more users';
        end $$;
        create trigger refuse before insert on auth.users
        for each row execute function public.refuse();
        """
    )
    body = b'{"email": "eva@example.com", "password": "correct horse"}'
    answer = post(http, "/signup", clean.publishable_key, body)
    assert answer.status_code == 500
    assert answer.json()["error_code"] == "unexpected_failure"
    assert "no more users" not in answer.text


def test_times_are_rfc_3339(ada: User, http: httpx.Client, clean: Endpoint) -> None:
    headers = {"apikey": clean.publishable_key, "Authorization": f"Bearer {ada.token}"}
    user = http.get("/auth/v1/user", headers=headers).json()
    assert user["created_at"][10] == "T"
    assert user["created_at"].endswith("+00:00")


def test_settings_and_health_are_there(http: httpx.Client, endpoint: Endpoint) -> None:
    headers = {"apikey": endpoint.publishable_key}
    assert http.get("/auth/v1/health", headers=headers).status_code == 200
    settings = http.get("/auth/v1/settings", headers=headers).json()
    assert settings["mailer_autoconfirm"] is True
    assert settings["disable_signup"] is False


BAD_BODIES = [
    b"",
    b"{",
    b"[]",
    b"null",
    b'"text"',
    b"\xff\xfe",
    b'{"email": 5, "password": "correct horse"}',
    b'{"email": "a@example.com", "password": {"a": 1}}',
    b'{"email": "a@example.com", "password": "correct horse", "data": "text"}',
    b'{"email": "a\\u0000b@example.com", "password": "correct horse"}',
    b'{"email": "a@example.com", "password": "' + b"x" * 73 + b'"}',
    b'{"email": "no address", "password": "correct horse"}',
]


@pytest.mark.parametrize("content", BAD_BODIES, ids=repr)
def test_a_bad_body_is_the_callers_fault(
    endpoint: Endpoint, http: httpx.Client, content: bytes
) -> None:
    answer = post(http, "/signup", endpoint.publishable_key, content)
    assert answer.status_code in (400, 422)
    assert answer.json()["error_code"]


def test_a_body_without_end_is_refused(endpoint: Endpoint, http: httpx.Client) -> None:
    answer = post(http, "/signup", endpoint.publishable_key, b" " * (1024 * 1024 + 1))
    assert answer.status_code == 413


@pytest.mark.parametrize("token", ["nonsense", "a.b.c", "..", "e30.e30.e30"])
def test_a_token_that_is_none_is_refused(
    endpoint: Endpoint, http: httpx.Client, token: str
) -> None:
    headers = {"apikey": endpoint.publishable_key, "Authorization": f"Bearer {token}"}
    answer = http.get("/auth/v1/user", headers=headers)
    assert answer.status_code in (401, 403)
    assert answer.json()["error_code"] in ("bad_jwt", "no_authorization")


def test_an_unknown_path_is_a_json_error(http: httpx.Client, clean: Endpoint, ada: User) -> None:
    headers = {"apikey": clean.publishable_key, "Authorization": f"Bearer {ada.token}"}
    answer = http.get("/auth/v1/unknown", headers=headers)
    assert answer.status_code == 404
    assert answer.json()["msg"]
