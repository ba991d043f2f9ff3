"""A Docker engine, and a project whose official CLI is the stand-in."""

from __future__ import annotations

import json
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.command_line import wakti
from tests.conftest import ROOT
from tests.official import engine, stand_in
from wakti_sb.stack import EmbeddedStack, Endpoint

PROJECT_ID = "official-tests"


@pytest.fixture(scope="module")
def docker_host() -> Iterator[str]:
    """A Docker engine."""
    if shutil.which("dockerd") is None:
        pytest.skip("Docker's engine is not installed: apt-get install docker.io")
    if os.geteuid() != 0:
        pytest.skip("only root can start a Docker engine")
    folders = tempfile.TemporaryDirectory(prefix="wakti-docker-", ignore_cleanup_errors=True)
    with folders as folder, engine.running(Path(folder)) as host:
        yield host


@dataclass
class Official:
    """A project whose official CLI is the stand-in."""

    folder: Path
    env: dict[str, str]
    scenario: dict[str, object]

    def run(self, *arguments: str, **changes: object) -> CompletedProcess[str]:
        """A command, in a scenario that is changed for it."""
        told = {**self.scenario, **changes}
        (self.folder / "scenario.json").write_text(json.dumps(told))
        return wakti(*arguments, cwd=self.folder, env=self.env)

    @property
    def asked(self) -> list[str]:
        """The commands that the official CLI was given."""
        file = self.folder / "asked"
        return file.read_text().splitlines() if file.exists() else []


@pytest.fixture
def official(
    docker_host: str, stack: EmbeddedStack, endpoint: Endpoint, tmp_path: Path
) -> Iterator[Official]:
    """A project with nothing running; what is behind its addresses is a stack of ours."""
    folder = tmp_path / "project"
    shutil.copytree(stack.project / "supabase", folder / "supabase")
    shutil.copy(ROOT / "wakti.toml", folder)
    config = folder / "supabase" / "config.toml"
    config.write_text(config.read_text().replace('"wakti"', f'"{PROJECT_ID}"'))
    program = tmp_path / "supabase"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} {stand_in.__file__} "$@"\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    env = {"DOCKER_HOST": docker_host, "WAKTI_SUPABASE_CLI": str(program)}
    scenario: dict[str, object] = {
        "project_id": PROJECT_ID,
        "image": engine.IMAGE,
        "env": endpoint.env(),
    }
    made = Official(folder, env, scenario)
    yield made
    left = engine.docker(docker_host, "ps", "-aq").stdout.split()
    if left:
        engine.docker(docker_host, "rm", "-f", *left)
