"""How PostgreSQL finds an owner's rows: the plan of each query, its time, and what it scanned."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from bench.policies.crowd import Owner, Table
from wakti_sb.errors import StackError
from wakti_sb.spec import Nobody, Rule

Node = dict[str, Any]


_FEW_PAGES = 64 * 1024  # bytes


@dataclass(frozen=True)
class Query:
    """A statement of an owner, in words and in SQL."""

    words: str
    statement: sql.Composed


@dataclass(frozen=True)
class Plan:
    """What came of a query.

    Parameters:
        table, query: whose.
        rows: how many it found or changed.
        pages: of 8 KiB that it looked at: a measure that no other program disturbs.
        planning, execution: milliseconds of each run.
        indexes: those that it used.
        scanned: tables that it read from end to end, by itself or in the checks of foreign keys.
    """

    table: str
    query: str
    rows: int
    pages: int
    planning: tuple[float, ...]
    execution: tuple[float, ...]
    indexes: tuple[str, ...]
    scanned: tuple[str, ...]


def queries(table: Table, project: str) -> Iterator[Query]:
    """What an owner may ask of a table, with a filter on one project and without."""
    name = sql.Identifier(table.owned.table.schema, table.owned.table.name)
    columns = sql.SQL(", ").join(map(sql.Identifier, table.columns))
    newest = sql.Identifier(table.newest)
    one = sql.SQL(" where {} = {}").format(sql.Identifier(table.key), sql.Literal(project))
    for words, where in (("", sql.SQL("")), (", project filter", one)):
        read = sql.SQL("select {} from {}{}").format(columns, name, where)
        yield Query(f"all rows{words}", read)
        yield Query(
            f"page of 20{words}",
            read + sql.SQL(" order by {} desc limit 20").format(newest),
        )
        yield Query(f"count{words}", sql.SQL("select count(*) from {}{}").format(name, where))
        if _allowed(table.owned.update):
            column = sql.Identifier((table.owned.update.columns or (table.newest,))[0])
            change = sql.SQL("update {} set {} = {}{}").format(name, column, column, where)
            yield Query(f"update{words}", change)
        if _allowed(table.owned.delete):
            yield Query(f"delete{words}", sql.SQL("delete from {}{}").format(name, where))


def explain(connection: psycopg.Connection, owner: Owner, table: Table, runs: int) -> list[Plan]:
    """Run every query of a table as its owner, once to warm up and then `runs` times.

    Raise StackError if a query found nothing: its time would say nothing.
    """
    plans = []
    for query in queries(table, owner.projects[0]):
        answers = [_explain_once(connection, owner, query) for _ in range(runs + 1)][1:]
        top, scanned = answers[0][0]["Plan"], answers[0][1]
        rows = _rows(top)
        if rows == 0:
            raise StackError(f"the owner's query found nothing: {query.words}.", place=table.name)
        plans.append(
            Plan(
                table.name,
                query.words,
                rows,
                pages=top["Shared Hit Blocks"] + top["Shared Read Blocks"],
                planning=tuple(answer["Planning Time"] for answer, _ in answers),
                execution=tuple(answer["Execution Time"] for answer, _ in answers),
                indexes=tuple(dict.fromkeys(_indexes(top))),
                scanned=scanned,
            )
        )
    return plans


def _explain_once(
    connection: psycopg.Connection, owner: Owner, query: Query
) -> tuple[dict[str, Any], tuple[str, ...]]:
    explain = sql.SQL("explain (analyze, verbose, buffers, timing off, format json) ")
    with _as(connection, owner):
        before = _scans(connection)
        row = connection.execute(explain + query.statement).fetchone()
        after = _scans(connection)
    assert row is not None
    answer = row[0][0]
    # A plan does not tell what the checks and cascades of foreign keys do; the counters do.
    counted = [name for name, scans in after.items() if scans > before.get(name, 0)]
    return answer, tuple(dict.fromkeys([*_scanned(answer["Plan"]), *counted]))


def _scans(connection: psycopg.Connection) -> dict[str, int]:
    """How often each table was read from end to end, of what is not yet reported.

    A table that fits into a few pages is rightly read so: no index is quicker.
    """
    return dict(
        connection.execute(
            "select format('%%I.%%I', schemaname, relname), seq_scan"
            " from pg_stat_xact_user_tables"
            " where seq_scan > 0 and pg_relation_size(relid) > %s",
            [_FEW_PAGES],
        ).fetchall()
    )


@contextmanager
def _as(connection: psycopg.Connection, owner: Owner) -> Iterator[None]:
    """Role and claims as the Data API sets them, for one transaction that is rolled back."""
    claims = json.dumps({"sub": owner.id, "role": "authenticated"})
    with connection.transaction(force_rollback=True):
        connection.execute(
            "select set_config('role', 'authenticated', true),"
            " set_config('request.jwt.claims', %s, true)",
            [claims],
        )
        yield


def _allowed(rule: Rule) -> bool:
    return not isinstance(rule.right, Nobody)


def _rows(node: Node) -> int:
    """How many rows a statement found or changed; a count tells those it counted."""
    if node["Node Type"] in ("ModifyTable", "Aggregate"):
        return sum(_rows(child) for child in _children(node) if _feeds(child))
    return int(node["Actual Rows"] * node["Actual Loops"])


def _feeds(node: Node) -> bool:
    return bool(node["Parent Relationship"] != "InitPlan")


def _children(node: Node) -> Sequence[Node]:
    children: Sequence[Node] = node.get("Plans", ())
    return children


def _indexes(node: Node) -> Iterator[str]:
    if "Index Name" in node:
        yield node["Index Name"]
    for child in _children(node):
        yield from _indexes(child)


def _scanned(node: Node) -> Iterator[str]:
    if node["Node Type"] == "Seq Scan":
        yield f"{node['Schema']}.{node['Relation Name']}"
    for child in _children(node):
        yield from _scanned(child)
