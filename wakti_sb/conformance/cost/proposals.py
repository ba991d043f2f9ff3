"""What might make costly queries cheaper: indexes, and policies in another form. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from ...spec import Relation
from ..catalog import Catalog, Policy, Table
from ..catalog.identifiers import ident, quoted
from .figures import Measured
from .measure import plain
from .queries import OPERATIONS, PLATFORM
from .rewrite import altered, as_arrays, called, wrapped

_MOST_INDEXES = 8  # that are tried for one table


@dataclass(frozen=True)
class Candidate:
    """Statements to be tried, and what they change, in words."""

    statements: str
    reason: str


@dataclass(frozen=True)
class Ways:
    """What can be proposed in this database.

    Parameters:
        stable: names of functions that can be asked once.
        leading: the first columns of the indexes of each table.
    """

    catalog: Catalog
    stable: frozenset[str]
    leading: Mapping[str, frozenset[str]]

    def candidates(self, table: Table, costly: Iterable[Measured]) -> list[Candidate]:
        """The simplest first."""
        listed = list(costly)
        reads = {read.table for one in listed for read in one.figures.reads}
        kinds = {OPERATIONS[one.query] for one in listed} | {"select"}
        policies = [p for p in table.policies if {p.command} & {*kinds, "all"}]
        return [*self._indexes(reads), *self._forms(table, policies)]

    def asked(self) -> frozenset[str]:
        """The functions that policies call and that know the caller, or read tables."""
        known = {helper.relation.name for helper in self.catalog.helpers}
        texts = (
            text
            for table in self.catalog.tables.values()
            for policy in table.policies
            for text in (policy.using, policy.check)
            if text
        )
        return frozenset(name for text in texts for name in called(text)) & {*known, *PLATFORM}

    def _forms(self, table: Table, policies: list[Policy]) -> Iterator[Candidate]:
        forms: tuple[tuple[str, Callable[[str], str]], ...] = (
            ("each call is made once a query", lambda text: wrapped(text, self.stable)),
            ("rows are looked up by an array of keys", lambda text: self._array(text, table)),
        )
        seen: set[str] = set()
        for reason, change in forms:
            statements = [s for p in policies if (s := altered(table, p, change)) is not None]
            text = "\n".join(statements)
            if text and text not in seen:
                seen.add(text)
                yield Candidate(text, reason)

    def _array(self, text: str, table: Table) -> str:
        return wrapped(as_arrays(text, table), self.stable)

    def _indexes(self, reads: Collection[str]) -> Iterator[Candidate]:
        for table in self.catalog.tables.values():
            name = plain(table.relation).removeprefix("public.")
            if name not in reads or table.is_view:
                continue
            for column in list(self._unindexed(table))[:_MOST_INDEXES]:
                yield Candidate(
                    f"create index on {quoted(table.relation)} ({ident(column)});",
                    f"{name} is looked up by {column}",
                )

    def _unindexed(self, table: Table) -> Iterator[str]:
        """Columns that a policy or a foreign key may look rows up by, and that no index serves."""
        served = self.leading.get(plain(table.relation), frozenset())
        pointing = {column for key in table.foreign_keys for column in key.columns}
        words = self._words(table.relation)
        for column in table.columns:
            if column.name not in served and (column.name in pointing or column.name in words):
                yield column.name

    def _words(self, relation: Relation) -> frozenset[str]:
        """What policies of a table say, and everything else that mentions it."""
        texts = [
            text
            for table in self.catalog.tables.values()
            for policy in table.policies
            for text in (policy.using, policy.check)
            if text and (table.relation == relation or relation.name in text)
        ]
        texts += [h.body for h in self.catalog.helpers if relation.name in h.body]
        quoted_names = {n for text in texts for n in re.findall(r'"([^"]+)"', text)}
        return frozenset({n for text in texts for n in re.findall(r"\w+", text)} | quoted_names)
