"""A running database as SQL text, so that the same rules judge it as judge migrations.

pg_dump writes the schema; roles, buckets and policies on Storage's tables, which it leaves out or
which lie among the platform's own, are added as the statements that would make them.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg import Connection, sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from wakti_sb.errors import WaktiError
from wakti_sb.lint.catalog import Catalog
from wakti_sb.lint.replay import Defaults, replay
from wakti_sb.migrate import Migration
from wakti_sb.migrate.statements import split

DATABASE = "database"
"""What stands where a file's name would."""
PLATFORM = (
    "auth", "storage", "realtime", "_realtime", "vault", "extensions", "graphql", "graphql_public",
    "supabase_functions", "supabase_migrations", "pgbouncer", "pgsodium", "cron", "net", "pgmq",
)  # fmt: skip
_ROLES = "select rolname, rolbypassrls or rolsuper as passes from pg_roles where rolname !~ '^pg_'"
_MEMBERS = """
select granted.rolname, member.rolname
from pg_auth_members
  join pg_roles as granted on granted.oid = roleid
  join pg_roles as member on member.oid = pg_auth_members.member
where granted.rolname !~ '^pg_'
"""
_POLICIES = """
select policyname, permissive, roles::text[], cmd, qual, with_check
from pg_policies
where schemaname = 'storage' and tablename = 'objects'
order by policyname
"""


def observed(db_url: str, connection: Connection[Any], pg_dump: str) -> Catalog:
    """The catalog of a running database.

    Parameters:
        pg_dump: the program.

    Raise WaktiError if pg_dump cannot read the schema: the server may be newer than it.
    """
    text = "\n".join([*_first(connection), _dump(db_url, pg_dump), *_last(connection)])
    statements = split(text, DATABASE)
    migration = Migration("0", DATABASE, DATABASE, text, statements)
    return replay([migration], Defaults.of_postgresql())


def _dump(db_url: str, pg_dump: str) -> str:
    parts = conninfo_to_dict(db_url)
    password = str(parts.pop("password", "") or os.environ.get("PGPASSWORD", ""))
    address = make_conninfo("", **{name: str(value) for name, value in parts.items()})
    done = subprocess.run(
        [
            pg_dump,
            "--schema-only",
            "--no-owner",
            *(f"--exclude-schema={name}" for name in PLATFORM),
            f"--dbname={address}",
        ],
        env={"PATH": os.defpath, "PGPASSWORD": password, "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        said = done.stderr.strip().splitlines()
        reason = said[-1] if said else "it gave no reason"
        raise WaktiError(f"pg_dump cannot read the schema: {reason}", place=DATABASE)
    return "\n".join(line for line in done.stdout.splitlines() if not line.startswith("\\"))


def _first(connection: Connection[Any]) -> Iterator[str]:
    for role, passes in connection.execute(_ROLES):
        if passes:
            yield sql.SQL("create role {} bypassrls;").format(sql.Identifier(role)).as_string()
    for role, member in connection.execute(_MEMBERS):
        grant = sql.SQL("grant {} to {};").format(sql.Identifier(role), sql.Identifier(member))
        yield grant.as_string()


def _last(connection: Connection[Any]) -> Iterator[str]:
    if connection.execute("select to_regclass('storage.objects')").fetchone() == (None,):
        return
    for name, permissive, roles, command, using, check in connection.execute(_POLICIES):
        # Conditions come out of the catalog as SQL text, and are only parsed.
        parts = [
            sql.SQL("create policy {} on storage.objects as {} for {} to {}").format(
                sql.Identifier(name),
                sql.SQL(permissive),
                sql.SQL(command),
                sql.SQL(", ").join(
                    sql.SQL("public") if role == "public" else sql.Identifier(role)
                    for role in roles
                ),
            )
        ]
        parts += [sql.SQL("using ({})").format(sql.SQL(using))] if using else []
        parts += [sql.SQL("with check ({})").format(sql.SQL(check))] if check else []
        yield sql.SQL(" ").join(parts).as_string() + ";"
    try:
        with connection.transaction():
            public = connection.execute("select id from storage.buckets where public").fetchall()
    except psycopg.Error:
        return  # a role that may not read buckets learns nothing of them
    for (bucket,) in public:
        statement = sql.SQL("insert into storage.buckets (id, public) values ({}, true);")
        yield statement.format(sql.Literal(bucket)).as_string()
