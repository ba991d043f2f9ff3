"""A hosted project that nobody has deployed to yet, and the command that deploys."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from tests.command_line import forked
from tests.deploy import pooler
from tests.deploy.contract import ROOT
from tests.deploy.impatient import impatient
from tests.deploy.platform import TOKEN, Platform, serving
from tests.deploy.state import REF
from wakti_sb.stack import EmbeddedStack
from wakti_sb.stack.embedded import paths

Deploy = Callable[..., subprocess.CompletedProcess[str]]

_ROLES = ("wakti_edge", "wakti_site", "cli_login_postgres")


@pytest.fixture(scope="session")
def bare_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStack]:
    """A stack without any migration: a fresh project."""
    if pooler.program() is None:
        pytest.skip("pgbouncer is not installed: apt-get install pgbouncer")
    folder = tmp_path_factory.mktemp("fresh")
    (folder / "supabase" / "migrations").mkdir(parents=True)
    stack = EmbeddedStack(folder)
    stack.up(port=0)
    yield stack
    stack.down(remove_data=True)


@pytest.fixture(scope="session")
def running_platform(
    bare_stack: EmbeddedStack, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Platform]:
    """The platform with one project."""
    endpoint = bare_stack.endpoint()
    data = paths.for_project(bare_stack.project).data
    port = psycopg.conninfo.conninfo_to_dict(endpoint.database)["port"]
    folder = tmp_path_factory.mktemp("pooler")
    with pooler.running(folder, int(str(port)), data / "pg_hba.conf", REF) as host:
        made = Platform(endpoint, host, tmp_path_factory.mktemp("functions"))
        with serving(made) as platform:
            yield platform


@pytest.fixture
def platform(bare_stack: EmbeddedStack, running_platform: Platform) -> Platform:
    """The same, and the project is fresh."""

    def renew() -> None:
        running_platform.reset()
        bare_stack.reset()
        with psycopg.connect(running_platform.superuser, autocommit=True) as connection:
            for role in _ROLES:
                connection.execute(f"drop role if exists {role}".encode())

    running_platform.renew = renew
    renew()
    return running_platform


@pytest.fixture(scope="session")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This repository's backend in a folder of its own."""
    folder = tmp_path_factory.mktemp("backend")
    shutil.copytree(ROOT / "supabase", folder / "supabase")
    shutil.copy(ROOT / "wakti.toml", folder)
    return folder


@pytest.fixture
def deploy(platform: Platform, backend: Path) -> Deploy:
    """Runs `wakti-sb deploy` against the platform."""

    def run(
        *arguments: str,
        project: Path = backend,
        token: str = TOKEN,
        yes: bool = True,
        started: Callable[[int], object] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        given = ["deploy", "--project-ref", REF, "--url", platform.address, *arguments]
        if yes and "--dry-run" not in arguments:
            given.append("--yes")
        env = {"SUPABASE_ACCESS_TOKEN": token, "WAKTI_MANAGEMENT_API": platform.address}

        def began(number: int) -> None:
            platform.victim = number
            if started is not None:
                started(number)

        return forked(impatient, given, cwd=project, env=env, started=began)

    return run
