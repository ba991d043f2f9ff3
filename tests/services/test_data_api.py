from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable
from typing import Any, LiteralString

import httpx
import pytest
from postgrest import CountMethod, ReturnMethod
from psycopg import Connection
from supabase import Client, PostgrestAPIError

from wakti_sb.stack.endpoint import Endpoint

from .people import User

pytestmark = pytest.mark.usefixtures("tables")


def headers(clean: Endpoint, **more: str) -> dict[str, str]:
    return {"apikey": clean.publishable_key, **more}


def sign(claims: dict[str, Any], secret: str) -> str:
    """A token that the stack would sign: HS256."""

    def encode(data: bytes) -> str:
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    head, body = (json.dumps(part).encode() for part in ({"alg": "HS256", "typ": "JWT"}, claims))
    signed = f"{encode(head)}.{encode(body)}"
    return f"{signed}.{encode(hmac.digest(secret.encode(), signed.encode(), 'sha256'))}"


def test_rows_are_written_read_changed_and_deleted(ada: User) -> None:
    notes = ada.client.from_
    made = notes("notes").insert({"title": "first", "tags": ["a", "b"]}).execute().data[0]
    assert made["user_id"] == ada.id
    assert made["tags"] == ["a", "b"]
    assert notes("notes").select("title").eq("id", made["id"]).execute().data == [
        {"title": "first"}
    ]
    changed = notes("notes").update({"title": "second"}).eq("id", made["id"]).execute().data
    assert [row["title"] for row in changed] == ["second"]
    both = [{"id": made["id"], "title": "third"}, {"id": 1000, "title": "new"}]
    with pytest.raises(PostgrestAPIError):  # an identity column: generated always
        notes("notes").upsert(both).execute()
    assert len(notes("notes").delete().eq("id", made["id"]).execute().data) == 1
    assert notes("notes").select("*").execute().data == []


def test_rows_are_replaced_by_upsert(service: Client, sql: Connection[Any]) -> None:
    sql.execute("create table public.pairs (key text primary key, value jsonb)")
    sql.execute("grant all on public.pairs to service_role")
    pairs = service.from_
    pairs("pairs").upsert([{"key": "a", "value": 1}, {"key": "b", "value": 2}]).execute()
    pairs("pairs").upsert([{"key": "b", "value": {"n": 3}}, {"key": "c", "value": None}]).execute()
    assert pairs("pairs").select("*").order("key").execute().data == [
        {"key": "a", "value": 1},
        {"key": "b", "value": {"n": 3}},
        {"key": "c", "value": None},
    ]


def test_nobody_sees_or_touches_what_is_not_its_own(ada: User, bob: User, visitor: Client) -> None:
    note = ada.client.from_("notes").insert({"title": "mine"}).execute().data[0]
    assert bob.client.from_("notes").select("*").execute().data == []
    assert (
        bob.client.from_("notes").update({"title": "x"}).eq("id", note["id"]).execute().data == []
    )
    assert bob.client.from_("notes").delete().eq("id", note["id"]).execute().data == []
    with pytest.raises(PostgrestAPIError) as error:
        bob.client.from_("notes").insert({"title": "x", "user_id": ada.id}).execute()
    assert error.value.code == "42501"
    with pytest.raises(PostgrestAPIError) as error:
        visitor.from_("notes").select("*").execute()
    assert error.value.code == "42501"
    assert ada.client.from_("notes").select("title").execute().data == [{"title": "mine"}]


def test_a_denied_visitor_gets_401_and_a_denied_user_403(
    clean: Endpoint, http: httpx.Client, ada: User, sql: Connection[Any]
) -> None:
    sql.execute(
        "create table public.closed (); revoke all on public.closed from authenticated, anon"
    )
    assert http.get("/rest/v1/closed", headers=headers(clean)).status_code == 401
    token = headers(clean, Authorization=f"Bearer {ada.token}")
    assert http.get("/rest/v1/closed", headers=token).status_code == 403


def test_serving_a_request_grants_nothing(ada: User, sql: Connection[Any]) -> None:
    def rights() -> list[Any]:
        query = """
        select table_schema, table_name, grantee, privilege_type
        from information_schema.role_table_grants
        where table_schema in ('public', 'auth', 'storage')
        order by 1, 2, 3, 4
        """
        return sql.execute(query).fetchall()

    before = rights()
    ada.client.from_("notes").select("*").execute()
    ada.client.storage.list_buckets()
    assert rights() == before


def test_rows_are_counted(ada: User) -> None:
    rows = [{"title": f"note {number}"} for number in range(5)]
    ada.client.from_("notes").insert(rows).execute()
    page = ada.client.from_("notes").select("*", count=CountMethod.exact).limit(2).execute()
    assert (len(page.data), page.count) == (2, 5)
    head = ada.client.from_("notes").select("*", count=CountMethod.exact, head=True).execute()
    assert head.count == 5


