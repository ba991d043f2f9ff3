"""Make a planned scenario real: rows that satisfy what the catalog demands of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import psycopg
from psycopg import Connection, sql
from psycopg.errors import CheckViolation

from ...spec import Relation, Spec
from ..catalog import OBJECTS, USERS, Catalog, Table
from .checks import candidates
from .folders import ELSEWHERE, file_rows
from .label import labelled
from .model import Identity, Row, Scenario
from .plan import circles, conditions, members_in, row_values
from .samples import marker, sample
from .shown import act_for, shown_of_ours, shown_to
from .solve import expressions_on, mend
from .statements import assign, matching, relation_name, text

_ATTEMPTS = 6
_MOST_ROWS = 2000  # of a table that holds data already; beyond, only ours are looked at
_SPARE = 500  # numbers from here on are those of rows that cases insert


def seed(connection: Connection[Any], scenario: Scenario) -> Scenario:
    """Insert the rows of `scenario` and read back what became of them.

    The caller decides whether the transaction is committed. A table whose rows cannot be made is
    named in `untested` with the database's own words.
    """
    seeder = _Seeder(connection, scenario.catalog, scenario.salt, _pinned(scenario.spec))
    seeder.users(scenario.identities)
    circle = circles(scenario.catalog, dict.fromkeys(row.table for row in scenario.rows))
    waiting = [row for row in scenario.rows if row.table in circle]
    for row in scenario.rows:
        seeder.row(row, wait=any(row is not each for each in waiting))
        waiting = [each for each in waiting if each is not row]
    seeder.settle(circle)
    tables = tuple(dict.fromkeys(row.table for row in scenario.rows))
    found = seeder.as_found(scenario, tables)
    files = list(file_rows(found))
    if files:
        seeder.bucket(ELSEWHERE)
    for row in files:
        seeder.row(row)
    views = tuple(v.table for v in scenario.spec.view if v.table in scenario.catalog.tables)
    for view in views:
        seeder.refresh(view)
    found = seeder.as_found(scenario, (*tables, *seeder.planned_files, *views))
    solved = {t: v for t in tables if (v := seeder.rehearse(found, scenario.catalog.tables[t]))}
    alternatives = {t: seeder.alternatives(found, scenario.catalog.tables[t]) for t in tables}
    return replace(found, solved=solved, alternatives=alternatives, _index={})


def profile(number: int, salt: str) -> dict[str, str]:
    """What a new user says of itself: triggers at sign-up often read it."""
    word = marker(number, f"user{salt}")
    names = ("name", "full_name", "display_name", "first_name", "last_name")
    return {name: f"{name} {word}" for name in names} | {
        "username": word,
        "user_name": word,
        "avatar_url": f"https://example.com/{word}",
    }


def refresh(connection: Connection[Any], catalog: Catalog, view: Relation) -> None:
    """Let a materialized view show the rows that are there now; other views always do."""
    if catalog.tables[view].kind == "m":
        query = sql.SQL("refresh materialized view {}").format(relation_name(view))
        connection.execute(query)


@dataclass
class _Seeder:
    connection: Connection[Any]
    catalog: Catalog
    salt: str
    pinned: dict[str, set[str]]
    untested: dict[str, str] = field(default_factory=dict)
    planned: dict[Relation, list[tuple[Row, dict[str, Any]]]] = field(default_factory=dict)

    @property
    def planned_files(self) -> tuple[Relation, ...]:
        """storage.objects, if a bucket of the model has files."""
        return tuple(table for table in self.planned if table == OBJECTS)

    def as_found(self, scenario: Scenario, tables: Sequence[Relation]) -> Scenario:
        """The scenario with the rows that are really there."""
        by_table = {table: list(self.read(table, scenario.identities)) for table in tables}
        rows = [row for found in by_table.values() for row in found]
        partial = frozenset(t for t, found in by_table.items() if len(found) >= _MOST_ROWS)
        found = replace(
            scenario,
            rows=tuple(rows),
            untested={**scenario.untested, **self.untested},
            partial=partial,
            _index={},
        )
        taken: set[tuple[str, str | None]] = set()
        shown: list[Row] = []
        for row in rows:
            named = labelled(found, row) if row.label is None else row
            if (named.table, named.label) in taken:
                named = replace(named, label=None)
            if named.label is not None:
                taken.add((named.table, named.label))
            shown.append(named)
        return replace(found, rows=tuple(shown), _index={})

    def users(self, identities: Sequence[Identity]) -> None:
        """Rows of auth.users with the very ids that tokens carry as `sub`."""
        seen: set[str] = set()
        for number, who in enumerate(identities):
            if who.user_id is None or who.user_id in seen:
                continue
            seen.add(who.user_id)
            metadata = profile(number, self.salt) | who.token["user_metadata"]
            values = {
                "id": who.user_id,
                "aud": "authenticated",
                "role": "authenticated",
                "email": f"{who.user_id}@example.com",
                "raw_user_meta_data": json.dumps(metadata),
                "raw_app_meta_data": '{"provider": "email", "providers": ["email"]}',
            }
            try:
                with self.connection.transaction():
                    self._insert(USERS, values)
            except psycopg.Error as error:
                self.untested.setdefault(str(USERS), _words(error))

    def bucket(self, name: str) -> None:
        """A private bucket of our own."""
        query = "insert into storage.buckets (id, name) values (%s, %s) on conflict do nothing"
        try:
            with self.connection.transaction():
                self.connection.execute(query, (name, name))
        except psycopg.Error as error:
            self.untested.setdefault(str(OBJECTS), _words(error))

    def refresh(self, view: Relation) -> None:
        """Let a materialized view show the rows that are there now."""
        try:
            with self.connection.transaction():
                refresh(self.connection, self.catalog, view)
        except psycopg.Error as error:
            self.untested.setdefault(str(view), _words(error))

    def settle(self, circle: Iterable[Relation]) -> None:
        """Let the keys that waited for each other be checked now that all rows are there."""
        if not circle:
            return
        try:
            with self.connection.transaction():
                self.connection.execute("set constraints all immediate")
        except psycopg.Error as error:
            for table in circle:
                self.untested.setdefault(str(table), _words(error))
            self.connection.execute("set constraints all deferred")

    def row(self, row: Row, *, wait: bool = False) -> None:
        """Insert one planned row, mending what CHECK constraints refuse.

        `wait`: rows that it needs are still to come, deferrable keys are not checked yet.
        """
        if str(row.table) in self.untested:
            return
        table = self.catalog.tables[row.table]
        try:
            made = self._made(table, dict(row.values), row.person, wait=wait)
        except psycopg.Error as error:
            if not row.optional:
                self.untested[str(row.table)] = _words(error)
            return
        if made is None:
            if row.optional:
                return
            cause = (
                f"no row for {row.label}: a trigger drops it, or one with the same unique key "
                "is there already"
            )
            self.untested[str(row.table)] = cause
            return
        self.planned.setdefault(row.table, []).append((row, made))

    def rehearse(self, scenario: Scenario, table: Table) -> dict[str, Any]:
        """The values that CHECK constraints want in a further row of this table."""
        first = next((r for r in scenario.rows if r.table == table.relation and r.person), None)
        if first is None or first.person is None or first.world is None:
            return {}
        rows = [row for row in scenario.rows if row.label]
        values = row_values(
            scenario.spec, table, first.world, first.person, _SPARE, rows, self.salt
        )
        tried = dict(values)
        try:
            with self.connection.transaction(force_rollback=True):
                self._made(table, tried, first.person, settle=True)
        except psycopg.Error:
            return {}
        return {name: value for name, value in tried.items() if values.get(name) != value}

    def alternatives(self, scenario: Scenario, table: Table) -> dict[str, Any]:
        """For each column another value that the row of the owner can take."""
        row = scenario.row(table.relation, "this")
        if row is None:
            return {}
        keys = scenario.key_columns(table.relation)
        other = scenario.row(table.relation, "other")
        pointing = {c for key in table.foreign_keys for c in key.columns}
        found: dict[str, Any] = {}
        for column in table.columns:
            if column.generated:
                continue
            choices = candidates(column, expressions_on(table, column.name), 41, self.salt)
            if (further := sample(column, 42, self.salt)) is not None:
                choices.append(further)
            if column.name in pointing and other is not None:
                choices = [text(other.values.get(column.name)), *choices]
            now = text(row.values.get(column.name))
            theirs = text(other.values.get(column.name)) if other is not None else None
            for choice in choices:
                known = choice is not None and choice == theirs
                if choice != now and self._changes(table, keys, row, column.name, choice, known):
                    found[column.name] = choice
                    break
        return found

    def read(self, table: Relation, people: Sequence[Identity]) -> Iterator[Row]:
        """The rows of a table as they are now; planned ones carry their label.

        A view may ask who is there: it is read once for each of `people`.
        """
        known = self.catalog.tables[table]
        planned = self.planned.get(table, [])
        keys = known.primary_key or tuple(column.name for column in known.columns)
        labels = {_key(made, keys): row for row, made in planned}
        query = sql.SQL("select to_jsonb(t.*) from {} as t limit %s").format(relation_name(table))
        rows = [row[0] for row in self.connection.execute(query, (_MOST_ROWS,))]
        if known.is_view and len(rows) >= _MOST_ROWS:
            rows.extend(shown_of_ours(self.connection, table, self._marks(), rows))
        elif known.kind == "v":
            rows.extend(shown_to(self.connection, known, people, rows, _MOST_ROWS))
        missing = set(labels) - {_key(values, keys) for values in rows}
        rows.extend(made for _, made in planned if _key(made, keys) in missing)
        for values in sorted(rows, key=lambda v: _key(v, keys) not in labels):
            row = labels.get(_key(values, keys))
            if row is None:
                yield Row(table, values)
            else:
                yield replace(row, values=values)

    def _marks(self) -> list[str]:
        """The keys of the rows that were planned."""
        keys = self.catalog.tables
        planned = (
            (keys[t].primary_key, made) for t, rows in self.planned.items() for _, made in rows
        )
        return sorted({str(made[column]) for names, made in planned for column in names})

    def _made(
        self,
        table: Table,
        values: dict[str, Any],
        person: Identity | None,
        *,
        settle: bool = False,
        wait: bool = False,
    ) -> dict[str, Any] | None:
        """Insert; `values` is corrected in place. None if the same key is taken by another row."""
        for attempt in range(_ATTEMPTS):
            try:
                with self.connection.transaction():
                    act_for(self.connection, person)
                    if wait:
                        self.connection.execute("set constraints all deferred")
                    made = self._insert(table.relation, values)
                    if not wait:
                        self.connection.execute("set constraints all immediate")
            except CheckViolation as error:
                pinned = self.pinned.get(table.relation, set())
                mended = attempt + 1 < _ATTEMPTS and mend(
                    self.connection,
                    table,
                    values,
                    error,
                    attempt=attempt,
                    pinned=pinned,
                    salt=self.salt,
                )
                if not mended:
                    raise
                continue
            finally:
                act_for(self.connection, None)
            if made is not None or settle:
                return made or values
            if (adopted := self._adopt(table, values)) is not None:
                return adopted
            self._renumber(table, values, attempt)
        return None

    def _insert(self, table: Relation, values: dict[str, Any]) -> dict[str, Any] | None:
        given = {name: value for name, value in values.items() if value is not None}
        query = sql.SQL(
            "insert into {} as t ({}) overriding system value values ({})"
            " on conflict do nothing returning to_jsonb(t.*)"
        ).format(
            relation_name(table),
            sql.SQL(", ").join(map(sql.Identifier, given)),
            sql.SQL(", ").join(map(sql.Literal, given.values())),
        )
        if not given:
            query = sql.SQL("insert into {} as t default values returning to_jsonb(t.*)").format(
                relation_name(table)
            )
        row = self.connection.execute(query).fetchone()
        return row[0] if row else None

    def _adopt(self, table: Table, values: dict[str, Any]) -> dict[str, Any] | None:
        """A row that a trigger has made for us: found by its unique key, completed with ours."""
        pointing = {column for key in table.foreign_keys for column in key.columns}
        for unique in table.uniques:
            if not unique.columns or not set(unique.columns) <= pointing:
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

    def _renumber(self, table: Table, values: dict[str, Any], attempt: int) -> None:
        """Another value in each unique column that points nowhere."""
        pointing = {column for key in table.foreign_keys for column in key.columns}
        for unique in table.uniques:
            for name in unique.columns:
                column = table.column(name)
                if column is None or name in pointing or name not in values:
                    continue
                expressions = expressions_on(table, name)
                number = 100 + attempt * 7 + len(str(values[name]))
                choices = candidates(column, expressions, number, self.salt)
                values[name] = next((c for c in choices if c != values[name]), values[name])

    def _changes(
        self,
        table: Table,
        keys: tuple[str, ...],
        row: Row,
        column: str,
        value: str | None,
        known: bool,
    ) -> bool:
        query = sql.SQL("update {} as t set {} where {} returning to_jsonb(t.*) -> {}").format(
            relation_name(table.relation),
            assign(column, value),
            matching(keys, row.values),
            sql.Literal(column),
        )
        try:
            with self.connection.transaction(force_rollback=True):
                changed = self.connection.execute(query).fetchone()
        except psycopg.Error as error:
            # A foreign key refuses a value by itself that it takes together with its other column.
            return known and isinstance(error, psycopg.errors.ForeignKeyViolation)
        return changed is not None and changed[0] != row.values.get(column)


def _pinned(spec: Spec) -> dict[str, set[str]]:
    """Columns whose value says whose a row is or who may see it: no check may change them."""
    found: dict[str, set[str]] = {}
    for entry in spec.relations:
        found[entry.table] = {*entry.placing, *(c.column for c in conditions(entry))}
        members = members_in(spec, entry.table)
        if members is not None and members.role is not None:
            found[entry.table].add(members.role)
    return found


def _key(values: Any, columns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(str(values.get(column)) for column in columns)


def _words(error: psycopg.Error) -> str:
    if isinstance(error, psycopg.errors.LockNotAvailable):
        return "another session holds a lock on it"
    return (error.diag.message_primary or str(error)).strip()
