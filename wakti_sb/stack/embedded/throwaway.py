"""A stack for one run: a project's migrations in a database that nobody else uses."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from wakti_sb.errors import UsageError, WaktiError
from wakti_sb.events import Listener, ignore
from wakti_sb.stack import config as configuration
from wakti_sb.stack.embedded.copies import Copies
from wakti_sb.stack.embedded.database import roles_file, seed_files
from wakti_sb.stack.embedded.lifecycle import EmbeddedStack
from wakti_sb.stack.endpoint import Endpoint

_MIGRATIONS = Path("supabase") / "migrations"


@contextmanager
def throwaway(
    project: Path,
    listener: Listener = ignore,
    *,
    api: bool = True,
    functions: bool = False,
    without: Sequence[str] | None = None,
) -> Iterator[Endpoint]:
    """Start a stack with the project's migrations on free ports; stop and forget it at the end.

    The project's own stack, running or not, is not touched.

    Parameters:
        api: whether to start more than the database.
        functions: whether to serve the project's edge functions too.
        without: the extensions that it does without; the listener is told what is left out.

    Raise UsageError if the project has no migrations.
    """
    with tempfile.TemporaryDirectory(prefix="wakti-sb-") as name:
        folder = Path(name)
        copy_project(project, folder, functions=functions)
        stack = EmbeddedStack(folder, listener, without=without)
        try:
            with named_from(folder):
                endpoint = stack.up(port=0, api=api)
            yield endpoint
        finally:
            stack.down(remove_data=True)


@contextmanager
def throwaway_copies(
    project: Path, listener: Listener = ignore, *, without: Sequence[str] | None = None
) -> Iterator[Copies]:
    """As above, for as many databases as somebody wants, with pgTAP at hand."""
    with tempfile.TemporaryDirectory(prefix="wakti-sb-") as name:
        folder = Path(name)
        copy_project(project, folder)
        stack = EmbeddedStack(folder, listener, without=without)
        try:
            with named_from(folder):
                stack.up(port=0, api=False)
            yield stack.copies()
        finally:
            stack.down(remove_data=True)


@contextmanager
def named_from(folder: Path) -> Iterator[None]:
    """Errors name files as they are called in the project: the folder is gone when they are read.

    Of a log the last lines go with the error.
    """
    try:
        yield
    except WaktiError as error:
        if error.place is not None and error.place.startswith(str(folder)):
            error.remedy = _end_of(Path(error.place)) or error.remedy
            error.place = error.place.removeprefix(str(folder)).lstrip("/") or None
        raise


def _end_of(log: Path) -> str | None:
    if log.suffix != ".log" or not log.is_file():
        return None
    lines = log.read_text("utf-8", "replace").splitlines()[-5:]
    return "\n  ".join(lines) or None


def copy_project(project: Path, folder: Path, *, functions: bool = False) -> None:
    """Copy what a stack is made from into another folder, so that it has a state of its own.

    Raise UsageError if the project has no migrations.
    """
    if not (project / _MIGRATIONS).is_dir():
        raise UsageError(
            "there is no supabase/migrations here.",
            place=str(project.resolve()),
            remedy="Name the project's folder with --project, or a database with --db-url.",
        )
    shutil.copytree(project / _MIGRATIONS, folder / _MIGRATIONS)
    if (project / "supabase" / "config.toml").is_file():
        shutil.copy(project / "supabase" / "config.toml", folder / "supabase")
        for file in configuration.files(project):
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(project / file, folder / file)
    if roles_file(project).is_file():
        shutil.copy(roles_file(project), roles_file(folder))
    config = configuration.read(project)
    for seed in seed_files(project.resolve(), config):
        if seed.is_relative_to(project.resolve()):  # another one is found from the copy as well
            copy = folder / seed.relative_to(project.resolve())
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(seed, copy)
    if functions and (project / "supabase" / "functions").is_dir():
        shutil.copytree(project / "supabase" / "functions", folder / "supabase" / "functions")
