"""Who sends the requests of the product's own page, to a new project and to an adopted one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.adopt import history
from tests.page import people
from tests.page.people import Stage
from wakti_sb.stack import EmbeddedStack, Endpoint

ROOT = Path(__file__).parents[2]
FIRST_RELEASE = ROOT / "tests" / "adopt" / "first_release.sql"


@pytest.fixture(scope="session")
def adopted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    """A stack whose database was made by the first release, and adopted."""
    folder = tmp_path_factory.mktemp("adopted")
    shutil.copytree(history.project() / "supabase", folder / "supabase")
    (folder / "supabase" / "functions" / ".env").write_text("WAKTI_PBKDF2_ITERATIONS=1000\n")
    first = folder / "supabase" / "migrations" / "20250101000000_first_release.sql"
    first.write_text(FIRST_RELEASE.read_text())
    stack = EmbeddedStack(folder)
    try:
        yield stack.up(port=0)
    finally:
        stack.down(remove_data=True)


@pytest.fixture(params=["a new project", "an adopted project"])
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """Two owners with a project each, a visitor, and the secret key; on either kind of project."""
    kind = "endpoint" if request.param == "a new project" else "adopted"
    with ExitStack() as opened:
        yield people.make(request.getfixturevalue(kind), opened)


@pytest.fixture
def new(endpoint: Endpoint) -> Iterator[Stage]:
    """The same on a new project."""
    with ExitStack() as opened:
        yield people.make(endpoint, opened)
