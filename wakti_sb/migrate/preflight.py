"""Is this a database that migrations can be applied to? Asked before anything is changed."""

from __future__ import annotations

from dataclasses import dataclass

from psycopg.rows import class_row

from wakti_sb.migrate.connection import Connection
from wakti_sb.migrate.errors import DatabaseUnsuitable
from wakti_sb.migrate.queries import query

OLDEST = 15  # the site API's views and policies need it, and so does hosted Supabase
_HISTORY = "supabase_migrations.schema_migrations"


@dataclass(frozen=True, slots=True)
class Facts:
    """What `queries/preflight.sql` finds.

    Parameters:
        standby: the server is a replica.
        read_only: transactions of this role are.
        missing: what every Supabase database has and this one has not.
        creates_schemas, has_schema, …: what there is of the history and what the role may do.
    """

    standby: bool
    read_only: bool
    role: str
    missing: list[str]
    creates_schemas: bool
    has_schema: bool
    uses_schema: bool
    creates_table: bool
    has_table: bool
    reads_history: bool
    writes_history: bool
    has_columns: bool


def inspect(connection: Connection, address: str, *, writing: bool) -> Facts:
    """The facts about the database.

    Raise DatabaseUnsuitable if migrations cannot be read (`writing`: applied) with them.
    """
    judge_version(connection.info.server_version, address)
    with connection.cursor(row_factory=class_row(Facts)) as cursor:
        facts = cursor.execute(query("preflight")).fetchone()
    assert facts is not None  # noqa: S101  # the query always gives one row
    judge(facts, address, writing=writing)
    return facts


def judge_version(version: int, address: str) -> None:
    """Raise DatabaseUnsuitable if the server (170010 is 17.10) is older than 15."""
    if version < OLDEST * 10000:
        raise DatabaseUnsuitable(
            f"the server is PostgreSQL {version // 10000}, too old for these migrations",
            place=address,
            remedy=f"PostgreSQL {OLDEST} or newer is needed.",
        )


def judge(facts: Facts, address: str, *, writing: bool) -> None:
    """Raise DatabaseUnsuitable if the facts do not allow to read, or to write."""
    if facts.missing:
        raise DatabaseUnsuitable(
            f"this is not a Supabase database: no {_listed(facts.missing)}",
            place=address,
            remedy="Name the database of a Supabase project; `wakti-sb up` starts a local one.",
            missing=tuple(facts.missing),
        )
    if facts.has_table and not (facts.uses_schema and facts.reads_history):
        raise _forbidden(f"role {facts.role} cannot read {_HISTORY}", address)
    if not writing:
        return
    if facts.standby:
        raise DatabaseUnsuitable(
            "this server is a read replica",
            place=address,
            remedy="Migrate the primary; the replica follows.",
        )
    if facts.read_only:
        raise _forbidden(f"role {facts.role} is read-only", address)
    if facts.has_table:
        allowed = facts.writes_history
    elif facts.has_schema:
        allowed = facts.uses_schema and facts.creates_table
    else:
        allowed = facts.creates_schemas
    if not allowed:
        verb = "write" if facts.has_table else "create"
        raise _forbidden(f"role {facts.role} cannot {verb} {_HISTORY}", address)


def _forbidden(cause: str, address: str) -> DatabaseUnsuitable:
    return DatabaseUnsuitable(
        cause, place=address, remedy="Connect as postgres, the role that migrations run as."
    )


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
