"""What a run has put into the database, written there too, so that a killed run can be undone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import resources
from typing import Any

import psycopg
from psycopg import Connection, sql

from ...errors import ConformanceError
from ...spec import Relation
from ..model import OBJECTS, USERS, Attempt, Copy, Insert, Upsert
from ..scenario import Scenario
from ..scenario.statements import matching, relation_name

_LOCK = "select pg_try_advisory_lock(hashtext('wakti_conformance'))"
_RUNS = "select id, made from wakti_conformance.runs order by id"
_THERE = "select to_regclass('wakti_conformance.runs') is not null"
_DROP = "drop schema if exists wakti_conformance cascade"
_MAY_DELETE = "set local storage.allow_delete_query = 'true'"
# A third person may hold the rows by a foreign key: try again after the others.
_PASSES = 5
_UUID = 36  # characters

RemoveFiles = Callable[[Sequence[tuple[str, str]]], None]
"""Takes files away through the Storage API, by bucket and name; those not there are no error."""


@dataclass(frozen=True)
class Made:
    """Everything that a run makes, by keys that are nobody else's.

    Parameters:
        users: ids in auth.users.
        rows: table and key of each seeded row, in the order of seeding.
        inserts: table, and columns with values that are ours alone, of rows that cases try to add.
        files: bucket and name of each object that may be there.
        buckets: buckets that were made.
    """

    users: tuple[str, ...] = ()
    rows: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    inserts: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    files: tuple[tuple[str, str], ...] = ()
    buckets: tuple[str, ...] = ()


class Journal:
    """The record of the present run.

    Parameters:
        connection: autocommit.
    """

    def __init__(self, connection: Connection[Any]) -> None:
        self.connection = connection

    def lock(self) -> None:
        """Be alone in this database, as long as the connection lasts.

        Raise ConformanceError if another run is under way.
        """
        row = self.connection.execute(_LOCK).fetchone()
        if row is None or not row[0]:
            raise ConformanceError(
                "another run through the client is under way in this database",
                remedy="wait for its end; both really change rows",
            )

    def left(self) -> tuple[Made, ...]:
        """What earlier runs that were killed have left."""
        row = self.connection.execute(_THERE).fetchone()
        if row is None or not row[0]:
            return ()
        return tuple(_made(made) for _, made in self.connection.execute(_RUNS))

    def write(self, made: Made) -> None:
        """Record what is about to be made, in place of what was recorded."""
        statement = resources.files(__package__).joinpath("journal.sql").read_text("utf-8")
        with self.connection.transaction():
            self.connection.execute(statement)
            self.connection.execute("delete from wakti_conformance.runs")
            query = "insert into wakti_conformance.runs (made) values (%s)"
            self.connection.execute(query, (json.dumps(asdict(made)),))

    def clear(self, made: Made, remove_files: RemoveFiles) -> None:
        """Take away what was made and the record of it.

        Raise ConformanceError, and keep the record, if something cannot be removed.
        """
        remove_files(made.files)
        waiting = list(_doomed(self.connection, made))
        for _ in range(_PASSES):
            waiting = [each for each in waiting if not self._delete(each[1], each[2])]
            if not waiting:
                break
        if waiting:
            tables = ", ".join(dict.fromkeys(table for table, _, _ in waiting))
            raise ConformanceError(
                f"rows of the test users in {tables} cannot be removed: others refer to them",
                remedy="the schema wakti_conformance lists them; the next run tries again",
            )

    def close(self) -> None:
        """Forget the record."""
        self.connection.execute(_DROP)

    def _delete(self, name: sql.Composable, condition: sql.Composable) -> bool:
        """Whether it is gone: a trigger may have kept it and said nothing."""
        delete = sql.SQL("delete from {} where {}").format(name, condition)
        left = sql.SQL("select exists (select from {} where {})").format(name, condition)
        try:
            with self.connection.transaction():
                self.connection.execute(_MAY_DELETE)
                self.connection.execute(delete)
                return self.connection.execute(left).fetchone() == (False,)
        except (psycopg.errors.IntegrityError, psycopg.errors.RaiseException):
            return False


def planned(scenario: Scenario, attempts: Sequence[Attempt]) -> Made:
    """What a run with these attempts may make."""
    users = tuple(dict.fromkeys(w.user_id for w in scenario.identities if w.user_id))
    rows = tuple(
        (str(row.table), {name: row.values.get(name) for name in scenario.key_columns(row.table)})
        for row in scenario.rows
        if row.label is not None
        and row.table != OBJECTS
        and not scenario.catalog.tables[row.table].is_view
    )
    ours = {*users, *(str(v) for _, key in rows for v in key.values() if _is_long(v))}
    inserts: dict[tuple[str, str, str], tuple[str, Mapping[str, Any]]] = {}
    for attempt in attempts:
        request = attempt.request
        if not isinstance(request, Insert | Upsert) or attempt.about_files:
            continue
        table = scenario.catalog.tables[request.table]
        for name, value in () if table.is_view else request.values:
            # Somebody else's row can have any other value too.
            if value in ours or (table.primary_key == (name,) and _is_long(value)):
                inserts[table.relation, name, value] = (str(table.relation), {name: value})
    return Made(users, rows, tuple(inserts.values()))


def files_of(scenario: Scenario, attempts: Sequence[Attempt]) -> Iterator[tuple[str, str]]:
    """Bucket and name of every object that is stored or that an attempt could make."""
    for row in scenario.of(OBJECTS):
        if row.label:
            yield row.values["bucket_id"], row.values["name"]
    for attempt in attempts:
        request = attempt.request
        if attempt.about_files and not isinstance(request, Copy | Insert | Upsert):
            where, values = (
                dict(getattr(request, "where", ())),
                dict(getattr(request, "values", ())),
            )
            if "name" in values and "bucket_id" in where:
                yield where["bucket_id"], values["name"]
        elif attempt.about_files:
            values = dict(getattr(request, "values", ()))
            yield values["bucket_id"], values["name"]


def _doomed(
    connection: Connection[Any], made: Made
) -> Iterator[tuple[str, sql.Composable, sql.Composable]]:
    """Table and condition for each thing, the youngest first; tables that are gone are left out."""
    groups = (reversed(made.inserts), reversed(made.rows))
    for name, values in (each for group in groups for each in group):
        table = Relation(name)
        if _is_table(connection, table):
            yield name, relation_name(table), matching(tuple(values), values)
    if made.files and _is_table(connection, OBJECTS):
        # Gone already, unless this was stopped before there were bytes behind the rows.
        names = (sql.SQL("({}, {})").format(*map(sql.Literal, file)) for file in made.files)
        files = sql.SQL("(bucket_id, name) in ({})").format(sql.SQL(", ").join(names))
        yield str(OBJECTS), relation_name(OBJECTS), files
    if made.users:
        ids = sql.SQL(", ").join(map(sql.Literal, made.users))
        yield str(USERS), relation_name(USERS), sql.SQL("id in ({})").format(ids)
    for bucket in made.buckets:
        table = Relation("storage.buckets")
        yield str(table), relation_name(table), sql.SQL("id = {}").format(sql.Literal(bucket))


def _is_table(connection: Connection[Any], table: Relation) -> bool:
    name = relation_name(table).as_string(connection)
    return connection.execute("select to_regclass(%s)", (name,)).fetchone() != (None,)


def _is_long(value: Any) -> bool:
    """Whether nobody else has chosen the same value: a uuid, not a number."""
    return len(str(value)) == _UUID


def _made(value: Mapping[str, Any]) -> Made:
    return Made(**{name: tuple(map(_frozen, each)) for name, each in value.items()})


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
