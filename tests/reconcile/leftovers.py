"""Objects without rows and the other way round: made, counted, looked for by the command."""

from __future__ import annotations

import json

import httpx
from click.testing import CliRunner, Result

from tests.conftest import ROOT
from tests.site_api.project import PICTURE, Project
from wakti_sb.cli.storage import command


def run(project: Project, *options: str) -> Result:
    endpoint = project.endpoint
    return CliRunner().invoke(
        command,
        [
            "reconcile",
            f"--project={ROOT}",
            f"--url={endpoint.api_url}",
            f"--publishable-key={endpoint.publishable_key}",
            f"--secret-key={endpoint.secret_key}",
            f"--db-url={endpoint.db_url}",
            *options,
        ],
    )


def found(project: Project, *options: str) -> dict[str, list[str]]:
    """Paths of this project's leftovers, by kind."""
    said = json.loads(run(project, "--json", *options).stdout)
    kinds: dict[str, list[str]] = {}
    for one in said["found"]:
        if one["project"] == project.id:
            kinds.setdefault(one["kind"], []).append(one["path"])
    return kinds


def put(project: Project, path: str) -> str:
    """Store an object past the site API."""
    key = project.endpoint.secret_key
    answer = httpx.post(
        f"{project.endpoint.api_url}/storage/v1/object/project-uploads/{path}",
        content=PICTURE,
        headers={"apikey": key, "Authorization": f"Bearer {key}", "Content-Type": "image/png"},
    )
    assert answer.status_code == 200, answer.text
    return path


def age(project: Project, path: str, hours: int) -> None:
    project.sql(
        "update storage.objects set created_at = now() - make_interval(hours => %s)"
        " where name = %s",
        hours,
        path,
    )


def objects(project: Project) -> set[str]:
    rows = project.sql("select name from storage.objects where name like %s", f"%{project.id}%")
    return {row["name"] for row in rows}
