"""A Supabase client for each identity, as its user would make one."""

from __future__ import annotations

from typing import Protocol

import httpx
from supabase import Client, ClientOptions, create_client

from ...loopback import mounts
from ...stack.endpoint import Endpoint
from ..model import SERVICE, Identity

_TIMEOUT = 30.0  # seconds; longer than any statement may run


class Tokens(Protocol):
    """Where access tokens come from."""

    def token(self, who: Identity, /) -> str | None:
        """The token that `who` sends; None for somebody who has none, only a key."""

    def why_not(self, who: Identity, /) -> str | None:
        """Why nobody can have the token of `who` here; None if it can be had."""


class _NoCookies(httpx.Cookies):
    """Stay empty, whatever a server sets."""

    def extract_cookies(self, response: httpx.Response) -> None:
        """Keep nothing."""


class _Connections(httpx.Client):
    """Connections that many people share: none sends a cookie that was set for another."""

    @property
    def cookies(self) -> httpx.Cookies:
        """None, ever."""
        return _NONE

    @cookies.setter
    def cookies(self, cookies: object) -> None:
        """Are not kept."""


_NONE = _NoCookies()


class Clients:
    """One client an identity, with connections that are kept open.

    Parameters:
        endpoint: where the API answers.
        tokens: what they are signed in with.
    """

    def __init__(self, endpoint: Endpoint, tokens: Tokens) -> None:
        self.endpoint = endpoint
        self.tokens = tokens
        # One pool for all: who asks is told by headers, not by the connection.
        self._http = _Connections(
            timeout=_TIMEOUT,
            limits=httpx.Limits(max_keepalive_connections=16),
            mounts=mounts(endpoint.api_url),
        )
        self._clients: dict[Identity, Client] = {}

    @property
    def service(self) -> Client:
        """The client with the secret key."""
        return self.of(SERVICE)

    @property
    def http(self) -> httpx.Client:
        """The connections themselves: for addresses that anybody may open."""
        return self._http

    def of(self, who: Identity) -> Client:
        """The client of `who`: the publishable key and the person's own token."""
        found = self._clients.get(who)
        if found is None:
            found = self._clients[who] = self._connect(who)
        return found

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _connect(self, who: Identity) -> Client:
        key = self.endpoint.publishable_key
        headers: dict[str, str] = dict(who.headers)
        if who is SERVICE:
            key = self.endpoint.secret_key
        elif (token := self.tokens.token(who)) is not None:
            headers["Authorization"] = f"Bearer {token}"
        options = ClientOptions(
            auto_refresh_token=False,
            persist_session=False,
            headers=headers,
            httpx_client=self._http,
        )
        client = create_client(self.endpoint.api_url, key, options)
        # Made when they are first used, which two threads must not do at once.
        _ = client.postgrest, client.storage
        return client
