"""The tour itself: an owner signs up, makes a project, its site is visited, everybody looks."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field

import httpx
from postgrest.exceptions import APIError
from supabase import AuthError, Client, ClientOptions, create_client

from wakti_sb.demo.site import Exchange, visit
from wakti_sb.demo.views import Sight, look
from wakti_sb.errors import StackError
from wakti_sb.stack import Endpoint


@dataclass(frozen=True)
class Tour:
    """What happened.

    Parameters:
        project_id: of the owner's new project.
        email, password: with which the owner signs in at the dashboard.
        exchanges: the site's requests, in order.
        sights: for each person, what they see of each table.
    """

    project_id: str
    email: str
    password: str = field(repr=False)
    exchanges: tuple[Exchange, ...]
    sights: Mapping[str, Mapping[str, Sight]]


def run(endpoint: Endpoint) -> Tour:
    """Show every system once; each run makes people and a project of its own.

    Raise StackError if something on the road does not work.
    """
    try:
        with ExitStack() as opened:
            return _walk(endpoint, opened)
    except (APIError, AuthError, httpx.HTTPError) as error:
        raise StackError(f"the tour was stopped: {error}", place=endpoint.api_url) from error


def _walk(endpoint: Endpoint, opened: ExitStack) -> Tour:
    email, password = f"owner-{secrets.token_hex(4)}@example.com", secrets.token_urlsafe(16)
    owner = _new_owner(endpoint, opened, email, password)
    other = _new_owner(endpoint, opened, f"other-{email}", secrets.token_urlsafe(16))
    project_id = _new_project(owner, "The tour's project")
    exchanges = visit(endpoint, project_id)
    sights = {
        "the owner": look(owner),
        "another owner": look(other),
        "a visitor": look(_client(endpoint, opened)),
    }
    return Tour(project_id, email, password, exchanges, sights)


def _client(endpoint: Endpoint, opened: ExitStack) -> Client:
    options = ClientOptions(
        auto_refresh_token=False,
        persist_session=False,
        # One of ours can be closed; the client library leaves its own open.
        httpx_client=opened.enter_context(httpx.Client(timeout=30)),
    )
    return create_client(endpoint.api_url, endpoint.publishable_key, options)


def _new_owner(endpoint: Endpoint, opened: ExitStack, email: str, password: str) -> Client:
    client = _client(endpoint, opened)
    answer = client.auth.sign_up({"email": email, "password": password})
    if answer.session is None:
        raise StackError(
            "the new owner got no session: this project wants e-mail addresses to be confirmed."
        )
    return client


def _new_project(owner: Client, name: str) -> str:
    answer = owner.auth.get_user()
    if answer is None:
        raise StackError("the owner is not signed in.")
    user_id = answer.user.id
    project = owner.table("projects").insert({"user_id": user_id, "name": name}).execute()
    project_id = str(project.data[0]["id"])  # type: ignore[call-overload,index]  # an answer is any JSON
    backend = {"project_id": project_id, "user_id": user_id, "enabled": True}
    owner.table("project_backends").insert(backend).execute()
    return project_id
