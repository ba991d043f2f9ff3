"""Where a deployment goes: a hosted project by its ref, or any project by its addresses."""

from __future__ import annotations

import re
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

import psycopg
from psycopg.rows import dict_row

from wakti_sb.deploy import errors
from wakti_sb.deploy.management import Management, Pooler, Project
from wakti_sb.deploy.management.records import ACTIVE
from wakti_sb.deploy.redaction import Secrets
from wakti_sb.errors import UsageError
from wakti_sb.events import Listener
from wakti_sb.migrate.connection import Connection, Target, parts_of, reason_of
from wakti_sb.stack import Endpoint, remote

REF = re.compile(r"[a-z]{20}")
_OWNER = "postgres"  # migrations and everything in them belong to this role
_POOLER_DOMAIN = ".pooler.supabase.com"
_TRANSACTIONS, _SESSIONS = 6543, 5432  # the pooler's ports
_ATTEMPTS, _PAUSE, _SECONDS = 8, 1.0, 10  # of a login that was made just now
_MARGIN = 30.0  # seconds before a login expires
_LOOPBACK = ("127.", "localhost", "::1")

_ASLEEP = {
    "INACTIVE": ("is paused", "Restore it in the dashboard, wait until it is up, run this again."),
    "PAUSING": ("is being paused", "Restore it in the dashboard once it is paused."),
    "REMOVED": ("was removed", "Name another project."),
    "GOING_DOWN": ("is going down", "Look at it in the dashboard."),
}
_NOT_YET = ("is {status} at the moment", "Wait until it is up, then run this again.")


class Place(Protocol):
    """A project that can be deployed to."""

    secrets: Secrets

    @property
    def name(self) -> str:
        """How it is called on the screen."""

    @property
    def management(self) -> Management | None:
        """Its Management API; None where it has none, so that functions cannot be sent there."""

    def read_rows(self, query: str) -> list[dict[str, Any]]:
        """Rows of a query that changes nothing."""

    def database(self) -> Database:
        """Its database, for writing."""

    def endpoint(self) -> Endpoint:
        """Its addresses and keys."""


@dataclass(frozen=True)
class Database:
    """A database that may be written.

    Parameters:
        url: with the login's password in it.
        role: whom a session becomes.
        ends: when the login expires, of `time.monotonic`; None for one that does not.
    """

    url: str = field(repr=False)
    role: str | None = None
    ends: float | None = None

    @property
    def is_over(self) -> bool:
        """Whether the login has expired, or will before anything could be done with it."""
        return self.ends is not None and time.monotonic() > self.ends

    @property
    def address(self) -> str:
        """What may be shown of it."""
        return Target.parse(self.url).address

    def session(self) -> AbstractContextManager[Connection]:
        """A connection outside any transaction. Raise ConnectionFailed or MigrationError."""
        return Target.parse(self.url, role=self.role).session()


