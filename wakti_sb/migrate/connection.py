"""Connect to the database that is to be migrated; no message of it ever shows a password."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from wakti_sb.errors import MigrationError, UsageError
from wakti_sb.migrate.errors import ConnectionFailed

APPLICATION = "wakti-sb migrate"
Connection = psycopg.Connection[tuple[Any, ...]]
Cursor = psycopg.Cursor[tuple[Any, ...]]

_POOLER = ".pooler.supabase.com"
_TRANSACTION_POOL = "6543"
_HINTS = (
    ("password authentication failed", "Check the user and the password in the database URL."),
    ("no password supplied", "Put the password into the database URL, or set PGPASSWORD."),
    ("does not exist", "Check the user and the database name in the database URL."),
    ("refused", "Is it running? `wakti-sb status` tells of the local stack."),
    ("unreachable", "A hosted project without IPv4 is reached through its session pooler."),
    ("resolve host", "Check the host name in the database URL, and the network."),
)


@dataclass(frozen=True, slots=True)
class Target:
    """A database by its URL.

    Parameters:
        address: user, host, port and database: what may be shown.
        role: whom the session becomes; None for whoever logs in.
    """

    url: str = field(repr=False)
    address: str
    secret: str = field(repr=False)
    role: str | None = None

    @classmethod
    def parse(cls, db_url: str, *, role: str | None = None) -> Target:
        """Raise UsageError if no migration can be run over this URL."""
        parts = parts_of(db_url)
        host, port = str(parts.get("host", "")), str(parts.get("port", "5432"))
        database, user = str(parts.get("dbname", "")), str(parts.get("user", ""))
        if host.endswith(_POOLER) and port == _TRANSACTION_POOL:
            raise UsageError(
                "the transaction pooler cannot be used for migrations",
                place=f"{host}:{port}",
                remedy="Use the session pooler (port 5432) or the direct connection: the lock"
                " against a second runner belongs to a session.",
            )
        secret = str(parts.get("password", "") or os.environ.get("PGPASSWORD", ""))
        name = f"{user}@" if user else ""
        place = f"{host}:{port}" if host else "the local socket"
        # On a local stack the password is the word "postgres" too, and hides nothing.
        return cls(
            db_url,
            f"{name}{place}/{database}".rstrip("/"),
            secret if secret not in {user, host, database} else "",
            role,
        )

    def redact(self, text: str) -> str:
        """The text without the password."""
        if self.secret:
            text = text.replace(self.secret, "***")
        return re.sub(r"(://[^:/@\s]*):[^@\s]*@", r"\1:***@", text)

    @contextmanager
    def session(self, *, seconds: int = 10) -> Iterator[Connection]:
        """A connection outside any transaction; closed at the end.

        Raise ConnectionFailed if none can be made within `seconds`, or if it breaks
        where nothing better can be said of it; MigrationError for the server's other refusals.
        """
        with closing(self._connect(seconds)) as connection:
            try:
                if self.role is not None:
                    become(connection, self.role)
                yield connection
            except psycopg.Error as error:
                text = self.redact((error.diag.message_primary or str(error)).strip())
                if connection.broken:
                    cause = f"the connection to the database was lost: {text}"
                    raise ConnectionFailed(cause, place=self.address) from error
                hint = error.diag.message_hint
                raise MigrationError(text, place=self.address, remedy=hint) from error

    def _connect(self, seconds: int) -> Connection:
        given = conninfo_to_dict(self.url)
        try:
            return psycopg.connect(
                self.url,
                autocommit=True,
                prepare_threshold=None,  # a migration changes the tables under a prepared plan
                application_name=APPLICATION,
                client_encoding="utf8",
                connect_timeout=given.get("connect_timeout", seconds),
            )
        except psycopg.Error as error:
            reason = self.redact(reason_of(error))
            hint = next((hint for part, hint in _HINTS if part in reason), None)
            raise ConnectionFailed(
                f"cannot connect to the database: {reason}", place=self.address, remedy=hint
            ) from None


def become(connection: Connection, role: str | None) -> None:
    """Give up any other role and become this one; None: whoever logged in."""
    connection.execute("reset role")
    if role is not None:
        connection.execute(sql.SQL("set role {}").format(sql.Identifier(role)))


def parts_of(db_url: str) -> Mapping[str, Any]:
    """What a database URL says, by libpq's names. Raise UsageError, without it, if it says nothing.

    Whoever connects asks first: libpq's own message quotes what it stumbled on, often the password.
    """
    try:
        parts: Mapping[str, Any] = conninfo_to_dict(db_url)
    except psycopg.Error:
        raise _unreadable() from None
    told = f"{parts.get('host', '')}{parts.get('dbname', '')}"
    if "@" in told or not re.fullmatch(r"[\d,]+", str(parts.get("port", "5432"))):
        raise _unreadable()  # a bare @ or / in the password was taken for the host's end
    return parts


def reason_of(error: psycopg.Error) -> str:
    """The last part of libpq's message: it is preceded by the address, which we name ourselves."""
    message = str(error)
    line = message.strip().splitlines()[-1] if "FATAL" in message else message.split("\n")[0]
    return re.split(r"FATAL:\s+| failed: ", line)[-1].strip()


def _unreadable() -> UsageError:
    return UsageError(
        "the database URL cannot be read",
        remedy="It looks like postgresql://USER:PASSWORD@HOST:PORT/DATABASE; write special"
        " characters of the password percent-encoded (@ as %40, / as %2F, : as %3A, % as %25).",
    )
