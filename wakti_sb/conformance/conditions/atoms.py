"""An expression's atomic conditions, through AND, OR, NOT, CASE, COALESCE and subqueries. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pglast.enums import A_Expr_Kind, SubLinkType

from ...spec import Relation
from ..catalog import Helper
from .bodies import body_of, unreadable_for
from .expression import (
    UNSETTLED,
    ast,
    conjuncts,
    parsed,
    printed,
    qualified,
    settled,
    sources,
    walk,
)

MOST = 200  # conditions of one policy
_COMPARING = ("=", "<>", "!=", "<", "<=", ">", ">=", "~~", "~~*", "~", "~*", "@>", "<@", "&&", "?")
_DEPTH = 8  # of helpers that call helpers


@dataclass(frozen=True)
class Scope:
    """A subquery, or the body of a helper function, in which a condition stands.

    Parameters:
        source: its FROM clause.
        others: the conditions that AND joins to this one there.
        relations: the tables that it reads, by the names they have there.
        prefix: its WITH clause.
    """

    source: str
    others: tuple[str, ...] = ()
    relations: tuple[tuple[str, Relation], ...] = ()
    prefix: str = ""

    @property
    def texts(self) -> tuple[str, ...]:
        """All that is written in it."""
        return (self.prefix, self.source, *self.others)


@dataclass(frozen=True)
class Atom:
    """A condition that consists of no further ones.

    Parameters:
        text: as PostgreSQL prints it.
        scopes: the subqueries around it, from outside in; none for a condition on the row itself.
        columns: what it looks at: the name before the dot (empty without one) and the column.
        definer: whether it stands in a SECURITY DEFINER function, past row level security.
        calls: the project's functions that it calls and that could not be looked into.
    """

    text: str
    scopes: tuple[Scope, ...] = ()
    columns: tuple[tuple[str, str], ...] = ()
    definer: bool = False
    calls: tuple[Helper, ...] = ()


@dataclass(frozen=True)
class Taken:
    """An expression taken apart; `problem` says what kept it from being."""

    atoms: tuple[Atom, ...] = ()
    problem: str = ""


class Helpers(dict[str, tuple[Helper, ...]]):
    """The project's functions by their name without the schema; the same object is the same key."""

    def __hash__(self) -> int:  # type: ignore[override]  # a dict has none
        return id(self)


@lru_cache(maxsize=8)
def by_name(helpers: tuple[Helper, ...]) -> Helpers:
    """Functions by their name; those of `public` first."""
    found = Helpers()
    for helper in sorted(helpers, key=lambda h: h.relation.schema != "public"):
        name = helper.relation.name
        found[name] = (*found.get(name, ()), helper)
    return found


@lru_cache(maxsize=4096)
def taken_apart(expression: str, helpers: Helpers, table: str = "") -> Taken:
    """The atoms of a policy's expression, each once, at most `MOST`.

    Parameters:
        helpers: the project's functions by their name without the schema.
        table: the name of the policy's table.
    """
    tree = parsed(expression)
    if tree is None:
        return Taken(problem="the parser cannot read it")
    return bounded(Walker(helpers, table).boolean(tree, Place()))


def bounded(found: Iterable[Atom]) -> Taken:
    """Each condition once; what is beyond the first ones is a problem that is told."""
    atoms = tuple(dict.fromkeys(found))
    if len(atoms) <= MOST:
        return Taken(atoms)
    words = f"it has {len(atoms)} conditions, and only the first {MOST} are looked at"
    return Taken(atoms[:MOST], words)


@dataclass(frozen=True)
class Place:
    """Where the walk is."""

    scopes: tuple[Scope, ...] = ()
    definer: bool = False
    depth: int = 0


