"""Functions: which one is meant, what it is given, and what comes of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from wakti_sb.stack import EmbeddedStack, Endpoint

from .library import SCHEMA, Api

FUNCTIONS = """
create function add(a int, b int) returns int language sql immutable as 'select a + b';
create function add(a int, b int, c int) returns int language sql immutable as 'select a + b + c';
create function greet("userId" text, "order" text default 'hi') returns text
language sql stable as 'select "order" || '' '' || "userId"';
create function echo(json) returns json language sql immutable as 'select $1';
create function shout(text) returns text language sql immutable as 'select upper($1)';
create function size(bytea) returns int language sql immutable as 'select length($1)';
create function sum_all(variadic numbers int[]) returns bigint
language sql immutable as 'select sum(n) from unnest(numbers) n';
create function nothing() returns void language sql as '';
create function words() returns setof text language sql stable as $$ values ('a'), ('b') $$;
create function pair(out x int, out y text) language sql stable as $$ select 1, 'one' $$;
create function author(n int) returns authors
language sql stable as 'select * from authors where id = n';
create function find_books(term text) returns setof books
language sql stable as $$ select * from books where title ilike '%' || term || '%' $$;
create function pay(amount numeric, whom jsonb) returns jsonb
language sql immutable as $$ select jsonb_build_object('amount', amount, 'whom', whom) $$;
create function choose(a text) returns text language sql immutable as $$ select 'text' $$;
create function choose(a int) returns text language sql immutable as $$ select 'int' $$;
create function write_one() returns int language sql as $$
  insert into stock (sku) values ('w') returning 1
$$;
create function answer(status text, headers text) returns text language plpgsql as $$
begin
  perform set_config('response.status', status, true);
  perform set_config('response.headers', headers, true);
  return 'done';
end $$;
create function refuse(message text, detail text) returns void language plpgsql as $$
begin
  raise sqlstate 'PGRST' using message = message, detail = detail;
end $$;
create function teapot() returns void language plpgsql as $$
begin
  raise sqlstate 'PT418' using message = 'short and stout', hint = 'tip me over';
end $$;
create function drop_all() returns void language sql as 'delete from stock';
create function drop_some() returns void language sql as $$ delete from stock where sku = 'a' $$;
create function rename_all() returns void language plpgsql as $$
begin
  update stock set label = 'all';
end $$;
create function drop_from(name text) returns void language plpgsql as $$
begin
  execute 'delete from ' || quote_ident(name);
