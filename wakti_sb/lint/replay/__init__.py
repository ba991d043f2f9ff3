"""Migrations replayed on paper: their statements, one after the other, become a catalog.

No database is asked, so the answer is the same on every machine. Only what the rules of lint look
at is followed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pglast import enums, parser

from wakti_sb.lint.catalog import Catalog, Source
from wakti_sb.lint.replay import drops, functions, others, policies, privileges, tables
from wakti_sb.lint.replay.blocks import statements_inside
from wakti_sb.lint.replay.defaults import Defaults
from wakti_sb.lint.tree import ast, parsed
from wakti_sb.migrate import Migration
from wakti_sb.migrate.kinds import Kind

__all__ = ["Defaults", "replay"]


def replay(migrations: Iterable[Migration], defaults: Defaults | None = None) -> Catalog:
    """What a database holds after all of `migrations`, in their order.

    Parameters:
        defaults: what is given on new tables and functions; those of the platform if none are
            named. It is changed by what the migrations say.
    """
    catalog, defaults = Catalog(), defaults or Defaults()
    for migration in migrations:
        codes = [item.code for item in migration.statements if item.kind is not Kind.COMMENT]
        source = Source(migration.file, migration.text)
        for raw, code in zip(parsed(migration.text), codes, strict=True):
            _apply(raw.stmt, source, code, catalog, defaults)
    return catalog


def _apply(node: Any, source: Source, code: int, catalog: Catalog, defaults: Defaults) -> None:
    place = source.place(code)
    match node:
        case ast.DoStmt():
            for inner in statements_inside(node, source):
                for raw in _parsed(inner.text):
                    _apply(raw.stmt, inner, 0, catalog, defaults)
        case ast.CreateStmt() | ast.CreateTableAsStmt() | ast.IndexStmt() | ast.AlterTableStmt():
            tables.apply(node, place, catalog, defaults.tables)
        case ast.CreateForeignTableStmt():
            tables.apply(node.base, place, catalog, defaults.tables, foreign=True)
        case ast.ViewStmt():
            tables.create_view(node, place, catalog, defaults.tables)
        case ast.CreatePolicyStmt() | ast.AlterPolicyStmt():
            policies.apply(node, place, source, catalog)
        case ast.GrantStmt() if node.objtype == enums.ObjectType.OBJECT_TABLE:
            privileges.grant(node, catalog)
        case ast.AlterDefaultPrivilegesStmt():
            privileges.default(node, place, catalog, defaults.tables)
            functions.apply(node, place, catalog, defaults.functions)
        case ast.CreateFunctionStmt() | ast.AlterFunctionStmt() | ast.GrantStmt():
            functions.apply(node, place, catalog, defaults.functions)
        case (
            ast.CreateTrigStmt()
            | ast.CreateExtensionStmt()
            | ast.CreateRoleStmt()
            | ast.AlterRoleStmt()
            | ast.GrantRoleStmt()
            | ast.InsertStmt()
            | ast.UpdateStmt()
        ):
            others.apply(node, place, catalog)
        case ast.DropStmt() | ast.RenameStmt() | ast.AlterObjectSchemaStmt():
            drops.apply(node, catalog)


def _parsed(text: str) -> tuple[ast.RawStmt, ...]:
    try:
        return tuple(parsed(text))
    except parser.ParseError:
        return ()  # PL/pgSQL lets variables stand where plain SQL does not
