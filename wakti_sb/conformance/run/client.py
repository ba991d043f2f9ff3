"""The same cases through the client: rows are committed for them and taken away again."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace

import httpx
import psycopg

from ...errors import ConformanceError
from ...spec import Spec
from ...stack.endpoint import Endpoint
from ..catalog import Catalog
from ..findings import collect, culprit
from ..model import (
    USERS,
    Advice,
    Attempt,
    Case,
    Finding,
    Outcome,
    Problem,
    Select,
    Subject,
    Verdict,
)
from ..transports.client import ClientTransport
from ..transports.clients import Clients, Tokens
from ..transports.sessions import SessionTokens
from ..transports.tokens import SignedTokens
from .engine import Listener, Progress, ignore, run_cases
from .judge import needs_control
from .stage import committed

_SALT = "client"  # other ids than those of the SQL run, which may go on at the same time


@dataclass(frozen=True)
class ClientRun:
    """Cases, outcomes and leftovers of a run through the client.

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
    """Try every case that can travel over HTTP.

    Raise ConformanceError if the API or the database is not to be reached in the middle of it.
    """
    try:
        return _through_client(spec, catalog, endpoint, f"{_SALT}{salt}", listener)
    except (httpx.HTTPError, psycopg.OperationalError) as error:
        part = "database" if isinstance(error, psycopg.Error) else "API"
        raise ConformanceError(
            f"the {part} does not answer any more: {str(error).strip() or type(error).__name__}",
            place=endpoint.api_url,
            remedy="what the run has made is taken away now, or by the next run",
        ) from None


def _through_client(
    spec: Spec, catalog: Catalog, endpoint: Endpoint, salt: str, listener: Listener
) -> ClientRun:
    with _tokens(endpoint, salt) as tokens, closing(Clients(endpoint, tokens)) as clients:
        with committed(spec, catalog, endpoint, clients, salt) as stage:
            scenario = stage.scenario
            transport = ClientTransport(stage.connection, scenario, clients, stage.store)
            started = time.perf_counter()
            can, cannot = _divided(stage.cases, tokens)
            known = _at_once(transport, can, listener)
            verdicts = tuple(run_cases(transport, can, listener, known))
            seconds = time.perf_counter() - started
        decided = tuple(replace(v, decided_by=culprit(scenario, v)) for v in verdicts)
        further = (*_not_tried(cannot), *_left_behind(stage.left_behind))
        return ClientRun(decided, (*collect(scenario, decided), *further), seconds)


@contextmanager
def _tokens(endpoint: Endpoint, salt: str) -> Iterator[Tokens]:
    """Signed here where the secret is known; else users really sign in."""
    if endpoint.jwt_secret is not None:
        yield SignedTokens(endpoint.jwt_secret, f"{endpoint.api_url}/auth/v1")
        return
    with closing(SessionTokens(endpoint, salt)) as sessions:
        yield sessions


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
        if not case.attempt.who.beside_the_model:  # over SQL its token needs no signature
            people.setdefault(case.identity, []).append((case, reason))
    for label, members in people.items():
        yield Finding(
            id=f"{label}: untested through the client",
            subject=Subject.table(USERS),
            problem=Problem.UNTESTED,
            reason=f"{len(members)} cases could not be tried: {members[0][1]}",
            identity=label,
            fix=Advice(
                "give --jwt-secret where the project has one, or excuse it: what is over SQL is "
                "tried"
            ),
        )


def _left_behind(tables: Iterable[str]) -> Iterator[Finding]:
    for table in tables:
        yield Finding(
            id=f"{table}: rows of the run stay behind",
            subject=Subject(table.removeprefix("public.")),
            problem=Problem.LEFT_BEHIND,
            reason="a trigger has written rows that go with no user and no row of the run",
            fix=Advice(
                f"delete from {table}; a foreign key to auth.users with on delete cascade would "  # noqa: S608  (a sentence for a person, run by nobody)
                "take them away"
            ),
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
    # A value that a trigger only puts right is answered with yes: such attempts spoil a batch, so
    # they come together, after the others.
    writes = sorted((a for a in attempts if a in refused), key=_is_about_values)
    for group in (list(reads), writes):
        for outcomes in transport.at_once(group):
            known |= outcomes
            listener(Progress(len(known), len(attempts), "through the client"))
    for outcomes in transport.apart(_file_controls(cases, known)):
        known |= outcomes
    return known


def _file_controls(cases: Iterable[Case], known: Mapping[Attempt, Outcome]) -> list[Attempt]:
    """What earns the denials that are known, where it is a write of a file."""
    denied = (c for c in cases if c.attempt in known and needs_control(c, known[c.attempt]))
    first = (case.controls[0] for case in denied if case.controls)
    return list(
        dict.fromkeys(
            each
            for each in first
            if each.about_files
            and not each.arrange
            and not isinstance(each.request, Select)
            and each not in known
        )
    )


def _is_about_values(attempt: Attempt) -> bool:
    return bool(getattr(attempt.request, "about", ()))
