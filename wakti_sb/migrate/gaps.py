"""Tables that a history changes and no file of it makes: it never ran from empty. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pglast import ast, parser
from pglast.enums.parsenodes import ObjectType

from wakti_sb.migrate.reader import Migration

# Theirs are the platform's or an extension's: no file has to make them.
_GIVEN = frozenset(
    {
        *("auth", "storage", "realtime", "vault", "extensions", "graphql", "graphql_public"),
        *("supabase_functions", "supabase_migrations", "pgmq", "cron", "net", "pg_catalog"),
        *("information_schema",),
    }
)

_RELATIONS = (ObjectType.OBJECT_TABLE, ObjectType.OBJECT_VIEW, ObjectType.OBJECT_MATVIEW)
_ABOUT_A_RELATION = (
    *(ast.AlterTableStmt, ast.CreateTrigStmt, ast.IndexStmt, ast.RenameStmt),
    *(ast.InsertStmt, ast.UpdateStmt, ast.DeleteStmt),
)


@dataclass(frozen=True, slots=True)
class Gap:
    """A statement about a table that nothing before it makes.

    Parameters:
        table: as the statement names it.
        place: file and line.
    """

    table: str
    place: str


def gaps(migrations: Iterable[Migration]) -> Iterator[Gap]:
    """The first such statement for each table, in order."""
    made: set[str] = set()
    bodies = ""  # of blocks and functions: what they make is not looked into
    for migration in migrations:
        for statement in migration.statements:
            for raw in parser.parse_sql(statement.sql):
                node = raw.stmt
                if isinstance(node, ast.DoStmt | ast.CreateFunctionStmt):
                    bodies += statement.sql.lower()
                for relation in _changed(node):
                    name = relation.relname
                    given = relation.schemaname in _GIVEN
                    if given or name in made or name.lower() in bodies:
                        continue
                    made.add(name)  # named once
                    schema = f"{relation.schemaname}." if relation.schemaname else ""
                    yield Gap(f"{schema}{name}", f"{migration.file}:{statement.line}")
                made.update(_makes(node))


def _changed(node: Any) -> Iterator[Any]:
    """The relations that have to be there; not those of `if exists`."""
    if getattr(node, "missing_ok", False):
        return
    if isinstance(node, ast.CreatePolicyStmt | ast.AlterPolicyStmt):
        yield node.table
    elif isinstance(node, _ABOUT_A_RELATION) and node.relation is not None:
        yield node.relation


def _makes(node: Any) -> Iterator[str]:
    """The names of relations that are there from now on."""
    kind = type(node).__name__
    if kind == "CreateStmt":
        yield node.relation.relname
    elif kind == "CreateForeignTableStmt":
        yield node.base.relation.relname
    elif kind == "CreateSeqStmt":
        yield node.sequence.relname
    elif kind == "ViewStmt":
        yield node.view.relname
    elif kind == "CreateTableAsStmt":
        yield node.into.rel.relname
    elif kind == "SelectStmt" and node.intoClause is not None:
        yield node.intoClause.rel.relname
    elif kind == "RenameStmt" and node.renameType in _RELATIONS:
        yield node.newname
    elif kind == "CreateSchemaStmt":
        for each in node.schemaElts or ():
            yield from _makes(each)
