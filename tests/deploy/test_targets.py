"""Which project a deployment goes to, and what it needs to be let in."""

from __future__ import annotations

import re
import threading
from pathlib import Path

import httpx
import psycopg
import pytest

from tests.command_line import assert_one_clear_sentence, wakti
from tests.conftest import ROOT
from tests.deploy.condition import condition, require_consistent
from tests.deploy.contract import MIGRATIONS
from tests.deploy.faults import Fault
from tests.deploy.hosted import Deploy
from tests.deploy.platform import TOKEN, Platform
from tests.deploy.pooler import TRANSACTIONS
from tests.deploy.state import REF
from wakti_sb.stack import EmbeddedStack

NEEDED = {
    "project_admin_read",
    "api_gateway_keys_read",
    "database_read",
    "database_write",
    "database_pooling_config_read",
    "edge_functions_read",
    "edge_functions_write",
    "edge_functions_secrets_read",
    "edge_functions_secrets_write",
    "advisors_read",
}
READING = {name for name in NEEDED if name.endswith("_read")}


def test_the_documentation_lists_the_permissions_that_are_tried() -> None:
    text = (ROOT / "docs" / "deploy.md").read_text("utf-8")
    table = text.partition("| permission | in the API |")[2].partition("\n\n")[0]
    assert set(re.findall(r"`(\w+)` \|$", table, re.M)) == NEEDED


@pytest.mark.slow
def test_a_limited_token_needs_what_the_documentation_lists(
    platform: Platform, deploy: Deploy
) -> None:
    platform.permissions = set(READING)
    done = deploy("--dry-run")
    assert done.returncode == 0, done.stderr
    platform.permissions = set(NEEDED)
    done = deploy()
    assert done.returncode == 0, done.stderr
    assert "cannot be read with this access token" in " ".join(done.stdout.split())
    require_consistent(platform)


@pytest.mark.slow
@pytest.mark.parametrize("missing", sorted(NEEDED - {"advisors_read"}))
def test_a_permission_that_is_missing_is_named(
    platform: Platform, deploy: Deploy, missing: str
) -> None:
    platform.permissions = NEEDED - {missing}
    done = deploy()
    assert_one_clear_sentence(done)
    assert "A limited token needs the permission" in done.stderr


@pytest.mark.slow_after(1)
@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"ref": "short"}, "is not a project ref"),
        ({"ref": "zyxwvutsrqponmlkjihg"}, "not yours to see"),
        ({"token": "sbp_" + "f" * 40}, "the access token is refused"),
        ({"token": "eyJhbGciOi"}, "is not an access token"),
        ({"token": ""}, "SUPABASE_ACCESS_TOKEN is not set"),
    ],
)
def test_a_wrong_ref_or_token_ends_in_a_sentence(
    platform: Platform, backend: Path, change: dict[str, str], sentence: str
) -> None:
    before = condition(platform, exact=True)
    env = {
        "SUPABASE_ACCESS_TOKEN": change.get("token", TOKEN),
        "WAKTI_MANAGEMENT_API": platform.address,
    }
    ref = change.get("ref", REF)
    done = wakti("deploy", "--project-ref", ref, "--yes", cwd=backend, env=env)
    assert_one_clear_sentence(done)
    assert sentence in done.stderr
    assert not change.get("token") or change["token"] not in done.stderr
    assert condition(platform, exact=True) == before


def test_an_address_that_is_another_project_s_is_noticed_before_anything_changes(
    platform: Platform, backend: Path, second_stack: EmbeddedStack
) -> None:
    before = condition(platform, exact=True)
    other = second_stack.endpoint().api_url
    env = {"SUPABASE_ACCESS_TOKEN": TOKEN, "WAKTI_MANAGEMENT_API": platform.address}
    done = wakti("deploy", "--project-ref", REF, "--url", other, "--yes", cwd=backend, env=env)
    assert_one_clear_sentence(done)
    assert "key is refused" in done.stderr
    assert condition(platform, exact=True) == before


@pytest.mark.slow
def test_a_database_with_newer_migrations_is_left_alone(platform: Platform, deploy: Deploy) -> None:
    assert deploy().returncode == 0
    with psycopg.connect(platform.superuser) as connection:
        connection.execute(
            "insert into supabase_migrations.schema_migrations (version, name)"
            " values ('20990101000000', 'from_the_future')"
        )
    before = condition(platform, exact=True)
    done = deploy()
    assert_one_clear_sentence(done)
    assert "the database holds version 20990101000000, and there is no such file" in done.stderr
    assert condition(platform, exact=True) == before


def by_address(platform: Platform, database: str, *arguments: str) -> list[str]:
    """A deployment without the Management API."""
    stack = platform.stack
    keys = ["--publishable-key", stack.publishable_key, "--secret-key", stack.secret_key]
    return ["deploy", "--url", platform.address, *keys, "--db-url", database, *arguments]


