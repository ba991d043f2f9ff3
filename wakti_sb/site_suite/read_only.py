"""The part of the suite that changes nothing: what a stranger with the publishable key gets.

Each refusal counts only beside a control: the same request with the secret key is answered.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import httpx

from wakti_sb.spec import Spec, admits_anon
from wakti_sb.stack import Endpoint

_FUNCTION = "project-backend-api"
_PRIVATE_SCHEMA = "wakti"
_NOBODYS_PROJECT = "00000000-0000-4000-8000-000000000000"
_SECONDS = 30.0


@dataclass(frozen=True)
class Look:
    """One request and whether its answer is as it must be.

    Parameters:
        name: what must hold.
        good: whether it does; None where that cannot be told without rows.
        got: what came back.
    """

    name: str
    good: bool | None
    got: str


def read_only(endpoint: Endpoint, spec: Spec, *, site_api: bool = True) -> tuple[Look, ...]:
    """Every look that the ownership model gives, and those at the site API. Changes nothing."""
    with httpx.Client(timeout=_SECONDS) as http:
        return (
            *_tables(http, endpoint, spec),
            *_buckets(http, endpoint, spec),
            *(_site_api(http, endpoint) if site_api else ()),
        )


def _tables(http: httpx.Client, endpoint: Endpoint, spec: Spec) -> Iterator[Look]:
    for owned in spec.owned:
        if owned.table.schema != "public":
            continue
        name = owned.table.name
        url = f"{endpoint.api_url}/rest/v1/{name}"
        control = _get(http, url, endpoint.secret_key)
        if control.status_code != httpx.codes.OK:
            yield Look(f"{name} can be read with the secret key", False, _said(control))
            continue
        if admits_anon(owned.select.right):
            continue
        answer = _get(http, url, endpoint.publishable_key)
        yield Look(f"{name} tells a stranger nothing", _closed(answer, control), _said(answer))
    hidden = _get(
        http, f"{endpoint.api_url}/rest/v1/site_sessions", endpoint.secret_key, _PRIVATE_SCHEMA
    )
    yield Look("the private schema is not exposed", not hidden.is_success, _said(hidden))


def _buckets(http: httpx.Client, endpoint: Endpoint, spec: Spec) -> Iterator[Look]:
    for bucket in spec.bucket:
        url = f"{endpoint.api_url}/storage/v1/object/list/{bucket.name}"
        answers = [
            http.post(url, json={"prefix": "", "limit": 1}, headers=_headers(key))
            for key in (endpoint.secret_key, endpoint.publishable_key)
        ]
        if not answers[0].is_success:
            yield Look(f"{bucket.name} can be listed with the secret key", False, _said(answers[0]))
        elif not admits_anon(bucket.select):
            closed = _closed(answers[1], answers[0])
            yield Look(f"{bucket.name} lists nothing for a stranger", closed, _said(answers[1]))


def _site_api(http: httpx.Client, endpoint: Endpoint) -> Iterator[Look]:
    url = f"{endpoint.functions_url}/{_FUNCTION}"
    known = {"projectId": _NOBODYS_PROJECT, "action": "collection/items"}
    for name, answer, status, code in (
        ("a project without a backend is refused", http.get(url, params=known), 403, "backend_"),
        ("a request without a project is refused", http.get(url), 400, ""),
        ("a preflight is answered", http.options(url, headers=_PREFLIGHT), 204, ""),
    ):
        good = answer.status_code == status and code in answer.text
        yield Look(f"site API: {name}", good, _said(answer))


_PREFLIGHT = {"Origin": "https://site.example", "Access-Control-Request-Method": "POST"}


def _closed(answer: httpx.Response, control: httpx.Response) -> bool | None:
    """Whether it was refused, or came back empty where there is something."""
    if answer.is_client_error:
        return True
    if answer.text.strip() != "[]":
        return False
    return None if control.text.strip() == "[]" else True


def _get(http: httpx.Client, url: str, key: str, schema: str = "public") -> httpx.Response:
    headers = {**_headers(key), "Accept-Profile": schema}
    return http.get(url, params={"select": "*", "limit": "1"}, headers=headers)


def _headers(key: str) -> dict[str, str]:
    legacy = {} if key.startswith("sb_") else {"Authorization": f"Bearer {key}"}
    return {"apikey": key, **legacy}


def _said(answer: httpx.Response) -> str:
    """Status and code; rows are somebody's and not repeated."""
    try:
        body = answer.json()
    except ValueError:
        return str(answer.status_code)
    code = body.get("code") if isinstance(body, dict) else None
    rows = f" {len(body)} rows" if isinstance(body, list) else ""
    return f"{answer.status_code}{f' {code}' if code else ''}{rows}"
