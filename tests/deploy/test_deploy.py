"""A deployment to a fresh hosted project, and the next one."""

from __future__ import annotations

import json
import shutil
from copy import deepcopy
from pathlib import Path

import psycopg
import pytest

from tests.command_line import assert_one_clear_sentence, wakti
from tests.deploy.contract import MIGRATIONS
from tests.deploy.hosted import Deploy
from tests.deploy.platform import TOKEN, Platform
from tests.deploy.pooler import TRANSACTIONS
from tests.deploy.state import REF

FUNCTION = "project-backend-api"


def objects(platform: Platform) -> list[tuple[object, ...]]:
    """Every relation, role, function and bucket of the database."""
    with psycopg.connect(platform.superuser) as connection:
        return connection.execute(
            """
            select 'relation', oid::regclass::text from pg_class
            union all select 'role', rolname || coalesce(rolpassword, '') from pg_authid
            union all select 'function', oid::regprocedure::text from pg_proc
            union all select 'bucket', id from storage.buckets
            order by 1, 2
            """
        ).fetchall()


@pytest.mark.slow
def test_a_dry_run_shows_every_step_and_changes_nothing(platform: Platform, deploy: Deploy) -> None:
    before = objects(platform), deepcopy(platform.state)
    done = deploy("--dry-run", "--json")
    assert done.returncode == 0, done.stderr
    todo = {line["step"] for line in json.loads(done.stdout)["plan"] if line["todo"]}
    assert todo == {"migrations", "database login", "buckets", "functions"}
    assert f"a hosted project ({REF}) at {platform.address}" in done.stderr
    assert f"db.{REF}.supabase.co" in done.stderr
    assert {path for method, path in platform.requests if method != "GET"} == {
        f"/v1/projects/{REF}/database/query/read-only"
    }
    assert (objects(platform), platform.state) == before
    assert not platform.complaints


@pytest.mark.slow
def test_a_deployment_makes_a_backend_that_serves(platform: Platform, deploy: Deploy) -> None:
    done = deploy()
    assert done.returncode == 0, done.stderr
    assert not platform.complaints
    there = platform.state.functions[FUNCTION]
    assert there.metadata["verify_jwt"] is False
    assert f"✓ function {FUNCTION}: answers out of the database" in done.stdout
    assert f"✓ migrations: all {MIGRATIONS} applied" in done.stdout
    # The function's login works through the pooler, and is the one that the function knows.
    url = platform.state.secrets["WAKTI_DB_URL"]
    assert f"wakti_edge.{REF}:" in url
    assert f"{platform.pooler}:{TRANSACTIONS}" in url
    with psycopg.connect(url, prepare_threshold=None) as connection:
        assert connection.execute("select current_user").fetchone() == ("wakti_edge",)
    # No secret is on the screen.
    said = done.stdout + done.stderr
    for secret in (url, url.split(":")[2].split("@")[0], TOKEN, platform.stack.secret_key):
        assert secret not in said


@pytest.mark.slow
def test_a_second_deployment_changes_nothing(platform: Platform, deploy: Deploy) -> None:
    assert deploy().returncode == 0
    state, database = deepcopy(platform.state), objects(platform)
    platform.requests.clear()
    done = deploy()
    assert done.returncode == 0, done.stderr
    assert "Everything was there already." in done.stderr
    assert (platform.state, objects(platform)) == (state, database)
    assert not {
        path
        for method, path in platform.requests
        if method != "GET" and path.startswith("/v1/") and not path.endswith("/read-only")
    }


@pytest.mark.slow
def test_other_versions_of_its_packages_make_another_function(
    deploy: Deploy, backend: Path, tmp_path: Path
) -> None:
    assert deploy().returncode == 0
    newer = tmp_path / "newer"
    shutil.copytree(backend, newer)
    with (newer / "supabase" / "functions" / FUNCTION / "deno.lock").open("a") as lock:
        lock.write("\n")
    done = deploy("--dry-run", "--json", project=newer)
    todo = {line["step"] for line in json.loads(done.stdout)["plan"] if line["todo"]}
    assert todo == {"functions"}


@pytest.mark.slow
def test_a_script_has_to_say_yes(platform: Platform, deploy: Deploy) -> None:
    before = objects(platform), deepcopy(platform.state)
    done = deploy(yes=False)
    assert_one_clear_sentence(done)
    assert "nothing was changed" in done.stderr
    assert "--yes" in done.stderr
    assert (objects(platform), platform.state) == before


@pytest.mark.slow
def test_link_remembers_the_ref_and_not_the_token(platform: Platform, deploy: Deploy) -> None:
    del deploy  # only its project is wanted
    env = {"SUPABASE_ACCESS_TOKEN": TOKEN, "WAKTI_MANAGEMENT_API": platform.address}
    folder = platform.folder / "linked"
    (folder / "supabase" / "migrations").mkdir(parents=True, exist_ok=True)
    done = wakti("link", "--project-ref", REF, cwd=folder, env=env)
    assert done.returncode == 0, done.stderr
    written = [file.read_text() for file in folder.rglob("*") if file.is_file()]
    assert any(REF in text for text in written)
    assert not any("sbp_" in text for text in written)
    assert wakti("link", cwd=folder).stdout.strip() == REF
    done = wakti("deploy", "--dry-run", "--url", platform.address, cwd=folder, env=env)
    assert done.returncode == 0, done.stderr
    assert wakti("link", "--forget", cwd=folder).returncode == 0
    done = wakti("deploy", "--dry-run", cwd=folder, env=env)
    assert_one_clear_sentence(done)
    assert "no project is named" in done.stderr
