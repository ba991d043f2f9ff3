"""Keeps keys, tokens and passwords out of what leaves the program. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from wakti_sb.stack import Endpoint

_SHAPES = re.compile(
    r"""eyJ[\w-]+\.[\w-]+(\.[\w-]+)?      # a JWT
      | \bsb_(secret|publishable)_[\w-]+  # a key
      | (?<![\w-])[\w-]{43}(?![\w-])      # a site token: 32 bytes in base64url
      | pbkdf2_sha256\S+                  # a password's hash
    """,
    re.VERBOSE,
)
HIDDEN = "[hidden]"


def redaction(endpoint: Endpoint) -> Callable[[str], str]:
    """A function that hides the endpoint's secrets, and whatever looks like one, in a text."""
    password = None if endpoint.db_url is None else urlsplit(endpoint.db_url).password
    known = [
        endpoint.secret_key,
        endpoint.publishable_key,
        endpoint.anon_key,
        endpoint.service_role_key,
        endpoint.jwt_secret,
        endpoint.db_url,
    ]
    secrets = sorted({text for text in known if text}, key=len, reverse=True)

    def hide(text: str) -> str:
        for secret in secrets:
            text = text.replace(secret, HIDDEN)
        if password:
            text = text.replace(f":{password}@", f":{HIDDEN}@")
        # What a server says may move the cursor of a terminal.
        plain = "".join(c if c.isprintable() else "�" for c in text)
        return _SHAPES.sub(HIDDEN, plain)

    return hide
