"""A query that shows rows, as a view does, taken apart around the table that they are of. Pure."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from pglast import parse_sql
from pglast.parser import ParseError

from ...spec import Relation
from .atoms import Helpers, Place, Taken, Walker, bounded
from .expression import ast, conjuncts, parsed, printed, sources, walk

ARGUMENTS = "wakti_call"
"""What conditions call the row of arguments that a function is called with."""
_PARSED: Any = parse_sql("select from (select 1) as wakti_row (one)")[0].stmt
_ONE = _PARSED.fromClause[0]

Leads = Callable[[Relation], bool]
"""Whether a table is one whose rows a query can be asked about."""


@dataclass(frozen=True)
class Shown:
    """Conditions under which rows of a table come out.

    Parameters:
        table: whose rows they are.
        alias: what the conditions call the table.
        names: the columns of the result that are columns of the table: what both call them.
        taken: the conditions.
        whole: all of them together.
    """

    table: Relation
    alias: str
    names: tuple[tuple[str, str], ...]
    taken: Taken
    whole: str = ""


def shown_by(text: str, helpers: Helpers, leads: Leads, *, definer: bool) -> Iterator[Shown]:
    """What a query shows, once for each table that leads one of its parts.

    Parameters:
        definer: whether it reads past row level security.
    """
    try:
        (statement,) = parse_sql(text)
    except (ParseError, ValueError):
        return
    yield from shown_by_query(statement.stmt, helpers, leads, definer=definer)


def shown_by_query(node: Any, helpers: Helpers, leads: Leads, *, definer: bool) -> Iterator[Shown]:
    """The same of a tree: of the parts of a UNION, and of subqueries where nothing else leads."""
    if not isinstance(node, ast.SelectStmt):
        return
    for side in (node.larg, node.rarg):
        yield from shown_by_query(side, helpers, leads, definer=definer)
    lead = next((each for each in _tables(node.fromClause) if leads(_relation(each))), None)
    if lead is None:
        for each in walk((node.fromClause, node.withClause, node.targetList)):
            if isinstance(each, ast.SelectStmt):
                yield from shown_by_query(each, helpers, leads, definer=definer)
        return
    alias = str(lead.alias.aliasname if lead.alias is not None else lead.relname)
    walker, place = Walker(helpers, alias), Place(definer=definer)
    items, joined = sources(_without(node.fromClause, lead))
    conditions = [*joined, *conjuncts(node.whereClause)]
    alone = all(item is _ONE for item in items) and node.withClause is None
    atoms = [atom for each in node.targetList or () for atom in walker.below(each.val, place)]
    if alone:
        atoms.extend(atom for each in conditions for atom in walker.boolean(each, place))
    else:
        atoms.extend(walker.joined(node, items, conditions, place))
    taken = bounded(atoms)
    whole = " and ".join(f"({printed(each)})" for each in conditions)
    if whole and not alone:
        with_ = f"with {printed(node.withClause)} " if node.withClause is not None else ""
        whole = f"exists ({with_}select from {', '.join(map(printed, items))} where {whole})"
    yield Shown(_relation(lead), alias, tuple(_names(node, alias)), taken, whole)


def shown_by_expression(
    node: Any, helpers: Helpers, leads: Leads, *, definer: bool
) -> Iterator[Shown]:
    """What the subqueries of an expression show of their tables."""
    for each in walk(node):
        if isinstance(each, ast.SubLink):
            yield from shown_by_query(each.subselect, helpers, leads, definer=definer)


def _without(items: Any, lead: Any) -> Any:
    """The FROM clause with one row in the place of the table: its own row stands outside."""
    if items is lead:
        return _ONE
    if isinstance(items, ast.JoinExpr):
        made = copy.copy(items)
        made.larg, made.rarg = _without(items.larg, lead), _without(items.rarg, lead)
        return made
    if isinstance(items, tuple | list):
        return tuple(_without(each, lead) for each in items)
    return items


def _tables(items: Any) -> Iterator[Any]:
    """The tables that a FROM clause joins; not those whose join names no columns by itself."""
    if isinstance(items, ast.RangeVar):
        yield items
    elif isinstance(items, ast.JoinExpr):
        if not items.usingClause and not items.isNatural and items.alias is None:
            yield from _tables(items.larg)
            yield from _tables(items.rarg)
    elif isinstance(items, tuple | list):
        for each in items:
            yield from _tables(each)


def _relation(item: Any) -> Relation:
    return Relation.of(item.schemaname or "public", item.relname)


def _names(node: Any, alias: str) -> Iterator[tuple[str, str]]:
    for target in node.targetList or ():
        if isinstance(target.val, ast.ColumnRef):
            parts = [part.sval for part in target.val.fields if isinstance(part, ast.String)]
            if len(parts) < len(target.val.fields):
                continue  # t.*
            if len(parts) == 1 or (len(parts) == 2 and parts[0] == alias):
                yield str(target.name or parts[-1]), str(parts[-1])


def arguments(number: int) -> tuple[Any, ...]:
    """References to that many arguments, as conditions in the body of a function name them."""
    return tuple(parsed(f"{ARGUMENTS}.argument_{place}") for place in range(number))
