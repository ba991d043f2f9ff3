"""What tests with bad input share: bytes sent as they are, and a refusal that left nothing."""

from __future__ import annotations

import httpx

from tests.site_api.project import Project


def raw(
    project: Project, body: bytes, content_type: str = "application/json", **headers: str
) -> httpx.Response:
    headers = {"Content-Type": content_type} | headers
    return project.http.post(project.url, content=body, headers=headers)


def assert_clean_refusal(answer: httpx.Response) -> None:
    assert 400 <= answer.status_code < 500, answer.text
    assert set(answer.json()) == {"error", "code"}
    assert answer.headers["content-type"] == "application/json"


def nothing_written(project: Project) -> bool:
    return not any(
        project.rows(f"public.project_{table}")
        for table in ("form_submissions", "collections", "site_users", "uploads")
    )
