"""What visitors and owners send."""

from __future__ import annotations

import random

import httpx

from tests.faults.ledger import Action
from tests.faults.world import World
from tests.site_api.project import OWNER_PASSWORD


def request(
    http: httpx.AsyncClient,
    world: World,
    action: Action,
    project: str,
    marker: str,
    subject: str | None,
) -> httpx.Request:
    """The request of a visitor or an owner; what it writes carries the marker."""
    url = world.url
    if action in ("page", "insert"):
        return _of_owner(http, world, action, project, marker)
    data: dict[str, object] = {"marker": marker, "text": "ملح و more " * 20}
    body: dict[str, object] = {"projectId": project}
    if action == "upload":
        content = marker.encode() * 2500
        files = {"file": (f"{marker}.txt", content, "text/plain")}
        return http.build_request("POST", url, data={"projectId": project}, files=files)
    if action == "list":
        query = {"projectId": project, "action": "collection/things", "limit": "20"}
        return http.build_request("GET", url, params=query)
    if action == "signup":
        account = {"email": f"{marker}@example.com", "password": "long enough"}
        return http.build_request(
            "POST", url, json=body | {"action": "auth/signup", "data": account}
        )
    if action == "submit":
        return http.build_request("POST", url, json=body | {"action": "submit", "data": data})
    if action == "suspended":
        return _of_suspended(http, world, project, marker)
    body["action"] = "collection/things"
    if action == "delete":
        return http.build_request("DELETE", url, json=body | {"id": subject})
    if action == "update":
        return http.build_request("PUT", url, json=body | {"id": subject, "data": data})
    return http.build_request("POST", url, json=body | {"data": data})


def _of_suspended(
    http: httpx.AsyncClient, world: World, project: str, marker: str
) -> httpx.Request:
    """A suspended account tries its old token, or its password."""
    account = world.suspended.get(project)
    email, token = (account.email, account.token) if account else (f"{marker}@example.com", marker)
    body: dict[str, object] = {"projectId": project}
    if random.random() < 0.5:
        return http.build_request(
            "POST", world.url, json=body | {"action": "auth/me", "data": {"token": token}}
        )
    data = {"email": email, "password": OWNER_PASSWORD}
    return http.build_request("POST", world.url, json=body | {"action": "auth/login", "data": data})


def _of_owner(
    http: httpx.AsyncClient, world: World, action: Action, project: str, marker: str
) -> httpx.Request:
    """The owner's page looks at a project, or adds an item to it."""
    rest = f"{world.endpoint.api_url}/rest/v1"
    user, token = world.owners.get(project, ("", "none"))
    headers = {"apikey": world.endpoint.publishable_key, "Authorization": f"Bearer {token}"}
    if action == "page":
        query = {"project_id": f"eq.{project}", "order": "created_at.desc", "limit": "20"}
        url = f"{rest}/project_form_submissions"
        return http.build_request("GET", url, params=query, headers=headers)
    row = {"project_id": project, "user_id": user, "collection_name": "owned"}
    return http.build_request(
        "POST",
        f"{rest}/project_collections",
        json=row | {"data": {"marker": marker}},
        headers=headers | {"Prefer": "return=minimal"},
    )
