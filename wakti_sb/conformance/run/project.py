"""Whether the API, the database and the secret belong together: one sentence, not a thousand."""

from __future__ import annotations

from typing import Any

import httpx
from postgrest import APIError
from psycopg import Connection
from supabase import AuthError, Client

from ...errors import ConformanceError
from ...stack.endpoint import Endpoint
from ..model import Identity
from ..transports.clients import Clients

_USER = "select exists (select from auth.users where id = %s)"
_NO_TABLE = "wakti_conformance_no_such_table"
_REFUSED = ("401", "PGRST301", "PGRST302", "PGRST303")


def check_secret(clients: Clients, who: Identity) -> None:
    """Raise ConformanceError if a token of `who` is not believed."""
    try:
        clients.of(who).table(_NO_TABLE).select("x").execute()
    except APIError as error:
        if str(error.code) in _REFUSED:
            raise ConformanceError(
                f"tokens that are signed with the JWT secret are refused: {error.message}",
                place=clients.endpoint.api_url,
                remedy="look the secret up again, or leave --jwt-secret out: then users sign in",
            ) from None


def check_project(connection: Connection[Any], user_id: str, endpoint: Endpoint) -> None:
    """Raise ConformanceError if a user whom the API has made is not in the database."""
    if connection.execute(_USER, (user_id,)).fetchone() != (True,):
        raise _two_projects(endpoint)


def check_database(service: Client, user_id: str, endpoint: Endpoint) -> None:
    """Raise ConformanceError if the API does not know a user who is in the database."""
    try:
        service.auth.admin.get_user_by_id(user_id)
    except AuthError as error:
        # Any other complaint is about a user whom it has found: Auth cannot read every row that
        # was not made by itself, and need not.
        if getattr(error, "status", None) == httpx.codes.NOT_FOUND:
            raise _two_projects(endpoint) from None
    except httpx.HTTPError as error:
        raise ConformanceError(
            f"the API does not answer: {error}", place=endpoint.api_url
        ) from None


def _two_projects(endpoint: Endpoint) -> ConformanceError:
    return ConformanceError(
        "the API and the database are not of the same project",
        place=endpoint.api_url,
        remedy="--url and --db-url have to name one; nothing was tried",
    )
