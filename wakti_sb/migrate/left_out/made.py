"""What a statement makes and what it changes, by its parse tree. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pglast import ast, enums, parser

_Name = tuple[str, ...]  # schema and name, or the name alone; empty if it has none
_Reader = Callable[[Any], Iterable[_Name]]

_RIGHTS = re.compile(r"\b(policy|table|view|function|procedure|grant|revoke|execute)\b", re.I)
_TABLES = {
    enums.ObjectType.OBJECT_TABLE,
    enums.ObjectType.OBJECT_VIEW,
    enums.ObjectType.OBJECT_MATVIEW,
    enums.ObjectType.OBJECT_FOREIGN_TABLE,
}
_ON_A_TABLE = {
    enums.ObjectType.OBJECT_POLICY,
    enums.ObjectType.OBJECT_TRIGGER,
    enums.ObjectType.OBJECT_RULE,
}
_FUNCTIONS = {
    enums.ObjectType.OBJECT_FUNCTION,
    enums.ObjectType.OBJECT_PROCEDURE,
    enums.ObjectType.OBJECT_ROUTINE,
}


@dataclass(frozen=True, slots=True)
class Effect:
    """What is missing if a statement is left out.

    Parameters:
        made: names of what would be there, `schema.name` or `name` as written; a column as
            `table#column`.
        concerns: tables, views and functions, with their schema, that are not as they should be.
        unknown: it is a block of code that may change who reaches what.
    """

    made: tuple[str, ...] = ()
    concerns: tuple[str, ...] = ()
    unknown: bool = False


def effect(sql: str) -> Effect:
    """Of all statements in `sql`, which PostgreSQL's parser has accepted."""
    nodes = [raw.stmt for raw in parser.parse_sql(sql)]
    made = [".".join(name) for node in nodes for name in _read(_MAKES, node)]
    concerns = [_qualified(name) for node in nodes for name in _read(_CHANGES, node)]
    unknown = any(isinstance(node, ast.CallStmt) for node in nodes) or (
        any(isinstance(node, ast.DoStmt) for node in nodes) and _RIGHTS.search(sql) is not None
    )
    return Effect(tuple(dict.fromkeys(made)), tuple(dict.fromkeys(concerns)), unknown)


def _read(readers: Mapping[type, _Reader], node: Any) -> Iterator[_Name]:
    read = readers.get(type(node))
    return (name for name in (read(node) if read is not None else ()) if name)


def _columns_and_constraints(node: Any) -> Iterator[_Name]:
    for command in node.cmds or ():
        if isinstance(command.def_, ast.ColumnDef):
            *schema, table = _of(node.relation)
            yield (*schema, f"{table}#{command.def_.colname}")
        elif isinstance(command.def_, ast.Constraint):
            yield _plain(command.def_.conname)


def _table_and_constraints(node: Any) -> Iterator[_Name]:
    yield _of(node.relation)
    for element in node.tableElts or ():
        if isinstance(element, ast.Constraint):
            yield _plain(element.conname)


def _granted(node: Any) -> Iterator[_Name]:
    for each in node.objects or ():
        if isinstance(each, ast.RangeVar):
            yield _of(each)
        elif isinstance(each, ast.ObjectWithArgs):
            yield _listed(each.objname)


def _dropped(node: Any) -> Iterator[_Name]:
    for each in node.objects or ():
        if node.removeType in _TABLES:
            yield _listed(each)
        elif node.removeType in _ON_A_TABLE:
            yield _listed(each[:-1])
        elif node.removeType in _FUNCTIONS:
            yield _listed(each.objname)


def _relation(node: Any) -> list[_Name]:
    return [_of(node.relation)]


def _of(relation: Any) -> _Name:
    if relation is None:
        return ()
    return tuple(part for part in (relation.schemaname, relation.relname) if part)


def _listed(names: Any) -> _Name:
    return tuple(name.sval for name in names or ())


def _plain(name: str | None) -> _Name:
    return (name,) if name else ()


def _qualified(name: _Name) -> str:
    # Here, because most runs leave nothing out and need not wait for what validates models.
    from wakti_sb.spec import Relation

    *schema, last = name
    return str(Relation.of(schema[-1] if schema else "public", last))


_MAKES: Mapping[type, _Reader] = {
    ast.CreateStmt: _table_and_constraints,
    ast.CreateForeignTableStmt: lambda node: [_of(node.base.relation)],
    ast.ViewStmt: lambda node: [_of(node.view)],
    ast.CreateTableAsStmt: lambda node: [_of(node.into.rel)],
    ast.CreateSeqStmt: lambda node: [_of(node.sequence)],
    ast.CompositeTypeStmt: lambda node: [_of(node.typevar)],
    ast.CreateFunctionStmt: lambda node: [_listed(node.funcname)],
    ast.CreateEnumStmt: lambda node: [_listed(node.typeName)],
    ast.CreateRangeStmt: lambda node: [_listed(node.typeName)],
    ast.CreateDomainStmt: lambda node: [_listed(node.domainname)],
    ast.DefineStmt: lambda node: [_listed(node.defnames)],
    ast.IndexStmt: lambda node: [_plain(node.idxname)],
    ast.CreateTrigStmt: lambda node: [_plain(node.trigname)],
    ast.CreatePolicyStmt: lambda node: [_plain(node.policy_name)],
    ast.CreateSchemaStmt: lambda node: [_plain(node.schemaname)],
    ast.CreateForeignServerStmt: lambda node: [_plain(node.servername)],
    ast.CreateFdwStmt: lambda node: [_plain(node.fdwname)],
    ast.RenameStmt: lambda node: [_plain(node.newname)],
    ast.AlterTableStmt: _columns_and_constraints,
}

# An index, a comment or a row more or less lets nobody in and keeps nobody out.
_CHANGES: Mapping[type, _Reader] = {
    ast.CreateStmt: _relation,
    ast.CreateForeignTableStmt: lambda node: [_of(node.base.relation)],
    ast.AlterTableStmt: _relation,
    ast.CreateTrigStmt: _relation,
    ast.RuleStmt: _relation,
    ast.CreatePolicyStmt: lambda node: [_of(node.table)],
    ast.AlterPolicyStmt: lambda node: [_of(node.table)],
    ast.ViewStmt: lambda node: [_of(node.view)],
    ast.CreateTableAsStmt: lambda node: [_of(node.into.rel)],
    ast.CreateFunctionStmt: lambda node: [_listed(node.funcname)],
    ast.GrantStmt: _granted,
    ast.DropStmt: _dropped,
    ast.RenameStmt: _relation,
    ast.AlterObjectSchemaStmt: _relation,
}
