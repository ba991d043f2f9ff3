"""A project that already runs, by its address and keys."""

from __future__ import annotations

from urllib.parse import urlsplit

from wakti_sb.errors import UsageError
from wakti_sb.stack.endpoint import Endpoint


def remote(
    url: str,
    *,
    publishable_key: str,
    secret_key: str,
    functions_url: str | None = None,
    db_url: str | None = None,
    jwt_secret: str | None = None,
) -> Endpoint:
    """The endpoint of a hosted, local or self-hosted project; nothing is asked of it yet.

    Parameters:
        url: of its API, e.g. `https://abcdefgh.supabase.co`.
        publishable_key, secret_key: its keys, new or legacy ones.
        functions_url: where its edge functions answer; None for `{url}/functions/v1`.
        db_url: its database as postgres.
        jwt_secret: what signs its users' tokens, where it still has one.

    Raise UsageError if the address or a key cannot be one.
    """
    api_url = _address(url)
    if publishable_key.startswith("sb_secret_") or secret_key.startswith("sb_publishable_"):
        raise UsageError("the publishable and the secret key have been exchanged.")
    return Endpoint(
        api_url=api_url,
        functions_url=f"{api_url}/functions/v1" if functions_url is None else functions_url,
        publishable_key=publishable_key,
        secret_key=secret_key,
        db_url=db_url,
        jwt_secret=jwt_secret,
    )


def _address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(
            f'"{url}" is not the address of an API.',
            remedy="It looks like https://abcdefgh.supabase.co or http://127.0.0.1:54321.",
        )
    return url.rstrip("/")
