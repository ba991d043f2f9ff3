"""JSON, numbers and times arrive as they were sent; functions get and return them."""

from __future__ import annotations

from typing import Any, LiteralString

import httpx
import pytest
from psycopg import Connection
from supabase import Client

from wakti_sb.stack.endpoint import Endpoint

from .people import User

pytestmark = pytest.mark.usefixtures("tables")


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