@dataclass(frozen=True)
class Walker:
    """Walks through expressions and queries; `table` is the one whose rows they are about."""

    helpers: Helpers
    table: str = ""

    def boolean(self, node: Any, place: Place) -> Iterator[Atom]:
        """The atoms of something that is true, false or null."""
        if settled(node) is not UNSETTLED:
            return  # as what an argument that is left out makes of `wanted is null or …`
        match node:
            case ast.A_Const():
                return
            case ast.BoolExpr(args=args):
                for each in args:
                    yield from self.boolean(each, place)
            case ast.BooleanTest(arg=arg):
                yield from self.boolean(arg, place)
            case ast.CoalesceExpr(args=args) if _is_boolean(args):
                for each in args:
                    yield from self.boolean(each, place)
            case ast.CaseExpr(arg=None):
                for when in node.args:
                    yield from self.boolean(when.expr, place)
                    yield from self.boolean(when.result, place)
                if node.defresult is not None:
                    yield from self.boolean(node.defresult, place)
            case ast.TypeCast(arg=arg) if _named(node.typeName) == "bool" and not _reads(arg):
                yield from self.boolean(arg, place)
            case ast.SubLink(subLinkType=SubLinkType.EXISTS_SUBLINK):
                yield from self.query(node.subselect, place)
            case ast.SubLink(subLinkType=SubLinkType.EXPR_SUBLINK) if _bare(node.subselect):
                yield from self.boolean(node.subselect.targetList[0].val, place)
            case ast.FuncCall() if (inside := self._inside(node, place)) is not None:
                yield from inside
            case _ if _is_constant(node):
                return  # such as what a helper's argument comes to
            case _:
                yield self._atom(node, place)
                yield from self.below(node, place)

    def query(self, select: Any, place: Place) -> Iterator[Atom]:
        """The atoms in the WHERE of a query, and in the functions that it calls."""
        if not isinstance(select, ast.SelectStmt):
            return
        for side in (select.larg, select.rarg):
            if side is not None:
                yield from self.query(side, place)
        items, joined = sources(select.fromClause)
        conditions = [*joined, *conjuncts(select.whereClause)]
        for column in select.targetList or ():
            yield from self.below(column.val, place)
        for item in items:
            if isinstance(item, ast.RangeFunction):
                yield from self.below(item, place)
        if not items:
            for each in conditions:
                yield from self.boolean(each, place)
            return
        yield from self.joined(select, items, conditions, place)

    def joined(
        self, select: Any, items: list[Any], conditions: list[Any], place: Place
    ) -> Iterator[Atom]:
        """The atoms of conditions that AND joins, each in the scope of what the query reads."""
        source, prefix = ", ".join(map(printed, items)), ""
        if select.withClause is not None:
            prefix = f"with {printed(select.withClause)}"
            for named in select.withClause.ctes:
                yield from self.query(named.ctequery, place)
        texts = [printed(each) for each in conditions]
        relations = tuple(relations_of(items))
        for number, each in enumerate(conditions):
            others = tuple(text for other, text in enumerate(texts) if other != number)
            scope = Scope(source, others, relations, prefix)
            inner = Place((*place.scopes, scope), place.definer, place.depth)
            yield from self.boolean(each, inner)

    def below(self, node: Any, place: Place) -> Iterator[Atom]:
        """The atoms in the subqueries and helper functions somewhere inside a condition."""
        for each in _outermost(node):
            if isinstance(each, ast.SubLink):
                yield from self.query(each.subselect, place)
                if each.testexpr is not None:
                    yield from self.below(each.testexpr, place)
            elif (inside := self._inside(each, place, value=True)) is not None:
                yield from inside
            else:
                for argument in each.args or ():
                    yield from self.below(argument, place)

    def _inside(self, call: Any, place: Place, *, value: bool = False) -> Iterator[Atom] | None:
        """The atoms in the body of a helper function; None if it is none or cannot be read.

        Parameters:
            value: the call stands where any value may: what it gives need not be true or false.
        """
        helper = self._helper(call)
        # In the body a name without its table would be that of a column there.
        arguments = tuple(call.args or ())
        if (around := self._around(place)) is not None:
            arguments = qualified(arguments, around)
        known = place.depth < _DEPTH
        body = body_of(helper, arguments) if helper is not None and known else None
        if helper is None or body is None:
            return None
        inner = Place(place.scopes, place.definer or helper.definer, place.depth + 1)
        if body.expression is not None and value and not _is_condition(body.expression):
            return self.below(body.expression, inner)
        if body.expression is not None:
            return self.boolean(body.expression, inner)
        return self.query(body.select, inner)

    def _around(self, place: Place) -> str | None:
        """What the one table is called whose columns need not say it."""
        if not place.scopes:
            return self.table or None
        names = [name for name, _ in place.scopes[-1].relations]
        return names[0] if len(names) == 1 else None

    def _helper(self, call: Any) -> Helper | None:
        *schema, name = (part.sval for part in call.funcname)
        found = [
            each
            for each in self.helpers.get(name, ())
            if not schema or each.relation.schema == schema[0]
        ]
        given = len(call.args or ())
        exact = [each for each in found if len(each.arguments) == given]
        return next(iter((*exact, *found)), None)

    def _atom(self, node: Any, place: Place) -> Atom:
        calls = (self._helper(each) for each in walk(node) if isinstance(each, ast.FuncCall))
        opaque = tuple(h for h in calls if h is not None and unreadable_for(h))
        columns = tuple(dict.fromkeys(_columns(node)))
        return Atom(printed(node), place.scopes, columns, place.definer, opaque)


