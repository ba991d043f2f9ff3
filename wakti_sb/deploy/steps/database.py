"""Migrations, the site API's login and the buckets: what is done in the database itself."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from psycopg import sql

from wakti_sb import migrate
from wakti_sb.deploy.errors import DeployError
from wakti_sb.deploy.plan import EDGE_SECRET, Login, digest_of
from wakti_sb.deploy.queries import query
from wakti_sb.deploy.steps import record
from wakti_sb.deploy.target import Database, Hosted, require_login
from wakti_sb.migrate import Migration, OnEvent
from wakti_sb.stack.config import Bucket

_EDGE_ROLE = "wakti_edge"
_LOCK = int.from_bytes(b"wakti-go")  # of deployments; migrations have another


@contextmanager
def alone(database: Database) -> Iterator[None]:
    """Hold off other deployments. Raise DeployError if one is under way."""
    with database.session() as connection:
        row = connection.execute("select pg_try_advisory_lock(%s)", [_LOCK]).fetchone()
        if row is None or not row[0]:
            raise DeployError(
                "another deployment of this project is under way.",
                place=database.address,
                remedy="Run this again when it has finished.",
            )
        yield  # the lock goes with the session, however this ends


def apply_migrations(
    database: Database, migrations: Sequence[Migration], *, include_all: bool, on_event: OnEvent
) -> int:
    """Apply what is pending, as `wakti-sb migrate` does; how many files that were.

    Parameters:
        migrations: all of the project: what is pending is asked again, under the runner's lock.
    """
    done = migrate.apply(
        database.url, migrations, include_all=include_all, on_event=on_event, role=database.role
    )
    return len(done.files)


def give_login(place: Hosted, database: Database, login: Login) -> str:
    """A fresh password for the site API's role; the value of the secret that tells it.

    The password changes only while no secret names it. So the old secret, if there is one, goes
    first: until the new one is set the function uses the platform's own database URL, narrowed to
    the same role.

    Raise Unreachable if the login does not work through the pooler.
    """
    if login is Login.RENEW:
        place.management.remove_secrets([EDGE_SECRET])
    password = secrets.token_urlsafe(32)
    place.secrets.add(password)
    url = place.function_database_url(_EDGE_ROLE, password)
    place.secrets.add(url)
    with database.session() as connection, connection.transaction():
        connection.execute(
            sql.SQL("alter role {} password {}").format(
                sql.Identifier(_EDGE_ROLE), sql.Literal(password)
            )
        )
        record.write(connection, "secret", EDGE_SECRET, digest_of(url))
    require_login(url, place=place.pooler.db_host)
    return url


def set_buckets(database: Database, buckets: Mapping[str, Bucket]) -> None:
    """Make buckets, or give them the settings of config.toml; what is in them stays."""
    with database.session() as connection, connection.transaction():
        for name, bucket in buckets.items():
            types = bucket.allowed_mime_types
            row = {
                "name": name,
                "public": bucket.public,
                "file_size_limit": bucket.file_size_limit,
                "allowed_mime_types": list(types) if types is not None else None,
            }
            connection.execute(query("bucket").encode(), row)


def remember_functions(database: Database, sent: Mapping[str, tuple[str, str]]) -> None:
    """Remember digest and edition of functions, by name."""
    with database.session() as connection, connection.transaction():
        for name, (digest, edition) in sent.items():
            record.write(connection, "function", name, digest, edition)


def forget_function(database: Database, name: str) -> None:
    """Have a function sent again by the next deployment."""
    with database.session() as connection, connection.transaction():
        record.forget(connection, "function", name)
