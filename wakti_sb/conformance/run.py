"""The run: read the catalog, seed, try every case, judge, leave nothing behind.

What speaks to the API is imported where it is needed: most runs go over SQL alone, and loading the
Supabase client takes half as long as they do.
"""

from __future__ import annotations

import datetime
import ipaddress
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

import psycopg
from psycopg import Connection
from psycopg import sql as q

from ..errors import ConformanceError
from ..spec import Relation, Spec
from ..stack.endpoint import Endpoint
from .cases import Case, derive
from .catalog import API_ROLES, USERS, Catalog, read_catalog
from .database import connect
from .engine import Listener, ignore, run_cases
from .findings import (
    Finding,
    Report,
    Timing,
    check_names,
    collect,
    culprit,
    disagreements,
    excuse,
    static_findings,
)
from .left_out import set_aside
from .scenario import Scenario, members_in, plan, seed
from .transports import SqlTransport
from .what_if import WhatIf

# Someone else's lock or a trigger that sleeps must not stop a run for ever.
_PATIENCE = "set local lock_timeout = '2s'; set local statement_timeout = '60s'"
_MAY_BECOME = "select pg_has_role(current_user, %s, 'member')"


def run(
    spec: Spec,
    db_url: str,
    *,
    endpoint: Endpoint | None = None,
    allow_data: bool = False,
    salt: str = "",
    today: datetime.date | None = None,
    listener: Listener = ignore,
    left_out: Mapping[str, str] | None = None,
) -> Report:
    """Prove the ownership model of `spec` against the database at `db_url`.

    Over SQL everything happens in one transaction that is rolled back. Through the client rows
    are really written and taken away again; its database must be the one of `endpoint`.

    Parameters:
        endpoint: also send every case through the Supabase client.
        allow_data: go on although it is a hosted database that holds data.
        salt: keeps runs apart that share a database at the same time.
        today: the day on which excuses are judged.
        left_out: what the database lacks or has in part only, and why: untested unless excused.

    Raise ConformanceError where no verdict can be reached, SpecError where the model names
    something that is not there.
    """
    if endpoint is not None:
        from .stage import undo_killed_runs

        undo_killed_runs(endpoint)  # first: what they left would count as somebody's data
    whole = spec
    spec, gone = set_aside(spec, left_out or {})
    with prepared(spec, db_url, allow_data=allow_data, salt=salt) as (connection, scenario):
        started = time.perf_counter()
        cases = derive(scenario)
        tried = tuple(run_cases(SqlTransport(connection, scenario), cases, listener))
        timings = [Timing("sql", len(tried), time.perf_counter() - started)]
        verdicts = tuple(replace(v, decided_by=culprit(scenario, v)) for v in tried)
        found = [
            *static_findings(spec, scenario.catalog),
            *collect(scenario, verdicts, WhatIf(connection, scenario, verdicts)),
            *untested(scenario, cases),
        ]
        if not cases and not found:
            found.append(_NOTHING)
    if endpoint is not None:
        from .client_run import through_client

        # Only now: rows that the SQL run had not taken back yet would block these.
        client = through_client(spec, scenario.catalog, endpoint, salt, listener)
        found += [*disagreements(verdicts, client.verdicts), *_new(found, client.findings)]
        timings.append(Timing("client", len(client.verdicts), client.seconds))
        verdicts += client.verdicts
    day = today or datetime.datetime.now(datetime.UTC).date()
    standing, excused = excuse(found, spec, day)
    also_standing, also_excused = excuse(gone, whole, day)
    standing, excused = (*standing, *also_standing), (*excused, *also_excused)
    not_tried = tuple((f.table, f.reason) for f in standing if f.problem == "untested")
    return Report(verdicts, standing, excused, not_tried, tuple(timings), spec.project.name)


def _new(known: list[Finding], further: Iterable[Finding]) -> Iterator[Finding]:
    """Findings of the client that the SQL run could not have made."""
    ids = {case for finding in known for case in (finding.id, *finding.cases)}
    tried = {finding.id.removesuffix(" (transports disagree)") for finding in known}
    return (f for f in further if f.id not in ids | tried and not set(f.cases) & ids)


@contextmanager
def prepared(
    spec: Spec, db_url: str, *, allow_data: bool = False, salt: str = ""
) -> Iterator[tuple[Connection[Any], Scenario]]:
    """A connection whose transaction holds the seeded scenario; rolled back at the end."""
    with connected(db_url) as connection:
        catalog = catalog_for(spec, connection)
        check_names(spec, catalog)
        _must_be_able(connection, catalog)
        if not allow_data:
            no_hosted_data(connection, spec, catalog)
        yield connection, seed(connection, plan(spec, catalog, salt))


