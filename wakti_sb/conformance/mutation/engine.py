"""Break each policy in a copy of the database and see whether the cases notice."""

from __future__ import annotations

import datetime
import secrets
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from threading import Event
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import Connection, sql

from ...errors import ConformanceError
from ...spec import Spec
from ..cases import derive
from ..conditions import Atom
from ..coverage.evaluate import Evaluator
from ..coverage.measure import Rows
from ..findings import check_names, excuse
from ..model import API_ROLES, MESSAGES, OBJECTS, Case, SubjectKind, Verdict
from ..run.engine import Listener, Progress, ignore, run_cases
from ..run.preflight import no_hosted_data
from ..run.session import catalog_for, connected, prepared
from ..run.sql import through_sql
from ..scenario import Scenario
from ..transports import SqlTransport
from .mutant import Change, Mutant
from .operators import equivalent, mutants, out_of_reach

_PREFIX = "wakti_mutant_"
_MOST_NAMED = 5
_Shape = tuple[str, str, str, bool]
_HIDDEN = "the table that it looks at hides those rows by itself"


@dataclass(frozen=True)
class Judged:
    """A mutant and what became of it; `by` is the case that noticed it.

    `same` says what shows that it changes nothing for anybody.
    """

    mutant: Mutant
    noticed: bool
    by: str = ""
    same: str = ""


@dataclass(frozen=True)
class MutationReport:
    """The score of a suite: how many weakened databases it tells from the sound one.

    Not counted: `out_of_reach`, policies for roles that no user's token carries, and `equivalent`,
    weakenings that leave the database as it is.
    """

    judged: tuple[Judged, ...]
    out_of_reach: tuple[str, ...] = ()
    equivalent: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def score(self) -> float:
        """Noticed among all; a database without a single mutant proves nothing: 0."""
        if not self.judged:
            return 0.0
        return sum(each.noticed for each in self.judged) / len(self.judged)

    @property
    def survivors(self) -> tuple[Judged, ...]:
        """The mutants that no case noticed."""
        return tuple(each for each in self.judged if not each.noticed)


def mutate(
    spec: Spec,
    db_url: str,
    *,
    workers: int = 2,
    disconnect: bool = False,
    allow_data: bool = False,
    listener: Listener = ignore,
) -> MutationReport:
    """Weaken the policies of the database at `db_url` one at a time, in copies of it.

    Parameters:
        workers: how many copies are tried at once.
        disconnect: end other sessions of the database, which PostgreSQL cannot copy otherwise.
        allow_data: copy it although it is a hosted database that holds data.

    Raise ConformanceError if the database has findings already, or cannot be copied.
    """
    started = time.perf_counter()
    with connected(db_url) as connection:
        catalog = catalog_for(spec, connection)
        check_names(spec, catalog)
        if not allow_data:
            no_hosted_data(connection, spec, catalog)
    must_be_clean(spec, db_url, allow_data=allow_data)
    listed = tuple(mutants(spec, catalog))
    shares = _shares(listed, workers)
    done: list[int] = []
    stop = Event()

    def work(url: str, share: Sequence[Mutant]) -> list[Judged]:
        found: list[Judged] = []
        with prepared(spec, url, allow_data=True) as (connection, scenario):
            trial = _Trial(connection, scenario)
            for mutant in share:
                if stop.is_set():
                    break
                found.append(trial.judge(mutant))
                done.append(1)
                listener(Progress(len(done), len(listed), mutant.id))
        return found

    with ExitStack() as stack:
        urls = [stack.enter_context(copy_of(db_url, disconnect=disconnect)) for _ in shares]
        with ThreadPoolExecutor(len(shares)) as pool:
            try:
                results = list(pool.map(work, urls, shares))
            finally:
                # Ctrl-C, or one copy that failed: the others need not finish.
                stop.set()
    by_id = {judged.mutant.id: judged for result in results for judged in result}
    judged = [by_id[mutant.id] for mutant in listed]
    shown = (f"{each.mutant.id}: {each.same}" for each in judged if each.same)
    return MutationReport(
        tuple(each for each in judged if not each.same),
        tuple(out_of_reach(spec, catalog)),
        (*equivalent(spec, catalog), *shown),
        time.perf_counter() - started,
    )


def _shares(listed: Sequence[Mutant], workers: int) -> list[list[Mutant]]:
    """The mutants of each worker, about as many for each.

    Those of one operator stay together and in their order: what noticed the first ones decides
    which cases are asked first of the next, so the answer does not depend on how many work.
    """
    of_operator: dict[str, list[Mutant]] = {}
    for mutant in listed:
        of_operator.setdefault(mutant.operator, []).append(mutant)
    shares: list[list[Mutant]] = [[] for _ in range(min(workers, len(of_operator)) or 1)]
    for alike in sorted(of_operator.values(), key=len, reverse=True):
        min(shares, key=len).extend(alike)
    return shares


@contextmanager
def copy_of(db_url: str, *, disconnect: bool = False) -> Iterator[str]:
    """URL of a copy of the database, dropped at the end.

    Copies whose run was killed are dropped first: the session that made a copy bears its name, so
    one without such a session is nobody's.
    """
    parts = urlsplit(db_url)
    name = parts.path.lstrip("/") or "postgres"
    copy = f"{_PREFIX}{secrets.token_hex(6)}"
    server = urlunsplit(parts._replace(path="/template1" if name == "postgres" else "/postgres"))
    with psycopg.connect(server, autocommit=True, application_name=copy) as connection:
        _sweep(connection)
        if disconnect:
            connection.execute(
                "select pg_terminate_backend(pid) from pg_catalog.pg_stat_activity"
                " where datname = %s and pid <> pg_backend_pid()",
                (name,),
            )
        make = sql.SQL("create database {} template {}").format(
            sql.Identifier(copy), sql.Identifier(name)
        )
        try:
            _make(connection, make, name)
            yield urlunsplit(parts._replace(path=f"/{copy}"))
        finally:
            # Also where Ctrl-C came while it was being made.
            drop = sql.SQL("drop database if exists {} with (force)")
            connection.execute(drop.format(sql.Identifier(copy)))


