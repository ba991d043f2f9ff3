"""Users for tests: made with the secret key, signed in through the client, gone at the end."""

from __future__ import annotations

import json
import secrets
import ssl
from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

import httpx
from supabase import (
    AsyncClient,
    AsyncClientOptions,
    AuthError,
    Client,
    ClientOptions,
    acreate_client,
    create_client,
)

from wakti_sb.errors import StackError
from wakti_sb.stack import Endpoint

_TIMEOUT = 60.0  # seconds
_PREFIX, _DOMAIN = "wakti-", "@example.com"  # of the addresses of people that tests make
ADDRESSES = f"{_PREFIX}%{_DOMAIN}"  # all of them, for SQL's `like`


@dataclass(frozen=True, eq=False)
class Person:
    """A user of the project who is signed in.

    Parameters:
        id: of its row in `auth.users`, what `auth.uid()` gives.
        client: a Supabase client that acts as this user.
    """

    id: str
    email: str
    password: str = field(repr=False)
    access_token: str = field(repr=False)
    client: Client = field(repr=False)

    @property
    def claims(self) -> dict[str, Any]:
        """What the access token says of this user, and policies read through `auth.jwt()`."""
        payload = self.access_token.split(".")[1]
        said: dict[str, Any] = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return said


class People:
    """Makes persons and removes them again.

    Parameters:
        endpoint: the project.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._service = client(endpoint, endpoint.secret_key)
        self._clients = [self._service]
        self._made: list[str] = []

    def make(
        self,
        *,
        app_metadata: Mapping[str, Any] | None = None,
        user_metadata: Mapping[str, Any] | None = None,
    ) -> Person:
        """A new user with a confirmed address.

        Parameters:
            app_metadata: claims that only the project itself can set, such as a role.
            user_metadata: claims that the user can change.

        Raise StackError if the project refuses.
        """
        email = f"{_PREFIX}{secrets.token_hex(8)}{_DOMAIN}"
        password = secrets.token_urlsafe(24)
        attributes = {
            "email": email,
            "password": password,
            "email_confirm": True,
            "app_metadata": dict(app_metadata or {}),
            "user_metadata": dict(user_metadata or {}),
        }
        own = client(self._endpoint, self._endpoint.publishable_key)
        self._clients.append(own)
        try:
            made = self._service.auth.admin.create_user(attributes)  # type: ignore[arg-type]  # the client wants its own dict type
            self._made.append(made.user.id)
            session = own.auth.sign_in_with_password({"email": email, "password": password}).session
        except (AuthError, httpx.HTTPError) as error:
            raise StackError(
                f"no user can be made: {error}",
                place=self._endpoint.api_url,
                remedy="Its log says why; sign-in by email and password has to be enabled.",
            ) from None
        if session is None:
            raise StackError("a new user cannot sign in.", place=self._endpoint.api_url)
        return Person(made.user.id, email, password, session.access_token, own)

    def remove(self) -> dict[str, str]:
        """Delete every user that was made, as far as they are still there; close what they used.

        Return the ids of those who stay, and why.
        """
        staying: dict[str, str] = {}
        while self._made:
            user = self._made.pop()
            try:
                self._service.auth.admin.delete_user(user)
            except (AuthError, httpx.HTTPError) as error:
                if getattr(error, "status", None) != httpx.codes.NOT_FOUND:  # else a test did it
                    staying[user] = str(error)
        while self._clients:
            close(self._clients.pop())
        return staying


def client(endpoint: Endpoint, key: str) -> Client:
    """A Supabase client that keeps no session on disk and starts no thread."""
    options = ClientOptions(
        auto_refresh_token=False,
        persist_session=False,
        # One of our own: the client warns about the way in which it makes one itself.
        httpx_client=httpx.Client(timeout=_TIMEOUT, follow_redirects=True, verify=_trusted()),
    )
    return create_client(endpoint.api_url, key, options)


@asynccontextmanager
async def async_client(
    endpoint: Endpoint, who: Person | Literal["service"] | None
) -> AsyncIterator[AsyncClient]:
    """An asynchronous client of a person who signs in, of the secret key, or of nobody."""
    async with httpx.AsyncClient(
        timeout=_TIMEOUT, follow_redirects=True, verify=_trusted()
    ) as http:
        options = AsyncClientOptions(
            auto_refresh_token=False, persist_session=False, httpx_client=http
        )
        key = endpoint.secret_key if who == "service" else endpoint.publishable_key
        made = await acreate_client(endpoint.api_url, key, options)
        if isinstance(who, Person):
            await made.auth.sign_in_with_password({"email": who.email, "password": who.password})
        yield made


@cache
def _trusted() -> ssl.SSLContext:
    """One for all clients: reading the authorities takes longer than to sign somebody up."""
    return httpx.create_ssl_context()


def close(used: Client) -> None:
    """Close the connections of a client that `client()` has made."""
    http = used.options.httpx_client
    if http is not None:
        http.close()
