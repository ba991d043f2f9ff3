"""Whether a project answers to its address and keys: one sentence instead of a hundred errors.

The HTTP client is imported where it is needed: `reset` and `status` do without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wakti_sb.errors import StackError
from wakti_sb.stack.endpoint import Endpoint

if TYPE_CHECKING:
    import httpx

_SECONDS = 30.0
_OK = 200
_REFUSED = (401, 403)
# Auth is there in every project, whatever its tables are.
_FOR_ANY_KEY = "/auth/v1/settings"
_FOR_THE_SECRET_KEY = "/auth/v1/admin/users?page=1&per_page=1"  # noqa: S105  (a path)
_LOOK_UP = "Look it up in the project's API settings, or with: wakti-sb status -o env"


def check(endpoint: Endpoint) -> None:
    """Raise StackError if the project does not answer, or a key is not what it is said to be."""
    import httpx

    place = endpoint.api_url
    try:
        with httpx.Client(base_url=place, timeout=_SECONDS) as http:
            known = _status(http, _FOR_ANY_KEY, endpoint.publishable_key)
            too_much = _status(http, _FOR_THE_SECRET_KEY, endpoint.publishable_key)
            secret = _status(http, _FOR_THE_SECRET_KEY, endpoint.secret_key)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        reason = str(error) or type(error).__name__
        raise StackError(
            f"the project does not answer: {reason}",
            place=place,
            remedy="Check the address; a local stack is started with: wakti-sb up",
        ) from None
    if known in _REFUSED:
        raise StackError("the publishable key is refused.", place=place, remedy=_LOOK_UP)
    if secret in _REFUSED:
        raise StackError("the secret key is refused.", place=place, remedy=_LOOK_UP)
    if known != _OK or secret != _OK:
        raise StackError(
            f"what answers there is no Supabase project ({known} and {secret}).",
            place=place,
            remedy="The address is that of the project, without /rest/v1.",
        )
    if too_much == _OK:
        raise StackError(
            "what was given as the publishable key is a secret one: nobody would be refused.",
            place=place,
            remedy=_LOOK_UP,
        )


def _status(http: httpx.Client, path: str, key: str) -> int:
    headers = {"apikey": key}
    if not key.startswith("sb_"):
        headers["Authorization"] = f"Bearer {key}"  # a legacy key is a token
    return http.get(path, headers=headers).status_code
