"""Whole projects with tests of their own, run by a pytest of their own."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conformance.conftest import EXAMPLES, Example, execute

Run = Callable[..., pytest.RunResult]


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
def run(pytester: pytest.Pytester, notes: Path) -> Run:  # noqa: ARG001  (there to be run in)
    """Runs pytest there, in a process of its own."""

    def run(*arguments: str) -> pytest.RunResult:
        return pytester.runpytest_subprocess("-p", "no:cacheprovider", *arguments)

    return run