def test_rows_come_as_csv(ada: User) -> None:
    ada.client.from_("notes").insert({"title": 'a "quoted", one'}).execute()
    text = ada.client.from_("notes").select("title").csv().execute().data
    assert text == 'title\n"a ""quoted"", one"'


def test_related_rows_are_embedded(service: Client) -> None:
    folder = service.from_("folders").insert({"name": "work"}).execute().data[0]
    service.from_("notes").insert({"title": "plan", "folder_id": folder["id"]}).execute()
    up = service.from_("notes").select("title, folders(name)").execute().data
    assert up == [{"title": "plan", "folders": {"name": "work"}}]
    down = service.from_("folders").select("name, notes(title)").execute().data
    assert down == [{"name": "work", "notes": [{"title": "plan"}]}]


def test_no_more_rows_than_allowed_are_sent(service: Client, sql: Connection[Any]) -> None:
    sql.execute("insert into public.folders (name) select 'x' from generate_series(1, 1001)")
    assert len(service.from_("folders").select("id").execute().data) == 1000


def test_times_are_rfc_3339(ada: User) -> None:
    row = ada.client.from_("notes").insert({"title": "now"}).execute().data[0]
    assert row["made_at"][10] == "T"
    assert row["made_at"].endswith("+00:00")


def test_long_numbers_keep_their_digits(
    clean: Endpoint, http: httpx.Client, sql: Connection[Any]
) -> None:
    sql.execute("insert into public.notes (title, price) values ('dear', 12345678901234567890.5)")
    answer = http.get("/rest/v1/notes?select=price", headers={"apikey": clean.secret_key})
    assert answer.text == '[{"price":12345678901234567890.5}]'


JSON_VALUES: list[Any] = [
    {"a": 1, "b": [True, None, "x"]},
    [1, "2", {"c": 3}],
    [],
    {},
    "text",
    "5",
    "null",
    '"quoted"',
    '{"looks": "like json"}',
    5,
    1.5,
    True,
    False,
]


def test_a_json_value_arrives_as_it_was_sent(ada: User) -> None:
    for value in JSON_VALUES:
        made = ada.client.from_("notes").insert({"title": "x", "data": value}).execute().data[0]
        assert made["data"] == value
        changed = ada.client.from_("notes").update({"data": [value]}).eq("id", made["id"])
        assert changed.execute().data[0]["data"] == [value]


def test_a_json_null_is_an_sql_null(ada: User) -> None:
    ada.client.from_("notes").insert({"title": "x", "data": None}).execute()
    assert len(ada.client.from_("notes").select("*").is_("data", "null").execute().data) == 1


@pytest.mark.parametrize("kind", ["json", "jsonb"])
def test_a_json_argument_arrives_as_it_was_sent(
    service: Client, sql: Connection[Any], kind: LiteralString
) -> None:
    sql.execute(
        "create function public.echo(d "
        + kind
        + ") returns "
        + kind
        + " language sql as 'select d'"
    )
    for value in JSON_VALUES:
        assert service.rpc("echo", {"d": value}).execute().data == value


def test_a_function_gets_arguments_of_other_types(service: Client, sql: Connection[Any]) -> None:
    sql.execute(
        """
        create function public.tell(
          t text, n int, l text[], b boolean default true, j jsonb default '{}'
        )
        returns jsonb language sql as 'select jsonb_build_array(t, n, l, b, j)'
        """
    )
    answer = service.rpc("tell", {"t": "5", "n": 7, "l": ["a", "b"], "j": {"x": "y"}}).execute()
    assert answer.data == ["5", 7, ["a", "b"], True, {"x": "y"}]


def test_a_function_returns_rows(service: Client, sql: Connection[Any]) -> None:
    service.from_("folders").insert([{"name": "a"}, {"name": "b"}]).execute()
    sql.execute(
        "create function public.all_folders() returns setof public.folders"
        " language sql stable as 'select * from public.folders'"
    )
    rows = service.rpc("all_folders").order("name", desc=True).limit(1).execute().data
    assert [row["name"] for row in rows] == ["b"]


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
    for role in ("postgres", "supabase_admin", "supabase_auth_admin", "nobody", 'x"; reset role'):
        token = sign({"role": role, "exp": 4102444800}, clean.jwt_secret)
        answer = http.get(
            "/rest/v1/folders", headers=headers(clean, Authorization=f"Bearer {token}")
        )
        assert answer.status_code in (400, 403), role
        assert answer.json()["code"] in ("22023", "42501"), role


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


