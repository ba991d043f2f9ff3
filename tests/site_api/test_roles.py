"""What the edge function's role can reach, and the walls around the functions it calls."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import errors, sql

from tests.site_api.project import Project
from wakti_sb.stack import Endpoint

API = {
    "knock",
    "in_time",
    "submit",
    "list_items",
    "search_items",
    "read_item",
    "create_item",
    "create_items",
    "update_item",
    "delete_item",
    "begin_signup",
    "finish_signup",
    "begin_login",
    "finish_login",
    "me",
    "logout",
    "begin_proof",
    "finish_password",
    "finish_account",
    "change_profile",
    "begin_reset",
    "finish_reset",
    "begin_form_files",
    "reserve_form_file",
    "submit_with_files",
    "may_call",
    "begin_upload",
    "reserve_upload",
    "complete_upload",
    "release_uploads",
    "find_upload",
    "remove_upload",
    "find_submission",
    "find_item",
    "find_session",
}

Connection = psycopg.Connection[tuple[object, ...]]


@pytest.fixture
def edge(project: Project) -> Iterator[Connection]:
    """A connection narrowed to the edge function's role."""
    with psycopg.connect(project.endpoint.database, autocommit=True) as connection:
        connection.execute("set role wakti_edge")
        yield connection


def test_the_edge_role_may_execute_the_api_and_nothing_else_of_ours(edge: Connection) -> None:
    found = edge.execute(
        "select p.proname from pg_proc as p where p.pronamespace = 'wakti'::regnamespace"
        " and has_function_privilege('wakti_edge', p.oid, 'execute')"
    ).fetchall()
    assert {name for (name,) in found} == API


def test_the_edge_role_has_no_right_on_any_table(edge: Connection) -> None:
    found = edge.execute(
        "select c.oid::regclass::text from pg_class as c"
        " where c.relkind in ('r', 'v', 'm', 'p') and c.relnamespace::regnamespace::text in"
        " ('public', 'wakti', 'auth', 'storage') and ("
        "  has_table_privilege('wakti_edge', c.oid, 'select, insert, update, delete, truncate')"
        "  or has_any_column_privilege('wakti_edge', c.oid, 'select, insert, update'))"
    ).fetchall()
    assert found == []
    for table in ("public.projects", "public.project_site_users", "wakti.site_sessions"):
        with pytest.raises(errors.InsufficientPrivilege):
            edge.execute(f"select * from {table}")


THEFT = """
create function pg_temp.steal() returns boolean language plpgsql as $$
begin
  raise exception 'ran as %', current_user;
end
$$;
create domain pg_temp.jsonb as pg_catalog.jsonb check (pg_temp.steal());
"""


def test_the_edge_role_can_make_nothing_that_a_function_would_take_for_its_own(
    project: Project, edge: Connection
) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        edge.execute(THEFT)
    # Even with such a type at hand a function means the system's.
    edge.execute("reset role")
    edge.execute(
        "do $$ begin execute 'grant temporary on database ' || current_database()"
        " || ' to wakti_edge'; end $$"
    )
    try:
        edge.execute("set role wakti_edge")
        edge.execute(THEFT)
        answer = edge.execute(
            "select (wakti.submit(%s, null, '192.0.2.1', 'a', '{}', null, %s)).status",
            [project.id, uuid.uuid4()],
        )
        assert answer.fetchone() == (200,)
    finally:
        edge.execute("reset role")
        edge.execute(
            "do $$ begin execute 'revoke temporary on database ' || current_database()"
            " || ' from wakti_edge'; end $$"
        )


def test_every_other_role_may_still_make_temporary_tables(clean: Endpoint) -> None:
    with psycopg.connect(clean.database) as connection:
        found = connection.execute(
            "select rolname from pg_roles where rolname in ('anon', 'authenticated',"
            " 'service_role', 'authenticator', 'postgres', 'wakti_edge', 'wakti_site')"
            " and not has_database_privilege(rolname, current_database(), 'temporary')"
        ).fetchall()
    assert {role for (role,) in found} == {"wakti_edge", "wakti_site"}


@pytest.mark.parametrize("role", ["anon", "authenticated", "service_role", "authenticator"])
def test_no_api_role_reaches_the_private_schema(project: Project, role: str) -> None:
    found = project.sql(
        "select p.proname from pg_proc as p where p.pronamespace = 'wakti'::regnamespace"
        " and p.proname <> all (%s) and has_function_privilege(%s, p.oid, 'execute')"
        " and has_schema_privilege(%s, 'wakti', 'usage')",
        ["touch_updated_at"],
        role,
        role,
    )
    assert not {row["proname"] for row in found} & API