@pytest.mark.slow
def test_a_project_without_a_management_api_gets_migrations_and_buckets(
    platform: Platform, backend: Path
) -> None:
    given = by_address(platform, platform.stack.database, "--yes")
    done = wakti(*given, cwd=backend)
    assert done.returncode == 1, done.stderr  # nobody has put the function there yet
    assert "✗ function project-backend-api" in done.stdout
    assert f"✓ migrations: all {MIGRATIONS} applied" in done.stdout
    assert "cannot be sent without the Management API" in " ".join(done.stdout.split())
    assert platform.stack.secret_key not in done.stdout + done.stderr


@pytest.mark.slow
def test_a_role_that_may_not_create_roles_ends_in_a_sentence(
    platform: Platform, backend: Path
) -> None:
    with psycopg.connect(platform.superuser, autocommit=True) as connection:
        connection.execute("drop role if exists limited")
        connection.execute("create role limited login password 'limited-password'")
        connection.execute("grant create on database postgres to limited")
        connection.execute("grant usage, create on schema public to limited")
        connection.execute("grant pg_read_all_data to limited")
    url = platform.stack.database.replace("postgres:postgres@", "limited:limited-password@")
    done = wakti(*by_address(platform, url, "--yes"), cwd=backend)
    assert_one_clear_sentence(done)
    assert "permission denied" in done.stderr
    assert "limited-password" not in done.stdout + done.stderr
    with psycopg.connect(platform.superuser, autocommit=True) as connection:
        connection.execute("drop owned by limited")
        connection.execute("drop role limited")


@pytest.mark.slow
def test_a_login_that_the_pooler_learns_of_late_is_waited_for(
    platform: Platform, deploy: Deploy
) -> None:
    platform.login_delay = 0.05
    done = deploy()
    assert done.returncode == 0, done.stderr
    require_consistent(platform)


@pytest.mark.slow
def test_a_new_password_leaves_no_visitor_without_an_answer(
    platform: Platform, deploy: Deploy
) -> None:
    assert deploy().returncode == 0
    old = platform.state.secrets["WAKTI_DB_URL"]
    over, answers = threading.Event(), []

    def visit() -> None:
        url = f"{platform.address}/functions/v1/project-backend-api"
        params = {
            "projectId": "00000000-0000-4000-8000-000000000000",
            "action": "collection/items",
        }
        while not over.is_set():
            answers.append(httpx.get(url, params=params, timeout=30).status_code)

    visitor = threading.Thread(target=visit)
    visitor.start()
    try:
        done = deploy("--new-password")
    finally:
        over.set()
        visitor.join()
    assert done.returncode == 0, done.stderr
    assert set(answers) == {403}, "every visitor heard of the missing backend, out of the database"
    new = platform.state.secrets["WAKTI_DB_URL"]
    assert new != old
    require_consistent(platform)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(old, connect_timeout=5).close()
    assert f":{TRANSACTIONS}/" in new


@pytest.mark.slow
def test_two_deployments_at_once_do_not_mix(platform: Platform, deploy: Deploy) -> None:
    with psycopg.connect(platform.superuser) as connection:
        connection.execute("select pg_advisory_lock(%s)", [int.from_bytes(b"wakti-go")])
        before = condition(platform, exact=True).functions
        done = deploy()
        assert_one_clear_sentence(done)
        assert "another deployment of this project is under way" in done.stderr
        assert condition(platform, exact=True).functions == before
    assert deploy().returncode == 0


@pytest.mark.slow
def test_functions_alone_can_be_deployed(
    platform: Platform, deploy: Deploy, tmp_path: Path
) -> None:
    folder = tmp_path / "alone" / "supabase" / "functions" / "hello"
    folder.mkdir(parents=True)
    (folder / "index.ts").write_text("Deno.serve(() => new Response('hello'));\n")
    done = deploy(project=tmp_path / "alone")
    assert done.returncode == 0, done.stderr
    assert set(platform.state.functions) == {"hello"}


@pytest.mark.slow
def test_what_the_platform_repeats_of_a_secret_is_not_shown(
    platform: Platform, deploy: Deploy
) -> None:
    platform.faults.append(
        Fault("POST", ".*/secrets", "status", 400, f"{TOKEN} sb_secret_abc postgresql://a:pw@host")
    )
    done = deploy()
    assert_one_clear_sentence(done)
    assert "the platform cannot take this (400: *** *** postgresql://a:***@host)" in done.stderr
    said = done.stdout + done.stderr
    assert TOKEN not in said
    assert "done: migrations, database login, buckets, functions; stopped in: secrets" in said
