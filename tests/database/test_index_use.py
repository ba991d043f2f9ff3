"""What an owner asks is answered by an index, however many rows others have."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .callers import POSTGRES, Caller, Database
from .world import World

pytestmark = pytest.mark.slow  # tens of thousands of rows are made first

OWNERS, PROJECTS_EACH, ROWS_EACH = 1000, 3, 6

FILL = f"""
insert into auth.users (id, email)
select gen_random_uuid(), 'many' || n || '@example.com' from generate_series(1, {OWNERS}) as n;

insert into public.projects (user_id, name)
select id, 'many' from auth.users, generate_series(1, {PROJECTS_EACH}) where email like 'many%';

insert into public.project_backends (project_id, user_id)
select id, user_id from public.projects where name = 'many';

insert into public.project_uploads
  (project_id, user_id, filename, storage_path, file_type, size_bytes)
select id, user_id, 'f', id || '/' || n, 'text/plain', 1
from public.projects, generate_series(1, {ROWS_EACH}) as n where name = 'many';

insert into public.project_form_submissions (project_id, user_id, data)
select id, user_id, '{{}}'
from public.projects, generate_series(1, {ROWS_EACH}) where name = 'many';

insert into public.project_collections (project_id, user_id, collection_name, data)
select id, user_id, 'things', '{{}}'
from public.projects, generate_series(1, {ROWS_EACH}) where name = 'many';

insert into public.project_collections (project_id, user_id, collection_name, data)
select project_id, user_id, 'things', '{{}}'
from (select id as project_id, user_id from public.projects where name = 'many' limit 1),
  generate_series(1, 2000);

insert into public.project_collection_schemas (project_id, user_id, collection_name, schema)
select id, user_id, 'things' || n, '{{}}'
from public.projects, generate_series(1, {ROWS_EACH}) as n where name = 'many';

insert into public.project_site_users (project_id, owner_id, email, password_hash)
select id, user_id, 'v' || n || '@example.com', 'none'
from public.projects, generate_series(1, {ROWS_EACH}) as n where name = 'many';

analyze;
"""

QUERIES = {
    "projects": "select id from public.projects",
    "projects, newest first": "select id from public.projects order by created_at desc limit 20",
    **{
        name: query
        for table, newest in {
            "project_backends": "created_at",
            "project_uploads": "uploaded_at",
            "project_form_submissions": "created_at",
            "project_collections": "created_at",
            "project_collection_schemas": "created_at",
            "project_site_users": "created_at",
        }.items()
        for name, query in {
            table: f"select id from public.{table}",
            f"{table}, counted": f"select count(id) from public.{table}",
            f"{table}, newest first": (
                f"select id from public.{table} order by {newest} desc limit 20"
            ),
            f"{table}, of one project": (
                f"select id from public.{table} where project_id = '{{project}}' "
                f"order by {newest} desc limit 20"
            ),
            f"{table}, one row": f"select id from public.{table} where id = '{{project}}'",
        }.items()
    },
    "an update without a filter": "update public.project_form_submissions set status = 'read'",
    "a delete without a filter": "delete from public.project_collections",
    "a collection's active items": (
        "select id from public.project_collections where project_id = '{project}' "
        "and collection_name = 'things' and status = 'active' "
        "order by sort_order nulls first, created_at desc limit 20"
    ),
}


@pytest.fixture(scope="module")
def crowded(settled: World) -> Iterator[tuple[Database, Caller, str]]:
    database = settled.database
    with database.undone():
        for statement in FILL.split(";\n"):
            if statement.strip():
                database.run(statement)
        ((owner, project),) = database.run(
            "select user_id::text, project_id::text from public.project_collections "
            "group by 1, 2 order by count(*) desc limit 1"
        )
        yield database, Caller("authenticated", owner), project


@pytest.mark.parametrize("name", QUERIES)
def test_no_query_of_an_owner_reads_a_whole_table(
    crowded: tuple[Database, Caller, str], name: str
) -> None:
    database, owner, project = crowded
    plan = database.explain(owner, QUERIES[name].format(project=project))
    assert "Seq Scan" not in plan, plan


def test_a_published_list_is_read_in_the_order_of_its_index(
    crowded: tuple[Database, Caller, str],
) -> None:
    database, _, project = crowded
    query = QUERIES["a collection's active items"].format(project=project)
    plan = database.explain(POSTGRES, query)
    assert "project_collections_active_idx" in plan
    assert "Sort" not in plan, plan
