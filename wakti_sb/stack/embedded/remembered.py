"""What the database of a stack does without, remembered beside it; and errors that suggest it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wakti_sb.errors import MigrationError
from wakti_sb.events import LeftOut
from wakti_sb.stack.embedded.server import PLATFORM_DATABASE, Server

if TYPE_CHECKING:
    from wakti_sb.migrate import Migration, StatementFailed
    from wakti_sb.migrate.left_out import Wanted

_FILE = "without.json"  # in the state folder
_ELSEWHERE = (
    "Or have it: WAKTI_POSTGRES names a PostgreSQL with the extension, --db-url a database."
)


@dataclass(frozen=True)
class Remembered:
    """What a database does without.

    Parameters:
        extensions: their names.
        left_out: the statements that need them.
    """

    extensions: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


def read(state: Path) -> Remembered:
    """What is remembered in a state folder; nothing if the file is damaged or not there."""
    try:
        data = json.loads((state / _FILE).read_text("utf-8"))
        left_out = tuple(_left_out(one) for one in data["left_out"])
        return Remembered(tuple(map(str, data["extensions"])), left_out)
    except (OSError, ValueError, TypeError, KeyError):
        return Remembered()


def remember(state: Path, remembered: Remembered) -> None:
    """Keep it, all or nothing."""
    new = (state / _FILE).with_suffix(".new")
    new.write_text(json.dumps(asdict(remembered), indent=2), "utf-8")
    new.replace(state / _FILE)


def explained(
    error: StatementFailed,
    files: Sequence[Migration],
    server: Server,
    without: Sequence[str],
    database: str,
) -> MigrationError:
    """The same error, with `--without` where an extension is what is missing.

    Parameters:
        without: the extensions that the database does without already.
        database: its name.
    """
    from wakti_sb.migrate.left_out import STAND_INS, missing_from, provider, wanted

    missing = missing_from(error.sqlstate, error.message)
    if missing is None:
        return error
    available = _available(server)
    place = f"{error.file}:{error.line}:{error.column}"
    if missing.kind == "extension" and error.sqlstate == "0A000":
        options = " ".join(f"--without {each}" for each in dict.fromkeys((*without, missing.name)))
        return MigrationError(
            f"the extension {missing.name} is not available on the embedded stack",
            place=place,
            remedy=f"Go on without the statements that need it: {options}\n  {_ELSEWHERE}",
        )
    name = provider(missing) or provider(missing, lacking(files, server, without))
    if name is None:
        return _never_from_empty(error, files)
    made = name in available and (
        _is_made(name, server, database)
        or any(one.name == name and _is_before(one, error, files) for one in wanted(files))
    )
    if made and name not in STAND_INS:
        return _never_from_empty(error, files)
    if made:
        remedy = (
            f"The embedded stack's own {name} has not all of the original. Go on without it:"
            f" --without {name}\n  {_ELSEWHERE}"
        )
    elif name in available:
        remedy = f"It may come with the extension {name}: add `create extension {name}` before it."
    else:
        remedy = (
            f"It may come with the extension {name}, which is not available on the embedded stack."
            f" Go on without the statements that need it: --without {name}\n  {_ELSEWHERE}"
        )
    return MigrationError(error.cause, place=place, remedy=remedy)


def _never_from_empty(error: StatementFailed, files: Sequence[Migration]) -> MigrationError:
    """The same error, with every table that the history changes and does not make."""
    from wakti_sb.migrate.gaps import gaps

    found = list(gaps(files))
    place = f"{error.file}:{error.line}"
    here = next((gap for gap in found if gap.place == place), None)
    if here is None:
        return error
    others = [gap for gap in found if gap is not here]
    also = "".join(f"\n  {gap.place}: neither is {gap.table}" for gap in others)
    return MigrationError(
        f"{here.table} is changed here and made in no file before: this history never ran from"
        f" empty{also}",
        place=f"{place}:{error.column}",
        remedy="Put what was there first into a file that sorts before the others, as"
        " `supabase db dump --db-url …` writes it.\n"
        "  Or work on a database that has it: --db-url.",
    )


def lacking(files: Sequence[Migration], server: Server, without: Sequence[str]) -> tuple[str, ...]:
    """The extensions that files name, that are not there, and that nobody said to do without.

    A dump names every one that its project had. What needs one is refused when it comes.
    """
    from wakti_sb.migrate.left_out import wanted

    named = dict.fromkeys(one.name for one in wanted(files))
    available = _available(server) if named else set()
    return tuple(name for name in named if name not in available and name not in without)


def needless(extensions: Iterable[str], left_out: Iterable[LeftOut]) -> list[str]:
    """The extensions that no statement had to be left out for. Pure."""
    needed = {one.extension for one in left_out}
    return [name for name in extensions if name not in needed]


def _available(server: Server) -> set[str]:
    with server.connect(database=PLATFORM_DATABASE) as connection:
        rows = connection.execute("select name from pg_available_extensions").fetchall()
    return {str(row[0]) for row in rows}


def _is_made(name: str, server: Server, database: str) -> bool:
    with server.connect(database=database) as connection:
        rows = connection.execute("select extname from pg_extension").fetchall()
    return (name,) in rows


def _is_before(one: Wanted, error: StatementFailed, files: Sequence[Migration]) -> bool:
    """Whether an extension was asked for before what failed; what the file did is undone."""
    names = [file.file for file in files]
    if one.file == error.file:
        return one.line < error.line
    return names.index(one.file) < names.index(error.file)


def _left_out(data: dict[str, Any]) -> LeftOut:
    lists = {name: tuple(map(str, data[name])) for name in ("made", "concerns")}
    return LeftOut(**(data | lists))
