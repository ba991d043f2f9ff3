"""The schemas that every contender is given, each also with a hole in it."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from bench._project import ROOT, superuser

_FILES = Path(__file__).parent / "subjects"
_FINDING = re.compile(r"-- finding: (.+)")
_PLATFORM = "wakti_platform"  # a database as a new project has it


@dataclass(frozen=True)
class Fault:
    """A hole, seeded into a sound schema.

    Parameters:
        name: what went wrong.
        object: the table, view or function that has it.
        file: the SQL; its first line names the finding that we must make of it.
    """

    name: str
    object: str
    file: Path


@dataclass(frozen=True)
class Subject:
    """A schema, and what somebody wrote about it for each contender.

    Parameters:
        name: which one.
        schema: the SQL that makes it, in order.
        model: our ownership model of it.
        faults: holes to seed, one at a time.
        holes: objects whose rows can be put under somebody else's parent as it is.
    """

    name: str
    schema: tuple[Path, ...]
    model: Path
    faults: tuple[Fault, ...] = ()
    holes: tuple[str, ...] = ()

    def file(self, name: str) -> Path:
        """Something written for a contender."""
        return self.model if name == "wakti.toml" else _FILES / self.folder / name

    @property
    def folder(self) -> str:
        """Where the files written for it are, among the subjects."""
        return self.name.replace(" ", "_")


def subjects() -> tuple[Subject, ...]:
    """All of them."""
    notes = ROOT / "tests" / "examples" / "notes"
    first = _FILES / "first_release"
    return (
        Subject(
            "backend",
            tuple(sorted((ROOT / "supabase" / "migrations").glob("*.sql"))),
            ROOT / "wakti.toml",
            _faults(_FILES / "backend" / "faults"),
        ),
        Subject(
            "notes",
            tuple(sorted((notes / "supabase" / "migrations").glob("*.sql"))),
            notes / "wakti.toml",
            _faults(notes / "faults"),
        ),
        Subject(
            "first release",
            (ROOT / "tests" / "adopt" / "first_release.sql",),
            first / "wakti.toml",
            holes=(
                "project_backends",
                "project_collections",
                "project_collection_schemas",
                "project_form_submissions",
                "project_uploads",
                "project_site_users",
            ),
        ),
    )


def _faults(folder: Path) -> tuple[Fault, ...]:
    return tuple(_fault(file) for file in sorted(folder.glob("*.sql")))


def _fault(file: Path) -> Fault:
    found = _FINDING.match(file.read_text(encoding="utf-8"))
    assert found is not None, f"{file} does not say what it must lead to"
    named = found[1].removeprefix("public.")
    return Fault(file.stem.replace("_", " "), re.split(r"[:(]", named)[0], file)


class Server:
    """Databases on a stack's server: copies, so that no contender sees another's rows."""

    def __init__(self, db_url: str) -> None:
        self._url = db_url
        self._server = f"{superuser(db_url).rsplit('/', 1)[0]}/template1"

    @contextmanager
    def database(self, template: str = _PLATFORM, files: Sequence[Path] = ()) -> Iterator[str]:
        """The name of a copy with further SQL applied, dropped in the end."""
        name = f"bench_{secrets.token_hex(6)}"
        with psycopg.connect(self._server, autocommit=True) as connection:
            connection.execute(
                sql.SQL("create database {} template {} owner postgres").format(
                    sql.Identifier(name), sql.Identifier(template)
                )
            )
            try:
                for file in files:
                    with psycopg.connect(self.url(name)) as filled:
                        filled.execute(file.read_bytes())
                yield name
            finally:
                connection.execute(
                    sql.SQL("drop database {} with (force)").format(sql.Identifier(name))
                )

    def url(self, name: str) -> str:
        """A database's address, as postgres."""
        return f"{self._url.rsplit('/', 1)[0]}/{name}"
