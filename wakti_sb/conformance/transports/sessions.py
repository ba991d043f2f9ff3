"""Users who really sign in, where nobody tells what signs their tokens."""

from __future__ import annotations

import json
import secrets
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import httpx
from supabase import AuthError, Client, ClientOptions, create_client

from ...errors import ConformanceError
from ...stack.endpoint import Endpoint
from ..model import Identity
from ..scenario.metadata import profile
from .tokens import forged

_TIMEOUT = 60.0  # seconds
_METADATA = ("app_metadata", "user_metadata")  # what a sign-in copies into the token
_UNKNOWN = "a sign-in does not give such a token, and no JWT secret is known to sign one"


class SessionTokens:
    """Makes users through the administrator's API and signs them in through the publishable key.

    Parameters:
        endpoint: the project.
        salt: of the run.
    """

    def __init__(self, endpoint: Endpoint, salt: str) -> None:
        self.salt = salt
        self.issuer = f"{endpoint.api_url}/auth/v1"
        self._http = httpx.Client(timeout=_TIMEOUT)
        self._admin = _client(endpoint, endpoint.secret_key, self._http)
        self._tokens: dict[Identity, str] = {}
        self._missing: dict[Identity, str] = {}
        self._endpoint = endpoint

    def sign_in(
        self, people: Iterable[Identity], deleted: Identity, arrived: Callable[[str], None]
    ) -> None:
        """Make each user once, with the id that its rows name, and get a token for each identity.

        Parameters:
            deleted: signed in and then deleted.
            arrived: told the id of each user when it is made; may raise.

        Raise ConformanceError if the project refuses.
        """
        passwords: dict[str, str] = {}
        try:
            for number, who in enumerate(people):
                if who.user_id is None or who.signature != "valid":
                    continue
                if who.user_id not in passwords:
                    passwords[who.user_id] = self._make(who.user_id, profile(number, self.salt))
                    self._check(who.user_id, arrived)
                self._tokens[who] = self._sign_in(who, passwords[who.user_id])
            self._tokens[deleted] = self._sign_in(deleted, self._make(str(deleted.user_id), {}))
            self._admin.auth.admin.delete_user(str(deleted.user_id))
        except (AuthError, httpx.HTTPError) as error:
            raise ConformanceError(
                f"a test user cannot sign in: {error}",
                place=self._endpoint.api_url,
                remedy="Sign-in by email and password has to be enabled, without CAPTCHA; or give "
                "--jwt-secret.",
            ) from None

    def token(self, who: Identity) -> str | None:
        """The token of a session, or one that must not be believed."""
        if who.signature in ("foreign", "none"):
            return forged(who, self.issuer)
        return self._tokens.get(who)

    def why_not(self, who: Identity) -> str | None:
        """Why `who` cannot be made by signing in."""
        if who.signature in ("foreign", "none"):
            return None
        if who.signature == "valid" and (who.user_id is None or who in self._tokens):
            return self._missing.get(who)
        return _UNKNOWN

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _check(self, user_id: str, arrived: Callable[[str], None]) -> None:
        try:
            arrived(user_id)
        except ConformanceError:
            self._admin.auth.admin.delete_user(user_id)
            raise

    def _make(self, user_id: str, profile: Mapping[str, str]) -> str:
        password = secrets.token_urlsafe(24)
        attributes = {
            "id": user_id,
            "email": f"{user_id}@example.com",
            "password": password,
            "email_confirm": True,
            "user_metadata": dict(profile),
        }
        made = self._admin.auth.admin.create_user(attributes)  # type: ignore[arg-type]  # the client wants its own dict type
        if made.user.id != user_id:
            self._admin.auth.admin.delete_user(made.user.id)
            raise ConformanceError(
                "this project's Auth does not let the id of a new user be chosen",
                place=self._endpoint.api_url,
                remedy="give --jwt-secret, or run over SQL only",
            )
        return password

    def _sign_in(self, who: Identity, password: str) -> str:
        """A token of this user; metadata that the identity wants is there just for the sign-in."""
        wanted = {name: who.claims[name] for name in _METADATA if name in who.claims}
        users = self._admin.auth.admin
        if wanted:
            users.update_user_by_id(str(who.user_id), wanted)  # type: ignore[arg-type]  # the client wants its own dict type
        # One of its own: a client keeps whom it has signed in.
        own = _client(self._endpoint, self._endpoint.publishable_key, self._http)
        answer = own.auth.sign_in_with_password(
            {"email": f"{who.user_id}@example.com", "password": password}
        )
        if wanted:
            gone = {name: dict.fromkeys(values) for name, values in wanted.items()}
            users.update_user_by_id(str(who.user_id), gone)  # type: ignore[arg-type]  # the client wants its own dict type
        token = "" if answer.session is None else answer.session.access_token
        said = _claims(token)
        if not _holds(said, who.claims):
            self._missing[who] = "a sign-in here gives no token with these claims"
        return token


def _holds(said: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether a token says everything that is wanted."""
    return all(
        _holds(said.get(name) or {}, value)
        if isinstance(value, Mapping)
        else said.get(name) == value
        for name, value in wanted.items()
    )


def _claims(token: str) -> dict[str, Any]:
    payload = token.split(".")[1] if token else ""
    said: dict[str, Any] = json.loads(
        urlsafe_b64decode(payload + "=" * (-len(payload) % 4)) or "{}"
    )
    return said


def _client(endpoint: Endpoint, key: str, http: httpx.Client) -> Client:
    options = ClientOptions(auto_refresh_token=False, persist_session=False, httpx_client=http)
    return create_client(endpoint.api_url, key, options)
