"""A project may open new tables in public to the API roles by itself, or not: it ends alike."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from wakti_sb.migrate import apply, read
from wakti_sb.stack import embedded

from .callers import Database
from .conftest import MIGRATIONS
from .world import World

CLOSED = Path(embedded.__file__).parent / "platform" / "50_exposure_off.sql"

PRIVILEGES = """
    select c.oid::regclass::text, '', g.grantee::regrole::text, g.privilege_type
    from pg_class as c, aclexplode(c.relacl) as g
    where c.relnamespace in ('public'::regnamespace, 'wakti'::regnamespace)
      and g.grantee::regrole::text in ('-', 'anon', 'authenticated')
    union all
    select a.attrelid::regclass::text, a.attname, g.grantee::regrole::text, g.privilege_type
    from pg_attribute as a, aclexplode(a.attacl) as g
    where g.grantee::regrole::text in ('anon', 'authenticated')
    union all
    select p.oid::regprocedure::text, '', g.grantee::regrole::text, g.privilege_type
    from pg_proc as p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as g
    where p.pronamespace in ('public'::regnamespace, 'wakti'::regnamespace)
      and g.grantee::regrole::text in ('-', 'anon', 'authenticated')
    order by 1, 2, 3, 4
"""


@pytest.mark.slow
def test_both_modes_end_with_the_same_privileges(world: World, empty_database: str) -> None:
    admin = empty_database.replace("//postgres:", "//supabase_admin:")
    with psycopg.connect(admin) as connection:
        connection.execute(CLOSED.read_bytes())
    apply(empty_database, read(MIGRATIONS))
    with psycopg.connect(empty_database) as connection:
        closed = Database(connection)
        assert closed.run(PRIVILEGES) == world.database.run(PRIVILEGES)
        served = World.create(closed)
        assert len(closed.ask(served.alice.owner, "select id from public.project_uploads")) == 1
