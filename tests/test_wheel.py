"""The built wheel does in an empty folder what the checkout does."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.command_line import PROGRAM, wakti
from wakti_sb.stack.machine import cache

# Root's files, and no right of root's: to the command it is the user `nobody`.
AN_ORDINARY_USER = ["unshare", "--user", "--map-user=65534", "--map-group=65534"]
ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel's contents, as pip lays them out."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    build = ["wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT)]
    subprocess.run([*pip, *build], check=True)
    wheel = next(folder.glob("*.whl"))
    target = folder / "site-packages"
    subprocess.run([*pip, "install", "--no-deps", "--target", str(target), str(wheel)], check=True)
    return target


@pytest.fixture
def project(tmp_path: Path, installed: Path) -> Iterator[Path]:
    folder = tmp_path / "empty"
    folder.mkdir()
    yield folder
    wakti("down", "--no-backup", cwd=folder, env={"PYTHONPATH": str(installed)})


@pytest.mark.slow
def test_init_and_demo_work_from_the_wheel_alone(project: Path, installed: Path) -> None:
    env = {"PYTHONPATH": str(installed)}

    started = wakti("init", cwd=project, env=env)
    assert started.returncode == 0, started.stderr
    assert (project / "supabase" / "functions" / "project-backend-api" / "index.ts").is_file()

    done = wakti("demo", "--port", "0", cwd=project, env=env)
    assert done.returncode == 0, done.stderr
    assert "auth/login" in done.stdout
    assert "refused" in done.stdout
    who, password = re.findall(r"^Sign in .* as (\S+) with the password (\S+)$", done.stdout, re.M)[
        0
    ]
    told = dict(re.findall(r"^(API|PUBLISHABLE_KEY)[ =]+(\S+)", done.stdout, re.M))
    signed_in = httpx.post(
        f"{told['API']}/auth/v1/token?grant_type=password",
        headers={"apikey": told["PUBLISHABLE_KEY"]},
        json={"email": who, "password": password},
    )
    assert signed_in.status_code == 200, signed_in.text

    tested = wakti("test", "--stack", "-k", "test_files and list", cwd=project, env=env)
    assert tested.returncode == 0, tested.stderr
    assert "5 of 5 tests passed" in tested.stderr


@pytest.mark.slow
def test_an_ordinary_user_gets_a_stack_from_the_wheel(project: Path, installed: Path) -> None:
    become = AN_ORDINARY_USER if os.geteuid() == 0 else []
    if become and subprocess.run([*become, "true"], capture_output=True).returncode:
        pytest.skip("this system lets nobody make a user namespace")
    env = os.environ | {"PYTHONPATH": str(installed), "WAKTI_CACHE": str(cache())}
    env.pop("WAKTI_DATA", None)
    for command in (
        ["init"],
        ["up", "--port", "0"],
        ["test", "--stack", "-k", "test_files and list"],
        ["down", "--no-backup"],
    ):
        done = subprocess.run(
            [*become, *PROGRAM, *command], cwd=project, env=env, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        if command[0] == "up":  # root's database would be elsewhere
            assert (project / ".wakti" / "embedded" / "postgres" / "PG_VERSION").is_file()
