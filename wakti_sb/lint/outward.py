"""Names in a subquery that none of its own tables has, so that they mean the query around it.

`delete from t where t.id in (select id from jsonb_array_elements_text(list) as id)` deletes every
row: the function's column is called `value`, so `id` is the outer table's. PostgreSQL says nothing.
A name that is compared with one of the subquery's own columns is how a subquery is correlated, and
is no finding; a name that is selected, or a condition that asks nothing of the subquery's rows, is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pglast import enums

from wakti_sb.lint.catalog import Catalog
from wakti_sb.lint.replay.names import relation
from wakti_sb.lint.tree import ast, children

# Functions whose result has columns with names of their own: an alias does not rename them.
_NAMED = {
    f"{kind}_{name}": columns
    for kind in ("json", "jsonb")
    for name, columns in {
        "array_elements": frozenset({"value"}),
        "array_elements_text": frozenset({"value"}),
        "each": frozenset({"key", "value"}),
        "each_text": frozenset({"key", "value"}),
    }.items()
}
# Functions whose one column takes the alias.
_SCALAR = frozenset(
    {
        "unnest",
        "generate_series",
        "generate_subscripts",
        "string_to_table",
        "regexp_split_to_table",
        "json_object_keys",
        "jsonb_object_keys",
        "jsonb_path_query",
    }
)

_Columns = frozenset[str] | None  # None where nobody knows them


@dataclass(frozen=True)
class Outward:
    """A name that means the query around.

    Parameters:
        table: the outer table, as its query calls it.
        location: in the text that was parsed.
    """

    name: str
    table: str
    location: int


@dataclass(frozen=True)
class _Query:
    """What a query reads, by the name it gives it, and the query around it."""

    items: Mapping[str, _Columns]
    around: _Query | None

    def has(self, name: str) -> bool:
        return any(columns is not None and name in columns for columns in self.items.values())

    @property
    def known(self) -> bool:
        return bool(self.items) and None not in self.items.values()

    def outward(self, name: str) -> str | None:
        """The outer table that `name` means; None if it is one's own or nobody's."""
        if not self.known or self.has(name):
            return None
        query = self.around
        while query is not None:
            for alias, columns in query.items.items():
                if columns is not None and name in columns:
                    return alias
            query = query.around
        return None


def outward_names(
    node: Any, catalog: Catalog, around: Mapping[str, _Columns] | None = None
) -> Iterator[Outward]:
    """The names in a statement or condition that mean an outer query by mistake.

    Parameters:
        around: what the condition stands in: the policy's table with its columns.
    """
    yield from _look(node, _Query(around, None) if around else None, {}, catalog)


def _look(
    node: Any, query: _Query | None, ctes: Mapping[str, _Columns], catalog: Catalog
) -> Iterator[Outward]:
    if node is None:
        return
    match node:
        case ast.SelectStmt() | ast.UpdateStmt() | ast.DeleteStmt() | ast.InsertStmt():
            ctes = {**ctes, **_ctes(node)}
            query = _Query(dict(_read(node, ctes, catalog)), query)
        case ast.SubLink():
            yield from _judge(node, query, ctes, catalog)
    for child in children(node):
        yield from _look(child, query, ctes, catalog)


def _judge(
    link: Any, around: _Query | None, ctes: Mapping[str, _Columns], catalog: Catalog
) -> Iterator[Outward]:
    select = link.subselect
    if not isinstance(select, ast.SelectStmt) or not select.fromClause:
        return
    own = _Query(dict(_read(select, {**ctes, **_ctes(select)}, catalog)), around)
    if link.subLinkType != enums.SubLinkType.EXISTS_SUBLINK:
        for target in select.targetList or ():
            yield from _outward(_references(target), own)
    for condition in _conjuncts(select.whereClause):
        references = list(_references(condition))
        if not any(_is_own(names, own) for names, _ in references):
            yield from _outward(references, own)


def _outward(references: Any, own: _Query) -> Iterator[Outward]:
    for names, location in references:
        table = own.outward(names[0]) if len(names) == 1 else None
        if table is not None:
            yield Outward(names[0], table, location)


def _is_own(names: tuple[str, ...], own: _Query) -> bool:
    return own.has(names[0]) if len(names) == 1 else names[-2] in own.items


def _references(node: Any) -> Iterator[tuple[tuple[str, ...], int]]:
    """Columns that are named below `node`, those of subqueries left out."""
    if isinstance(node, ast.ColumnRef):
        names = tuple(part.sval for part in node.fields if isinstance(part, ast.String))
        if len(names) == len(node.fields):
            yield names, node.location
    elif not isinstance(node, ast.SubLink):
        for child in children(node) if node is not None else ():
            yield from _references(child)


def _conjuncts(condition: Any) -> Iterator[Any]:
    if isinstance(condition, ast.BoolExpr) and condition.boolop == enums.BoolExprType.AND_EXPR:
        for part in condition.args:
            yield from _conjuncts(part)
    elif condition is not None:
        yield condition


def _ctes(node: Any) -> dict[str, _Columns]:
    if node.withClause is None:
        return {}
    return {
        each.ctename: _named(each.aliascolnames) or _selected(each.ctequery)
        for each in node.withClause.ctes
    }


def _read(
    node: Any, ctes: Mapping[str, _Columns], catalog: Catalog
) -> Iterator[tuple[str, _Columns]]:
    """What a statement reads: name and columns of each."""
    match node:
        case ast.SelectStmt():
            yield from _from(node.fromClause, ctes, catalog)
        case ast.UpdateStmt():
            yield from _from((node.relation, node.fromClause), ctes, catalog)
        case ast.DeleteStmt():
            yield from _from((node.relation, node.usingClause), ctes, catalog)


def _from(
    node: Any, ctes: Mapping[str, _Columns], catalog: Catalog
) -> Iterator[tuple[str, _Columns]]:
    match node:
        case tuple():
            for item in node:
                yield from _from(item, ctes, catalog)
        case ast.JoinExpr():
            yield from _from((node.larg, node.rarg), ctes, catalog)
        case ast.RangeVar():
            name = node.alias.aliasname if node.alias else node.relname
            renamed = _named(node.alias.colnames) if node.alias else None
            if node.schemaname is None and node.relname in ctes:
                yield name, renamed or ctes[node.relname]
            else:
                table = catalog.table(relation(node))
                columns = frozenset(table.columns) if table and table.columns else None
                yield name, renamed or columns
        case ast.RangeSubselect():
            alias = node.alias.aliasname if node.alias else ""
            renamed = _named(node.alias.colnames) if node.alias else None
            yield alias, renamed or _selected(node.subquery)
        case ast.RangeFunction():
            yield _result(node)
        case ast.Node():
            yield "", None


def _result(node: Any) -> tuple[str, _Columns]:
    call = node.functions[0][0]
    name = call.funcname[-1].sval if isinstance(call, ast.FuncCall) else ""
    alias = node.alias.aliasname if node.alias else name
    more = frozenset({"ordinality"}) if node.ordinality else frozenset()
    if node.coldeflist:
        return alias, frozenset(each.colname for each in node.coldeflist) | more
    renamed = _named(node.alias.colnames) if node.alias else None
    if renamed is not None:
        return alias, renamed | more
    if len(node.functions) == 1 and name in _NAMED:
        return alias, _NAMED[name] | more
    if len(node.functions) == 1 and name in _SCALAR:
        return alias, frozenset({alias}) | more
    return alias, None


def _selected(query: Any) -> _Columns:
    """The columns of a subquery's result, where their names can be read."""
    if not isinstance(query, ast.SelectStmt) or query.targetList is None:
        return None
    names = []
    for target in query.targetList:
        last = target.val.fields[-1] if isinstance(target.val, ast.ColumnRef) else None
        if target.name is not None:
            names.append(target.name)
        elif isinstance(last, ast.String):
            names.append(last.sval)
        else:
            return None
    return frozenset(names)


def _named(columns: Any) -> _Columns:
    return frozenset(each.sval for each in columns) if columns else None