def _is_condition(node: Any) -> bool:
    """Whether an expression is true, false or null by the way it is written."""
    match node:
        case ast.BoolExpr() | ast.BooleanTest() | ast.NullTest():
            return True
        case ast.SubLink():
            return node.subLinkType in (SubLinkType.EXISTS_SUBLINK, SubLinkType.ANY_SUBLINK) or (
                _bare(node.subselect) and _is_condition(node.subselect.targetList[0].val)
            )
        case ast.TypeCast(arg=arg):
            return _named(node.typeName) == "bool" or _is_condition(arg)
        case ast.CoalesceExpr(args=args):
            return _is_boolean(args) or any(map(_is_condition, args))
        case ast.CaseExpr():
            return any(_is_condition(when.result) for when in node.args)
        case ast.A_Const(val=ast.Boolean()):
            return True
        case ast.A_Expr():
            return node.kind != A_Expr_Kind.AEXPR_NULLIF and node.name[-1].sval in _COMPARING
    return False


def _is_constant(node: Any) -> bool:
    """Whether a condition reads nothing and calls nothing."""
    read = (ast.ColumnRef, ast.FuncCall, ast.SubLink, ast.SQLValueFunction, ast.ParamRef)
    return not any(isinstance(each, read) for each in walk(node))


def is_null_test(atom: Atom) -> bool:
    """Whether it asks whether a column is null."""
    tree = parsed(atom.text)
    return isinstance(tree, ast.NullTest) and isinstance(tree.arg, ast.ColumnRef)


def _bare(select: Any) -> bool:
    """Whether a subquery reads nothing: `(select auth.uid())`."""
    return (
        isinstance(select, ast.SelectStmt)
        and not select.fromClause
        and select.whereClause is None
        and len(select.targetList or ()) == 1
    )


def _reads(node: Any) -> bool:
    return isinstance(node, ast.A_Const | ast.ColumnRef | ast.FuncCall) or any(
        isinstance(each, ast.FuncCall | ast.ColumnRef) for each in walk(node)
    )


def _is_boolean(arguments: Any) -> bool:
    """Whether COALESCE is among conditions: one of its values is true or false."""
    return any(
        (isinstance(each, ast.A_Const) and type(each.val).__name__ == "Boolean")
        or isinstance(each, ast.BoolExpr | ast.BooleanTest)
        for each in arguments
    )


def _named(type_: Any) -> str:
    return str(type_.names[-1].sval) if type_ is not None and type_.names else ""


def _outermost(node: Any) -> Iterator[Any]:
    """The subqueries and calls inside a node that lie in no other one."""
    if isinstance(node, ast.SubLink | ast.FuncCall):
        yield node
    elif isinstance(node, ast.Node):
        for name in node:
            yield from _outermost(getattr(node, name))
    elif isinstance(node, tuple | list):
        for each in node:
            yield from _outermost(each)


def _columns(node: Any) -> Iterator[tuple[str, str]]:
    """The columns that a condition looks at by itself, without those of its subqueries."""
    if isinstance(node, ast.SubLink):
        yield from _columns(node.testexpr)
        if _bare(node.subselect):
            yield from _columns(node.subselect.targetList)
        return
    if isinstance(node, ast.ColumnRef):
        parts = [part.sval for part in node.fields if isinstance(part, ast.String)]
        if parts:
            yield (parts[-2] if len(parts) > 1 else "", parts[-1])
        return
    if isinstance(node, ast.Node):
        for name in node:
            yield from _columns(getattr(node, name))
    elif isinstance(node, tuple | list):
        for each in node:
            yield from _columns(each)


def relations_of(items: Any) -> Iterator[tuple[str, Relation]]:
    """The tables of a FROM clause by the names they have there."""
    for each in walk(tuple(items)):
        if isinstance(each, ast.RangeVar):
            name = each.alias.aliasname if each.alias is not None else each.relname
            yield name, Relation.of(each.schemaname or "public", each.relname)
