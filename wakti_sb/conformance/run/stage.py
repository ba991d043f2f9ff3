"""The scenario in a database, committed for a while, and taken away whatever happens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import psycopg
from psycopg import Connection, sql

from ...errors import ConformanceError
from ...spec import Spec
from ...stack.endpoint import Endpoint
from ..cases import derive
from ..cases.bad_tokens import bad_tokens, deleted_user
from ..cases.file_requests import Place
from ..catalog import Catalog
from ..coverage import widen
from ..model import ELSEWHERE, OBJECTS, Case, Identity
from ..scenario import Scenario, plan, refresh, seed
from ..transports.clients import Clients
from ..transports.journal import Journal, Made, files_of, planned
from ..transports.residue import empty_tables, filled
from ..transports.sessions import SessionTokens
from ..transports.store import Store, remove_files
from ..transports.tokens import SignedTokens
from .database import connect
from .project import check_database, check_project, check_secret


@dataclass(frozen=True)
class Stage:
    """A database that holds the scenario, and what is to be tried on it.

    `left_behind` is filled at the end: tables that were empty and are not.
    """

    connection: Connection[Any]
    scenario: Scenario
    store: Store | None
    cases: tuple[Case, ...]
    left_behind: list[str] = field(default_factory=list)


def undo_killed_runs(endpoint: Endpoint) -> None:
    """Take away what runs have left that were killed: their own and nothing else.

    Raise ConformanceError if another run is under way, or something cannot be removed.
    """
    with connect(endpoint.database, autocommit=True) as connection:
        journal = Journal(connection)
        left = journal.left()
        if not left:
            return
        journal.lock()
        tokens = SignedTokens("", "")  # only the secret key is needed
        with closing(Clients(endpoint, tokens)) as clients:
            for made in left:
                journal.clear(made, partial(remove_files, clients.service))
        journal.close()


@contextmanager
def committed(
    spec: Spec, catalog: Catalog, endpoint: Endpoint, clients: Clients, salt: str
) -> Iterator[Stage]:
    """Commit the scenario, and take it away at the end."""
    wanted = plan(spec, catalog, salt)
    remove = partial(remove_files, clients.service)
    with connect(endpoint.database, autocommit=True) as connection:
        journal = Journal(connection)
        journal.lock()
        deleted = deleted_user(salt)
        _must_be_empty(connection, wanted)
        empty = empty_tables(connection)
        left_behind: list[str] = []
        made = _with_users(planned(wanted, ()), deleted)
        journal.write(made)
        try:
            if isinstance(clients.tokens, SessionTokens):
                arrived = partial(check_project, connection, endpoint=endpoint)
                clients.tokens.sign_in(wanted.identities, deleted, arrived)
            with connection.transaction():
                scenario = seed(connection, wanted, widen)
                cases = _cases(scenario)
                attempts = [a for case in cases for a in (case.attempt, *case.controls)]
                files = tuple(dict.fromkeys(files_of(scenario, attempts)))
                made = _with_users(planned(scenario, attempts), deleted)
                buckets = (ELSEWHERE,) if any(b == ELSEWHERE for b, _ in files) else ()
                made = replace(made, files=files, buckets=buckets)
                journal.write(made)
            if made.users:
                check_database(clients.service, made.users[0], endpoint)
            if isinstance(clients.tokens, SignedTokens):
                check_secret(clients, deleted)
            places = [Place(*file) for file in files]
            store = Store(connection, clients.service, scenario, places) if files else None
            yield Stage(connection, scenario, store, cases, left_behind)
        finally:
            with _anew(connection, endpoint.database) as cleaning:
                record = Journal(cleaning)
                record.clear(made, remove)
                record.close()
                for view in wanted.spec.view:
                    refresh(cleaning, catalog, view.table)
                left_behind.extend(filled(cleaning, empty))


def _cases(scenario: Scenario) -> tuple[Case, ...]:
    cases = derive(scenario, "client")
    return (*cases, *bad_tokens(cases, scenario))


@contextmanager
def _anew(connection: Connection[Any], database: str) -> Iterator[Connection[Any]]:
    """The same connection, or another one if it was lost or stopped in the middle."""
    idle = psycopg.pq.TransactionStatus.IDLE
    if not connection.closed and connection.info.transaction_status == idle:
        yield connection
        return
    connection.close()
    with connect(database, autocommit=True) as another:
        yield another


def _with_users(made: Made, *further: Identity) -> Made:
    return replace(made, users=(*made.users, *(str(who.user_id) for who in further)))


def _must_be_empty(connection: Connection[Any], scenario: Scenario) -> None:
    """Requests without a filter would touch rows that are not ours."""
    for table in dict.fromkeys(row.table for row in scenario.rows):
        known = scenario.catalog.tables[table]
        entry = scenario.spec.entry(table)
        if known.is_view or table == OBJECTS or entry is None:
            continue
        if not scenario.spec.belongs(entry):
            continue  # rows that belong to nobody, such as those of a list of countries
        name = sql.Identifier(table.schema, table.name)
        query = sql.SQL("select exists (select from {})").format(name)
        row = connection.execute(query).fetchone()
        if row is not None and row[0]:
            raise ConformanceError(
                f"{table} holds rows already, and the client transport really changes rows",
                remedy="run it on a clean stack (wakti-sb reset), or over SQL only",
            )
