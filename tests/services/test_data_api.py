"""Rows through the Data API, as the clients send and read them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, LiteralString

import httpx
import pytest
from postgrest import CountMethod, ReturnMethod
from psycopg import Connection
from supabase import Client, PostgrestAPIError

from wakti_sb.stack.endpoint import Endpoint

from .people import User, headers

pytestmark = pytest.mark.usefixtures("tables")


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
    changed: list[dict[str, object]] = [
        {"key": "b", "value": {"n": 3}},
        {"key": "c", "value": None},
    ]
    pairs("pairs").upsert(changed).execute()
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


def test_nothing_is_returned_where_nothing_is_asked_for(
    clean: Endpoint, service: Client, connect: Callable[[str], Client]
) -> None:
    visitor = connect(str(clean.anon_key))
    answer = (
        visitor.from_("folders").insert({"name": "x"}, returning=ReturnMethod.minimal).execute()
    )
    assert answer.data == []
    assert len(service.from_("folders").select("*").execute().data) == 1
