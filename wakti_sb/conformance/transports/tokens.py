"""Access tokens of test users, signed as the Auth service signs them. Pure but for the clock."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from typing import Any

from ..model import Identity

_HOUR = 3600


class SignedTokens:
    """Tokens that are signed here, because the secret is known.

    Parameters:
        secret: what signs the users' tokens.
        issuer: who says so, `https://…/auth/v1`.
    """

    def __init__(self, secret: str, issuer: str) -> None:
        self.secret = secret
        self.issuer = issuer

    def token(self, who: Identity) -> str | None:
        """A token with the claims of `who`; None for anon, who has a key alone."""
        return access_token(who, self.secret, self.issuer) if _has_one(who) else None

    def why_not(self, _who: Identity) -> str | None:
        """Every token can be had."""
        return None


def forged(who: Identity, issuer: str) -> str:
    """A token that must not be believed, where the secret is not known: signed with another one."""
    return access_token(who, secrets.token_urlsafe(32), issuer)


def access_token(who: Identity, secret: str, issuer: str, now: float | None = None) -> str:
    """A JWT with the claims of `who`; expired, forged or unsigned where its signature says so."""
    issued = int(time.time() if now is None else now)
    if who.signature == "expired":
        issued -= 2 * _HOUR
    claims = {**who.token, "iss": issuer, "iat": issued, "exp": issued + _HOUR}
    algorithm = "none" if who.signature == "none" else "HS256"
    signed = f"{_part({'alg': algorithm, 'typ': 'JWT'})}.{_part(claims)}"
    if who.signature == "none":
        return f"{signed}."
    key = f"not {secret}" if who.signature == "foreign" else secret
    digest = hmac.new(key.encode(), signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{_encoded(digest)}"


def _has_one(who: Identity) -> bool:
    """Whether `who` sends a token and not a key alone."""
    return who.user_id is not None or who.signature != "valid"


def _part(value: dict[str, Any]) -> str:
    return _encoded(json.dumps(value, separators=(",", ":")).encode())


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