class Hosted:
    """A hosted project, by its ref.

    Parameters:
        ref: 20 small letters.
        url: of its API, where that is not https://REF.supabase.co.
        trusted: whether the Management API is another one than the platform's own, so that its
            pooler may be anywhere.
    """

    def __init__(
        self, ref: str, token: str, address: str, *, url: str | None, trusted: bool, tell: Listener
    ) -> None:
        if not REF.fullmatch(ref):
            raise UsageError(
                f'"{ref}" is not a project ref.',
                remedy="It has 20 small letters: https://supabase.com/dashboard/project/REF",
            )
        if not token.startswith("sbp_"):
            raise UsageError(
                "SUPABASE_ACCESS_TOKEN is not an access token: those begin with sbp_.",
                remedy="Make one at https://supabase.com/dashboard/account/tokens",
            )
        self.ref = ref
        self.secrets = Secrets()
        self.url = url or f"https://{ref}.supabase.co"
        self._api = Management(ref, token, address, self.secrets, tell)
        self._trusted = trusted

    @property
    def management(self) -> Management:
        """The Management API."""
        return self._api

    @cached_property
    def project(self) -> Project:
        """Its record. Raise ProjectAsleep unless it is up."""
        project = self._api.project()
        if project.status != ACTIVE:
            is_what, remedy = _ASLEEP.get(project.status, _NOT_YET)
            raise errors.ProjectAsleep(
                f"the project {is_what.format(status=project.status)}.",
                place=f"{project.name} ({self.ref})",
                remedy=remedy,
            )
        return project

    @property
    def name(self) -> str:
        """Name, ref and host."""
        project = self.project
        return f"{project.name} ({self.ref}) at {self.url}, database {project.database.host}"

    def read_rows(self, query: str) -> list[dict[str, Any]]:
        """Rows of a query, by a role that can only read."""
        return self._api.read_rows(query)

    def database(self) -> Database:
        """Over the session pooler with a login that expires; nobody is asked for a password."""
        login = self._api.login()
        ends = time.monotonic() + login.ttl_seconds - _MARGIN
        url = self._database_url(login.role, login.password, _SESSIONS)
        require_login(url, place=self.pooler.db_host)
        return Database(url, _OWNER, ends)

    def function_database_url(self, role: str, password: str) -> str:
        """Over the transaction pooler: a function's many instances share few connections."""
        return self._database_url(role, password, _TRANSACTIONS)

    @cached_property
    def pooler(self) -> Pooler:
        """Its pooler. Raise PlatformFailed for one that is not the platform's."""
        pooler = self._api.pooler()
        if not self._trusted and not pooler.db_host.endswith(_POOLER_DOMAIN):
            # A password goes there.
            raise errors.PlatformFailed(
                "the platform names a connection pooler outside of its own domain.",
                place=pooler.db_host,
                remedy=f"It should end in {_POOLER_DOMAIN}. Nothing was sent there.",
            )
        return pooler

    def endpoint(self) -> Endpoint:
        """Its API with the keys that the platform tells."""
        keys = self._api.api_keys()
        return remote(self.url, publishable_key=keys.publishable, secret_key=keys.secret)

    def _database_url(self, role: str, password: str, port: int) -> str:
        pooler = self.pooler
        host = pooler.db_host
        tls = "" if host.startswith(_LOOPBACK) else "?sslmode=require"
        return f"postgresql://{role}.{self.ref}:{password}@{host}:{port}/{pooler.db_name}{tls}"


class ByAddress:
    """A project without a Management API: self-hosted, or one whose database password is at hand.

    Parameters:
        endpoint: with the database's URL.
    """

    management = None

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._target = Target.parse(endpoint.database)
        self.secrets = Secrets()
        self.secrets.add(self._target.secret, endpoint.secret_key)

    @property
    def name(self) -> str:
        """Its API and its database."""
        return f"{self._endpoint.api_url}, database {self._target.address}"

    def read_rows(self, query: str) -> list[dict[str, Any]]:
        """Rows of a query, in a transaction that can only read."""
        with self._target.session() as connection, connection.transaction():
            connection.execute("set transaction read only")
            with connection.cursor(row_factory=dict_row) as cursor:
                return cursor.execute(query.encode()).fetchall()

    def database(self) -> Database:
        """As it was named."""
        return Database(self._endpoint.database)

    def endpoint(self) -> Endpoint:
        """As it was named."""
        return self._endpoint


def require_login(url: str, *, place: str) -> None:
    """Wait until a login works that was made just now; the pooler learns of it within seconds.

    Raise Unreachable if it does not.
    """
    for attempt in range(_ATTEMPTS):
        try:
            psycopg.connect(url, connect_timeout=_SECONDS, prepare_threshold=None).close()
        except psycopg.OperationalError as error:
            if attempt + 1 == _ATTEMPTS:
                user = parts_of(url)["user"]
                raise errors.Unreachable(
                    f"{user} cannot log in through the connection pooler: {reason_of(error)}.",
                    place=place,
                    remedy="Run this again in a minute; it goes on where it stopped.",
                ) from None
            time.sleep(_PAUSE)
        else:
            return
