"""Small schemas of one owner, written where a test says what is special about them."""

from __future__ import annotations

import psycopg

from wakti_sb.spec import Spec, parse

POLICY = "(user_id = (select auth.uid()))"


def table(
    name: str, *columns: str, key: str = "id uuid primary key default gen_random_uuid()"
) -> str:
    """A table with an owner and one sound policy for everything."""
    listed = [key, "user_id uuid not null references auth.users on delete cascade", *columns]
    return (
        f"create table {name} ({', '.join(c for c in listed if c)});"
        f" alter table {name} enable row level security;"
        f' create policy "own" on {name} to authenticated using {POLICY};'
    )


def model(*names: str, more: str = "") -> Spec:
    """Everything is its owner's to do."""
    return parse("\n".join((*map(owned, names), more)))


def owned(name: str) -> str:
    """The same of one table, as `wakti.toml` says it."""
    return (
        f"[[owned]]\ntable = '{name}'\nowner = 'user_id'\nselect = 'own'\ninsert = 'own'\n"
        "update = 'own'\ndelete = 'own'\n"
    )


def applied(url: str, *statements: str) -> str:
    """The database, with these statements committed."""
    with psycopg.connect(url) as connection:
        for statement in statements:
            connection.execute(statement)
    return url


def as_superuser(url: str) -> str:
    """The same database as the platform's only superuser."""
    return url.replace("postgres:postgres@", "supabase_admin:postgres@", 1)


def content(url: str) -> dict[str, object]:
    """Every row of every table in the schemas that a run writes to."""
    with psycopg.connect(url) as connection:
        names = connection.execute(
            "select format('%I.%I', schemaname, tablename) from pg_tables"
            " where schemaname in ('public', 'auth', 'storage') order by 1"
        ).fetchall()
        return {
            name: connection.execute(
                f"select json_agg(t order by t::text) from {name} as t"
            ).fetchone()
            for (name,) in names
        }
