"""docs/official-cli.md: each command of the official CLI does what the page says."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.official_cli import VERSION

PAGE = (ROOT / "docs" / "official-cli.md").read_text("utf-8")
ROWS = re.findall(r"^\| `supabase ([^`]+)` \| (\w+)", PAGE, re.M)
# Files are all that these are about.
WITHOUT_DATABASE = ("migration new", "functions new", "functions serve", "start", "status")
_SECONDS = 120


def test_the_page_names_the_version_that_is_tried() -> None:
    assert f"the CLI {VERSION}" in PAGE
    assert {word for _, word in ROWS} == {"works", "needs", "fails"}


@pytest.mark.slow
@pytest.mark.parametrize(("command", "word"), ROWS, ids=[command for command, _ in ROWS])
def test_a_command_ends_as_the_page_says(
    command: str, word: str, db_url: str, official_cli: Path, tmp_path: Path
) -> None:
    project, home = tmp_path / "project", tmp_path / "home"
    home.mkdir()
    shutil.copytree(ROOT / "supabase", project / "supabase")
    given = shlex.split(command.replace("NAME", "hello").replace("VERSION", "20260102000022"))
    if not command.startswith(WITHOUT_DATABASE):
        given.append(f"--remote={db_url}")
    env = {
        "HOME": str(home),
        "SUPABASE_TELEMETRY_DISABLED": "1",
        "DO_NOT_TRACK": "1",
        "DOCKER_HOST": "unix:///nowhere/docker.sock",
    }
    done = subprocess.run(
        [str(official_cli), *given],
        cwd=project,
        env=os.environ | env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
    )
    assert (done.returncode == 0) == (word == "works"), done.stdout + done.stderr
