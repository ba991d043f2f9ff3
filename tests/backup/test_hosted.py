"""A hosted project is saved without its database password: a login that expires is asked for."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.backup.filled import everything, fill
from tests.command_line import wakti
from tests.conftest import ROOT
from tests.deploy.hosted import Deploy
from tests.deploy.platform import TOKEN, Platform
from tests.deploy.state import REF
from wakti_sb.stack import Endpoint


@pytest.mark.slow
def test_a_hosted_project_is_saved_and_restored_elsewhere(
    platform: Platform, deploy: Deploy, target: Endpoint, tmp_path: Path
) -> None:
    assert deploy().returncode == 0
    fill(platform.stack, name="hosted")
    shutil.copy(ROOT / "wakti.toml", tmp_path)
    env = {"SUPABASE_ACCESS_TOKEN": TOKEN, "WAKTI_MANAGEMENT_API": platform.address}
    where = ("--project-ref", REF, "--url", platform.address)
    done = wakti("backup", *where, "--output", "hosted.zip", cwd=tmp_path, env=env)
    assert done.returncode == 0, done.stderr
    assert not platform.complaints
    env = {
        "WAKTI_URL": target.api_url,
        "WAKTI_PUBLISHABLE_KEY": target.publishable_key,
        "WAKTI_SECRET_KEY": target.secret_key,
        "WAKTI_DB_URL": target.database,
    }
    done = wakti("restore", "hosted.zip", "--yes", cwd=tmp_path, env=env)
    assert done.returncode == 0, done.stderr
    assert everything(target) == everything(platform.stack)
