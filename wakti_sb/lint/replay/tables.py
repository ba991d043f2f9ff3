"""Tables, views, keys and indexes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pglast import enums
from pglast.stream import RawStream

from wakti_sb.lint.catalog import Catalog, ForeignKey, Index, Table, View
from wakti_sb.lint.finding import Place
from wakti_sb.lint.replay.names import relation, strings, truth
from wakti_sb.lint.replay.privileges import TableDefaults
from wakti_sb.lint.tree import ast

_TEMPORARY = "t"


def apply(
    node: Any, place: Place, catalog: Catalog, defaults: TableDefaults, *, foreign: bool = False
) -> None:
    """Follow a statement about a table."""
    match node:
        case ast.CreateStmt() if node.relation.relpersistence != _TEMPORARY:
            _create(node, place, catalog, defaults, foreign)
        case ast.CreateTableAsStmt() if node.into.rel.relpersistence != _TEMPORARY:
            name = relation(node.into.rel)
            given = defaults.privileges(name)
            if node.objtype == enums.ObjectType.OBJECT_TABLE:
                catalog.tables.setdefault(name, Table(place, privileges=given))
            elif name not in catalog.views:
                catalog.views[name] = View(
                    place, False, node.query, materialized=True, privileges=given
                )
        case ast.IndexStmt():
            table = catalog.tables.get(relation(node.relation))
            if table is not None:
                _add_index(table, _index(node, place))
        case ast.AlterTableStmt():
            _alter(node, place, catalog)


def create_view(node: Any, place: Place, catalog: Catalog, defaults: TableDefaults) -> None:
    """Follow a `create view`; one that is replaced keeps its privileges."""
    if node.view.relpersistence != _TEMPORARY:
        name = relation(node.view)
        before = catalog.views.get(name)
        given = before.privileges if before else defaults.privileges(name)
        catalog.views[name] = View(place, _invoker(node.options), node.query, privileges=given)


def _create(
    node: Any, place: Place, catalog: Catalog, defaults: TableDefaults, foreign: bool
) -> None:
    name = relation(node.relation)
    if name in catalog.tables:
        return  # `if not exists`
    table = Table(
        place,
        partition=node.partbound is not None,
        privileges=defaults.privileges(name),
        foreign=foreign,
    )
    catalog.tables[name] = table
    for element in node.tableElts or ():
        match element:
            case ast.ColumnDef():
                _add_column(table, node.relation.relname, element, place)
            case ast.Constraint():
                _add_constraint(table, node.relation.relname, element, (), place)
            case ast.TableLikeClause():
                _like(table, catalog.tables.get(relation(element.relation)), element.options)


def _like(table: Table, model: Table | None, options: int) -> None:
    if model is None:
        return
    table.columns.extend(model.columns)
    table.types.update(model.types)
    if options & enums.TableLikeOption.CREATE_TABLE_LIKE_INDEXES:
        table.indexes.update(model.indexes)


def _add_column(table: Table, owner: str, column: Any, place: Place) -> None:
    if column.colname not in table.columns:
        table.columns.append(column.colname)
        table.types[column.colname] = strings(column.typeName.names)[-1] if column.typeName else ""
        for constraint in column.constraints or ():
            _add_constraint(table, owner, constraint, (column.colname,), place)


def _add_constraint(
    table: Table, owner: str, node: Any, column: tuple[str, ...], place: Place
) -> None:
    kinds = enums.ConstrType
    if node.contype == kinds.CONSTR_FOREIGN:
        columns = strings(node.fk_attrs) or column
        name = node.conname or f"{owner}_{'_'.join(columns)}_fkey"
        table.foreign_keys[name] = ForeignKey(
            name, columns, relation(node.pktable), place, strings(node.pk_attrs)
        )
    elif node.contype in (kinds.CONSTR_PRIMARY, kinds.CONSTR_UNIQUE):
        if node.indexname:  # the index is there already, and gets the constraint's name
            known = table.indexes.pop(node.indexname, None)
            if known is not None:
                primary = node.contype == kinds.CONSTR_PRIMARY
                name = node.conname or known.name
                _add_index(table, replace(known, name=name, primary=primary))
            return
        columns = strings(node.keys) or column
        primary = node.contype == kinds.CONSTR_PRIMARY
        default = f"{owner}_pkey" if primary else f"{owner}_{'_'.join(columns)}_key"
        shape = " ".join(("True", "btree", *columns))
        index = Index(node.conname or default, columns, unique=True, primary=primary, shape=shape)
        _add_index(table, replace(index, place=place))


def _add_index(table: Table, index: Index) -> None:
    table.indexes.setdefault(index.name, index)


def _index(node: Any, place: Place) -> Index:
    columns = tuple(element.name for element in node.indexParams)
    named = "_".join(column or "expr" for column in columns)
    filled = _filled(node.whereClause)
    return Index(
        node.idxname or f"{node.relation.relname}_{named}_idx",
        columns,
        only_filled=filled or frozenset(),
        partial=filled is None,
        unique=node.unique,
        shape=_shape(node),
        place=place,
    )


def _shape(node: Any) -> str:
    parts = (node.indexParams, node.indexIncludingParams, node.whereClause, node.options)
    written = [
        RawStream()(each)
        for part in parts
        for each in (part if isinstance(part, tuple) else (part,))
        if each is not None
    ]
    return " ".join([str(node.unique), node.accessMethod, *written])


def _filled(condition: Any) -> frozenset[str] | None:
    """The columns that a condition asks to be not null; None if it asks for anything else."""
    match condition:
        case None:
            return frozenset()
        case ast.NullTest(arg=ast.ColumnRef(fields=(*_, ast.String(sval=column)))) if (
            condition.nulltesttype == enums.NullTestType.IS_NOT_NULL
        ):
            return frozenset({column})
        case ast.BoolExpr() if condition.boolop == enums.BoolExprType.AND_EXPR:
            parts = [_filled(part) for part in condition.args]
            found = [part for part in parts if part is not None]
            return frozenset().union(*found) if len(found) == len(parts) else None
    return None


def _alter(node: Any, place: Place, catalog: Catalog) -> None:
    name = relation(node.relation)
    table, view = catalog.tables.get(name), catalog.views.get(name)
    for command in node.cmds:
        if table is not None:
            _alter_table(table, node.relation.relname, command, place)
        elif view is not None and command.subtype == enums.AlterTableType.AT_SetRelOptions:
            view.security_invoker = _invoker(command.def_, before=view.security_invoker)


def _alter_table(table: Table, owner: str, command: Any, place: Place) -> None:
    types = enums.AlterTableType
    match command.subtype:
        case types.AT_EnableRowSecurity:
            table.row_security = True
        case types.AT_DisableRowSecurity:
            table.row_security = False
        case types.AT_AddColumn:
            _add_column(table, owner, command.def_, place)
        case types.AT_DropColumn:
            _drop_column(table, command.name)
        case types.AT_AddConstraint:
            _add_constraint(table, owner, command.def_, (), place)
        case types.AT_DropConstraint:
            table.foreign_keys.pop(command.name, None)
            table.indexes.pop(command.name, None)
        case types.AT_AttachPartition:
            pass  # the partition keeps what it has


def _drop_column(table: Table, column: str) -> None:
    if column in table.columns:
        table.columns.remove(column)
        table.types.pop(column, None)
    for name, index in list(table.indexes.items()):
        if column in index.columns:
            del table.indexes[name]
    for name, key in list(table.foreign_keys.items()):
        if column in key.columns:
            del table.foreign_keys[name]


def _invoker(options: Sequence[Any] | None, *, before: bool = False) -> bool:
    for option in options or ():
        if option.defname == "security_invoker":
            return truth(option.arg)
    return before
