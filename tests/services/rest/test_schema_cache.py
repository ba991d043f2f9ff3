"""Changes of the schema and of settings, while the API runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from wakti_sb.stack import Endpoint

from .library import Api, eventually


@pytest.fixture
def admin(library: Endpoint) -> Iterator[psycopg.Connection[Any]]:
    url = library.database.replace("//postgres:", "//supabase_admin:")
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


@contextmanager
def setting(db: psycopg.Connection[Any], **values: str) -> Iterator[None]:
    """Settings of the Data API, while the block runs."""
    for name, value in values.items():
        db.execute(f"alter role authenticator set pgrst.{name} = '{value}'")
    db.execute("notify pgrst, 'reload config'")
    try:
        yield
    finally:
        for name in values:
            db.execute(f"alter role authenticator reset pgrst.{name}")
        db.execute("notify pgrst, 'reload config'")


def test_a_new_relationship_is_seen(api: Api, db: psycopg.Connection[Any]) -> None:
    db.execute("create table shelves (id int primary key); create table boxes (shelf_id int)")
    assert api.get("boxes?select=shelves(id)").json()["code"] == "PGRST200"
    db.execute("alter table boxes add foreign key (shelf_id) references shelves (id)")
    assert api.rows("boxes?select=shelves(id)") == []
    db.execute("alter table boxes drop constraint boxes_shelf_id_fkey")
    eventually(lambda: api.get("boxes?select=shelves(id)").status_code == 400)
    db.execute("drop table boxes, shelves")
    eventually(lambda: api.get("boxes").status_code == 404)


def test_the_schema_may_change_in_the_middle(api: Api, db: psycopg.Connection[Any]) -> None:
    for _ in range(5):
        db.execute("alter table books add column extra int default 1")
        assert api.rows("books?select=extra&id=eq.1") == [{"extra": 1}]
        assert api("PATCH", "books?id=eq.1", json={"extra": 2}).status_code == 204
        db.execute("alter table books drop column extra")
        answer = api("PATCH", "books?id=eq.1", json={"extra": 2})
        assert answer.json()["code"] in ("PGRST204", "42703")


def test_no_connection_keeps_what_reading_the_schema_took(
    api: Api, db: psycopg.Connection[Any], admin: psycopg.Connection[Any]
) -> None:
    db.execute("create table passing (id int)")
    assert api.rows("passing") == []
    db.execute("drop table passing")
    assert api.get("passing").status_code == 404
    query = """
      select count(*) filter (where query ~ 'pg_(class|proc|trigger)'), count(*)
      from pg_stat_activity where usename = 'authenticator' and state = 'idle'
    """

    def only_others_are_left() -> bool:
        readers, others = admin.execute(query).fetchone() or (1, 0)
        return bool(readers == 0 and others > 0)

    eventually(only_others_are_left)


def test_every_request_first_calls_what_the_project_says(
    api: Api, db: psycopg.Connection[Any]
) -> None:
    db.execute(
        """
        create function public.check_request() returns void language plpgsql as $$
        begin
          if current_setting('request.headers')::json ->> 'x-blocked' = 'yes' then
            raise sqlstate 'PT403' using message = 'blocked';
          end if;
        end $$
        """
    )
    with setting(db, db_pre_request="public.check_request"):
        eventually(lambda: api.get("books?limit=0", x_blocked="yes").status_code == 403)
        assert api.get("books?limit=0").status_code == 200
    eventually(lambda: api.get("books?limit=0", x_blocked="yes").status_code == 200)


def test_the_projects_settings_hold(api: Api, db: psycopg.Connection[Any]) -> None:
    def rows() -> int:
        return len(api.rows("books"))

    with setting(db, db_max_rows="2"):
        eventually(lambda: rows() == 2)
    eventually(lambda: rows() == 4)
    with setting(db, db_aggregates_enabled="true"):
        eventually(lambda: api.get("books?select=count()").status_code == 200)
        assert api.rows("books?select=author_id,pages.sum()&order=author_id") == [
            {"author_id": 1, "sum": 150},
            {"author_id": 2, "sum": 155},
        ]
        assert api.rows("authors?select=name,books!author_id(n:id.count())&id=eq.1") == [
            {"name": "Ada", "books": [{"n": 2}]}
        ]
    with setting(db, db_plan_enabled="true"):
        accept = "application/vnd.pgrst.plan+json; options=analyze"
        eventually(lambda: api.get("books", accept=accept).status_code == 200)
        assert "Plan" in api.get("books", accept=accept).json()[0]
    with setting(db, db_tx_end="commit-allow-override"):
        prefer = "tx=rollback"
        eventually(
            lambda: (
                api("PATCH", "books?id=eq.1", json={"pages": 1}, prefer=prefer).headers.get(
                    "preference-applied"
                )
                == "tx=rollback"
            )
        )
        api("PATCH", "books?id=eq.2", json={"pages": 1}, prefer=prefer)
        assert api.rows("books?id=eq.2&select=pages") == [{"pages": 30}]


def test_schemas_are_chosen_by_header(api: Api, db: psycopg.Connection[Any]) -> None:
    db.execute("create schema private; create table private.secrets (id int)")
    db.execute("grant usage on schema private to service_role")
    db.execute("grant all on private.secrets to service_role")
    answer = api.get("secrets", accept_profile="private")
    assert answer.status_code == 406
    assert answer.json() == {
        "code": "PGRST106",
        "details": None,
        "hint": "Only the following schemas are exposed: public",
        "message": "Invalid schema: private",
    }
    assert "content-profile" not in api.get("books?limit=0").headers
    with setting(db, db_schemas="public, private"):
        eventually(lambda: api.get("secrets", accept_profile="private").status_code == 200)
        assert api.get("books?limit=0").headers["content-profile"] == "public"
        answer = api.get("books", accept_profile="private")
        assert (answer.status_code, answer.json()["code"]) == (404, "PGRST205")
        answer = api("POST", "secrets", json={"id": 1}, content_profile="private")
        assert answer.status_code == 201
        assert api.get("secrets").status_code == 404
    db.execute("drop schema private cascade")


def test_names_are_found_in_the_extra_search_path(api: Api, db: psycopg.Connection[Any]) -> None:
    db.execute(
        "create function public.path() returns text language sql as"
        " $$ select current_setting('search_path') $$"
    )
    assert api.rows("rpc/path") == '"public", "public", "extensions"'


def test_a_lost_connection_is_made_again(api: Api, admin: psycopg.Connection[Any]) -> None:
    for _ in range(3):
        admin.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'authenticator'"
        )
        assert api.rows("books?select=id&id=eq.1") == [{"id": 1}]
        assert api("PATCH", "books?id=eq.1", json={"pages": 5}).status_code == 204
