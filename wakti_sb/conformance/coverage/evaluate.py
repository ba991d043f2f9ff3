"""Conditions, evaluated for rows and a caller as PostgreSQL would; no row is touched."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import pglast
import psycopg
from psycopg import Connection
from psycopg import sql as q
from psycopg.errors import QueryCanceled

from ...spec import Relation
from ..catalog import Column, Table
from ..conditions import Atom
from ..model import Identity
from ..scenario import Scenario, Values
from ..scenario.together import tried_together

_BECOME = q.SQL(
    "select set_config('role', {}, true), set_config('request.jwt.claims', {}, true),"
    " set_config('request.headers', {}, true), set_config('request.cookies', {}, true)"
)
_OPEN = q.SQL("grant usage on schema {} to public")
_WORD = re.compile(r'"((?:[^"]|"")+)"|([^\W\d][\w$]*)')
_CLOSED_SCHEMA = re.compile(r"permission denied for schema (\S+)")
# Never longer than the role's own statements; 0 there means without a limit.
_TIMEOUT = q.SQL(
    "select set_config('statement_timeout', (1000 * least(nullif("
    "extract(epoch from {}::interval), 0), 2))::integer::text, true)"
)

Truth = tuple[bool, bool]  # whether it was true, whether it was not
Answers = list[list[Truth | None]]  # by row, then by condition; None where it cannot be evaluated


class Evaluator:
    """Asks PostgreSQL what conditions are worth.

    Parameters:
        connection: in the transaction that holds the rows of `scenario`, as a role that bypasses
            row level security.
    """

    def __init__(self, connection: Connection[Any], scenario: Scenario) -> None:
        self.connection = connection
        self.scenario = scenario
        self.problems: dict[str, str] = {}
        self._opened: set[str] = set()

    def answers(
        self,
        table: Relation,
        atoms: Sequence[Atom],
        rows: Sequence[Values],
        who: Identity,
        *,
        bypassing: bool = False,
        alias: str = "",
        beside: str = "",
    ) -> Answers:
        """What each condition is for each row, where `who` asks.

        `alias`: what the conditions call the table. `beside`: what else they read, a row of it.

        `bypassing`: with the claims of `who`, but past row level security, as what a SECURITY
        DEFINER function reads; and as what would be there if a table did not hide it.
        """
        known = self.scenario.catalog.tables[table]
        read = _read(known, atoms)
        given = json.dumps([_as_json(read, row) for row in rows])
        if not any(atom.text in self.scenario.endless for atom in atoms):
            found = self._ask(known, atoms, given, who, bypassing, alias or table.name, beside)
            if found is not None:
                return found
        if len(atoms) == 1:
            if (known_words := self.scenario.endless.get(atoms[0].text)) is not None:
                self.problems.setdefault(atoms[0].text, known_words)
            return [[None] for _ in rows]
        # One of them fails for this caller, who then meets an error: the others count all the same.
        columns = [
            self.answers(table, (a,), rows, who, bypassing=bypassing, alias=alias, beside=beside)
            for a in atoms
        ]
        return [[column[row][0] for column in columns] for row in range(len(rows))]

    def _ask(
        self,
        table: Table,
        atoms: Sequence[Atom],
        rows: str,
        who: Identity,
        bypassing: bool,
        alias: str,
        beside: str,
    ) -> Answers | None:
        listed = ", ".join(f"{_sql(a, 'is true')}, {_sql(a, 'is not true')}" for a in atoms)
        name = q.Identifier(table.relation.schema, table.relation.name)
        # The catalog's own text of the conditions: it is not ours to quote.
        query = q.SQL(
            "select {} from jsonb_populate_recordset(null::{}, {}::jsonb) as {}{}"
        ).format(
            q.SQL(listed.replace("{", "{{").replace("}", "}}")).format(),
            name,
            q.Literal(rows),
            q.Identifier(alias),
            q.SQL((beside and f", {beside}").replace("{", "{{").replace("}", "}}")).format(),
        )
        role = self.scenario.catalog.role if bypassing else who.role
        values = (role, json.dumps(who.token), json.dumps(dict(who.headers)), "{}")
        steps = [
            _TIMEOUT.format(q.Literal(self.scenario.catalog.timeout(who.role))),
            *(_OPEN.format(q.Identifier(schema)) for schema in sorted(self._opened)),
            _BECOME.format(*map(q.Literal, values)),
            query,
        ]
        again = None
        try:
            if not _reads(f"{listed} from t{beside and f', {beside}'}"):
                raise psycopg.errors.SyntaxError("PostgreSQL cannot read it as it was printed")
            answers = tried_together(self.connection, steps)[-1].rows
        except psycopg.Error as error:
            closed = _CLOSED_SCHEMA.search(error.diag.message_primary or "")
            if closed and closed[1] not in self._opened:
                # A policy may call what its caller may not name: it was looked up when it was made.
                again = closed[1]
            elif len(atoms) == 1:
                words = (error.diag.message_primary or str(error)).strip()
                self.problems.setdefault(atoms[0].text, words)
                if isinstance(error, QueryCanceled):
                    self.scenario.endless[atoms[0].text] = words
            if again is None:
                return None
        if again is not None:
            self._opened.add(again)
            return self._ask(table, atoms, rows, who, bypassing, alias, beside)
        return [list(_pairs(row)) for row in answers]


def _sql(atom: Atom, wanted: str) -> str:
    """Whether the condition is so, inside the subqueries in which it stands."""
    text = f"({atom.text}) {wanted}"
    for scope in reversed(atom.scopes):
        where = " and ".join((*(f"({other})" for other in scope.others), text))
        text = f"exists ({scope.prefix} select from {scope.source} where {where})"
    return text


@cache
def _reads(listed: str) -> bool:
    """Whether PostgreSQL's parser takes the text; a condition was printed, not written."""
    try:
        pglast.parse_sql(f"select {listed}")
    except pglast.parser.ParseError:
        return False
    return True


def _pairs(row: Sequence[Any]) -> Iterator[Truth]:
    for place in range(0, len(row), 2):
        yield bool(row[place]), bool(row[place + 1])


def _read(table: Table, atoms: Sequence[Atom]) -> list[Column]:
    """The columns whose names the conditions hold: another one's type may have no way from JSON."""
    words: set[str] = set()
    for atom in atoms:
        for text in (atom.text, *(t for scope in atom.scopes for t in scope.texts)):
            found = _WORD.findall(text)
            words.update(name.replace('""', '"') or plain for name, plain in found)
    return [column for column in table.columns if column.name in words]


def _as_json(columns: Sequence[Column], row: Values) -> Mapping[str, Any]:
    """Documents as documents; whatever else is a text goes through the type's own input."""
    found: dict[str, Any] = {}
    for column in columns:
        value = row.get(column.name)
        if isinstance(value, str) and column.base in ("json", "jsonb"):
            try:
                value = json.loads(value)
            except ValueError:
                value = None
        found[column.name] = value
    return found
