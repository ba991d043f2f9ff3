"""Users for tests: made with the secret key, signed in through the client, gone at the end."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

import httpx
from supabase import AuthError, Client, ClientOptions, create_client

from wakti_sb.errors import StackError
from wakti_sb.stack import Endpoint

_TIMEOUT = 60.0  # seconds


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

    def make(self) -> Person:
        """A new user with a confirmed address. Raise StackError if the project refuses."""
        email = f"wakti-{secrets.token_hex(8)}@example.com"
        password = secrets.token_urlsafe(24)
        own = client(self._endpoint, self._endpoint.publishable_key)
        self._clients.append(own)
        try:
            attributes = {"email": email, "password": password, "email_confirm": True}
            made = self._service.auth.admin.create_user(attributes)  # type: ignore[arg-type]
            self._made.append(made.user.id)
            session = own.auth.sign_in_with_password({"email": email, "password": password}).session
        except (AuthError, httpx.HTTPError) as error:
            raise StackError(
                f"no user can be made at {self._endpoint.api_url}: {error}",
                remedy="Check the address, the publishable and the secret key.",
            ) from None
        if session is None:
            raise StackError(f"a new user cannot sign in at {self._endpoint.api_url}.")
        return Person(made.user.id, email, password, session.access_token, own)

    def remove(self) -> None:
        """Delete every user that was made, as far as they are still there; close what they used."""
        while self._made:
            try:
                self._service.auth.admin.delete_user(self._made.pop())
            except AuthError:
                continue  # a test deleted it
        while self._clients:
            close(self._clients.pop())


def client(endpoint: Endpoint, key: str) -> Client:
    """A Supabase client that keeps no session on disk and starts no thread."""
    options = ClientOptions(
        auto_refresh_token=False,
        persist_session=False,
        # One of our own: the client warns about the way in which it makes one itself.
        httpx_client=httpx.Client(timeout=_TIMEOUT, follow_redirects=True),
    )
    return create_client(endpoint.api_url, key, options)


def close(used: Client) -> None:
    """Close the connections of a client that `client()` has made."""
    http = used.options.httpx_client
    if http is not None:
        http.close()