def test_a_refused_change_is_undone(clean: Endpoint, http: httpx.Client, service: Client) -> None:
    service.from_("folders").insert([{"name": "a"}, {"name": "b"}]).execute()
    one_row = {
        "apikey": clean.secret_key,
        "Accept": "application/vnd.pgrst.object+json",
        "Prefer": "return=representation",
    }
    answer = http.patch("/rest/v1/folders?id=gt.0", headers=one_row, json={"name": "c"})
    assert answer.status_code == 406
    assert answer.json()["code"] == "PGRST116"
    rows = service.from_("folders").select("name").order("name").execute().data
    assert rows == [{"name": "a"}, {"name": "b"}]


def test_a_change_of_the_schema_is_seen_at_once(service: Client, sql: Connection[Any]) -> None:
    names: tuple[LiteralString, ...] = ("one", "two")
    for name in names:
        with pytest.raises(PostgrestAPIError) as error:
            service.from_(name).select("*").execute()
        assert error.value.code == "PGRST205"
        sql.execute("create table public." + name + " (a int)")
        sql.execute("grant all on public." + name + " to service_role")
        assert service.from_(name).select("*").execute().data == []
    sql.execute("alter table public.one add column b int default 7")
    assert service.from_("one").insert({"a": 1}).execute().data == [{"a": 1, "b": 7}]
    sql.execute("create function public.late() returns int language sql as 'select 1'")
    assert service.rpc("late").execute().data == 1


def test_what_is_not_exposed_is_not_there(service: Client, sql: Connection[Any]) -> None:
    sql.execute("create schema private; create table private.secrets (a int)")
    sql.execute("grant usage on schema private to service_role")
    with pytest.raises(PostgrestAPIError) as error:
        service.from_("secrets").select("*").execute()
    assert error.value.code == "PGRST205"
    assert "private" not in str(error.value.hint)
    with pytest.raises(PostgrestAPIError) as error:
        service.schema("private").from_("secrets").select("*").execute()
    assert error.value.code == "PGRST106"


STATUSES = {
    "P0001": 400,  # what a plain `raise exception` raises
    "23514": 400,
    "23505": 409,
    "23503": 409,
    "40001": 500,
    "53300": 503,
    "54000": 413,
    "XX000": 500,
    "PT418": 418,
}


def test_errors_of_the_database_are_answered_as_the_platform_answers_them(
    clean: Endpoint, http: httpx.Client, sql: Connection[Any]
) -> None:
    sql.execute(
        """
        create function public.fail(code text) returns void language plpgsql as $$
        begin
          raise exception 'no' using errcode = code, hint = 'a hint';
        end $$
        """
    )
    for code, status in STATUSES.items():
        answer = http.post("/rest/v1/rpc/fail", headers=headers(clean), json={"code": code})
        assert answer.status_code == status, code
        assert answer.json() == {"code": code, "message": "no", "hint": "a hint", "details": None}


def test_a_broken_check_is_the_callers_fault(ada: User) -> None:
    with pytest.raises(PostgrestAPIError) as error:
        ada.client.from_("notes").insert({"title": ""}).execute()
    assert error.value.code == "23514"


BAD_BODIES = [
    b"",
    b"{",
    b'"text"',
    b"null",
    b"5",
    b"\xff\xfe",
    b'{"title": "\xc3\x28"}',
    b'{"title": "a\\u0000b"}',
    b'{"title": "x", "data": {"a": "\\u0000"}}',
    b'{"unknown": 1}',
    b'[{"title": "x"}, 5]',
    b'{"title": "x", "id": "no number"}',
]
BAD_QUERIES = [
    "select=nothing",
    "select=title,,",
    "select=folders(",
    "title=nonsense",
    "order=nothing",
    "id=eq.text",
    "or=(a",
    "title=eq.%00",
    "%00=eq.1",
    "select=%00",
]


def test_a_bad_request_is_the_callers_fault(clean: Endpoint, http: httpx.Client, ada: User) -> None:
    token = headers(clean, Authorization=f"Bearer {ada.token}")
    answers = {
        content: http.post("/rest/v1/notes", headers=token, content=content)
        for content in BAD_BODIES
    } | {
        query.encode(): http.get(f"/rest/v1/notes?{query}", headers=token) for query in BAD_QUERIES
    }
    for request, answer in answers.items():
        assert answer.status_code == 400, request
        assert answer.json()["message"]
        assert "    at " not in answer.text  # no stack


def test_a_body_without_end_is_refused(clean: Endpoint, http: httpx.Client) -> None:
    body = b'{"title": "' + b"x" * (20 * 1024 * 1024) + b'"}'
    answer = http.post("/rest/v1/folders", headers=headers(clean), content=body)
    assert answer.status_code == 413
    assert answer.json()["message"]


def test_nothing_is_returned_where_nothing_is_asked_for(
    clean: Endpoint, service: Client, connect: Callable[[str], Client]
) -> None:
    visitor = connect(clean.anon_key)
    answer = (
        visitor.from_("folders").insert({"name": "x"}, returning=ReturnMethod.minimal).execute()
    )
    assert answer.data == []
    assert len(service.from_("folders").select("*").execute().data) == 1
