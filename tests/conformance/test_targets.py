"""`wakti-sb rls` on a project that runs, named by address and keys."""

from __future__ import annotations

import json
from pathlib import Path

import psycopg
import pytest

from tests.command_line import assert_one_clear_sentence, wakti
from tests.conformance.conftest import Example, execute
from wakti_sb.stack import Endpoint

NOTES = Example("notes")


@pytest.fixture
def env(clean: Endpoint) -> dict[str, str]:
    """The shared stack with the tables of `notes`, as somebody names it in the environment."""
    execute(clean.database, *NOTES.migrations)
    with psycopg.connect(clean.database) as connection:
        connection.execute("notify pgrst, 'reload schema'")
    named = {"URL": clean.api_url, "DB_URL": clean.database, "JWT_SECRET": clean.jwt_secret}
    named |= {"PUBLISHABLE_KEY": clean.publishable_key, "SECRET_KEY": clean.secret_key}
    return {f"WAKTI_{name}": str(value) for name, value in named.items()}


@pytest.mark.slow
def test_both_transports_try_a_project_that_runs_and_leave_nothing(env: dict[str, str]) -> None:
    done = wakti("rls", "test", "--through-client", "--json", cwd=NOTES.folder, env=env)
    report = json.loads(done.stdout)
    assert report["cases"] == report["passed"] > 300, done.stderr
    # Findings are about the stack's own tables and functions, which this model does not describe.
    assert [
        f["id"] for f in report["findings"] if "notes" in f["id"] or "disagree" in f["id"]
    ] == []
    assert [value for name, value in env.items() if "KEY" in name and value in done.stdout] == []
    with psycopg.connect(env["WAKTI_DB_URL"]) as connection:
        assert connection.execute("select from public.notebooks").fetchall() == []
        assert connection.execute("select from auth.users").fetchall() == []


@pytest.mark.parametrize(
    ("left_out", "sentence"),
    [
        ("WAKTI_SECRET_KEY", "--url needs --secret-key too"),
        ("WAKTI_DB_URL", "--db-url"),
        ("WAKTI_PUBLISHABLE_KEY", "--url needs --publishable-key too"),
        ("WAKTI_URL", "--db-url names a database alone"),
    ],
)
def test_what_is_missing_is_named(env: dict[str, str], left_out: str, sentence: str) -> None:
    del env[left_out]
    done = wakti("rls", "test", "--through-client", cwd=NOTES.folder, env=env)
    assert_one_clear_sentence(done)
    assert sentence in done.stderr


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"WAKTI_URL": "http://127.0.0.1:9"}, "the project does not answer"),
        ({"WAKTI_URL": "127.0.0.1"}, "is not the address of an API"),
        ({"WAKTI_PUBLISHABLE_KEY": "sb_publishable_wrong"}, "the publishable key is refused"),
        ({"WAKTI_SECRET_KEY": "sb_secret_wrong"}, "the secret key is refused"),
    ],
)
def test_an_address_or_key_that_is_wrong_is_one_sentence(
    env: dict[str, str], changed: dict[str, str], sentence: str
) -> None:
    done = wakti("rls", "test", "--through-client", cwd=NOTES.folder, env=env | changed)
    assert_one_clear_sentence(done)
    assert sentence in done.stderr
    assert env["WAKTI_SECRET_KEY"] not in done.stderr


@pytest.mark.slow
def test_a_proposal_is_written_once_and_never_over_somebody_s_work(
    env: dict[str, str], tmp_path: Path
) -> None:
    folder = tmp_path / "a project, with spaces"
    folder.mkdir()
    told = ("rls", "--db-url", env["WAKTI_DB_URL"], "init")
    shown = wakti(*told, cwd=folder)
    assert list(folder.iterdir()) == []
    assert wakti(*told, "--write", cwd=folder).returncode == 0
    assert (folder / "wakti.toml").read_text(encoding="utf-8") == shown.stdout
    (folder / "wakti.toml").write_text("# mine\n")
    refused = wakti(*told, "--write", cwd=folder)
    assert_one_clear_sentence(refused)
    assert "--overwrite" in refused.stderr
    assert (folder / "wakti.toml").read_text(encoding="utf-8") == "# mine\n"
    assert wakti(*told, "--overwrite", cwd=folder).returncode == 0
    assert (folder / "wakti.toml").read_text(encoding="utf-8") == shown.stdout
