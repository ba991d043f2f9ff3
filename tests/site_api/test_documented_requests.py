"""Every request that wakti-backend.md prints, sent as printed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.site_api.project import FUNCTION, PICTURE, Project

SUBMIT = """
{
  "projectId": "uuid",
  "action": "submit",
  "formName": "contact",
  "data": {
    "name": "John",
    "email": "john@example.com",
    "message": "Hello!"
  }
}
"""
CREATE = """
{
  "projectId": "uuid",
  "action": "collection/products",
  "data": { "name": "Widget", "price": 99 }
}
"""
UPDATE = """
{
  "projectId": "uuid",
  "action": "collection/products",
  "id": "item-uuid",
  "data": { "name": "Updated Widget", "price": 149 }
}
"""
DELETE = """
{
  "projectId": "uuid",
  "action": "collection/products",
  "id": "item-uuid"
}
"""
SIGNUP = """
{
  "projectId": "uuid",
  "action": "auth/signup",
  "data": {
    "email": "user@example.com",
    "password": "secret123",
    "name": "John Doe"
  }
}
"""
LOGIN = """
{
  "projectId": "uuid",
  "action": "auth/login",
  "data": {
    "email": "user@example.com",
    "password": "secret123"
  }
}
"""
ME = """
{
  "projectId": "uuid",
  "action": "auth/me",
  "data": {
    "token": "base64-token-here"
  }
}
"""


def send(project: Project, method: str, body: str, **replaced: str) -> dict[str, Any]:
    """Send a printed body with no header but the one that HTTP clients add to a text."""
    for printed, value in replaced.items():
        body = body.replace(f'"{printed.replace("_", "-")}"', f'"{value}"')
    body = body.replace('"uuid"', f'"{project.id}"')
    answer = project.http.request(
        method, project.url, content=body, headers={"Content-Type": "text/plain;charset=UTF-8"}
    )
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["access-control-allow-origin"] == "*"
    said: dict[str, Any] = answer.json()
    return said


def test_a_form_submission_reaches_the_inbox(project: Project) -> None:
    said = send(project, "POST", SUBMIT)

    [row] = project.rows("public.project_form_submissions")
    assert said == {"success": True, "id": str(row["id"])}
    assert row["form_name"] == "contact"
    assert row["data"] == {"name": "John", "email": "john@example.com", "message": "Hello!"}
    assert (row["status"], row["is_spam"], row["origin"]) == ("unread", False, None)


def test_a_collection_is_created_listed_updated_and_deleted(project: Project) -> None:
    created = send(project, "POST", CREATE)["item"]
    assert created["data"] == {"name": "Widget", "price": 99}

    updated = send(project, "PUT", UPDATE, item_uuid=created["id"])["item"]
    assert updated["data"] == {"name": "Updated Widget", "price": 149}

    query = f"?projectId={project.id}&action=collection/products"
    assert project.http.get(project.url + query).json() == {"items": [updated], "total": 1}

    assert send(project, "DELETE", DELETE, item_uuid=created["id"]) == {"success": True}
    assert project.http.get(project.url + query).json() == {"items": [], "total": 0}
    [row] = project.rows("public.project_collections")
    assert row["status"] == "deleted"


def test_a_visitor_signs_up_logs_in_and_asks_who_it_is(project: Project) -> None:
    signed_up = send(project, "POST", SIGNUP)
    assert signed_up["user"] == {
        "id": signed_up["user"]["id"],
        "email": "user@example.com",
        "name": "John Doe",
    }

    logged_in = send(project, "POST", LOGIN)
    assert logged_in["user"] == signed_up["user"]
    assert logged_in["token"] != signed_up["token"]

    for token in (signed_up["token"], logged_in["token"]):
        assert send(project, "POST", ME, base64_token_here=token) == {"user": signed_up["user"]}


def test_a_file_is_uploaded_and_everybody_can_fetch_it(project: Project) -> None:
    answer = project.http.post(
        project.url, data={"projectId": project.id}, files={"file": ("logo.png", PICTURE)}
    )

    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert said["success"] is True
    assert said["path"].startswith(f"{project.id}/")
    assert said["path"].endswith("-logo.png")
    assert (said["filename"], said["size"]) == ("logo.png", len(PICTURE))
    assert set(said) == {"success", "url", "path", "filename", "size"}

    fetched = project.http.get(said["url"])
    assert fetched.content == PICTURE
    assert fetched.headers["content-type"] == "image/png"
    [row] = project.rows("public.project_uploads")
    assert (row["storage_path"], row["status"]) == (said["path"], "stored")
    assert (row["file_type"], row["size_bytes"]) == ("image/png", len(PICTURE))


@pytest.mark.parametrize("who", ["a visitor", "the owner"])
def test_the_supabase_client_invokes_it(project: Project, who: str) -> None:
    functions = project.owner_client.functions
    if who == "a visitor":
        functions.set_auth(str(project.endpoint.anon_key))

    body = json.loads(CREATE.replace("uuid", project.id))
    created = json.loads(bytes(functions.invoke(FUNCTION, {"body": body})))["item"]
    query = f"{FUNCTION}?projectId={project.id}&action=collection/products"
    listed = json.loads(bytes(functions.invoke(query, {"method": "GET"})))

    assert listed == {"items": [created], "total": 1}
