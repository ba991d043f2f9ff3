"""Which files are tests, and which prepare the database for those behind them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pglast import ast, parser

from wakti_sb.errors import UsageError
from wakti_sb.migrate.kinds import Kind, begins, ends, kind_of

FOLDER = Path("supabase") / "tests"
_SUFFIXES = (".sql", ".pg")
_PSQL = re.compile(r"^\\.*$", re.MULTILINE)  # a command of psql, on a line of its own
_READS = (ast.SelectStmt, ast.VariableSetStmt, ast.VariableShowStmt, ast.TransactionStmt)


@dataclass(frozen=True, slots=True)
class TestFile:
    """A file of tests.

    Parameters:
        name: what it is called: its path in the project.
        prepares: it leaves something in the database (helpers, people), for the files behind it.
    """

    __test__ = False  # not one of pytest's

    path: Path
    name: str
    prepares: bool


def find(project: Path, chosen: Sequence[Path]) -> tuple[TestFile, ...]:
    """The files that were chosen, in folders too; all of `supabase/tests` if none was.

    Those that prepare the database come along whatever was chosen, for the others need them.

    Raise UsageError if there is none.
    """
    folder = project / FOLDER
    all_files = _below(folder)
    wanted: set[Path] = set()
    for one in chosen or [folder]:
        found = _below(one) if one.is_dir() else [one] if one.is_file() else []
        if not found:
            raise UsageError(
                "there are no tests here.",
                place=str(one),
                remedy="A test is a file *.sql below supabase/tests, written with pgTAP:"
                " `select plan(1); select ok(true); select * from finish();`",
            )
        wanted |= {file.resolve() for file in found}
    tests = []
    for file in sorted({*all_files, *wanted}, key=lambda file: str(file)):
        prepares = _leaves_something(file)
        if file in wanted or prepares:
            tests.append(TestFile(file, _called(file, project), prepares))
    return tuple(tests)


def _below(folder: Path) -> list[Path]:
    found = folder.rglob("*") if folder.is_dir() else ()
    return [file.resolve() for file in found if file.suffix in _SUFFIXES and file.is_file()]


def _called(file: Path, project: Path) -> str:
    base = project.resolve()
    return str(file.relative_to(base) if file.is_relative_to(base) else file)


def _leaves_something(file: Path) -> bool:
    """Whether a statement of it that may change something stands outside `begin … rollback`.

    What PostgreSQL's parser does not read is left to psql, which will say what is wrong with it.
    """
    text = _PSQL.sub("", file.read_text("utf-8", errors="replace"))
    try:
        nodes = [raw.stmt for raw in parser.parse_sql(text)]
    except parser.ParseError:
        return False
    opened, pending = False, False
    for node in nodes:
        kind = kind_of(node)
        if begins(kind):
            opened, pending = True, False
        elif ends(kind):
            if kind is Kind.COMMIT and pending:
                return True
            opened = False
        elif not isinstance(node, _READS) and not _is_pgtap(node):
            if not opened:
                return True
            pending = True
    return False


def _is_pgtap(node: object) -> bool:
    """Every file may ask for the extension itself."""
    return isinstance(node, ast.CreateExtensionStmt) and node.extname == "pgtap"
