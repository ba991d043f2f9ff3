"""Inserts planned rows: what constraints refuse is mended, what a trigger has made is adopted."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import psycopg
from psycopg import Connection, sql
from psycopg.errors import CheckViolation, ExclusionViolation, UniqueViolation

from ...spec import Relation, Spec
from ..catalog import Catalog, Table
from ..model import OBJECTS, USERS, Identity
from .checks import candidates
from .metadata import profile
from .model import Row
from .shown import acting_for
from .solve import expressions_on, mend
from .statements import assign, matching, relation_name, text
from .together import done_together

_CHECK = sql.SQL("set constraints all immediate")
_WAIT = sql.SQL("set constraints all deferred")
_ATTEMPTS = 6
_MOST_REFERENCES = 5


def refresh(connection: Connection[Any], catalog: Catalog, view: Relation) -> None:
    """Let a materialized view show the rows that are there now; other views always do."""
    if catalog.tables[view].kind == "m":
        query = sql.SQL("refresh materialized view {}").format(relation_name(view))
        connection.execute(query)


@dataclass
class Inserter:
    """Inserts rows one by one.

    `further` are values of new rows that cases have to try, as `Scenario.further`.
    `untested` says in the database's own words why some rows are not there, `planned` holds the
    others as they came to be.
    """

    connection: Connection[Any]
    catalog: Catalog
    salt: str
    pinned: dict[str, set[str]]
    untested: dict[str, str] = field(default_factory=dict)
    planned: dict[Relation, list[tuple[Row, dict[str, Any]]]] = field(default_factory=dict)
    further: dict[Relation, list[dict[str, Any]]] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: count(100))
    _people: list[str] = field(default_factory=list)
    _moved: dict[tuple[Relation, str, str], Any] = field(default_factory=dict)

    def users(self, identities: Sequence[Identity]) -> None:
        """Rows of auth.users with the very ids that tokens carry as `sub`."""
        seen: set[str] = set()
        for number, who in enumerate(identities):
            if who.user_id is None or who.user_id in seen:
                continue
            seen.add(who.user_id)
            self._people.append(who.user_id)
            metadata = profile(number, self.salt, self.catalog) | who.token["user_metadata"]
            values = {
                "id": who.user_id,
                "aud": "authenticated",
                "role": "authenticated",
                "email": f"{who.user_id}@example.com",
                "raw_user_meta_data": json.dumps(metadata),
                "raw_app_meta_data": '{"provider": "email", "providers": ["email"]}',
            }
            try:
                done_together(self.connection, [_insertion(USERS, values)])
            except psycopg.Error as error:
                self.untested.setdefault(str(USERS), words_of(error))

    def bucket(self, name: str) -> None:
        """A private bucket of our own."""
        query = "insert into storage.buckets (id, name) values (%s, %s) on conflict do nothing"
        try:
            with self.connection.transaction():
                self.connection.execute(query, (name, name))
        except psycopg.Error as error:
            self.untested.setdefault(str(OBJECTS), words_of(error))

    def refresh(self, view: Relation) -> None:
        """Let a materialized view show the rows that are there now."""
        try:
            with self.connection.transaction():
                refresh(self.connection, self.catalog, view)
        except psycopg.Error as error:
            self.untested.setdefault(str(view), words_of(error))

    def settle(self, circle: Iterable[Relation]) -> None:
        """Let the keys that waited for each other be checked now that all rows are there."""
        if not circle:
            return
        try:
            with self.connection.transaction():
                self.connection.execute("set constraints all immediate")
        except psycopg.Error as error:
            for table in circle:
                self.untested.setdefault(str(table), words_of(error))
            self.connection.execute("set constraints all deferred")

    def row(self, row: Row, *, wait: bool = False) -> None:
        """Insert one planned row, mending what CHECK constraints refuse.

        `wait`: rows that it needs are still to come, deferrable keys are not checked yet.
        """
        if str(row.table) in self.untested:
            return
        table = self.catalog.tables[row.table]
        try:
            made = self.made(
                table,
                self._repointed(table, row.values),
                row.person,
                wait=wait,
                beside=row.optional or bool(row.variant),
            )
        except psycopg.Error as error:
            if not row.optional:
                self.untested[str(row.table)] = words_of(error)
            return
        if made is None:
            if row.label == "other" and self._is_nobodys(table):
                self._moves(row, self._there(table))
                return
            if row.optional or row.variant:
                return
            cause = (
                f"no row for {row.label}: a trigger drops it, or one with the same unique key "
                "is there already"
            )
            self.untested[str(row.table)] = cause
            return
        self.planned.setdefault(row.table, []).append((row, made))
        self._moves(row, made)

    def _moves(self, row: Row, made: Mapping[str, Any]) -> None:
        """Remember what the database made of the values that keys of other rows were to have."""
        for name, value in row.values.items():
            if value is not None and name in made and text(made[name]) != text(value):
                self._moved[row.table, name, str(text(value))] = made[name]

    def _there(self, table: Table) -> dict[str, Any]:
        """A row of reference data that is there already, one that was not planned if possible."""
        ours = [made for _, made in self.planned.get(table.relation, ())]
        query = sql.SQL("select to_jsonb(t.*) from {} as t limit {}").format(
            relation_name(table.relation), sql.Literal(len(ours) + 1)
        )
        rows = [dict(found[0]) for found in self.connection.execute(query)]
        return next((each for each in rows if each not in ours), rows[0] if rows else {})

    def _repointed(self, table: Table, values: Mapping[str, Any]) -> dict[str, Any]:
        """The values, with keys of parents as these came to be: a trigger may have made one."""
        found = dict(values)
        for key in table.foreign_keys:
            for column, theirs in zip(key.columns, key.parent_columns, strict=True):
                known = (key.table, theirs, str(text(values.get(column))))
                if known in self._moved:
                    found[column] = self._moved[known]
        return found

    def made(
        self,
        table: Table,
        values: dict[str, Any],
        person: Identity | None,
        *,
        rehearsal: bool = False,
        wait: bool = False,
        pinned: Collection[str] = (),
        beside: bool = False,
    ) -> dict[str, Any] | None:
        """Insert; `values` is corrected in place, but for those in `pinned`.

        None if the same key is taken by another row. `rehearsal`: no other row is touched.
        `beside`: it takes the place of no planned row.
        """
        mended = False
        for attempt in range(_ATTEMPTS):
            try:
                made = self._insert(table.relation, values, person, wait)
            except CheckViolation as error:
                kept = {*self.pinned.get(table.relation, ()), *pinned}
                mended = attempt + 1 < _ATTEMPTS and mend(
                    self.connection,
                    table,
                    values,
                    error,
                    attempt=attempt,
                    number=next(self._numbers),
                    pinned=kept,
                    references=self._references(table),
                    salt=self.salt,
                )
                if not mended:
                    raise
                continue
            except (UniqueViolation, ExclusionViolation):
                made = None
            if made is not None:
                return made
            if self._loosened(table, values):
                continue
            # A check that takes one value alone leaves room for one row.
            only = mended and self._is_nobodys(table)
            if rehearsal and only:
                return values
            if (
                not rehearsal
                and (found := self._adopt(table, values, any_key=only, beside=beside)) is not None
            ):
                return found
            self._renumber(table, values)
        return values if rehearsal else self._adopt(table, values, any_key=True, beside=beside)

    def _insert(
        self, table: Relation, values: dict[str, Any], person: Identity | None, wait: bool
    ) -> dict[str, Any] | None:
        insertion = _insertion(table, values)
        steps = [acting_for(person), insertion, _CHECK, acting_for(None)]
        if wait:
            steps = [acting_for(person), _WAIT, insertion, acting_for(None)]
        rows = done_together(self.connection, steps)[2 if wait else 1].rows
        return rows[0][0] if rows else None

    def _adopt(
        self, table: Table, values: dict[str, Any], *, any_key: bool = False, beside: bool = False
    ) -> dict[str, Any] | None:
        """A row that a trigger has made for us: found by its unique key, completed with ours.

        `any_key`: also by a key that does not consist of references alone, such as a user's row for
        each of several kinds, or the one row of a table of settings; one that was not adopted yet.
        """
        pointing = {column for key in table.foreign_keys for column in key.columns}
        for unique in table.uniques:
            inside = set(unique.columns) <= pointing
            further = self._is_nobodys(table) or pointing & set(unique.columns)
            if not unique.columns or not (inside or (any_key and further)):
                continue
            if (beside or not inside) and self._is_ours(table, unique.columns, values):
                continue
            if any(values.get(column) is None for column in unique.columns):
                continue
            same = matching(unique.columns, values)
            rest = {k: v for k, v in values.items() if k not in table.primary_key}
            # A row that is nothing but its key is complete: setting the key to itself finds it.
            rest = rest or {name: values[name] for name in unique.columns}
            query = sql.SQL("update {} as t set {} where {} returning to_jsonb(t.*)").format(
                relation_name(table.relation),
                sql.SQL(", ").join(assign(name, value) for name, value in rest.items()),
                same,
            )
            row = self.connection.execute(query).fetchone()
            if row is not None:
                return dict(row[0])
        return None

    def _is_nobodys(self, table: Table) -> bool:
        """Whether its rows belong to nobody: such a table may hold one row and no other."""
        return table.relation in self.pinned and not self.pinned[table.relation]

    def _is_ours(self, table: Table, columns: Iterable[str], values: Mapping[str, Any]) -> bool:
        """Whether the row with these values is one that was planned: no other takes its place."""
        known = (made for _, made in self.planned.get(table.relation, ()))
        return any(_same(columns, made, values) for made in known)

    def _references(self, table: Table) -> dict[str, list[str | None]]:
        """Rows that columns of foreign keys may point at."""
        found: dict[str, list[str | None]] = {}
        for key in table.foreign_keys:
            rows = [made for _, made in self.planned.get(key.table, ())]
            for column, theirs in zip(key.columns, key.parent_columns, strict=True):
                ids = [text(made.get(theirs)) for made in rows]
                known = self._people if key.table == USERS else filter(None, ids)
                found[column] = [*known][:_MOST_REFERENCES]
        return found

    def _loosened(self, table: Table, values: dict[str, Any]) -> bool:
        """Point nowhere with an optional key that takes one row, which is another planned one."""
        placing = self.pinned.get(table.relation, ())
        pointing = {column for key in table.foreign_keys for column in key.columns}
        for unique in table.uniques:
            free = [
                name
                for name in pointing & set(unique.columns)
                if (column := table.column(name)) and not column.not_null and name not in placing
            ]
            there = bool(free) and values.get(free[0]) is not None
            if there and self._is_ours(table, unique.columns, values):
                values[free[0]] = None
                return True
        return False

    def _renumber(self, table: Table, values: dict[str, Any]) -> None:
        """Another value in each unique column that points nowhere, also where it has a default."""
        pointing = {column for key in table.foreign_keys for column in key.columns}
        for unique in table.uniques:
            for name in unique.columns:
                column = table.column(name)
                if column is None or column.generated or name in pointing:
                    continue
                if name not in values and (column.default is None or "(" in column.default):
                    continue
                expressions = expressions_on(table, name)
                now = values.get(name)
                choices = candidates(column, expressions, next(self._numbers), self.salt)
                values[name] = next((c for c in choices if c != now), now)


def pinned(spec: Spec) -> dict[str, set[str]]:
    """Columns whose value says whose a row is or who may see it: no check may change them."""
    found: dict[str, set[str]] = {}
    for entry in spec.relations:
        found[entry.table] = {*entry.placing, *(c.column for c in entry.conditions)}
        members = spec.members_in(entry.table)
        if members is not None and members.role is not None:
            found[entry.table].add(members.role)
    return found


def _same(columns: Iterable[str], one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return all(text(one.get(name)) == text(other.get(name)) for name in columns)


def words_of(error: psycopg.Error) -> str:
    """Why it was refused, in the words of the database."""
    if isinstance(error, psycopg.errors.LockNotAvailable):
        return "another session holds a lock on it"
    return (error.diag.message_primary or str(error)).strip()


def _insertion(table: Relation, values: Mapping[str, Any]) -> sql.Composed:
    """The statement that inserts a row, NULLs left out, and answers with it."""
    given = {name: value for name, value in values.items() if value is not None}
    query = sql.SQL(
        "insert into {} as t ({}) overriding system value values ({}) returning to_jsonb(t.*)"
    ).format(
        relation_name(table),
        sql.SQL(", ").join(map(sql.Identifier, given)),
        sql.SQL(", ").join(map(sql.Literal, given.values())),
    )
    if not given:
        query = sql.SQL("insert into {} as t default values returning to_jsonb(t.*)").format(
            relation_name(table)
        )
    return query
