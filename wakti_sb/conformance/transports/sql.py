"""Plain SQL with a user's claims, inside a transaction that is never committed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, TypeGuard

import psycopg
from psycopg import Connection
from psycopg import sql as q

from ...spec import Relation
from ..cases import added
from ..cases.as_sql import to_sql
from ..model import (
    NEW,
    OBJECTS,
    USERS,
    Attempt,
    Call,
    Copy,
    Delete,
    Insert,
    Key,
    Outcome,
    Request,
    Select,
    Update,
    Upsert,
    refusal,
)
from ..scenario import Scenario
from ..scenario.ahead import tried_ahead
from ..scenario.statements import relation_name
from ..scenario.together import Answer, done_together, tried_together
from .effects import State, changed, shape, state, touched
from .large import about_ours

_SET = q.SQL("select set_config({}, {}, true)")
_BECOME = q.SQL(
    "select set_config('role', {}, true), set_config('request.jwt.claims', {}, true),"
    " set_config('statement_timeout', {}, true), set_config('request.headers', {}, true)"
)
_CHECK_ALL = q.SQL("set constraints all immediate")
_RESET = q.SQL("reset role")
_CLOSED_SCHEMA = re.compile(r"permission denied for schema (.+)$")

# Stopped by a timeout, an endless policy, no memory or stack, a lock.
_GAVE_UP = ("57", "42P17", "53", "54", "55", "XX")
# Nothing was called: the database, or the API before it, has not come as far as that.
_BEFORE_THE_CALL = ("42", "PGRST")

Steps = list[q.Composed | q.SQL]
Read = Callable[[Sequence[Answer]], Outcome]  # what the answers to the steps say


class SqlTransport:
    """Attempts in savepoints of one seeded transaction: hundreds of cases a second.

    Parameters:
        connection: in a transaction that holds the rows of `scenario`; it bypasses row level
            security, so that it sees what an attempt has really changed.
        scenario: who is there.
    """

    name = "sql"

    def __init__(self, connection: Connection[Any], scenario: Scenario) -> None:
        self.connection = connection
        self.scenario = scenario
        self._before: dict[Relation, State] = {}
        self._all: dict[Relation, State] | None = None

    def perform(self, attempt: Attempt) -> Outcome:
        """Send the request, look at its effect, undo it."""
        request = attempt.request
        try:
            if _by_steps(request):
                return self._step_by_step(attempt, request)
            steps, read = self._planned(attempt)
            return read(tried_together(self.connection, steps))
        except psycopg.Error as error:
            return _failed(request, error)

    def perform_all(self, attempts: Sequence[Attempt]) -> dict[Attempt, Outcome]:
        """The same for each of several, whose ways to the database overlap.

        Those that need an answer in the middle are left out.
        """
        able = [one for one in attempts if not _by_steps(one.request)]
        planned = [self._planned(one) for one in able]
        found = tried_ahead(self.connection, [steps for steps, _ in planned])
        return {
            one: _failed(one.request, answers)
            if isinstance(answers, psycopg.Error)
            else read(answers)
            for one, (_, read), answers in zip(able, planned, found, strict=True)
        }

    def _planned(self, attempt: Attempt) -> tuple[Steps, Read]:
        """The statements of an attempt, and how their answers are read."""
        request = attempt.request
        if isinstance(request, Call) and request.changes:
            return self._changing(attempt, request)
        if isinstance(request, Select | Call):
            return self._reading(attempt, request)
        return self._writing(attempt, request)

    def _arranged(self, attempt: Attempt) -> Steps:
        """What is done before it with the secret key."""
        return [
            *(_setting(*pair) for pair in attempt.settings),
            *(_text(to_sql(each)) for each in attempt.arrange),
        ]

    def _become(self, attempt: Attempt) -> q.Composed | q.SQL:
        who = attempt.who
        timeout = self.scenario.catalog.timeout(who.role)
        values = (who.role, json.dumps(who.token), timeout, json.dumps(dict(who.headers)))
        return _BECOME.format(*map(q.Literal, values))

    def _reading(self, attempt: Attempt, request: Select | Call) -> tuple[Steps, Read]:
        counts = isinstance(request, Select) and request.count
        # As JSON, so that a key reads the same here and in the scenario.
        cast = "" if isinstance(request, Select) else "::text"
        statement: q.Composed | q.SQL = _text(to_sql(request))
        if not counts:
            statement = q.SQL("select to_jsonb(q.*){} from ({}) as q").format(
                q.SQL(cast), statement
            )

        def read(answers: Sequence[Answer]) -> Outcome:
            found = answers[-1].rows
            if isinstance(request, Call):
                return _said(request, "\n".join(row[0] for row in found))
            if counts:
                count = int(found[0][0]) if found else 0
                return Outcome("allowed" if count else "zero rows", count=count)
            rows = frozenset(state((row[0] for row in found), self._key(request)))
            return Outcome("allowed" if rows else "zero rows", rows, len(found))

        return [*self._arranged(attempt), self._become(attempt), statement], read

    def _writing(
        self, attempt: Attempt, request: Insert | Upsert | Update | Delete | Copy
    ) -> tuple[Steps, Read]:
        table = request.table
        asks = self.scenario.catalog.tables[table].kind == "v"
        fresh = asks or bool(attempt.arrange)
        rows_of = self._rows_of(table)
        steps = self._arranged(attempt)
        if asks:  # what a view shows may depend on who is there
            steps.append(_setting("request.jwt.claims", json.dumps(attempt.who.token)))
        if fresh:
            steps.append(rows_of)
        before = len(steps) - 1
        steps += [self._become(attempt), _text(to_sql(request)), _CHECK_ALL, _RESET, rows_of]

        def read(answers: Sequence[Answer]) -> Outcome:
            there = self._as_state(table, answers[before].rows) if fresh else self._before_of(table)
            count = answers[-4].count
            rows = changed(request, there, self._as_state(table, answers[-1].rows), count)
            if isinstance(request, Copy) and count and table in self.scenario.partial:
                rows = frozenset({NEW})
            return Outcome("allowed" if rows else "zero rows", rows, count)

        return steps, read

    def _step_by_step(self, attempt: Attempt, request: Call) -> Outcome:
        """A function that is called more than once."""
        run = self.connection.execute
        run("savepoint attempt")
        try:
            for step in (*self._arranged(attempt), self._become(attempt)):
                run(step)
            return self._compared(attempt, request)
        finally:
            run("rollback to savepoint attempt; release savepoint attempt")

    def _compared(self, attempt: Attempt, request: Call) -> Outcome:
        """The call with some rows and without: what depends on them tells of them."""
        run = self.connection.execute
        before, again = self._asked(request), self._asked(request)
        known = told(request, before) if request.tells else frozenset()
        # Where it is another answer each time, as a code is, there is one, or none.
        seen = str if before == again else shape
        if seen(before) == seen(again):
            run("reset role")
            for other in request.others:
                self._carried_out(other)
            for table, where in request.without:
                self._carried_out(Delete(table, where))
            run(self._become(attempt))
            if seen(self._asked(request)) != seen(before):
                known |= {NEW}
        return Outcome("allowed" if known else "zero rows", known, 1, message=before[:200])

    def _carried_out(self, request: Update | Delete) -> None:
        try:
            done_together(self.connection, [_text(to_sql(request))])
        except psycopg.Error:
            return  # others need the row: it stays, and shows nothing

    def _asked(self, request: Call) -> str:
        """The answer as text; a refusal is one too."""
        wrapped = q.SQL("select to_jsonb(q.*)::text from ({}) as q").format(_text(to_sql(request)))
        try:
            found = done_together(self.connection, [wrapped])[0].rows
        except psycopg.Error as error:
            return f"{error.sqlstate} {error.diag.message_primary}"
        return "\n".join(row[0] for row in found)

    def _changing(self, attempt: Attempt, request: Call) -> tuple[Steps, Read]:
        """A call of a function that is looked at beside the rows of every table."""
        everything = self._rows_of_all()
        steps = self._arranged(attempt)
        if steps:
            steps.append(everything)
        before = len(steps) - 1
        steps += [self._become(attempt), _text(to_sql(request)), _CHECK_ALL, _RESET, everything]

        def read(answers: Sequence[Answer]) -> Outcome:
            there = self._everything() if before < 0 else self._as_states(answers[before].rows)
            after = self._as_states(answers[-1].rows)
            new = [
                (table, row)
                for table, found in after.items()
                for key, row in found.items()
                if key not in there.get(table, {})
            ]
            rows = touched(there, after, self.scenario.catalog.tables)
            rows |= added(self.scenario, attempt.who, new)
            return Outcome("allowed" if rows or new else "zero rows", rows, len(rows))

        return steps, read

    def _everything(self) -> dict[Relation, State]:
        """The rows of every table as they were seeded."""
        if self._all is None:
            rows = self.connection.execute(self._rows_of_all()).fetchall()
            self._all = self._as_states(rows)
        return self._all

    def _rows_of_all(self) -> q.Composed:
        """The rows of every table, each with its table's name: a function may change any."""
        scenario, tables = self.scenario, self.scenario.catalog.tables
        ids = [who.user_id for who in scenario.identities if who.user_id is not None]
        parts = [
            q.SQL("select {}, to_jsonb(t.*) from {} as t where id = any ({})").format(
                q.Literal(USERS), relation_name(USERS), q.Literal(ids)
            )
        ]
        for table in dict.fromkeys(row.table for row in scenario.rows):
            if tables[table].is_view or table in (USERS, OBJECTS):
                continue
            query = q.SQL("select {}, to_jsonb(t.*) from {} as t").format(
                q.Literal(table), relation_name(table)
            )
            if table in scenario.partial:
                query = q.SQL("{} where {}").format(query, about_ours(scenario, table))
            parts.append(query)
        return q.SQL(" union all ").join(parts)

    def _as_states(self, rows: Iterable[tuple[Any, ...]]) -> dict[Relation, State]:
        found: dict[Relation, list[dict[str, Any]]] = {}
        for table_name, row in rows:
            found.setdefault(Relation(table_name), []).append(row)
        key = self.scenario.key_columns
        return {table: state(rows, key(table)) for table, rows in found.items()}

    def _key(self, request: Select) -> tuple[str, ...]:
        table = self.scenario.catalog.tables[request.table]
        key = table.primary_key
        return key if key and set(key) <= set(request.columns) else request.columns

    def _before_of(self, table: Relation) -> State:
        """The rows of a table as they were seeded."""
        if table not in self._before:
            found = self.connection.execute(self._rows_of(table)).fetchall()
            self._before[table] = self._as_state(table, found)
        return self._before[table]

    def _rows_of(self, table: Relation) -> q.Composed | q.SQL:
        query = q.SQL("select to_jsonb(t.*) from {} as t").format(relation_name(table))
        if table in self.scenario.partial:
            query = q.SQL("{} where {}").format(query, about_ours(self.scenario, table))
        return query

    def _as_state(self, table: Relation, rows: Iterable[tuple[Any, ...]]) -> State:
        return state((row[0] for row in rows), self.scenario.key_columns(table))


