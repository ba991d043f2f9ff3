"""Each kept release, and one kept from this tree, taken to the present: nothing is lost."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg
import pytest

from tests.backup.filled import everything
from tests.command_line import wakti
from tests.deploy.hosted import Deploy
from tests.deploy.platform import Platform
from tests.upgrade import keep
from wakti_sb.stack import EmbeddedStack, Endpoint

pytestmark = pytest.mark.slow

PRESENT = "present"
_SITE_API = {"action": "collection/notes"}


@dataclass
class Kept:
    """A project as a release left it.

    Parameters:
        releases: its project.zip and held.zip.
        folder: the project.
    """

    releases: Path
    folder: Path

    def files(self) -> dict[str, bytes]:
        """Its migrations."""
        found = sorted((self.folder / "supabase" / "migrations").glob("*.sql"))
        return {file.name: file.read_bytes() for file in found}

    def change_settings(self) -> None:
        """Something that makes a next migration, where the release is this one."""
        file = self.folder / "wakti.toml"
        file.write_text(re.sub(r"(?m)^name_chars = 64$", "name_chars = 60", file.read_text()))


@pytest.fixture(scope="module")
def of_this_tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What would be kept if this were released now."""
    folder = tmp_path_factory.mktemp("releases") / PRESENT
    keep.keep(folder)
    return folder


@pytest.fixture(params=[*keep.kept(), PRESENT])
def release(request: pytest.FixtureRequest, tmp_path: Path) -> Kept:
    """A kept release."""
    if request.param == PRESENT:
        folder = request.getfixturevalue("of_this_tree")
    else:
        folder = keep.kept()[request.param]
    made = Kept(folder, tmp_path / "kept")
    keep.unpack(folder, made.folder)
    return made


@pytest.fixture
def stack(release: Kept) -> Iterator[EmbeddedStack]:
    """A stack of its own with what the release's project holds."""
    stack = EmbeddedStack(release.folder)
    stack.up(port=0)
    env = environment(stack.endpoint())
    held = str(release.releases / "held.zip")
    done = wakti("restore", held, "--yes", cwd=release.folder, env=env)
    assert done.returncode == 0, done.stderr
    yield stack
    stack.down(remove_data=True)


def environment(endpoint: Endpoint) -> dict[str, str]:
    """Names an endpoint to a command."""
    return {
        "WAKTI_URL": endpoint.api_url,
        "WAKTI_PUBLISHABLE_KEY": endpoint.publishable_key,
        "WAKTI_SECRET_KEY": endpoint.secret_key,
        "WAKTI_DB_URL": endpoint.database,
    }


def project_of(url: str) -> str:
    """The id of the project that is held."""
    with psycopg.connect(url) as connection:
        row = connection.execute("select id::text from public.projects").fetchone()
    assert row is not None
    return str(row[0])


def test_an_upgrade_rewrites_no_migration_and_loses_no_row(
    release: Kept, stack: EmbeddedStack
) -> None:
    before, rows = release.files(), everything(stack.endpoint())
    assert all(rows.values()), "a table without a row proves nothing"
    release.change_settings()
    shown = wakti("generate", "--check", cwd=release.folder)
    assert shown.returncode == 1, shown.stderr
    assert release.files() == before
    done = wakti("generate", cwd=release.folder)
    assert done.returncode == 0, done.stderr
    after = release.files()
    assert {name: after[name] for name in before} == before
    new = set(after) - set(before)
    assert new
    for name in new:
        assert f"wrote supabase/migrations/{name}" in done.stdout
        made = rf"^\+\+\+ supabase/migrations/\d+_{name.partition('_')[2]}$"  # dated by the clock
        assert re.search(made, shown.stdout, re.M)
    env = {"WAKTI_DB_URL": stack.endpoint().database}
    done = wakti("migrate", "--dry-run", cwd=release.folder, env=env)
    assert done.returncode == 0, done.stderr
    assert everything(stack.endpoint()) == rows
    done = wakti("migrate", cwd=release.folder, env=env)
    assert done.returncode == 0, done.stderr
    assert everything(stack.endpoint()) == rows


def test_old_and_new_function_answer_on_either_database(
    release: Kept, platform: Platform, deploy: Deploy, tmp_path: Path
) -> None:
    """For as long as a deployment takes, one of them is ahead of the other."""
    done = deploy(project=release.folder)
    assert done.returncode == 0, done.stderr
    env = environment(platform.stack)
    done = wakti(
        "restore", str(release.releases / "held.zip"), "--yes", cwd=release.folder, env=env
    )
    assert done.returncode == 0, done.stderr
    held = everything(platform.stack)
    project = project_of(platform.stack.database)
    assert items(platform, project)

    newer = tmp_path / "newer"
    shutil.copytree(release.folder, newer)
    Kept(release.releases, newer).change_settings()
    assert wakti("generate", cwd=newer).returncode == 0

    database_alone = tmp_path / "database"
    shutil.copytree(newer, database_alone)
    shutil.rmtree(database_alone / "supabase" / "functions")
    shutil.copytree(
        release.folder / "supabase" / "functions", database_alone / "supabase" / "functions"
    )
    with visited(platform, project) as answers:
        done = deploy(project=database_alone)
        assert done.returncode == 0, done.stderr
        assert items(platform, project), "the old function on the new database"
        assert everything(platform.stack) == held
        done = deploy(project=newer)
        assert done.returncode == 0, done.stderr
        assert items(platform, project), "the new function on the new database"
    assert answers == {200}, "somebody asked all the time"

    platform.renew()
    function_alone = tmp_path / "function"
    shutil.copytree(release.folder, function_alone)
    shutil.rmtree(function_alone / "supabase" / "functions")
    shutil.copytree(newer / "supabase" / "functions", function_alone / "supabase" / "functions")
    done = deploy(project=function_alone)
    assert done.returncode == 0, done.stderr
    done = wakti(
        "restore", str(release.releases / "held.zip"), "--yes", cwd=release.folder, env=env
    )
    assert done.returncode == 0, done.stderr
    assert items(platform, project), "the new function on the old database"


def ask(platform: Platform, project: str) -> httpx.Response:
    """What the site API says to the site that is held."""
    return httpx.get(
        f"{platform.address}/functions/v1/project-backend-api",
        params={"projectId": project, **_SITE_API},
        headers={"Origin": "https://site.example"},
        timeout=30,
    )


def items(platform: Platform, project: str) -> int:
    """How many items the site API serves to it."""
    answer = ask(platform, project)
    assert answer.status_code == 200, answer.text
    return len(answer.json()["items"])


@contextmanager
def visited(platform: Platform, project: str) -> Iterator[set[int]]:
    """Somebody asks all the time; yields the statuses of the answers."""
    over, answers = threading.Event(), set[int]()

    def visit() -> None:
        while not over.is_set():
            answers.add(ask(platform, project).status_code)

    visitor = threading.Thread(target=visit)
    visitor.start()
    try:
        yield answers
    finally:
        over.set()
        visitor.join()
