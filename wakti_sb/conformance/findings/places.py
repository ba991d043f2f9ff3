"""Where policies, tables, views and functions are written in a project's migrations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pglast
from pglast import ast

from ...migrate.position import locate
from ...spec import Relation
from ..model import OBJECTS, Finding, SubjectKind

_MIGRATIONS = Path("supabase") / "migrations"
# What the parser counts to a statement although it stands before it: space and comments.
_BEFORE = re.compile(r"(?:\s+|--[^\n]*|/\*.*?\*/)*", re.DOTALL)


@dataclass(frozen=True)
class Place:
    """A line of a file; the file as the project calls it."""

    file: str
    line: int


NOWHERE: Mapping[tuple[str, str], Place] = MappingProxyType({})


def policy_lines(project: Path) -> dict[tuple[str, str], Place]:
    """The last place of each object, and of each policy, by the object's name and the policy's.

    A file that PostgreSQL's parser cannot read tells nothing.
    """
    found: dict[tuple[str, str], Place] = {}
    for file in sorted((project / _MIGRATIONS).glob("*.sql")):
        text = file.read_text(encoding="utf-8", errors="replace")
        name = (_MIGRATIONS / file.name).as_posix()
        for key, line in _named(text):
            found[key] = Place(name, line)
    return found


def place_of(finding: Finding, places: Mapping[tuple[str, str], Place]) -> Place | None:
    """Where what decided is written: the first policy that it names, else the object."""
    name = _unquoted(finding.table.partition("(")[0])
    if finding.subject.kind is SubjectKind.BUCKET:
        name = str(OBJECTS)
    named = (places.get((name, policy)) for policy in finding.policy.split(", ") if policy)
    return next(filter(None, named), None) or places.get((name, ""))


def _unquoted(name: str) -> str:
    """As the parser tells it, without quotes; a channel's name is none of a relation."""
    try:
        relation = Relation(name)
    except ValueError:
        return name
    return f"{relation.schema}.{relation.name}"


def _named(text: str) -> Iterator[tuple[tuple[str, str], int]]:
    try:
        statements = pglast.parse_sql(text)
    except pglast.parser.ParseError:
        return
    for each in statements or ():
        key = _key(each.stmt)
        before = _BEFORE.match(text, each.stmt_location or 0)
        if key is not None and before is not None:
            yield key, locate(text, before.end()).line


def _key(statement: Any) -> tuple[str, str] | None:
    match statement:
        case ast.CreatePolicyStmt() | ast.AlterPolicyStmt():
            return _relation(statement.table), statement.policy_name or ""
        case ast.CreateStmt():
            return _relation(statement.relation), ""
        case ast.ViewStmt():
            return _relation(statement.view), ""
        case ast.CreateFunctionStmt():
            names = [str(part.sval) for part in statement.funcname or ()]
            return ".".join(names if len(names) > 1 else ["public", *names]), ""
        case _:
            return None


def _relation(relation: Any) -> str:
    return f"{relation.schemaname or 'public'}.{relation.relname}"