end $$;
"""


@pytest.fixture(scope="module")
def library(
    stack: EmbeddedStack, disturbed: list[str], request: pytest.FixtureRequest
) -> Iterator[Endpoint]:
    endpoint = stack.reset()
    with psycopg.connect(endpoint.database, autocommit=True) as connection:
        connection.execute(SCHEMA)
        connection.execute(FUNCTIONS)
    yield endpoint
    disturbed.append(request.node.nodeid)


CALLS: dict[str, Any] = {
    "add?a=1&b=2": 3,
    "add?a=1&b=2&c=3": 6,
    "greet?userId=Ada": "hi Ada",
    "greet?userId=Ada&order=bye": "bye Ada",
    "sum_all?numbers=1&numbers=2&numbers=3": 6,
    "words": ["a", "b"],
    "pair": {"x": 1, "y": "one"},
    "pair?select=y": {"y": "one"},
    "author?n=1&select=name": {"name": "Ada"},
    "find_books?term=e&select=id&order=id.desc&limit=1": [{"id": 2}],
    "find_books?term=e&select=id&pages=gt.100": [{"id": 1}],
    "find_books?term=eng&select=id,authors!author_id(name)": [
        {"id": 1, "authors": {"name": "Ada"}}
    ],
}


@pytest.mark.parametrize("call", [call for call in CALLS if "order=bye" not in call])
def test_a_function_is_called_with_get(api: Api, call: str) -> None:
    assert api.rows(f"rpc/{call}") == CALLS[call]


BODIES: dict[str, Any] = {
    'add {"a": 1, "b": 2}': 3,
    'add {"a": 1, "b": 2, "c": 3}': 6,
    'greet {"userId": "Ada", "order": "bye"}': "bye Ada",
    'echo {"any": ["thing", 1.50]}': {"any": ["thing", 1.50]},
    'sum_all {"numbers": [1, 2, 3]}': 6,
    'pay {"amount": "1.10", "whom": {"name": "Ada"}}': {"amount": 1.10, "whom": {"name": "Ada"}},
    'pay {"amount": 2, "whom": "5"}': {"amount": 2, "whom": "5"},
    'find_books {"term": "+1555"}': None,
}


@pytest.mark.parametrize("call", [call for call in BODIES if BODIES[call] is not None])
def test_a_function_is_called_with_post(api: Api, call: str) -> None:
    name, _, body = call.partition(" ")
    answer = api("POST", f"rpc/{name}", content=body, content_type="application/json")
    assert (answer.status_code, answer.json()) == (200, BODIES[call])


def test_a_body_is_the_only_argument_of_a_function_without_names(api: Api) -> None:
    assert api("POST", "rpc/shout", content="hi", content_type="text/plain").json() == "HI"
    answer = api(
        "POST", "rpc/size", content=b"\x00\xff\x01", content_type="application/octet-stream"
    )
    assert answer.json() == 3


def test_long_numbers_reach_a_function_and_come_back(api: Api) -> None:
    body = '{"amount": 12345678901234567890.5, "whom": 9007199254740993}'
    answer = api("POST", "rpc/pay", content=body, content_type="application/json")
    assert answer.text == '{"whom": 9007199254740993, "amount": 12345678901234567890.5}'


def test_the_function_that_is_meant_is_told_or_guessed(api: Api) -> None:
    answer = api("POST", "rpc/choose", json={"a": 1})
    assert (answer.status_code, answer.json()["code"]) == (300, "PGRST203")
    assert answer.json()["message"] == (
        "Could not choose the best candidate function between:"
        " public.choose(a => integer), public.choose(a => text)"
    )
    answer = api("POST", "rpc/add", json={"a": 1, "d": 2})
    assert answer.status_code == 404
    assert answer.json() == {
        "code": "PGRST202",
        "details": "Searched for the function public.add with parameters a, d or with a single"
        " unnamed json/jsonb parameter, but no matches were found in the schema cache.",
        "hint": "Perhaps you meant to call the function public.add(a, b)",
        "message": "Could not find the function public.add(a, d) in the schema cache",
    }
    hint = api("POST", "rpc/find_book", json={}).json()["hint"]
    assert hint == "Perhaps you meant to call the function public.find_books"


def test_only_post_may_change_something(api: Api) -> None:
    answer = api.get("rpc/write_one")
    assert (answer.status_code, answer.json()["code"]) == (405, "25006")
    assert api("POST", "rpc/write_one").json() == 1
    assert api("OPTIONS", "rpc/write_one").headers["allow"] == "OPTIONS,POST"
    assert api("OPTIONS", "rpc/words").headers["allow"] == "OPTIONS,GET,HEAD,POST"


def test_nothing_is_no_content(api: Api) -> None:
    answer = api("POST", "rpc/nothing")
    assert (answer.status_code, answer.content) == (204, b"")


def test_head_answers_without_a_body(api: Api) -> None:
    answer = api("HEAD", "rpc/find_books?term=e", prefer="count=exact")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-range"] == "0-1/2"
    assert api("HEAD", "rpc/none").status_code == 404
    assert api("HEAD", "books?nothing=eq.1").status_code == 400


def test_a_function_sets_the_status_and_headers_of_its_answer(api: Api) -> None:
    headers = '[{"X-Own": "yes"}, {"Set-Cookie": "a=1"}, {"Set-Cookie": "b=2"}]'
    answer = api("POST", "rpc/answer", json={"status": "202", "headers": headers})
    assert (answer.status_code, answer.json()) == (202, "done")
    assert answer.headers["x-own"] == "yes"
    assert answer.headers.get_list("set-cookie") == ["a=1", "b=2"]
    for wrong in ('{"X": "1"}', '[{"X": 1}]', "no json", '[{"A": "1", "B": "2"}]'):
        answer = api("POST", "rpc/answer", json={"status": "202", "headers": wrong})
        assert (answer.status_code, answer.json()["code"]) == (500, "PGRST111"), wrong
    answer = api("POST", "rpc/answer", json={"status": "teapot", "headers": "[]"})
    assert (answer.status_code, answer.json()["code"]) == (500, "PGRST112")


def test_a_function_spells_out_its_refusal(api: Api) -> None:
    answer = api(
        "POST",
        "rpc/refuse",
        json={
            "message": '{"code": "X1", "message": "no", "details": "d", "hint": "h"}',
            "detail": '{"status": 402, "headers": {"X-Powered-By": "tea"}}',
        },
    )
    assert answer.status_code == 402
    assert answer.json() == {"code": "X1", "message": "no", "details": "d", "hint": "h"}
    assert answer.headers["x-powered-by"] == "tea"
    answer = api("POST", "rpc/refuse", json={"message": "no json", "detail": "{}"})
    assert (answer.status_code, answer.json()["code"]) == (500, "PGRST121")
    answer = api("POST", "rpc/teapot")
    assert answer.status_code == 418
    assert answer.json() == {
        "code": "PT418",
        "details": None,
        "hint": "tip me over",
        "message": "short and stout",
    }


def test_a_visitor_without_the_right_is_told_to_sign_in(
    visitor: Api, api: Api, db: psycopg.Connection[Any]
) -> None:
    db.execute("revoke execute on function words from public, anon")
    try:
        answer = visitor.get("rpc/words")
        assert (answer.status_code, answer.json()["code"]) == (401, "42501")
        assert answer.headers["www-authenticate"] == "Bearer"
        assert api.rows("rpc/words") == ["a", "b"]
    finally:
        db.execute("grant execute on function words to public, anon")


@pytest.mark.parametrize(
    ("call", "verb"),
    [("drop_all", "DELETE"), ("rename_all", "UPDATE"), ('drop_from {"name": "stock"}', "DELETE")],
)
def test_a_function_may_not_change_every_row_without_a_filter(
    api: Api, call: str, verb: str
) -> None:
    api("POST", "stock", json=[{"sku": "a"}, {"sku": "b"}])
    name, _, body = call.partition(" ")
    answer = api("POST", f"rpc/{name}", content=body or "{}", content_type="application/json")
    assert answer.status_code == 400
    assert answer.json() == {
        "code": "21000",
        "details": None,
        "hint": None,
        "message": f"{verb} requires a WHERE clause",
    }
    assert api.rows("stock?select=sku,label&order=sku") == [
        {"sku": "a", "label": "new"},
        {"sku": "b", "label": "new"},
    ]
    assert api("POST", "rpc/drop_some").status_code == 204
    assert api.rows("stock?select=sku") == [{"sku": "b"}]


def test_a_trigger_may_not_change_every_row_without_a_filter(
    api: Api, db: psycopg.Connection[Any]
) -> None:
    db.execute(
        """
        create function clear() returns trigger language plpgsql as $$
        begin
          delete from defaults_only;
          return new;
        end $$;
        create trigger clear after insert on readers for each row execute function clear();
        """
    )
    api("POST", "defaults_only", json={})
    answer = api("POST", "readers", json={"id": 9, "name": "Max"})
    assert (answer.status_code, answer.json()["code"]) == (400, "21000")
    assert len(api.rows("defaults_only")) == 1
    db.execute("drop trigger clear on readers")
    assert api("POST", "readers", json={"id": 9, "name": "Max"}).status_code == 201
