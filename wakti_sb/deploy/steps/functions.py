"""Send functions, and see that they answer."""

from __future__ import annotations

import time
from collections.abc import Sequence

import httpx

from wakti_sb.deploy import errors
from wakti_sb.deploy.management import Function, Management
from wakti_sb.deploy.management.api import function_parts
from wakti_sb.deploy.sources import BACKEND, FunctionSource
from wakti_sb.stack import Endpoint

_ATTEMPTS = 6
_PAUSE = 1.0  # seconds; the platform's edge learns of a new function within some
_SECONDS = 30.0
_NOBODYS_PROJECT = "00000000-0000-4000-8000-000000000000"


def send(api: Management, sources: Sequence[FunctionSource]) -> dict[str, Function]:
    """Deploy functions: one at once; several are bundled first and take effect together."""
    together = len(sources) > 1
    sent = []
    for source in sources:
        parts = function_parts(source.metadata, source.files)
        sent.append(api.deploy_function(source.name, parts, bundle_only=together))
    if together:
        api.activate(sent)
        # The numbers are the platform's to say.
        now = api.functions()
        return {one.name: now[one.name] for one in sources if one.name in now}
    return {source.name: one for source, one in zip(sources, sent, strict=True)}


def require_answer(endpoint: Endpoint, name: str) -> None:
    """Raise FunctionDead unless the function answers, and ours out of the database.

    A function of the team's own is sent a preflight, as browsers do at any time; this toolkit's
    own is asked about a project that does not exist.
    """
    said = ""
    for attempt in range(_ATTEMPTS):
        said = _complaint(endpoint, name)
        if not said:
            return
        if attempt + 1 < _ATTEMPTS:
            time.sleep(_PAUSE)
    raise errors.FunctionDead(
        f"the function {name} was deployed and {said}.",
        place=f"{endpoint.functions_url}/{name}",
        remedy="Its log is in the dashboard, under Edge Functions. Run this again to send it anew.",
    )


def is_gone(endpoint: Endpoint, name: str) -> bool:
    """Whether the platform says that there is no such function, though it is deployed."""
    try:
        return _ask(endpoint, name).status_code == httpx.codes.NOT_FOUND
    except httpx.HTTPError:
        return False


def _complaint(endpoint: Endpoint, name: str) -> str:
    """What is wrong with its answer; empty for nothing."""
    try:
        answer = _ask(endpoint, name)
    except httpx.HTTPError as error:
        return f"cannot be reached: {str(error) or type(error).__name__}"
    code = _code(answer)
    if answer.status_code == httpx.codes.NOT_FOUND and (name == BACKEND or "NOT_FOUND" in code):
        return f"is not found ({code or 404})"
    if answer.is_server_error:
        return f"answers {answer.status_code}{f' {code}' if code else ''}"
    if name == BACKEND and code != "backend_not_enabled":
        return f"answers {answer.status_code} {code}, and not as the site API does"
    return ""


def _ask(endpoint: Endpoint, name: str) -> httpx.Response:
    address = f"{endpoint.functions_url}/{name}"
    if name == BACKEND:
        params = {"projectId": _NOBODYS_PROJECT, "action": "collection/items"}
        return httpx.get(address, params=params, timeout=_SECONDS)
    headers = {"Origin": endpoint.api_url, "Access-Control-Request-Method": "POST"}
    return httpx.options(address, headers=headers, timeout=_SECONDS)


def _code(answer: httpx.Response) -> str:
    try:
        body = answer.json()
    except ValueError:
        return ""
    return str(body.get("code", "")) if isinstance(body, dict) else ""
