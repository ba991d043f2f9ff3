"""Example projects, and databases with their migrations applied."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from tests.conftest import clone_of
from wakti_sb.spec import Spec, load
from wakti_sb.stack import Endpoint

EXAMPLES = Path(__file__).parent.parent / "examples"
NAMES = ("notes", "team", "magazine", "filebox")


@dataclass(frozen=True)
class Example:
    """A whole project under tests/examples."""

    name: str

    @property
    def folder(self) -> Path:
        return EXAMPLES / self.name

    @property
    def spec(self) -> Spec:
        return load(self.folder / "wakti.toml")

    @property
    def migrations(self) -> list[Path]:
        return sorted((self.folder / "supabase" / "migrations").glob("*.sql"))


def faults() -> list[Path]:
    """Every seeded fault; its first line names the finding that it must lead to."""
    return sorted(EXAMPLES.glob("*/faults/*.sql"))


def expected_finding(fault: Path) -> str:
    match = re.match(r"-- finding: (.+)", fault.read_text(encoding="utf-8"))
    assert match, f"{fault} does not say what it must lead to"
    return match[1].strip()


def execute(url: str, *files: Path) -> None:
    with psycopg.connect(url) as connection:
        for file in files:
            connection.execute(file.read_text(encoding="utf-8"))


@pytest.fixture
def migrated(empty_database: str) -> Callable[..., str]:
    """Applies an example's migrations, and further files, to an empty database."""

    def apply(example: Example, *further: Path) -> str:
        execute(empty_database, *example.migrations, *further)
        return empty_database

    return apply


@pytest.fixture
def databases(endpoint: Endpoint) -> Iterator[Callable[[], str]]:
    """Makes empty databases, as many as somebody wants; they are gone afterwards."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(clone_of("wakti_platform", endpoint))