@contextmanager
def connected(db_url: str) -> Iterator[Connection[Any]]:
    """A connection that never commits."""
    connection = connect(db_url)
    try:
        connection.execute(_PATIENCE)
        yield connection
    except psycopg.errors.LockNotAvailable:
        raise ConformanceError(
            "another session holds a lock on a table of the model, and nothing could be tried",
            remedy="wait until it is done; pg_stat_activity and pg_locks tell which one it is",
        ) from None
    except psycopg.OperationalError as error:
        raise ConformanceError(
            f"the database gave up in the middle of the run: {_last_line(error)}",
            remedy="see its log; nothing was committed",
        ) from None
    finally:
        # A connection that is lost has nothing left to roll back.
        with suppress(psycopg.Error):
            connection.rollback()
        connection.close()


def _last_line(error: psycopg.Error) -> str:
    lines = (error.diag.message_primary or str(error)).strip().splitlines()
    return lines[-1] if lines else "no reason was given"


def catalog_for(spec: Spec, connection: Connection[Any]) -> Catalog:
    """The catalog of the exposed schemas and of what the model names outside them."""
    named: set[str] = set()
    for owned in spec.relations:
        named.add(f"{owned.table.schema}.{owned.table.name}")
        place = spec.place_path(owned)
        if place is not None:
            named.add(f"{place.members.table.schema}.{place.members.table.name}")
    for bucket in spec.bucket:
        if bucket.members is not None:
            named.add(str(bucket.members.table))
    return read_catalog(connection, spec.project.schemas, sorted(named))


def untested(scenario: Scenario, cases: tuple[Case, ...]) -> Iterator[Finding]:
    """Tables of the model that no case could be made for."""
    tried = {case.object for case in cases}
    reasons = dict(scenario.untested)
    for entry in scenario.spec.relations:
        if entry.table in tried and entry.table not in reasons:
            continue
        parents = scenario.catalog.tables[entry.table].foreign_keys
        cause = next((reasons[k.table] for k in parents if k.table in reasons), None)
        reason = reasons.get(entry.table) or cause or "no row of it belongs to anybody"
        yield _untested(entry.table, reason)
    for name, reason in reasons.items():
        table = Relation(name)
        if scenario.spec.entry(table) is not None:
            continue
        if table == USERS or members_in(scenario.spec, table) is not None:
            yield _untested(table, reason)


_NOTHING = Finding(
    id="nothing was tried",
    table="wakti.toml",
    problem="untested",
    reason="the model describes nothing and the exposed schemas are empty",
    fix="wakti-sb rls init proposes a model; [project] schemas names the exposed schemas",
)


def _untested(table: Relation, reason: str) -> Finding:
    return Finding(
        id=f"{table}: untested",
        table=str(table),
        problem="untested",
        reason=f"no rows could be made for it: {reason}",
        fix="let a trigger or constraint accept rows of test users, or excuse it with a reason",
    )


def _must_be_able(connection: Connection[Any], catalog: Catalog) -> None:
    """Seeding and looking need a role that row level security does not stop."""
    own = catalog.roles.get(catalog.role)
    if own is None or not own.bypasses:
        raise ConformanceError(
            f"the role {catalog.role} is held back by row level security itself",
            remedy="connect as postgres: only a role that sees everything can tell what changed",
        )
    missing = [role for role in ("anon", "authenticated") if role not in catalog.roles]
    if missing:
        raise ConformanceError(
            f"the database has no role {' or '.join(missing)}: it is no Supabase database"
        )
    closed = [
        role
        for role in sorted({*API_ROLES, "service_role"} & set(catalog.roles))
        if connection.execute(_MAY_BECOME, (role,)).fetchone() == (False,)
    ]
    if closed:
        raise ConformanceError(
            f"the role {catalog.role} may not become {' or '.join(closed)}",
            remedy="connect as postgres, or grant it these roles",
        )


def no_hosted_data(connection: Connection[Any], spec: Spec, catalog: Catalog) -> None:
    """Raise ConformanceError for a hosted database with data: people are at work there."""
    if _is_local(connection):
        return
    tables = [USERS, *(e.table for e in spec.owned if e.table in catalog.tables)]
    for table in tables:
        query = q.SQL("select exists (select from {})").format(
            q.Identifier(table.schema, table.name)
        )
        row = connection.execute(query).fetchone()
        if row is not None and row[0]:
            raise ConformanceError(
                f"{table} of this hosted database holds data",
                remedy="test a branch or a copy; or say --allow-data: all is rolled back, but "
                "locks are taken and triggers run",
            )


def _is_local(connection: Connection[Any]) -> bool:
    host = connection.info.host
    if not host or host.startswith("/") or host == "localhost":
        return True
    try:
        return ipaddress.ip_address(connection.info.hostaddr or host).is_loopback
    except ValueError:
        return False
