"""Projects of a test's own, whose stacks are always stopped."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command_line import wakti
from tests.stack.functions import Caller

MIGRATION = """
create table public.notes (id bigint generated always as identity primary key, text text not null);
alter table public.notes enable row level security;
"""


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    """A small Supabase project in a folder whose name has spaces, with nothing running."""
    folder = write_project(tmp_path / "a project, with spaces")
    yield folder
    wakti("down", "--no-backup", cwd=folder)


@pytest.fixture(scope="module")
def call(project: Path) -> Caller:
    """Asks the functions of a project that is up for a whole file."""
    env = json.loads(wakti("status", "-o", "json", cwd=project).stdout)
    return Caller(env["FUNCTIONS_URL"], env["PUBLISHABLE_KEY"])


def write_project(folder: Path) -> Path:
    """A project with one table and its migration."""
    (folder / "supabase" / "migrations").mkdir(parents=True)
    (folder / "supabase" / "migrations" / "20260101000000_notes.sql").write_text(MIGRATION)
    return folder
