"""Ask a database as somebody: the role and the claims that the Data API sets for a request."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Caller:
    """A role, and the claims of its access token."""

    role: str
    sub: str | None = None
    claims: Mapping[str, object] = field(default_factory=dict)

    @property
    def token(self) -> str:
        """The claims as the Data API sets them."""
        own = {"role": self.role} | ({"sub": self.sub} if self.sub else {})
        return json.dumps({**own, **self.claims})


ANON = Caller("anon")
SERVICE = Caller("service_role")
POSTGRES = Caller("none")  # who the migrations run as; `none` undoes `set role`


@dataclass(frozen=True)
class Database:
    """One connection; every call is a transaction, or a savepoint inside `undone()`."""

    connection: psycopg.Connection

    def run(self, statement: str, values: Mapping[str, Any] | None = None) -> list[Row]:
        """Run as postgres, for what a test prepares and looks up."""
        return self.ask(POSTGRES, statement, values)

    def ask(
        self, who: Caller, statement: str, values: Mapping[str, Any] | None = None
    ) -> list[Row]:
        """Run as somebody, and keep what it did. Raise psycopg.Error if it is refused."""
        with self._as(who):
            cursor = self.connection.execute(statement.encode(), _adapted(values))
            return cursor.fetchall() if cursor.description else []

    def outcome(
        self, who: Caller, statement: str, values: Mapping[str, Any] | None = None
    ) -> int | str:
        """How many rows it found or changed, or the SQLSTATE that refused it."""
        try:
            with self._as(who):
                return self.connection.execute(statement.encode(), _adapted(values)).rowcount
        except psycopg.Error as error:
            return error.sqlstate or "?"

    def explain(self, who: Caller, statement: str) -> str:
        """The plan of a statement as somebody asks it."""
        return "\n".join(line for (line,) in self.ask(who, f"explain {statement}"))

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Roll back whatever happens inside."""
        with self.connection.transaction(force_rollback=True):
            yield

    @contextmanager
    def _as(self, who: Caller) -> Iterator[None]:
        with self.connection.transaction():
            self._become(who)
            yield
            self._become(POSTGRES)

    def _become(self, who: Caller) -> None:
        self.connection.execute(
            "select set_config('role', %s, true), set_config('request.jwt.claims', %s, true)",
            (who.role, who.token),
        )


def _adapted(values: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    return values and {k: Jsonb(v) if isinstance(v, dict) else v for k, v in values.items()}
