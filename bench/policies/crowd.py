"""One owner among many: the rows that the policies have to find their way through."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg
from psycopg import sql

from bench._project import ROOT, superuser
from wakti_sb import spec
from wakti_sb.errors import StackError
from wakti_sb.spec import Owned
from wakti_sb.stack import Endpoint

_FILL = Path(__file__).parent / "fill.sql"
_NEWEST = {"public.project_uploads": "uploaded_at"}
_ROWS_AN_OWNER = 100  # 1,000,000 rows over 10,000 owners and 30,000 projects


@dataclass(frozen=True)
class Owner:
    """Whose queries are measured.

    Parameters:
        id: of the user.
        token: an access token of the Auth service.
        projects: the ids of the owner's projects.
    """

    id: str
    token: str
    projects: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A table of the ownership model, as an owner sees it.

    Parameters:
        owned: what the model says about it.
        columns: those that an owner may read.
        newest: the column that says when a row was made.
        key: the column that names the project.
        rows: how many it holds.
    """

    owned: Owned
    columns: tuple[str, ...]
    newest: str
    key: str
    rows: int

    @property
    def name(self) -> str:
        """With its schema."""
        return str(self.owned.table)


def fill(endpoint: Endpoint, rows: int) -> Owner:
    """Put `rows` rows into every table that can hold them; one of their owners is signed in."""
    user, token = _sign_in(endpoint)
    return Owner(user, token, surround(endpoint.database, user, rows))


def surround(db_url: str, user: str, rows: int) -> tuple[str, ...]:
    """Fill the tables with projects and rows of a user and of many others.

    Returns the ids of the user's projects.
    """
    owners = max(2, rows // _ROWS_AN_OWNER)
    with psycopg.connect(superuser(db_url), autocommit=True) as connection:
        connection.execute(
            "select set_config('bench.owners', %s, false), set_config('bench.rows', %s, false)",
            [str(owners), str(rows)],
        )
        connection.execute(_FILL.read_bytes())
        connection.execute("vacuum analyze")
        found = connection.execute(
            "select id::text from public.projects where user_id = %s order by id", [user]
        ).fetchall()
    return tuple(project for (project,) in found)


def tables(db_url: str) -> tuple[Table, ...]:
    """Every table of the ownership model. Raise StackError if one is empty: it proves nothing."""
    with psycopg.connect(db_url) as connection:
        found = tuple(_table(connection, owned) for owned in spec.load(ROOT / "wakti.toml").owned)
    for table in found:
        if table.rows == 0:
            raise StackError(
                "this table of the ownership model is empty.",
                place=table.name,
                remedy=f"Fill it in {_FILL.relative_to(ROOT)}.",
            )
    return found


def _table(connection: psycopg.Connection, owned: Owned) -> Table:
    columns = connection.execute(
        """
        select attname::text
        from pg_attribute
        where
          attrelid = %(table)s::regclass
          and attnum > 0
          and not attisdropped
          and has_column_privilege('authenticated', attrelid, attnum, 'select')
        order by attnum
        """,
        {"table": str(owned.table)},
    ).fetchall()
    name = sql.Identifier(owned.table.schema, owned.table.name)
    rows = connection.execute(sql.SQL("select count(*) from {}").format(name)).fetchone()
    assert rows is not None
    return Table(
        owned,
        columns=tuple(name for (name,) in columns),
        newest=_NEWEST.get(str(owned.table), "created_at"),
        key=owned.key[0] if owned.key else "id",
        rows=int(rows[0]),
    )


def _sign_in(endpoint: Endpoint) -> tuple[str, str]:
    """A user made and signed in by the Auth service, as the owner of a real project is."""
    account = {"email": "owner1@example.com", "password": secrets.token_urlsafe(12)}
    with httpx.Client(base_url=f"{endpoint.api_url}/auth/v1") as client:
        client.post(
            "/admin/users",
            json=account | {"email_confirm": True},
            headers={"apikey": endpoint.secret_key},
        ).raise_for_status()
        signed_in = client.post(
            "/token",
            params={"grant_type": "password"},
            json=account,
            headers={"apikey": endpoint.publishable_key},
        )
    session = signed_in.raise_for_status().json()
    return session["user"]["id"], session["access_token"]
