"""Run queries as somebody and read from PostgreSQL what they cost."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import psycopg
from psycopg import Connection
from psycopg import sql as q

from ...spec import Relation
from ..model import Identity
from ..scenario.insert import words_of
from .figures import Figures, Read
from .queries import Query

_PATIENCE = 20  # seconds for one query
_FEWEST = 1000  # rows that a query looks at, from where on it matters how many
_SHARE = 0.1  # of a table, from where on that is much of it
_FOUND = 0.2  # of the rows that were looked at, from where on it was right to do so
_EXPLAIN = q.SQL("explain (analyze, verbose, buffers, timing off, format json) ")
_BECOME = (
    "select set_config('role', %s, true), set_config('request.jwt.claims', %s, true),"
    " set_config('request.headers', %s, true), set_config('statement_timeout', %s, true)"
)
# What the plan does not show, such as checks of foreign keys and bodies of functions, is counted.
_COUNTED = """
select
  (
    select coalesce(sum(pg_stat_get_xact_blocks_fetched(c.oid)), 0)
    from pg_catalog.pg_class as c
    inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
    where c.relkind in ('r', 'i', 't', 'm') and c.relpersistence = 'p'
      and n.nspname not in ('pg_catalog', 'information_schema')
  )::bigint,
  (
    select coalesce(jsonb_object_agg(schemaname || '.' || relname, seq_tup_read), '{}')
    from pg_catalog.pg_stat_xact_user_tables
    where seq_tup_read > 0
  )
"""


class Meter:
    """Measures queries in a database whose tables are full.

    Parameters:
        connection: of a role that bypasses row level security; nothing is committed.
        sizes: how many rows each table holds.
        functions: names of functions that a filter may call for each row.
    """

    def __init__(
        self, connection: Connection[Any], sizes: Mapping[str, int], functions: Iterable[str]
    ) -> None:
        self.connection = connection
        self.sizes = sizes
        words = "|".join(sorted(map(re.escape, {*functions, "current_setting"})))
        self._called = re.compile(rf"\b({words})\(")
        for setting in ("jit = off", "max_parallel_workers_per_gather = 0"):
            connection.execute(q.SQL("set {}").format(q.SQL(setting)))

    def figures(self, query: Query, *, bare: bool = False, timed: bool = True) -> Figures | None:
        """What it costs; None if privileges or constraints refuse it whatever the policies say.

        Parameters:
            bare: past row level security.
            timed: run it twice, so that the second finds everything in memory.
        """
        try:
            if timed:
                self._once(query, bare)
            return self._once(query, bare)
        except (psycopg.errors.InsufficientPrivilege, psycopg.IntegrityError):
            return None
        except psycopg.errors.QueryCanceled:
            return Figures(failed=f"not done after {_PATIENCE} s")
        except psycopg.Error as error:
            return Figures(failed=words_of(error))

    def _once(self, query: Query, bare: bool) -> Figures:
        with self.connection.transaction(force_rollback=True):
            pages, read = self._counters()
            self._become(query.who, bare)
            row = self.connection.execute(_EXPLAIN + query.statement).fetchone()
            self.connection.execute("reset role")
            more, later = self._counters()
        answer = row[0][0] if row is not None else {}
        plan = answer["Plan"]
        hidden = {name: rows - read.get(name, 0) for name, rows in later.items()}
        found = _rows(plan)
        calls, called = self._calls(plan)
        return Figures(
            found,
            more - pages,
            answer["Execution Time"],
            calls,
            tuple(_named(called, query.asking)),
            tuple(self._reads(plan, hidden, query.table, found)),
            tuple(dict.fromkeys(_nodes(plan))),
        )

    def _become(self, who: Identity, bare: bool) -> None:
        values = (
            "none" if bare else who.role,
            json.dumps(who.token),
            json.dumps(dict(who.headers)),
            f"{_PATIENCE}s",
        )
        self.connection.execute(_BECOME, values)

    def _counters(self) -> tuple[int, dict[str, int]]:
        row = self.connection.execute(_COUNTED).fetchone()
        return (int(row[0]), dict(row[1])) if row is not None else (0, {})

    def _reads(
        self, plan: Any, hidden: Mapping[str, int], table: Relation, found: int
    ) -> Iterator[Read]:
        """Tables of which it looked at many rows to find few."""
        looked = {name: rows for name, rows in hidden.items() if rows > 0}
        for node in _all(plan):
            name = f"{node.get('Schema')}.{node.get('Relation Name')}"
            if "Relation Name" in node and node["Node Type"] != "ModifyTable":
                looked[name] = max(looked.get(name, 0), _examined(node))
        for name, rows in sorted(looked.items()):
            of = self.sizes.get(name, 0)
            if rows < _FEWEST or rows < _SHARE * of:
                continue
            if name == plain(table) and found >= _FOUND * rows:
                continue
            yield Read(name.removeprefix("public."), min(rows, of) if of else rows, of or rows)

    def _calls(self, plan: Any) -> tuple[int, tuple[str, ...]]:
        """For how many rows a filter calls something, and what."""
        most, names = 0, dict[str, None]()
        for node in _all(plan):
            text = " ".join(str(node.get(k, "")) for k in ("Filter", "Join Filter"))
            called = self._called.findall(text)
            rows = _examined(node)
            if called and rows >= _FEWEST:
                most = max(most, rows)
                names.update(dict.fromkeys(called))
        return most, tuple(names)


def _named(called: Iterable[str], asking: tuple[str, ...]) -> dict[str, None]:
    """The platform's functions by their names: a plan shows their bodies instead."""
    found: dict[str, None] = {}
    for name in called:
        found.update(dict.fromkeys(asking if name == "current_setting" and asking else (name,)))
    return found


def plain(relation: Relation) -> str:
    """A table's name as PostgreSQL's counters and plans have it, without quotes."""
    return f"{relation.schema}.{relation.name}"


def _examined(node: Any) -> int:
    rows = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
    rows += node.get("Rows Removed by Join Filter", 0)
    return int(rows * node["Actual Loops"])


def _rows(node: Any) -> int:
    """How many rows a statement found or changed; a count tells those that it counted."""
    if node["Node Type"] in ("ModifyTable", "Aggregate"):
        feeding = (c for c in node.get("Plans", ()) if c["Parent Relationship"] == "Outer")
        return sum(map(_rows, feeding))
    return int(node["Actual Rows"] * node["Actual Loops"])


def _all(node: Any) -> Iterator[Any]:
    yield node
    for child in node.get("Plans", ()):
        yield from _all(child)


def _nodes(plan: Any) -> Iterator[str]:
    for node in _all(plan):
        if "Relation Name" in node or "Index Name" in node:
            index = f" {node['Index Name']}" if "Index Name" in node else ""
            about = f" on {node['Relation Name']}" if "Relation Name" in node else ""
            yield f"{node['Node Type']}{index}{about}"
