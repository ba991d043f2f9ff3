"""Which columns a policy looks rows up by, and whether an index serves them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pglast import enums

from wakti_sb.lint.catalog import Catalog, Table
from wakti_sb.lint.replay.names import relation
from wakti_sb.lint.tree import ast, walk

_Column = tuple[str, str]  # table, column
_SERVED: frozenset[_Column] = frozenset()


@dataclass(frozen=True)
class _Scope:
    """Tables that a query reads, by the name it gives them."""

    tables: dict[str, str]
    catalog: Catalog

    def column(self, node: Any) -> _Column | None:
        """The column of one of these tables that `node` is; None for anything else."""
        if not isinstance(node, ast.ColumnRef):
            return None
        names = [part.sval for part in node.fields if isinstance(part, ast.String)]
        if len(names) != len(node.fields):
            return None  # a star
        if len(names) == 1:
            owners = [
                table
                for table in self.tables.values()
                if names[0] in self.catalog.tables.get(table, _NO_TABLE).columns
            ]
            return (owners[0], names[0]) if len(owners) == 1 else None
        table = self.tables.get(names[-2])
        return (table, names[-1]) if table is not None else None


_NO_TABLE = Table(place=None)  # type: ignore[arg-type]  # only ever asked for its columns


def unserved(condition: Any, table: str | None, catalog: Catalog) -> Iterator[tuple[_Column, ...]]:
    """Groups of columns that rows are looked up by without an index; one column of each will do.

    Parameters:
        condition: of a policy.
        table: the policy's own, if the condition chooses among its rows.
    """
    if table is not None:
        yield from _groups(condition, _Scope({table.split(".")[1]: table}, catalog))
    for node in walk(condition):
        if isinstance(node, ast.SelectStmt) and node.whereClause is not None:
            yield from _groups(node.whereClause, _Scope(_tables_of(node), catalog))


def _tables_of(select: Any) -> dict[str, str]:
    return {
        node.alias.aliasname if node.alias else node.relname: relation(node)
        for node in _from(select.fromClause)
    }


def _from(node: Any) -> Iterator[Any]:
    match node:
        case tuple():
            for item in node:
                yield from _from(item)
        case ast.JoinExpr():
            yield from _from((node.larg, node.rarg))
        case ast.RangeVar():
            yield node


def _groups(condition: Any, scope: _Scope) -> Iterator[tuple[_Column, ...]]:
    found = _lookup(condition, scope)
    if found:
        yield tuple(sorted(found))


def _lookup(node: Any, scope: _Scope) -> frozenset[_Column] | None:
    """What rows are looked up by: None if nothing, empty if an index serves it."""
    match node:
        case ast.BoolExpr() if node.boolop == enums.BoolExprType.AND_EXPR:
            parts = [part for arg in node.args if (part := _lookup(arg, scope)) is not None]
            # One index is enough; what the other columns say is checked on the rows it finds.
            return _SERVED if _SERVED in parts else _SERVED.union(*parts) if parts else None
        case ast.BoolExpr() if node.boolop == enums.BoolExprType.OR_EXPR:
            parts = [part for arg in node.args if (part := _lookup(arg, scope)) is not None]
            return _SERVED.union(*parts) if parts else None
        case ast.A_Expr() if _compares_equal(node):
            return _served({*_candidates(node.lexpr, node.rexpr, scope)}, scope.catalog)
        case ast.SubLink() if node.subLinkType == enums.SubLinkType.ANY_SUBLINK:
            column = scope.column(node.testexpr)
            return _served({column} if column else set(), scope.catalog)
    return None


def _compares_equal(node: Any) -> bool:
    kinds = enums.A_Expr_Kind
    return (
        node.kind in (kinds.AEXPR_OP, kinds.AEXPR_OP_ANY)
        and node.name[-1].sval == "="
        and not isinstance(node.rexpr, ast.A_Const)
        and not isinstance(node.lexpr, ast.A_Const)
    )


def _candidates(left: Any, right: Any, scope: _Scope) -> Iterator[_Column]:
    columns = scope.column(left), scope.column(right)
    if columns[0] and columns[1] and columns[0][0] == columns[1][0]:
        return  # two columns of one row
    for column in columns:
        if column is not None:
            yield column


def _served(columns: set[_Column], catalog: Catalog) -> frozenset[_Column] | None:
    known = {column for column in columns if column[0] in catalog.tables}
    if not known:
        return None
    return _SERVED if any(_has_index(*column, catalog) for column in known) else frozenset(known)


def _has_index(table: str, column: str, catalog: Catalog) -> bool:
    return any(
        index.columns[0] == column and not index.partial and index.only_filled <= {column}
        for index in catalog.tables[table].indexes.values()
    )
