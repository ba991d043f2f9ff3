"""Build the indexes that `migrate` needs on tables in use, before it needs them.

A migration is one transaction, which cannot build an index beside the table's writers: on a large
table they would wait for it, and with them everybody who waits for the migration's other locks.
What is there already is skipped by the migration's own `if not exists`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from pglast.stream import RawStream
from psycopg import sql

from wakti_sb.adopt.problem import TABLES
from wakti_sb.adopt.queries import query
from wakti_sb.errors import MigrationError
from wakti_sb.events import Listener, Step, ignore
from wakti_sb.lint.tree import ast, parsed, walk
from wakti_sb.migrate import Migration
from wakti_sb.migrate.connection import Connection, Target


@dataclass(frozen=True, slots=True)
class IndexStatement:
    """An index that a migration makes on one of the first release's tables.

    Parameters:
        columns: every column it mentions.
        text: the statement, saying CONCURRENTLY.
    """

    name: str
    table: str
    columns: frozenset[str]
    text: str


def build_indexes(
    db_url: str, migrations: Sequence[Migration], *, listener: Listener = ignore
) -> tuple[str, ...]:
    """Build what is missing, one after the other; return the names of those that were built.

    An index over a column that a migration is still to add is left to that migration: the column
    is empty then, and so is the index.

    Raise MigrationError if rows stand against a unique index: settle them first.
    """
    target = Target.parse(db_url)
    with target.session() as connection:
        wanted = [each for each in _on_live_tables(migrations) if _can_be_built(connection, each)]
        for number, index in enumerate(wanted):
            listener(Step(f"building {index.name}", number, len(wanted)))
            _build(connection, index, target.address)
    return tuple(index.name for index in wanted)


def _on_live_tables(migrations: Iterable[Migration]) -> Iterator[IndexStatement]:
    for migration in migrations:
        for raw in parsed(migration.text):
            node = raw.stmt
            if not isinstance(node, ast.IndexStmt) or not node.if_not_exists:
                continue  # without `if not exists` the migration would stumble over ours
            table = node.relation.relname
            if node.relation.schemaname == "public" and table in (*TABLES, "projects"):
                node.concurrent = True
                yield IndexStatement(node.idxname, table, _columns(node), RawStream()(node))


def _columns(node: Any) -> frozenset[str]:
    named = {element.name for element in node.indexParams if element.name}
    mentioned = {each.fields[-1].sval for each in walk(node) if isinstance(each, ast.ColumnRef)}
    return frozenset(named | mentioned)


def _can_be_built(connection: Connection, index: IndexStatement) -> bool:
    there = {name for name, _ in connection.execute(query("columns"), {"table": index.table})}
    return index.columns <= there and _state(connection, index) is not True


def _state(connection: Connection, index: IndexStatement) -> bool | None:
    row = connection.execute(query("index_state"), {"name": index.name}).fetchone()
    return None if row is None else row[0]


def _build(connection: Connection, index: IndexStatement, address: str) -> None:
    if _state(connection, index) is False:
        _drop(connection, index)  # what an interrupted build left would never become whole
    try:
        connection.execute(sql.SQL(index.text))  # written by the parser
    except psycopg.errors.UniqueViolation as error:
        _drop(connection, index)
        detail = error.diag.message_detail or "two rows have the same key"
        raise MigrationError(
            f"{index.name} cannot be built: {detail}",
            place=address,
            remedy="`wakti-sb adopt --check` names such rows.",
        ) from None
    except psycopg.Error:
        if not connection.broken:
            _drop(connection, index)
        raise


def _drop(connection: Connection, index: IndexStatement) -> None:
    connection.execute(
        sql.SQL(query("drop_index").decode()).format(name=sql.Identifier(index.name))
    )
