"""The part of the suite that changes nothing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import psycopg
import pytest

from tests.backup.filled import everything, fill
from tests.command_line import wakti
from tests.conftest import ROOT
from wakti_sb.stack import Endpoint


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with this repository's model."""
    shutil.copy(ROOT / "wakti.toml", tmp_path)
    return tmp_path


def env_of(endpoint: Endpoint) -> dict[str, str]:
    """Names the endpoint to a command, without its database."""
    return {
        "WAKTI_URL": endpoint.api_url,
        "WAKTI_PUBLISHABLE_KEY": endpoint.publishable_key,
        "WAKTI_SECRET_KEY": endpoint.secret_key,
    }


def test_a_sound_project_passes_and_is_as_before(clean: Endpoint, project: Path) -> None:
    fill(clean, name="one")
    before = everything(clean)
    done = wakti("test", "--read-only", "--json", cwd=project, env=env_of(clean))
    assert done.returncode == 0, done.stdout + done.stderr
    looks = json.loads(done.stdout)
    assert len(looks) >= 12
    assert all(look["good"] for look in looks)
    assert everything(clean) == before


def test_a_table_that_is_open_to_strangers_is_named(clean: Endpoint, project: Path) -> None:
    fill(clean, name="one")
    with psycopg.connect(clean.database) as connection:
        connection.execute("grant select on public.project_site_users to anon")
        connection.execute(
            "create policy open on public.project_site_users for select to anon using (true)"
        )
    done = wakti("test", "--read-only", cwd=project, env=env_of(clean))
    assert done.returncode == 1
    assert "not as the model says: project_site_users tells a stranger nothing" in done.stderr
    assert "@example.com" not in done.stdout
