"""Access tokens of test users, signed as the Auth service signs them. Pure but for the clock."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import Any

from ..scenario import Identity

_HOUR = 3600


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


def _part(value: dict[str, Any]) -> str:
    return _encoded(json.dumps(value, separators=(",", ":")).encode())


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