def _make(connection: Connection[Any], statement: sql.Composed, name: str) -> None:
    try:
        connection.execute(statement)
    except psycopg.errors.ObjectInUse:
        raise ConformanceError(
            f"the database {name} is in use, and PostgreSQL copies only what nobody uses",
            remedy="stop what is connected to it, or leave --db-url out",
        ) from None
    except psycopg.Error as error:
        raise ConformanceError(
            f"the database {name} cannot be copied: {error.diag.message_primary or error}",
            remedy="a copy needs a local database and a role that may create one",
        ) from None


def _sweep(connection: Connection[Any]) -> None:
    left = connection.execute(
        "select d.datname from pg_catalog.pg_database as d"
        " where starts_with(d.datname, %s) and not exists ("
        "select from pg_catalog.pg_stat_activity as a where a.application_name = d.datname)",
        (_PREFIX,),
    ).fetchall()
    for (name,) in left:
        # Another run may be dropping it just now, or it belongs to somebody else.
        with suppress(psycopg.Error):
            drop = sql.SQL("drop database if exists {} with (force)")
            connection.execute(drop.format(sql.Identifier(name)))


def must_be_clean(spec: Spec, db_url: str, *, allow_data: bool = False) -> None:
    """Raise ConformanceError, with what to settle first, if the matrix is not clean."""
    found = through_sql(spec, db_url, allow_data=allow_data).findings
    standing, _ = excuse(found, spec, _today())
    if standing:
        listed = "".join(f"\n  {finding.id}" for finding in standing[:_MOST_NAMED])
        more = len(standing) - _MOST_NAMED
        listed += f"\n  and {more} more" if more > 0 else ""
        raise ConformanceError(
            f"{len(standing)} finding(s) before anything was broken; settle these first:{listed}",
            remedy="wakti-sb rls test shows each with what closes it",
        )


def _shape(case: Case) -> _Shape:
    return case.operation, case.family, case.identity, bool(case.expected.must)


class _Trial:
    """One seeded copy in which mutants are tried in savepoints, one after the other."""

    def __init__(self, connection: Connection[Any], scenario: Scenario) -> None:
        self.connection = connection
        self.scenario = scenario
        self.cases = derive(scenario)
        self._noticers: dict[str, Counter[_Shape]] = {}
        """By operator: how many of its mutants a case of this shape noticed; it is asked first."""

    def judge(self, mutant: Mutant) -> Judged:
        """Apply a mutant, try the cases until one fails, undo it.

        Those of the broken object first. Where none of them notices it, it is asked whether
        anything has changed at all, before the others are tried.
        """
        near, far = self._apart(mutant)
        by = self._noticed(mutant, near)
        same = "" if by else self._same(mutant.change)
        by = by or (None if same else self._noticed(mutant, far))
        if by is not None:
            self._noticers.setdefault(mutant.operator, Counter())[_shape(by)] += 1
        return Judged(mutant, by is not None, by.id if by else "", same)

    def _noticed(self, mutant: Mutant, cases: Sequence[Case]) -> Case | None:
        """The first of these cases that fails in the weakened database."""
        with self.connection.transaction(force_rollback=True):
            for statement in mutant.statements:
                self.connection.execute(sql.SQL(statement))
            failed = (v for v in self._run(cases) if v.status != "passed")
            return next((verdict.case for verdict in failed), None)

    def _same(self, change: Change | None) -> str:
        """What shows that a change changes nothing: the tables that it reads hide those rows.

        For every row and caller both expressions come to the same, and past row level security they
        do not.
        """
        if change is None:
            return ""
        both = (Atom(change.before), Atom(change.after))
        evaluator = Evaluator(self.connection, self.scenario)
        rows = Rows(self.scenario, change.table, self.cases).of(new_rows=True)
        differs = False
        for who in self.scenario.identities:
            if who.role not in API_ROLES:
                continue
            for bypassing in (False, True):
                answers = evaluator.answers(change.table, both, rows, who, bypassing=bypassing)
                unlike = any(one != other for one, other in answers)
                if unlike and not bypassing:
                    return ""
                differs = differs or unlike
        return _HIDDEN if differs else ""

    def _run(self, cases: Sequence[Case]) -> Iterator[Verdict]:
        return run_cases(SqlTransport(self.connection, self.scenario), cases)

    def _apart(self, mutant: Mutant) -> tuple[list[Case], list[Case]]:
        """The cases of the broken object, and all others."""
        kinds = {str(OBJECTS): SubjectKind.BUCKET, str(MESSAGES): SubjectKind.CHANNEL}
        kind = kinds.get(mutant.object)
        near: list[Case] = []
        far: list[Case] = []
        for case in self.cases:
            about = case.subject.kind is kind if kind else case.subject == mutant.object
            (near if about else far).append(case)
        known = self._noticers.get(mutant.operator, Counter())
        near.sort(key=lambda case: -known[_shape(case)])
        return near, far


def _today() -> datetime.date:
    return datetime.datetime.now(datetime.UTC).date()
