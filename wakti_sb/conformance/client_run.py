"""The same cases through the client: rows are committed for them and taken away again."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import psycopg
from psycopg import Connection, sql

from ..errors import ConformanceError
from ..spec import Spec
from ..stack.endpoint import Endpoint
from .bad_tokens import bad_tokens, deleted_user
from .cases import Attempt, Case, Select, derive
from .cases.file_requests import Place
from .catalog import OBJECTS, Catalog
from .database import connect
from .engine import Listener, Progress, ignore, run_cases
from .findings import Finding, collect, culprit, http_text
from .judge import Verdict
from .preflight import check_database, check_project, check_secret
from .scenario import Identity, Scenario, plan, refresh, seed
from .scenario.folders import ELSEWHERE
from .transports import Outcome
from .transports.client import ClientTransport
from .transports.clients import Clients, Tokens
from .transports.journal import Journal, Made, files_of, planned
from .transports.sessions import SessionTokens
from .transports.store import Store, remove_files
from .transports.tokens import SignedTokens

_SALT = "client"  # other ids than those of the SQL run, which may go on at the same time


@dataclass(frozen=True)
class ClientRun:
    """What came of it.

    Parameters:
        verdicts: of every case that can travel over HTTP.
        findings: what they lead to, and what could not be tried.
        seconds: how long the cases took.
    """

    verdicts: tuple[Verdict, ...]
    findings: tuple[Finding, ...]
    seconds: float


def through_client(
    spec: Spec, catalog: Catalog, endpoint: Endpoint, salt: str = "", listener: Listener = ignore
) -> ClientRun:
    """Try every case that can travel over HTTP."""
    with _tokens(endpoint) as tokens, closing(Clients(endpoint, tokens)) as clients:
        with committed(spec, catalog, endpoint, clients, f"{_SALT}{salt}") as stage:
            scenario = stage.scenario
            transport = ClientTransport(stage.connection, scenario, clients, stage.store)
            started = time.perf_counter()
            can, cannot = _divided(stage.cases, tokens)
            known = _at_once(transport, can, listener)
            verdicts = tuple(run_cases(transport, can, listener, known))
            seconds = time.perf_counter() - started
        decided = tuple(replace(v, decided_by=culprit(scenario, v)) for v in verdicts)
        findings = (*collect(scenario, decided), *_not_tried(cannot))
        return ClientRun(decided, findings, seconds)


@dataclass(frozen=True)
class Stage:
    """A database that holds the scenario, and what is to be tried on it."""

    connection: Connection[Any]
    scenario: Scenario
    store: Store | None
    cases: tuple[Case, ...]


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
        made = _with_users(planned(wanted, ()), deleted)
        journal.write(made)
        try:
            if isinstance(clients.tokens, SessionTokens):
                arrived = partial(check_project, connection, endpoint=endpoint)
                clients.tokens.sign_in(wanted.identities, deleted, arrived)
            with connection.transaction():
                scenario = seed(connection, wanted)
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
            yield Stage(connection, scenario, store, cases)
        finally:
            with _anew(connection, endpoint.database) as cleaning:
                record = Journal(cleaning)
                record.clear(made, remove)
                record.close()
                for view in wanted.spec.view:
                    refresh(cleaning, catalog, view.table)


def disagreements(over_sql: Iterable[Verdict], over_client: Iterable[Verdict]) -> Iterator[Finding]:
    """Cases on which the two transports differ: one of them does not tell what users get."""
    by_id = {verdict.case.id: verdict for verdict in over_sql}
    for verdict in over_client:
        other = by_id.get(verdict.case.id)
        if other is None or other.status == verdict.status:
            continue
        yield Finding(
            id=f"{verdict.case.id} (transports disagree)",
            table=verdict.case.object,
            problem="disagreement",
            reason=f"over SQL: {other.reason}; through the client: {verdict.reason}",
            operation=verdict.case.operation,
            identity=verdict.case.identity,
            request=http_text(verdict.case.attempt),
            fix="look at what lies between: the gateway, exposed schemas, the schema cache",
            cases=(verdict.case.id,),
        )


@contextmanager
def _tokens(endpoint: Endpoint) -> Iterator[Tokens]:
    """Signed here where the secret is known; else users really sign in."""
    if endpoint.jwt_secret is not None:
        yield SignedTokens(endpoint.jwt_secret, f"{endpoint.api_url}/auth/v1")
        return
    with closing(SessionTokens(endpoint)) as sessions:
        yield sessions


def _cases(scenario: Scenario) -> tuple[Case, ...]:
    cases = derive(scenario, "client")
    return (*cases, *bad_tokens(cases, scenario))


def _divided(
    cases: Iterable[Case], tokens: Tokens
) -> tuple[tuple[Case, ...], list[tuple[Case, str]]]:
    """The cases whose people can be had here, and the others with the reason."""
    can: list[Case] = []
    cannot: list[tuple[Case, str]] = []
    for case in cases:
        reason = tokens.why_not(case.attempt.who)
        if reason is None:
            controls = tuple(a for a in case.controls if tokens.why_not(a.who) is None)
            can.append(replace(case, controls=controls))
        else:
            cannot.append((case, reason))
    return tuple(can), cannot


def _not_tried(cannot: Iterable[tuple[Case, str]]) -> Iterator[Finding]:
    """One remark for each person who could not be had: what is not tried is not safe."""
    people: dict[str, list[tuple[Case, str]]] = {}
    for case, reason in cannot:
        people.setdefault(case.identity, []).append((case, reason))
    for label, members in people.items():
        yield Finding(
            id=f"{label}: untested through the client",
            table="auth.users",
            problem="untested",
            reason=f"{len(members)} cases could not be tried: {members[0][1]}",
            identity=label,
            fix="give --jwt-secret where the project has one, or excuse it: what is over SQL is "
            "tried",
        )


def _at_once(
    transport: ClientTransport, cases: tuple[Case, ...], listener: Listener
) -> dict[Attempt, Outcome]:
    """What need not be tried one by one: reads, then what has to be refused."""
    attempts = dict.fromkeys(case.attempt for case in cases if not case.attempt.arrange)
    reads = dict.fromkeys(a for a in attempts if isinstance(a.request, Select))
    first = (case.controls[0] for case in cases if case.controls)
    reads |= dict.fromkeys(a for a in first if isinstance(a.request, Select) and not a.arrange)
    refused = {c.attempt for c in cases if not c.expected.must} & set(attempts) - set(reads)
    known: dict[Attempt, Outcome] = {}
    for group in (list(reads), [a for a in attempts if a in refused]):
        for outcomes in transport.at_once(group):
            known |= outcomes
            listener(Progress(len(known), len(attempts), "through the client"))
    return known


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
        if scenario.spec.owner_path(entry) is None and scenario.spec.place_path(entry) is None:
            continue  # rows that belong to nobody, such as those of a list of countries
        name = sql.Identifier(table.schema, table.name)
        query = sql.SQL("select exists (select from {})").format(name)
        row = connection.execute(query).fetchone()
        if row is not None and row[0]:
            raise ConformanceError(
                f"{table} holds rows already, and the client transport really changes rows",
                remedy="run it on a clean stack (wakti-sb reset), or over SQL only",
            )
