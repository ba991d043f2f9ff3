"""Which migrations are new: those that a version or a git ref does not have yet."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from pathlib import Path

from wakti_sb.errors import UsageError
from wakti_sb.migrate import Migration

_FOLDER = "supabase/migrations"


def newer(
    migrations: Iterable[Migration], since: str | None, project: Path
) -> tuple[Migration, ...]:
    """The migrations newer than `since`: a version (digits), or what a git ref holds.

    Without `since` all are new. Raise UsageError if git does not know the ref.
    """
    if since is None:
        return tuple(migrations)
    if since.isdigit():
        # Compared as text, as their order is.
        return tuple(migration for migration in migrations if migration.version > since)
    released = _files_at(since, project)
    return tuple(m for m in migrations if Path(m.file).name not in released)


def _files_at(ref: str, project: Path) -> frozenset[str]:
    """Names of the migrations at the commit where the branch left `ref`.

    What `ref` got since then is not here yet, so it says nothing about what is here.
    """
    base = _git(project, "merge-base", "HEAD", ref) or _git(
        project, "rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}"
    )
    if not base:
        raise UsageError(
            f"git knows no commit called {ref!r} here",
            place="--since",
            remedy="Name a version, or a ref that this clone has (a shallow one has few).",
        )
    listed = _git(project, "ls-tree", "--name-only", f"{base}:./{_FOLDER}")
    return frozenset(listed.splitlines())


def _git(project: Path, *arguments: str) -> str:
    """What git prints; nothing if it is not there or refuses."""
    try:
        done = subprocess.run(
            ["git", "-C", str(project), *arguments], capture_output=True, text=True
        )
    except FileNotFoundError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
