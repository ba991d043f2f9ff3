"""What goes away, and what gets another name."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

from pglast import enums

from wakti_sb.lint.catalog import Catalog, Table
from wakti_sb.lint.replay import functions
from wakti_sb.lint.replay.names import qualified, relation, schema_of, signature
from wakti_sb.lint.tree import ast

_Item = TypeVar("_Item")
_Kind = enums.ObjectType


def apply(node: Any, catalog: Catalog) -> None:
    """Follow a `drop`, a `rename` or a `set schema`."""
    match node:
        case ast.DropStmt():
            _drop(node, catalog)
        case ast.RenameStmt():
            _rename(node, catalog)
        case ast.AlterObjectSchemaStmt():
            _move(node, catalog)


def _drop(node: Any, catalog: Catalog) -> None:
    match node.removeType:
        case _Kind.OBJECT_TABLE:
            for item in node.objects:
                _drop_table(qualified(item), catalog)
        case _Kind.OBJECT_VIEW | _Kind.OBJECT_MATVIEW:
            for item in node.objects:
                catalog.views.pop(qualified(item), None)
        case _Kind.OBJECT_FOREIGN_TABLE:
            for item in node.objects:
                _drop_table(qualified(item), catalog)
        case _Kind.OBJECT_TRIGGER:
            for *table, trigger in node.objects:
                catalog.triggers.pop((qualified(table), trigger.sval), None)
        case _Kind.OBJECT_EXTENSION:
            for item in node.objects:
                catalog.extensions.pop(item.sval, None)
        case _Kind.OBJECT_INDEX:
            for item in node.objects:
                _drop_index(qualified(item), catalog)
        case _Kind.OBJECT_POLICY:
            for *table, policy in node.objects:
                owner = catalog.table(qualified(table))
                if owner is not None:
                    owner.policies.pop(policy.sval, None)
        case _Kind.OBJECT_FUNCTION | _Kind.OBJECT_PROCEDURE | _Kind.OBJECT_ROUTINE:
            functions.drop(node.objects, catalog)
        case _Kind.OBJECT_SCHEMA:
            for item in node.objects:
                _drop_schema(item.sval, catalog)


def _drop_table(name: str, catalog: Catalog) -> None:
    catalog.tables.pop(name, None)
    for key in [key for key in catalog.triggers if key[0] == name]:
        del catalog.triggers[key]
    for table in catalog.tables.values():
        for gone in [key for key in table.foreign_keys.values() if key.target == name]:
            del table.foreign_keys[gone.name]


def _drop_index(name: str, catalog: Catalog) -> None:
    schema, _, index = name.partition(".")
    for table_name, table in catalog.tables.items():
        if schema_of(table_name) == schema:
            table.indexes.pop(index, None)


def _drop_schema(schema: str, catalog: Catalog) -> None:
    for name in [name for name in catalog.tables if schema_of(name) == schema]:
        _drop_table(name, catalog)
    _remove_in(catalog.views, schema)
    _remove_in(catalog.functions, schema)


def _remove_in(things: dict[str, _Item], schema: str) -> None:
    for name in [name for name in things if schema_of(name) == schema]:
        del things[name]


def _rename(node: Any, catalog: Catalog) -> None:
    match node.renameType:
        case _Kind.OBJECT_TABLE:
            name = relation(node.relation)
            _rename_table(catalog, name, f"{schema_of(name)}.{node.newname}")
        case _Kind.OBJECT_VIEW:
            name = relation(node.relation)
            _rekey(catalog.views, name, f"{schema_of(name)}.{node.newname}")
        case _Kind.OBJECT_COLUMN:
            table = catalog.tables.get(relation(node.relation))
            if table is not None:
                _rename_column(table, node.subname, node.newname)
        case _Kind.OBJECT_POLICY:
            table = catalog.table(relation(node.relation))
            if table is not None:
                _rekey(table.policies, node.subname, node.newname)
        case _Kind.OBJECT_TABCONSTRAINT:
            table = catalog.tables.get(relation(node.relation))
            if table is not None:
                _rekey(table.indexes, node.subname, node.newname)
                _rekey(table.foreign_keys, node.subname, node.newname)
        case _Kind.OBJECT_INDEX:
            for table in catalog.tables.values():
                _rekey(table.indexes, node.relation.relname, node.newname)
        case _Kind.OBJECT_FUNCTION | _Kind.OBJECT_PROCEDURE | _Kind.OBJECT_ROUTINE:
            name = qualified(node.object.objname)
            types = signature(node.object.objfuncargs or node.object.objargs)
            new = f"{schema_of(name)}.{node.newname}{types}"
            _rekey(catalog.functions, name + types, new)


def _rename_column(table: Table, old: str, new: str) -> None:
    if old in table.types:
        table.types[new] = table.types.pop(old)
    table.columns = [new if column == old else column for column in table.columns]
    table.indexes = {name: index.renamed(old, new) for name, index in table.indexes.items()}
    table.foreign_keys = {name: key.renamed(old, new) for name, key in table.foreign_keys.items()}


def _move(node: Any, catalog: Catalog) -> None:
    match node.objectType:
        case _Kind.OBJECT_TABLE:
            new = f"{node.newschema}.{node.relation.relname}"
            _rename_table(catalog, relation(node.relation), new)
        case _Kind.OBJECT_VIEW:
            new = f"{node.newschema}.{node.relation.relname}"
            _rekey(catalog.views, relation(node.relation), new)
        case _Kind.OBJECT_FUNCTION | _Kind.OBJECT_PROCEDURE | _Kind.OBJECT_ROUTINE:
            types = signature(node.object.objfuncargs or node.object.objargs)
            new = f"{node.newschema}.{node.object.objname[-1].sval}{types}"
            _rekey(catalog.functions, qualified(node.object.objname) + types, new)


def _rekey(things: dict[str, _Item], old: str, new: str) -> None:
    if old in things:
        things[new] = things.pop(old)


def _rename_table(catalog: Catalog, old: str, new: str) -> None:
    _rekey(catalog.tables, old, new)
    for key in [key for key in catalog.triggers if key[0] == old]:
        moved = catalog.triggers.pop(key)
        catalog.triggers[new, key[1]] = replace(moved, table=new)
    for table in catalog.tables.values():
        for name, foreign in list(table.foreign_keys.items()):
            if foreign.target == old:
                table.foreign_keys[name] = replace(foreign, target=new)
