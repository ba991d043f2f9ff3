"""Whole projects with tests of their own, run by a pytest of their own."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tests.conformance.conftest import EXAMPLES, Example, execute
from wakti_sb.stack import Endpoint

Run = Callable[..., pytest.RunResult]

# Plugins of this environment that take seconds to load; ours comes through its entry point.
_NOT_WANTED = ("schemathesis", "hypothesispytest", "anyio", "cacheprovider")


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
    """Runs pytest there, in a process of its own."""

    def run(*arguments: str) -> pytest.RunResult:
        without = [word for plugin in _NOT_WANTED for word in ("-p", f"no:{plugin}")]
        return pytester.runpytest_subprocess(*without, *arguments)

    return run
