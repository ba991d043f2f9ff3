"""A database session: connected, checked, seeded; nothing of it is committed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from psycopg import Connection

from ...errors import ConformanceError
from ...spec import Spec
from ..catalog import Catalog, read_catalog
from ..coverage import widen
from ..findings import check_names
from ..scenario import Scenario, plan, seed
from .database import connect
from .preflight import must_be_able, no_hosted_data

# Someone else's lock or a trigger that sleeps must not stop a run for ever.
_PATIENCE = "set local lock_timeout = '2s'; set local statement_timeout = '60s'"


@contextmanager
def prepared(
    spec: Spec, db_url: str, *, allow_data: bool = False, salt: str = ""
) -> Iterator[tuple[Connection[Any], Scenario]]:
    """A connection whose transaction holds the seeded scenario; rolled back at the end."""
    with connected(db_url) as connection:
        catalog = triable(spec, connection, allow_data=allow_data)
        yield connection, seed(connection, plan(spec, catalog, salt), widen)


def triable(spec: Spec, connection: Connection[Any], *, allow_data: bool = False) -> Catalog:
    """The catalog of a database in which the model can be tried.

    Raise ConformanceError where a name of the model is not there, the role is held back itself, or
    (not `allow_data`) it is a hosted database that holds data.
    """
    catalog = catalog_for(spec, connection)
    check_names(spec, catalog)
    must_be_able(connection, catalog)
    if not allow_data:
        no_hosted_data(connection, spec, catalog)
    return catalog


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
        for path in spec.memberships(owned):
            named.add(f"{path.members.table.schema}.{path.members.table.name}")
    for each in spec.places:
        if each.members is not None:
            named.add(str(each.members.table))
    return read_catalog(connection, spec.project.schemas, sorted(named))
