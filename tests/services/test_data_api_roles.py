"""Who a request is in the database, and what holds it back."""

from __future__ import annotations

import base64
import hmac
import json
from typing import Any

import httpx
import pytest
from psycopg import Connection
from supabase import Client, PostgrestAPIError

from wakti_sb.stack.endpoint import Endpoint

from .people import User, headers

pytestmark = pytest.mark.usefixtures("tables")


def sign(claims: dict[str, Any], secret: str) -> str:
    """A token that the stack would sign: HS256."""

    def encode(data: bytes) -> str:
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    head, body = (json.dumps(part).encode() for part in ({"alg": "HS256", "typ": "JWT"}, claims))
    signed = f"{encode(head)}.{encode(body)}"
    return f"{signed}.{encode(hmac.digest(secret.encode(), signed.encode(), 'sha256'))}"


def test_a_function_sees_who_calls_and_how(
    clean: Endpoint, http: httpx.Client, ada: User, sql: Connection[Any]
) -> None:
    sql.execute(
        """
        create function public.who() returns jsonb language sql as $$
          select jsonb_build_object(
            'uid', auth.uid(),
            'role', auth.role(),
            'email', auth.email(),
            'user', current_user,
            'session', session_user,
            'app', auth.jwt() -> 'app_metadata' ->> 'provider',
            'claims', current_setting('request.jwt.claims')::jsonb ->> 'sub',
            'method', current_setting('request.method'),
            'path', current_setting('request.path'),
            'header', current_setting('request.headers')::jsonb ->> 'x-custom',
            'cookie', current_setting('request.cookies')::jsonb ->> 'color'
          )
        $$
        """
    )
    token = headers(clean, Authorization=f"Bearer {ada.token}", Cookie="color=red")
    token["X-Custom"] = 'it\'s \\ "quoted"'
    answer = http.post("/rest/v1/rpc/who", headers=token, json={}).json()
    assert answer == {
        "uid": ada.id,
        "role": "authenticated",
        "email": ada.email,
        "user": "authenticated",
        "session": "authenticator",
        "app": "email",
        "claims": ada.id,
        "method": "POST",
        "path": "/rpc/who",
        "header": 'it\'s \\ "quoted"',
        "cookie": "red",
    }
    visitor = http.post("/rest/v1/rpc/who", headers=headers(clean), json={}).json()
    assert (visitor["uid"], visitor["role"], visitor["user"]) == (None, "anon", "anon")


def test_a_policy_can_read_the_requests_headers(
    clean: Endpoint, http: httpx.Client, sql: Connection[Any]
) -> None:
    sql.execute(
        """
        create table public.shared (id int, secret text);
        insert into public.shared values (1, 'a'), (2, 'b');
        alter table public.shared enable row level security;
        grant select on public.shared to anon;
        create policy shared on public.shared for select to anon
        using (secret = current_setting('request.headers')::json ->> 'x-secret');
        """
    )
    answer = http.get("/rest/v1/shared?select=id", headers=headers(clean, **{"X-Secret": "b"}))
    assert answer.json() == [{"id": 2}]


def test_a_function_cannot_become_more_than_an_api_role(
    service: Client, sql: Connection[Any]
) -> None:
    sql.execute(
        """
        create function public.rise(name text) returns text language plpgsql as $$
        begin
          execute format('set local role %I', name);
          return current_user;
        end $$
        """
    )
    for role in ("postgres", "supabase_admin", "supabase_auth_admin"):
        with pytest.raises(PostgrestAPIError) as error:
            service.rpc("rise", {"name": role}).execute()
        assert error.value.code == "42501"


def test_a_token_cannot_name_a_role_that_is_none_of_the_apis(
    clean: Endpoint, http: httpx.Client
) -> None:
    assert clean.jwt_secret is not None
    roles = {
        "postgres": (403, "42501"),
        "supabase_admin": (403, "42501"),
        "supabase_auth_admin": (403, "42501"),
        "nobody": (401, "22023"),
        'x"; reset role': (401, "22023"),
    }
    for role, expected in roles.items():
        token = sign({"role": role, "exp": 4102444800}, clean.jwt_secret)
        answer = http.get(
            "/rest/v1/folders", headers=headers(clean, Authorization=f"Bearer {token}")
        )
        assert (answer.status_code, answer.json()["code"]) == expected, role


def test_a_token_whose_times_are_no_numbers_or_not_come_is_refused(
    clean: Endpoint, http: httpx.Client
) -> None:
    assert clean.jwt_secret is not None
    far = 4102444800
    wrong: dict[str, dict[str, Any]] = {
        "The JWT 'exp' claim must be a number": {"exp": "soon"},
        "The JWT 'nbf' claim must be a number": {"exp": far, "nbf": "soon"},
        "The JWT 'iat' claim must be a number": {"exp": far, "iat": "soon"},
        "JWT not yet valid": {"exp": far, "nbf": far - 1},
        "JWT issued at future": {"exp": far, "iat": far - 1},
        "JWT expired": {"exp": 1},
    }
    for message, claims in wrong.items():
        token = sign({"role": "anon", **claims}, clean.jwt_secret)
        answer = http.get(
            "/rest/v1/folders", headers=headers(clean, Authorization=f"Bearer {token}")
        )
        told = {"code": "PGRST303", "details": None, "hint": None, "message": message}
        assert (answer.status_code, answer.json()) == (401, told)


def test_a_roles_time_limit_holds(
    clean: Endpoint, http: httpx.Client, sql: Connection[Any]
) -> None:
    sql.execute(
        "create function public.limit() returns text language sql"
        " as $$ select current_setting('statement_timeout') $$"
    )
    assert http.post("/rest/v1/rpc/limit", headers=headers(clean)).json() == "3s"


def test_a_request_that_takes_too_long_is_cut_off(
    clean: Endpoint, http: httpx.Client, sql: Connection[Any], superuser: Connection[Any]
) -> None:
    superuser.execute("alter role anon set statement_timeout = '50ms'")
    try:
        sql.execute(
            "create function public.nap() returns void language sql as 'select pg_sleep(5)'"
        )
        http.post("/_wakti/reload", headers={"apikey": clean.secret_key})
        answer = http.post("/rest/v1/rpc/nap", headers=headers(clean))
    finally:
        superuser.execute("alter role anon set statement_timeout = '3s'")
    assert answer.status_code == 500
    assert answer.json()["code"] == "57014"


def test_a_get_cannot_write(clean: Endpoint, http: httpx.Client, sql: Connection[Any]) -> None:
    sql.execute(
        "create function public.sneak() returns void language sql"
        " as $$ insert into public.folders (name) values ('x') $$"
    )
    answer = http.get("/rest/v1/rpc/sneak", headers={"apikey": clean.secret_key})
    assert answer.status_code == 405
    assert answer.json()["code"] == "25006"
