"""Compare the files with the history: what is pending, and what must not be gone over."""

from __future__ import annotations

from collections.abc import Sequence

from wakti_sb.migrate.errors import HistoryConflict
from wakti_sb.migrate.history import Applied
from wakti_sb.migrate.reader import Migration
from wakti_sb.migrate.results import Entry, State, Status
from wakti_sb.migrate.statements import words


def compare(migrations: Sequence[Migration], history: Sequence[Applied], database: str) -> Status:
    """The state of every version that is on disk or in the history."""
    applied = {row.version: row for row in history}
    newest = max(applied, default="")
    entries = []
    for migration in migrations:
        row = applied.pop(migration.version, None)
        state: State
        if row is None:
            state = "out of order" if migration.version < newest else "pending"
        else:
            state = "applied" if same(migration, row.statements) else "changed"
        entries.append(Entry(migration.version, migration.name, migration.file, state))
    gone = [Entry(row.version, row.name, None, "file missing") for row in applied.values()]
    return Status(database, tuple(sorted([*entries, *gone], key=lambda entry: entry.version)))


def pending(
    migrations: Sequence[Migration], status: Status, *, include_all: bool
) -> tuple[Migration, ...]:
    """The migrations to apply, in order.

    Raise HistoryConflict if an applied file is gone or changed, or if a file is older than the
    newest applied one and `include_all` does not allow that.
    """
    if missing := status.of("file missing"):
        versions = tuple(entry.version for entry in missing)
        raise HistoryConflict(
            f"the database holds {_versions(versions)}, and there is no such file",
            versions=versions,
            place=status.database,
            remedy="Get the missing files (is the checkout up to date?). If they were given up"
            f" on purpose: `{_repair('reverted', versions)}`.",
        )
    if changed := status.of("changed"):
        first = changed[0]
        versions = tuple(entry.version for entry in changed)
        others = f"; so were {', '.join(versions[1:])}" if versions[1:] else ""
        raise HistoryConflict(
            f"the file was changed after it was applied{others}",
            versions=versions,
            place=str(first.file),
            remedy="Undo the change and write it as a new migration; `wakti-sb reset` makes a local"
            " stack anew. If the database already is as the file says:"
            f" `{_repair('applied', versions)}`.",
        )
    late = status.of("out of order")
    if late and not include_all:
        newest = max(entry.version for entry in status.of("applied"))
        versions = tuple(entry.version for entry in late)
        raise HistoryConflict(
            f"older than {newest}, the newest that is applied, and not applied itself",
            versions=versions,
            place=", ".join(str(entry.file) for entry in late),
            remedy="Give it a newer version, or apply it now with --include-all.",
        )
    wanted = {entry.version for entry in status.pending}
    return tuple(migration for migration in migrations if migration.version in wanted)


def same(migration: Migration, statements: Sequence[str] | None) -> bool:
    """Whether the history's statements say what the file says.

    White space, comments, line ends and the case of keywords do not count, nor where the text
    was cut: other tools store a whole file as one statement. A row without statements says
    nothing, so it does not contradict.
    """
    if statements is None or list(statements) == migration.sql:
        return True
    stored = words("\n;\n".join(statements))
    return stored is not None and stored == words(migration.text)


def _repair(state: str, versions: Sequence[str]) -> str:
    return " ".join(["wakti-sb migrate", *(f"--repair {state} {version}" for version in versions)])


def _versions(versions: Sequence[str]) -> str:
    return f"version{'s' if len(versions) > 1 else ''} {', '.join(versions)}"
