"""The same requests through supabase-js, run by Deno: by the owner, another owner, a visitor."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.page.people import PASSWORD, Stage
from tests.page.writes import TABLES, fill, rows
from wakti_sb.stack.embedded import deno, paths

SCRIPT = Path(__file__).with_name("requests.ts")


def sent(stage: Stage, role: str, known: dict[str, str]) -> dict[str, str]:
    """What came of each request."""
    email = {"owner": stage.owner.email, "other": stage.other.email, "visitor": ""}[role]
    arguments = [role, email, PASSWORD, stage.owner.id, stage.owner.project, json.dumps(known)]
    program = deno.find(paths.cache())
    done = subprocess.run(
        [program.program, "run", "--quiet", "--allow-net", "--allow-env", str(SCRIPT), *arguments],
        env=os.environ | program.env() | stage.endpoint.env() | {"NO_COLOR": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    answers: dict[str, str] = json.loads(done.stdout)
    return answers


@pytest.mark.slow_after(1)
def test_every_request_of_the_owner_works(stage: Stage) -> None:
    known = {table: row["id"] for table, row in fill(stage, stage.owner).items()}

    came = sent(stage, "owner", known)

    told = {name: what for name, what in came.items() if what not in ("ok", "200", "1 rows")}
    assert told == {}, told
    assert len(came) == 31
    left = {table: len(rows(stage, table, stage.owner.project)) for table in TABLES}
    assert left == {
        "project_backends": 1,
        "project_uploads": 1,
        "project_form_submissions": 0,
        "project_collections": 1,
        "project_collection_schemas": 1,
        "project_site_users": 0,
    }


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("role", ["other", "visitor"])
def test_the_same_requests_of_somebody_else_reach_nothing(stage: Stage, role: str) -> None:
    fill(stage, stage.owner)
    before = {table: rows(stage, table, stage.owner.project) for table in TABLES}
    known = {table: found[0]["id"] for table, found in before.items()}

    came = sent(stage, role, known)

    assert {table: rows(stage, table, stage.owner.project) for table in TABLES} == before
    # An update or delete that finds no row is no error, and tells of none.
    silent = ("read", "edit", "suspend", "delete", "forget") if role == "other" else ()
    for name, what in came.items():
        if name.split()[0] in silent:
            assert what == "ok", name
        else:
            assert what not in ("ok", "200", "1 rows"), (name, what)
