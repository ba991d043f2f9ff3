"""Which tables policies, views and functions read, over however many steps. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pglast import parse_sql
from pglast.parser import ParseError

from ...spec import Relation
from ..catalog import Catalog, Policy, Table
from .atoms import Helpers, by_name
from .expression import ast, parsed, walk

_READ = re.compile(r"\b(?:from|join|into|update)\s+([\w.\"]+)", re.IGNORECASE)


class Readers:
    """Answers for one database.

    Parameters:
        definers: follow SECURITY DEFINER functions too, which read with their owner's rights.
    """

    def __init__(self, catalog: Catalog, *, definers: bool) -> None:
        self.catalog = catalog
        self.definers = definers
        self._helpers: Helpers = by_name(catalog.helpers)
        self._by_name: dict[str, list[Relation]] = {}
        for relation in catalog.tables:
            self._by_name.setdefault(relation.name, []).append(relation)
        self._direct: dict[Relation, frozenset[Relation]] = {}

    def of_policy(self, policy: Policy) -> frozenset[Relation]:
        """What a policy reads, and the functions that it calls."""
        trees = (parsed(text) for text in (policy.using, policy.check) if text is not None)
        return frozenset(name for tree in trees for name in self._in(tree, frozenset()))

    def of_source(self, source: str) -> frozenset[Relation]:
        """What the body of a function or the query of a view reads."""
        return frozenset(self._in_source(source, frozenset()))

    def reached(self, start: Relation) -> frozenset[Relation]:
        """All that is read to answer a request for `start`; itself where something asks it anew."""
        found: set[Relation] = set()
        todo = [start]
        while todo:
            for relation in self._of(todo.pop()) - found:
                found.add(relation)
                todo.append(relation)
        return frozenset(found)

    def _of(self, relation: Relation) -> frozenset[Relation]:
        table = self.catalog.tables.get(relation)
        if table is None:
            return frozenset()
        if relation not in self._direct:
            self._direct[relation] = frozenset(self._of_table(table))
        return self._direct[relation]

    def _of_table(self, table: Table) -> Iterator[Relation]:
        if table.is_view and (table.invoker or self.definers):
            yield from table.bases
            yield from self._in_source(table.definition, frozenset())
        for policy in table.policies:
            yield from self.of_policy(policy)

    def _in(self, tree: Any, seen: frozenset[str]) -> Iterator[Relation]:
        for node in walk(tree):
            if isinstance(node, ast.RangeVar):
                yield from self._named(node.schemaname, node.relname)
            elif isinstance(node, ast.FuncCall):
                name = str(node.funcname[-1].sval)
                for helper in self._helpers.get(name, ()) if name not in seen else ():
                    if self.definers or not helper.definer:
                        yield from self._in_source(helper.body, seen | {name})

    def _in_source(self, source: str, seen: frozenset[str]) -> Iterator[Relation]:
        try:
            yield from self._in(tuple(each.stmt for each in parse_sql(source)), seen)
        except (ParseError, ValueError):  # another language than SQL
            for name in _READ.findall(source):
                schema, _, relation = name.replace('"', "").rpartition(".")
                yield from self._named(schema, relation)

    def _named(self, schema: str | None, name: str) -> Iterator[Relation]:
        known = self._by_name.get(name, ())
        yield from (each for each in known if not schema or each.schema == schema)
