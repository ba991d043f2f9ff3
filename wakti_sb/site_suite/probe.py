"""Whether the suite can be carried out at all: one sentence instead of a thousand failures."""

from __future__ import annotations

import time
from collections.abc import Sequence

import httpx

from wakti_sb.errors import ConformanceError
from wakti_sb.stack import Endpoint

_FUNCTION = "project-backend-api"
_TABLE = "project_backends"
_INSUFFICIENT_PRIVILEGE = "42501"
_SECONDS = 30.0
_FAR = 0.02  # seconds there and back from which on a test waits more than it works
# Each signs in three people, and Auth takes thirty in five minutes: there is room for a second run.
_WORKERS = 4
_LOOKS = 3  # the quickest counts: the first one also opens the connection


def check(endpoint: Endpoint) -> None:
    """Raise ConformanceError if the URL does not answer, a key is wrong or a part is missing."""
    with httpx.Client(timeout=_SECONDS) as http:
        try:
            _table(http, endpoint)
            _publishable_key(http, endpoint)
            _function(http, endpoint)
        except httpx.HTTPError as error:
            reason = str(error) or type(error).__name__
            raise ConformanceError(
                f"nothing that the suite could test answers there: {reason}",
                place=endpoint.api_url,
                remedy="Check the address; `wakti-sb up` starts a local stack.",
            ) from None


def workers_for(endpoint: Endpoint) -> int:
    """How many processes share the work well there."""
    with httpx.Client(timeout=_SECONDS) as http:
        try:
            return shared_by([_waited(http, endpoint) for _ in range(_LOOKS)])
        except httpx.HTTPError:
            return 0  # the suite itself says what is wrong


def shared_by(waited: Sequence[float]) -> int:
    """How many processes share the work where some requests took so many seconds. Pure."""
    return _WORKERS if min(waited) > _FAR else 0


def _waited(http: httpx.Client, endpoint: Endpoint) -> float:
    """Seconds until an answer is there."""
    began = time.perf_counter()
    _rows(http, endpoint, endpoint.secret_key)
    return time.perf_counter() - began


def _rows(http: httpx.Client, endpoint: Endpoint, key: str) -> tuple[int, str]:
    """Status and error code of a question about the table of backends."""
    headers = {"apikey": key}
    if not key.startswith("sb_"):
        headers["Authorization"] = f"Bearer {key}"
    address = f"{endpoint.api_url}/rest/v1/{_TABLE}"
    answer = http.get(address, params={"select": "id", "limit": "1"}, headers=headers)
    try:
        body = answer.json()
    except ValueError:
        raise ConformanceError(
            f"what answers there is no Supabase API ({answer.status_code}, and no JSON).",
            place=endpoint.api_url,
            remedy="The address is that of the project, without /rest/v1.",
        ) from None
    return answer.status_code, str(body.get("code", "")) if isinstance(body, dict) else ""


def _table(http: httpx.Client, endpoint: Endpoint) -> None:
    status, code = _rows(http, endpoint, endpoint.secret_key)
    if code == _INSUFFICIENT_PRIVILEGE:
        raise ConformanceError(
            "the secret key is none: with it the tables are closed.",
            place=endpoint.api_url,
            remedy="Exchange the publishable and the secret key, or look them up again.",
        )
    if status in (401, 403):
        raise ConformanceError(
            "the secret key is refused.",
            place=endpoint.api_url,
            remedy="Take it from the project's API settings, or `wakti-sb status -o env`.",
        )
    if status != 200:
        raise ConformanceError(
            f"the backend's tables are not there ({code or status}).",
            place=endpoint.api_url,
            remedy="Apply the migrations first: wakti-sb migrate",
        )


def _publishable_key(http: httpx.Client, endpoint: Endpoint) -> None:
    status, code = _rows(http, endpoint, endpoint.publishable_key)
    if status in (401, 403) and code != _INSUFFICIENT_PRIVILEGE:
        raise ConformanceError(
            "the publishable key is refused.",
            place=endpoint.api_url,
            remedy="Take it from the project's API settings, or `wakti-sb status -o env`.",
        )


def _function(http: httpx.Client, endpoint: Endpoint) -> None:
    address = f"{endpoint.functions_url}/{_FUNCTION}"
    answer = http.get(address, params={"action": "health"})
    if answer.status_code == 200:
        return
    if answer.status_code == 404:
        raise ConformanceError(
            f"the function {_FUNCTION} is not deployed.",
            place=address,
            remedy=f"Deploy supabase/functions/{_FUNCTION}, with verify_jwt = false.",
        )
    if answer.status_code == 401:
        raise ConformanceError(
            f"the function {_FUNCTION} wants a token of every visitor.",
            place=address,
            remedy="Deploy it with verify_jwt = false.",
        )
    raise ConformanceError(
        f"the function {_FUNCTION} is not well: it answers {answer.status_code}.",
        place=address,
        remedy="Its log says why.",
    )