def _by_steps(request: Request) -> TypeGuard[Call]:
    """Whether an answer in the middle decides how it goes on."""
    if not isinstance(request, Call) or request.changes:
        return False
    return bool(request.without or request.others)


def _failed(request: Request, error: psycopg.Error) -> Outcome:
    """What an error says of the request."""
    refused = refusal(
        error.sqlstate or "",
        (error.diag.message_primary or str(error)).strip(),
        error.diag.constraint_name or "",
        error.diag.message_detail or "",
    )
    if error.diag.statement_position is not None:
        return refused  # the call itself could not be read, such as a type in a closed schema
    return entered(request, refused)


def entered(request: Request, refused: Outcome) -> Outcome:
    """What an error says of a call: from inside a function, that EXECUTE was no obstacle."""
    if not isinstance(request, Call) or request.tells:
        return refused
    if request.quoted:
        # Syntax that breaks is the quote's; any other error means that it was taken for a value,
        # or for a name, which is then not there.
        if refused.code == "42601":
            return replace(refused, kind="allowed", rows=frozenset({NEW}))
        gave_up = refused.code.startswith(_GAVE_UP) or refused.kind == "refused by grant"
        return refused if gave_up else replace(refused, kind="refused by code")
    if request.changes:
        # Whatever a function does not like, it has changed nothing; giving up is no answer.
        gave_up = refused.code.startswith(_GAVE_UP)
        return refused if gave_up else replace(refused, kind="refused by code")
    inside = refused.code == "42501" and not _at_the_door(request, refused.message)
    if refused.code.startswith(_BEFORE_THE_CALL) and not inside:
        return refused
    return Outcome("allowed", frozenset({NEW}), 0, refused.code, refused.message)


def _at_the_door(request: Call, message: str) -> bool:
    """Whether a privilege was missing to make the call, and not for what it does.

    The API tells no position in the statement: the schema that it names has to do, which is the
    function's own or that of an argument's type.
    """
    closed = _CLOSED_SCHEMA.search(message)
    named = {each.rpartition(".")[0].strip('"') for each in request.types}
    by_schema = closed is not None and closed[1] in {request.function.schema, *named}
    return by_schema or " for function " in message


def _said(request: Call, answer: str) -> Outcome:
    """What the answer of a function shows."""
    if request.quoted:  # it was taken for what it is
        return Outcome("zero rows", message=answer[:200])
    rows = told(request, answer) if request.tells else frozenset({NEW})
    return Outcome("allowed" if rows else "zero rows", rows, 1, message=answer[:200])


def told(request: Call, answer: str) -> frozenset[Key]:
    """The rows whose marks an answer of a function holds."""
    return frozenset(key for mark, key in request.tells if mark in answer)


def _setting(setting: str, value: str) -> q.Composed | q.SQL:
    return _SET.format(q.Literal(setting), q.Literal(value))


def _text(statement: str) -> q.SQL:
    # Values are literals already; psycopg must not look for placeholders in them.
    return q.SQL(statement)
