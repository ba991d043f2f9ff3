"""Read a folder of migrations, in the order in which they apply."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from wakti_sb.errors import MigrationError
from wakti_sb.migrate.errors import StatementFailed
from wakti_sb.migrate.events import FileSkipped, OnEvent, log_event
from wakti_sb.migrate.kinds import CONTROLS, Kind, begins, ends
from wakti_sb.migrate.statements import Statement, split

_NAME = re.compile(r"([0-9]+)_(.*)\.sql")
# Old versions of the official CLI wrote such a first file for a schema that was there already;
# today's never applies it, so neither may we.
_OLD_INIT = re.compile(r"([0-9]{14})_init\.sql")
_OLD_INIT_BEFORE = 20211209000000
# The official CLI's way to say that a file must not be one transaction.
_NO_TRANSACTION = "-- pg-delta: transaction=false"


@dataclass(frozen=True, slots=True)
class Migration:
    """A migration file.

    Parameters:
        version: the digits its name begins with.
        file: its path, as it is shown.
        text: what it holds, without a byte order mark.
        statements: its text, cut by PostgreSQL's parser.
        no_transaction: it asks to be run statement by statement.
    """

    version: str
    name: str
    file: str
    text: str
    statements: tuple[Statement, ...]
    no_transaction: bool = False

    @property
    def sql(self) -> list[str]:
        """The statements as the history stores them."""
        return [statement.sql for statement in self.statements]


def read(
    folder: Path, *, on_event: OnEvent = log_event, base: Path | None = None
) -> tuple[Migration, ...]:
    """The migrations in `folder`, in the order in which they apply.

    The order is that of the official CLI: by version, compared as text. A file whose name is
    not `<digits>_<name>.sql` is skipped with an event.

    Parameters:
        base: files below it are called by their path from there, others by their whole path.

    Raise MigrationError if the folder or a file cannot be read or files share a version,
    StatementFailed if the parser finds a syntax error.
    """
    found = sorted(_files(folder, base, on_event), key=lambda item: item[0])
    _require_different([(version, path.name) for version, _, path in found], _called(folder, base))
    return tuple(
        read_file(version, name, path, _called(path, base)) for version, name, path in found
    )


def read_file(version: str, name: str, path: Path, called: str) -> Migration:
    """A file as a migration; `called` is what messages call it."""
    text = _text(path, called)
    statements = split(text, called)
    first = text.split("\n", 1)[0].rstrip("\r")
    return Migration(version, name, called, text, statements, first == _NO_TRANSACTION)


def _require_different(files: Sequence[tuple[str, str]], place: str) -> None:
    """Raise MigrationError, with all of them, if files share a version."""
    by_version: dict[str, list[str]] = {}
    for version, name in files:
        by_version.setdefault(version, []).append(name)
    shared = {version: names for version, names in by_version.items() if len(names) > 1}
    if not shared:
        return
    told = [f"{_listed(names)} have the same version {v}" for v, names in shared.items()]
    raise MigrationError(
        ";\n  ".join(told),
        place=place,
        remedy="The history holds each version once. Rename all but one of them, keeping the order"
        " in which they should run; a name that sorts right behind is the version with a digit"
        " more. Where one is applied already, rename the others. `supabase migration list` shows"
        " which are.",
    )


def _listed(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _called(path: Path, base: Path | None) -> str:
    return str(path.relative_to(base) if base is not None and path.is_relative_to(base) else path)


def _files(folder: Path, base: Path | None, on_event: OnEvent) -> Iterator[tuple[str, str, Path]]:
    try:
        paths = sorted(path for path in folder.iterdir() if not path.is_dir())
    except OSError as error:
        raise MigrationError(
            f"the migrations cannot be read: {(error.strerror or str(error)).lower()}",
            place=_called(folder, base),
            remedy="`wakti-sb generate` writes them; or name another folder.",
        ) from error
    for number, path in enumerate(path for path in paths if not path.name.startswith(".")):
        old = _OLD_INIT.fullmatch(path.name) if number == 0 else None
        match = _NAME.fullmatch(path.name)
        if old and int(old[1]) < _OLD_INIT_BEFORE:
            reason = "a first file called init is never applied; give it another name"
            on_event(FileSkipped(_called(path, base), reason))
        elif match is None:
            on_event(FileSkipped(_called(path, base), "the name is not <digits>_<name>.sql"))
        else:
            yield match[1], match[2], path


def _text(path: Path, called: str) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise MigrationError(
            f"cannot be read: {(error.strerror or str(error)).lower()}", place=called
        ) from error
    remedy = "Save it as UTF-8."
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise MigrationError("is UTF-16", place=called, remedy=remedy)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise MigrationError("is not UTF-8", place=f"{called}:{line}", remedy=remedy) from error
    if "\0" in text:
        # The parser would take it for the end of the file and lose what follows.
        line = text.count("\n", 0, text.index("\0")) + 1
        raise MigrationError("holds a NUL character", place=f"{called}:{line}")
    return text


@dataclass(frozen=True, slots=True)
class Block:
    """Statements that run together: in one transaction, or (a single one) in none."""

    statements: tuple[Statement, ...]
    transaction: bool


def blocks(migration: Migration) -> tuple[Block, ...]:
    """How the file has to be run. The last block is a transaction: the history row is in it.

    One transaction where that is possible. Statements that the server refuses inside one stand
    alone, what is before and after them stays together. A file that begins and ends
    transactions of its own is run as it is written — unless all of it is one `begin … commit`,
    which ours replaces.
    """
    run = [item for item in migration.statements if item.kind is not Kind.COMMENT]
    if [run[0].kind, run[-1].kind] == [Kind.BEGIN, Kind.COMMIT] if run else False:
        inner = run[1:-1]
        if all(item.kind is Kind.ORDINARY for item in inner) and not migration.no_transaction:
            return (Block(tuple(inner), transaction=True),)
    if migration.no_transaction or any(item.kind in CONTROLS for item in run):
        return (*(Block((item,), transaction=False) for item in run), Block((), transaction=True))
    result: list[Block] = []
    together: list[Statement] = []
    for item in run:
        if item.kind is Kind.ALONE:
            if together:
                result.append(Block(tuple(together), transaction=True))
            result.append(Block((item,), transaction=False))
            together = []
        else:
            together.append(item)
    return (*result, Block(tuple(together), transaction=True))


def require_ends(migrations: Iterable[Migration]) -> None:
    """Raise StatementFailed if a file begins a transaction and does not end it."""
    for migration in migrations:
        opened: Statement | None = None
        for statement in migration.statements:
            if ends(statement.kind):
                opened = None
            elif begins(statement.kind) and opened is None:
                opened = statement
        if opened is not None:
            raise StatementFailed(
                "this begins a transaction that the file never ends",
                file=migration.file,
                text=migration.text,
                offset=opened.code,
                remedy="Add the `commit`. Nothing was run.",
            )
