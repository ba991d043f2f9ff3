"""The secrets of one stack: made once, kept in `.wakti/`, readable by their user alone."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

_TEN_YEARS = 10 * 365 * 24 * 3600
_LEGACY_ISSUED_AT = 1767225600  # 2026-01-01: fixed, so that a key does not depend on the clock


@dataclass(frozen=True, repr=False)
class Keys:
    """What opens a stack.

    Parameters:
        publishable, secret: the API keys of today.
        anon, service_role: the legacy API keys, JWTs signed with `jwt_secret`.
        jwt_secret: signs these two and the tokens of users.
        edge_password: the database role that the edge function connects as.
    """

    publishable: str
    secret: str
    anon: str
    service_role: str
    jwt_secret: str
    edge_password: str


def load_or_make(file: Path) -> Keys:
    """Read the keys of a stack; make them first if there are none or the file is damaged."""
    try:
        return Keys(**json.loads(file.read_text()))
    except (OSError, ValueError, TypeError):
        keys = _make()
    new = file.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        json.dump(asdict(keys), out, indent=2)
    new.replace(file)
    return keys


def _make() -> Keys:
    jwt_secret = secrets.token_urlsafe(40)
    return Keys(
        publishable=f"sb_publishable_{secrets.token_urlsafe(24)}",
        secret=f"sb_secret_{secrets.token_urlsafe(24)}",
        anon=_legacy_key("anon", jwt_secret),
        service_role=_legacy_key("service_role", jwt_secret),
        jwt_secret=jwt_secret,
        edge_password=secrets.token_urlsafe(24),
    )


def _legacy_key(role: str, secret: str) -> str:
    """An API key as the platform made them before 2025: an HS256 JWT that names a role."""
    header = {"alg": "HS256", "typ": "JWT"}
    claims = {
        "iss": "supabase-demo",
        "role": role,
        "iat": _LEGACY_ISSUED_AT,
        "exp": _LEGACY_ISSUED_AT + _TEN_YEARS,
    }
    signed = ".".join(_base64url(json.dumps(part).encode()) for part in (header, claims))
    signature = hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{_base64url(signature)}"


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
