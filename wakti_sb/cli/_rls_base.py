"""The state that `rls diff` compares with: a revision, a folder or a database."""

from __future__ import annotations

import io
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from wakti_sb.errors import UsageError, WaktiError
from wakti_sb.events import Listener
from wakti_sb.stack import throwaway

_DATABASE = ("postgresql://", "postgres://")
_MIGRATIONS = Path("supabase") / "migrations"


@contextmanager
def base_database(
    base: str, project: Path, listener: Listener, without: Sequence[str] | None
) -> Iterator[str]:
    """The URL of a database in that state; one that was made is gone afterwards.

    Parameters:
        base: a database's URL, a project's folder, a folder of migrations, or a git revision.

    Raise UsageError if it is none of these, or its migrations do not apply.
    """
    if base.startswith(_DATABASE):
        yield base
        return
    with _folder(base, project) as folder, ExitStack() as stack:
        try:
            endpoint = stack.enter_context(throwaway(folder, listener, api=False, without=without))
        except WaktiError as error:
            raise UsageError(
                f"the migrations of {base} do not apply: {error.cause}",
                place=error.place,
                remedy=error.remedy or "Compare with a state that applies.",
            ) from None
        yield endpoint.database


def shown(base: str) -> str:
    """How a report calls the base: a database's URL holds a password."""
    return "the database" if base.startswith(_DATABASE) else base


@contextmanager
def _folder(base: str, project: Path) -> Iterator[Path]:
    given = Path(base)
    if (given / _MIGRATIONS).is_dir():
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="wakti-sb-base-") as name:
        folder = Path(name)
        if given.is_dir():
            _from_migrations(given, folder)
        else:
            _from_git(base, project, folder)
        yield folder


def _from_migrations(given: Path, folder: Path) -> None:
    """A folder that is not a project but holds migrations."""
    files = sorted(given.glob("*.sql"))
    if not files:
        raise UsageError(
            "there are neither supabase/migrations nor .sql files in it.", place=str(given)
        )
    (folder / _MIGRATIONS).mkdir(parents=True)
    for file in files:
        (folder / _MIGRATIONS / file.name).write_bytes(file.read_bytes())


def _from_git(revision: str, project: Path, folder: Path) -> None:
    """`supabase/` as it was at a revision."""
    remedy = "BASE is a git revision, a project's folder, one of migrations, or a database's URL."
    if revision.startswith("-"):
        raise UsageError(f"{revision} is no revision.", remedy=remedy)
    known = _git(project, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    if known is None:
        raise UsageError(f"{revision} is no folder and no git revision here.", remedy=remedy)
    packed = _git(project, "archive", "--format=tar", known.decode().strip(), "supabase")
    if packed is None:
        raise UsageError(f"there is no supabase/ here at {revision}.", remedy=remedy)
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")


def _git(project: Path, *arguments: str) -> bytes | None:
    """What git prints; None if it refuses."""
    try:
        done = subprocess.run(
            ["git", "-C", str(project), *arguments],
            capture_output=True,
            check=False,
        )
    except FileNotFoundError:
        raise UsageError(
            "git is not here, and BASE is no folder and no database.", remedy="Install git."
        ) from None
    return done.stdout if done.returncode == 0 else None