def test_the_roles_have_no_attributes_to_speak_of(project: Project) -> None:
    found = project.sql(
        "select rolname, rolcanlogin, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb,"
        " rolinherit, rolreplication from pg_roles where rolname in ('wakti_site', 'wakti_edge')"
        " order by rolname"
    )
    assert [tuple(row.values()) for row in found] == [
        ("wakti_edge", True, False, False, False, False, False, False),
        ("wakti_site", False, False, False, False, False, False, False),
    ]


def test_every_function_of_the_api_is_owned_by_the_bound_role(project: Project) -> None:
    found = project.sql(
        "select p.proname, p.prosecdef, p.proconfig, p.proowner::regrole::text as owner"
        " from pg_proc as p where p.pronamespace = 'wakti'::regnamespace and p.proname = any (%s)",
        sorted(API - {"in_time"}),
    )
    assert len(found) == len(API) - 1
    for function in found:
        assert function["owner"] == "wakti_site"
        assert function["prosecdef"]
        assert function["proconfig"] == ["search_path=pg_catalog, pg_temp"]
    creators = project.sql("select has_schema_privilege('wakti_site', 'wakti', 'create') as may")
    assert creators == [{"may": False}]


BOUND = (
    "public.project_collections",
    "public.project_collection_schemas",
    "public.project_site_users",
    "public.project_uploads",
    "wakti.site_sessions",
    "wakti.rate_limits",
)


def test_the_bound_role_sees_one_project_or_none(project: Project, other_project: Project) -> None:
    for one in (project, other_project):
        one.api("POST", "collection/products", data={"a": 1})
        one.signed_up("user@example.com")
        one.upload(b"text", "a.txt", "text/plain")
    with psycopg.connect(project.endpoint.database) as connection:
        connection.execute("set local role wakti_site")
        for table in BOUND:
            query = sql.SQL("select distinct project_id::text from {}").format(
                sql.Identifier(*table.split("."))
            )
            connection.execute("select set_config('wakti.project', '', true)")
            assert connection.execute(query).fetchall() == []
            connection.execute("select set_config('wakti.project', %s, true)", [project.id])
            assert connection.execute(query).fetchall() == [(project.id,)]


def test_the_bound_role_cannot_write_into_another_project(
    project: Project, other_project: Project
) -> None:
    other_project.api("POST", "collection/products", data={"a": 1})
    with psycopg.connect(project.endpoint.database) as connection:
        connection.execute("set local role wakti_site")
        connection.execute("select set_config('wakti.project', %s, true)", [project.id])
        changed = connection.execute("update public.project_collections set data = '{}'")
        assert changed.rowcount == 0
        with pytest.raises(errors.InsufficientPrivilege, match="row-level security"):
            connection.execute(
                "insert into public.project_form_submissions (project_id, user_id, data)"
                " values (%s, %s, '{}')",
                [other_project.id, other_project.owner_id],
            )


def test_a_refused_request_binds_to_no_project(project: Project, edge: Connection) -> None:
    project.configure(enabled=False)
    edge.execute("reset role")
    with edge.transaction():
        edge.execute(
            "select wakti.submit(%s, null, '192.0.2.1', 'a', '{}', null, gen_random_uuid())",
            [project.id],
        )
        assert edge.execute("select wakti.current_project()").fetchone() == (None,)


def test_the_second_half_of_a_request_needs_a_backend(edge: Connection) -> None:
    nobody = str(uuid.uuid4())
    answer = edge.execute(
        "select (wakti.finish_signup(%s, 'a@b.cc', null, 'hash', sha256('x'), null)).code", [nobody]
    )
    assert answer.fetchone() == ("backend_not_enabled",)


def test_the_function_runs_as_the_edge_role(project: Project) -> None:
    project.api("POST", "submit", data={})
    found = project.sql(
        "select distinct usename from pg_stat_activity where application_name = %s"
        " and datname = current_database()",
        "project-backend-api",
    )
    assert found == [{"usename": "wakti_edge"}]


def test_the_password_of_the_edge_role_is_in_no_file(project: Project) -> None:
    found = project.sql("select rolname from pg_roles where rolname = 'wakti_edge'")
    assert found
    for folder in ("sql", "supabase", "edge_function_templates"):
        for path, _, names in os.walk(folder):
            for name in names:
                with open(os.path.join(path, name), encoding="utf-8") as file:
                    assert "password '" not in file.read().lower(), name
