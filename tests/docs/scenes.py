"""Projects in which the commands of the pages run, and the shell that runs them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.command_line import wakti
from tests.deploy.platform import TOKEN
from tests.docs.printed import ROOT, WORDS, Command, Step
from tests.official.fixtures import Official

_TIMEOUT = 1800.0  # seconds for a whole page
_UNTIL_STOPPED = "timeout --signal=INT 6"


@dataclass(frozen=True)
class Scene:
    """Where commands run.

    Parameters:
        folder: the working folder.
        env: more variables.
    """

    folder: Path
    env: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Ran:
    """A command that was run.

    Parameters:
        code: its exit code; None if it was not reached.
        output: what it printed.
    """

    command: str
    code: int | None
    output: str


def run(scene: Scene, steps: Sequence[tuple[Command, Step]], told: Path) -> list[Ran]:
    """Run commands one after the other in one shell, as somebody does who follows a page.

    Parameters:
        told: a folder for what they print.
    """
    told.mkdir()
    script = told / "script.sh"
    script.write_text("\n".join(_script(steps, told)), "utf-8")
    programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    subprocess.run(
        ["bash", str(script)],
        cwd=scene.folder,
        env=os.environ | {"PATH": programs, "PYTHONDONTWRITEBYTECODE": ""} | scene.env,
        stdin=subprocess.DEVNULL,
        timeout=_TIMEOUT,
    )
    return [
        Ran(command.text, _code(told / f"{n}.code"), (told / f"{n}.out").read_text("utf-8"))
        if (told / f"{n}.out").exists()
        else Ran(command.text, None, "")
        for n, (command, _) in enumerate(steps)
    ]


def _code(file: Path) -> int | None:
    return int(file.read_text()) if file.exists() else None


def _script(steps: Sequence[tuple[Command, Step]], told: Path) -> Iterator[str]:
    for n, (command, step) in enumerate(steps):
        out, code = f"{told}/{n}.out", f"{told}/{n}.code"
        yield f"{{ {step.before or ':'}\n}} >{out} 2>&1 || exit 1"
        line = command.text
        for word, ours in (step.instead or {}).items():
            line = line.replace(word, ours)
        for pattern, ours in WORDS:
            line = re.sub(pattern, ours, line)
        if step.code is None:
            line = f"{_UNTIL_STOPPED} {line}"
        yield f'(exit "${{code:-0}}")\n{{ {line}\n}} >>{out} 2>&1; code=$?; echo $code >{code}'


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Scene]:
    """A folder with nothing in it; stacks that are brought up there are gone afterwards."""
    folder = tmp_path / "folder"
    folder.mkdir()
    yield Scene(folder)
    for state in [*folder.glob(".wakti"), *folder.glob("*/.wakti")]:
        wakti("down", "--no-backup", cwd=state.parent)


@pytest.fixture
def tutorial(empty: Scene) -> Scene:
    """A project that is as far as the tutorial when it looks for the mistake."""
    page = (ROOT / "docs" / "tutorial.md").read_text("utf-8")
    found = re.search(r"`(supabase/migrations/\S+\.sql)`:\n\n```sql\n(.*?)^```", page, re.M | re.S)
    assert found is not None
    file = empty.folder / "my-project" / found[1]
    file.parent.mkdir(parents=True)
    file.write_text(found[2])
    return empty


@pytest.fixture
def bare(empty: Scene) -> Scene:
    """Somebody's migrations without a model, in `your-project` and in a branch `main`."""
    folder = empty.folder / "your-project"
    shutil.copytree(ROOT / "tests" / "examples" / "notes" / "supabase", folder / "supabase")
    _commit(folder)
    return empty


@pytest.fixture
def in_bare(bare: Scene) -> Scene:
    """The same, from within."""
    return Scene(bare.folder / "your-project")


@pytest.fixture
def backend(empty: Scene) -> Scene:
    """A project with this repository's backend, as it is in `main` and `origin/main`."""
    shutil.copytree(ROOT / "supabase", empty.folder / "supabase")
    shutil.copy(ROOT / "wakti.toml", empty.folder)
    _commit(empty.folder)
    return empty


@pytest.fixture
def checkout() -> Scene:
    """This repository."""
    return Scene(ROOT)


@pytest.fixture
def live(backend: Scene, live_project: str) -> Scene:
    """The backend beside a live database of the first release."""
    return Scene(backend.folder, {"DB_URL": live_project})


@pytest.fixture
def hosted(backend: Scene, request: pytest.FixtureRequest) -> Scene:
    """The backend and a hosted project: the server that the tests of `deploy` have for it."""
    platform = request.getfixturevalue("platform")
    address = platform.address
    return Scene(
        backend.folder,
        {
            "SUPABASE_ACCESS_TOKEN": TOKEN,
            "WAKTI_MANAGEMENT_API": address,
            "PLATFORM": address,
        },
    )


@pytest.fixture
def official_stack(official: Official) -> Scene:
    """The backend, a Docker engine, and what stands for the official CLI with it."""
    (official.folder / "scenario.json").write_text(json.dumps(official.scenario))
    return Scene(official.folder, official.env)


@pytest.fixture
def own_postgres(backend: Scene) -> Scene:
    """The backend on a machine that has Debian's PostgreSQL 15."""
    if not Path("/usr/lib/postgresql/15/bin/postgres").exists():
        pytest.skip("PostgreSQL 15 is not installed: apt-get install postgresql-15")
    return backend


def _commit(folder: Path) -> None:
    """Make the folder a repository whose `main` and `origin/main` hold what is there."""
    name = ["-c", "user.name=Test", "-c", "user.email=test@example.com"]
    for arguments in (
        ["init", "--quiet", "--initial-branch=main"],
        ["add", "--all"],
        [*name, "commit", "--quiet", "--message", "All"],
        ["update-ref", "refs/remotes/origin/main", "main"],
    ):
        subprocess.run(["git", *arguments], cwd=folder, check=True)
