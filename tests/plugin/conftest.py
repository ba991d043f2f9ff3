"""Whole projects with tests of their own, run by a pytest of their own."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tests.command_line import forked
from tests.conformance.conftest import EXAMPLES, Example, execute
from tests.plugin.program import run_pytest
from wakti_sb.stack import Endpoint

Run = Callable[..., pytest.RunResult]

# Plugins of this environment that take seconds to load; ours comes through its entry point.
_NOT_WANTED = ("schemathesis", "hypothesispytest", "anyio", "cacheprovider")
_WITHOUT = [word for plugin in _NOT_WANTED for word in ("-p", f"no:{plugin}")]
# What the forked process has imported already; after the arguments, for the last filter counts.
_IMPORTED = ["-W", "ignore:Module already imported:pytest.PytestAssertRewriteWarning"]


@pytest.fixture
def notes(pytester: pytest.Pytester) -> Path:
    """The example project `notes` in the folder where pytest will run."""
    shutil.copytree(EXAMPLES / "notes", pytester.path, dirs_exist_ok=True)
    return pytester.path


@pytest.fixture
def database(empty_database: str) -> str:
    """A database with its migrations."""
    execute(empty_database, *Example("notes").migrations)
    return empty_database


@pytest.fixture
def address(clean: Endpoint, monkeypatch: pytest.MonkeyPatch) -> Endpoint:
    """A project that runs, with the tables of `notes`; named in the environment."""
    execute(clean.database, *Example("notes").migrations)
    with psycopg.connect(clean.database) as connection:
        connection.execute("notify pgrst, 'reload schema'")
    told = {"URL": clean.api_url, "DB_URL": clean.database, "SECRET_KEY": clean.secret_key}
    for name, value in {**told, "PUBLISHABLE_KEY": clean.publishable_key}.items():
        monkeypatch.setenv(f"WAKTI_{name}", value)
    return clean


@pytest.fixture
def run(pytester: pytest.Pytester, notes: Path) -> Run:  # noqa: ARG001  (there to be run in)
    """Runs pytest there, in a process of its own that has imported what the plugin will need."""

    def run(*arguments: str) -> pytest.RunResult:
        started = time.monotonic()
        done = forked(run_pytest, [*_WITHOUT, *arguments, *_IMPORTED], cwd=pytester.path)
        code = done.returncode
        return pytest.RunResult(
            pytest.ExitCode(code) if code in set(pytest.ExitCode) else code,
            done.stdout.splitlines(),
            done.stderr.splitlines(),
            time.monotonic() - started,
        )

    return run


@pytest.fixture
def run_from_nothing(pytester: pytest.Pytester, notes: Path) -> Run:  # noqa: ARG001  (as above)
    """The same in a Python that has imported nothing."""

    def run(*arguments: str) -> pytest.RunResult:
        return pytester.runpytest_subprocess(*_WITHOUT, *arguments)

    return run
