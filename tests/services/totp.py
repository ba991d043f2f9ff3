"""The code that an app on somebody's phone shows (RFC 6238)."""

from __future__ import annotations

import base64
import hmac
import time


def code(secret: str, at: float | None = None) -> str:
    """The six digits for a secret in base 32."""
    counter = int(time.time() if at is None else at) // 30
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, counter.to_bytes(8, "big"), "sha1").digest()
    start = digest[-1] & 15
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return str(number % 1_000_000).zfill(6)
