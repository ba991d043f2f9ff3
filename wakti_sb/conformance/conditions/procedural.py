"""The body of a PL/pgSQL function as one query: what it returns, by the way through it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from pglast import parse_plpgsql, parse_sql
from pglast.enums import BoolExprType, LimitOption, SetOperation, SubLinkType
from pglast.parser import ParseError

from .expression import ast, copied, parsed

_MOST = 400  # statements on all ways through a function: each IF doubles those behind it
_ERROR = 21  # the level of RAISE EXCEPTION
_IGNORED = ("PLpgSQL_stmt_raise", "PLpgSQL_stmt_assert")
_NULL: Any = parsed("null")
# The parser keeps no word of what `return x` names if `x` is a variable; of `return (x)` it does.
_VARIABLE = re.compile(
    r"\breturn\s+(?!(?:next|true|false|null)\s*;)((?:\"[^\"]+\"|\$?\w+))\s*;", re.IGNORECASE
)

Tree = Mapping[str, Any]


class UnreadableError(Exception):
    """A statement that no query can stand for, such as a loop."""


@dataclass(frozen=True)
class Procedure:
    """A function's statements, and the names of its variables by their numbers.

    Parameters:
        starts: the variables that begin with a value, in their order.
        returns_rows: whether it adds to its answer by RETURN QUERY.
    """

    statements: Sequence[Tree]
    names: tuple[str, ...]
    starts: tuple[tuple[str, str], ...]
    returns_rows: bool


@lru_cache(maxsize=512)
def procedure(source: str, arguments: tuple[str, ...]) -> Procedure | None:
    """The body of a function that takes these arguments; None if the parser gives up."""
    source = _VARIABLE.sub(r"return (\1);", source)
    given = ", ".join(f"{_ident(name) + ' ' if name else ''}text" for name in arguments)
    for result in ("boolean", "setof record"):
        text = (
            f"create function f({given}) returns {result} language plpgsql"
            f" as $wakti_f${source}$wakti_f$"
        )
        try:
            (found,) = parse_plpgsql(text)
        except (ParseError, ValueError):
            continue
        function = found["PLpgSQL_function"]
        datums = [next(iter(each.values())) for each in function["datums"]]
        names = tuple(str(each.get("refname", "")).lower() for each in datums)
        starts = tuple(
            (str(each["refname"]).lower(), _text(each["default_val"]))
            for each in datums
            if "default_val" in each
        )
        return Procedure((function["action"],), names, starts, result != "boolean")
    return None


@dataclass(frozen=True)
class _Known:
    """What is known of variables at a place: what each stands for, and the rows of records."""

    values: Mapping[str, Any] = field(default_factory=dict)
    records: Mapping[str, Any] = field(default_factory=dict)
    function: str = ""

    def filled(self, node: Any) -> Any:
        """A copy of the tree with what they stand for in the place of variables."""
        if isinstance(node, ast.ParamRef):
            return self.values.get(f"${node.number}", node)
        if isinstance(node, ast.ColumnRef):
            parts = [part.sval for part in node.fields if isinstance(part, ast.String)]
            if len(parts) == 2 and parts[0] == self.function:
                return self.values.get(parts[1], node)
            if len(parts) == 1:
                return self.values.get(parts[0], node)
            if len(parts) == 2 and parts[0] in self.records:
                return _scalar(_column(self.records[parts[0]], parts[1]))
            return node
        return copied(node, self.filled)

    def expression(self, text: str) -> Any:
        """An expression of the body."""
        tree = parsed(text)
        if tree is None:
            raise UnreadableError("an expression that the parser cannot read")
        return self.filled(tree)

    def query(self, text: str) -> Any:
        """A query of the body."""
        try:
            statements = parse_sql(text)
        except (ParseError, ValueError):
            statements = ()
        if len(statements) != 1 or not isinstance(statements[0].stmt, ast.SelectStmt):
            raise UnreadableError("a statement that is no query")
        return self.filled(statements[0].stmt)

    def knowing(self, **values: Any) -> _Known:
        """The same with these variables."""
        return replace(self, values={**self.values, **values})


class Reader:
    """Reads one function for these arguments."""

    def __init__(self, of: Procedure, arguments: Mapping[str, Any], function: str) -> None:
        self.of = of
        self.left = _MOST
        self.start = _Known(dict(arguments), {}, function)

    def expression(self) -> Any:
        """What it returns, as one expression."""
        return self._value(list(self.of.statements), self._begin())

    def select(self) -> Any:
        """The rows that it returns, as one query."""
        found = list(self._rows(list(self.of.statements), self._begin(), ()))
        if not found:
            raise UnreadableError("it returns no query")
        whole = found[0]
        for each in found[1:]:
            whole = ast.SelectStmt(op=SetOperation.SETOP_UNION, all=True, larg=whole, rarg=each)
        return whole

    def _begin(self) -> _Known:
        known = self.start
        for name in self.of.names:
            if name and name not in known.values:
                known = known.knowing(**{name: _NULL})
        for name, text in self.of.starts:
            known = known.knowing(**{name: known.expression(text)})
        return known

    def _step(self, statements: list[Tree]) -> tuple[str, Tree, list[Tree]]:
        self.left -= 1
        if self.left < 0:
            raise UnreadableError("too many ways through it")
        ((kind, statement),) = statements[0].items()
        return kind, statement, statements[1:]

    def _value(self, statements: list[Tree], known: _Known) -> Any:
        if not statements:
            return _NULL
        kind, statement, rest = self._step(statements)
        match kind:
            case "PLpgSQL_stmt_block":
                return self._value([*_inside(statement), *rest], known)
            case "PLpgSQL_stmt_return":
                if "expr" not in statement:
                    raise UnreadableError("it returns what the parser does not tell")
                return known.expression(_text(statement["expr"]))
            case "PLpgSQL_stmt_if" | "PLpgSQL_stmt_case":
                whens = []
                known, ways, otherwise = self._ways(kind, statement, known)
                for condition, body in ways:
                    value = self._value([*body, *rest], known)
                    whens.append(ast.CaseWhen(expr=condition, result=value))
                return ast.CaseExpr(
                    args=tuple(whens), defresult=self._value([*otherwise, *rest], known)
                )
            case "PLpgSQL_stmt_raise" if statement.get("elog_level") == _ERROR:
                return _NULL
        return self._value(rest, self._after(kind, statement, known))

    def _rows(
        self, statements: list[Tree], known: _Known, conditions: tuple[Any, ...]
    ) -> Iterator[Any]:
        if not statements:
            return
        kind, statement, rest = self._step(statements)
        match kind:
            case "PLpgSQL_stmt_block":
                yield from self._rows([*_inside(statement), *rest], known, conditions)
                return
            case "PLpgSQL_stmt_return":
                return
            case "PLpgSQL_stmt_return_query" if "query" in statement:
                yield _only_if(known.query(_text(statement["query"])), conditions)
            case "PLpgSQL_stmt_if" | "PLpgSQL_stmt_case":
                known, ways, otherwise = self._ways(kind, statement, known)
                for condition, body in ways:
                    yield from self._rows([*body, *rest], known, (*conditions, condition))
                    conditions = (*conditions, _not(condition))
                yield from self._rows([*otherwise, *rest], known, conditions)
                return
            case "PLpgSQL_stmt_raise" if statement.get("elog_level") == _ERROR:
                return
            case _:
                known = self._after(kind, statement, known)
        yield from self._rows(rest, known, conditions)

    def _ways(
        self, kind: str, statement: Tree, known: _Known
    ) -> tuple[_Known, list[tuple[Any, list[Tree]]], list[Tree]]:
        """The conditions of an IF or a CASE with what follows each, and what follows none."""
        if kind == "PLpgSQL_stmt_if":
            ways = [(known.expression(_text(statement["cond"])), statement.get("then_body", []))]
            for each in statement.get("elsif_list", []):
                one = each["PLpgSQL_if_elsif"]
                ways.append((known.expression(_text(one["cond"])), one.get("stmts", [])))
            return known, ways, statement.get("else_body", [])
        if "t_expr" in statement:
            value = known.expression(_text(statement["t_expr"]))
            known = replace(known, values={**known.values, _cased(statement): value})
        ways = []
        for each in statement.get("case_when_list", []):
            one = each["PLpgSQL_case_when"]
            ways.append((known.expression(_text(one["expr"])), one.get("stmts", [])))
        return known, ways, statement.get("else_stmts", [])

    def _after(self, kind: str, statement: Tree, known: _Known) -> _Known:
        """What is known after a statement that goes on to the next one."""
        match kind:
            case "PLpgSQL_stmt_assign":
                _, _, text = _text(statement["expr"]).partition("=")
                name = self.of.names[statement["varno"]]
                if not name:
                    raise UnreadableError("a value for a part of a record")
                return known.knowing(**{name: known.expression(text)})
            case "PLpgSQL_stmt_perform":
                return known.knowing(found=_exists(known.query(_text(statement["expr"]))))
            case "PLpgSQL_stmt_execsql" if statement.get("into"):
                return self._into(statement, known)
        if kind in _IGNORED:
            return known
        raise UnreadableError(_WORDS.get(kind, "a statement that is no query"))

    def _into(self, statement: Tree, known: _Known) -> _Known:
        select = known.query(_text(statement["sqlstmt"]))
        known = known.knowing(found=_exists(select))
        ((kind, target),) = statement["target"].items()
        if kind == "PLpgSQL_rec":
            return replace(known, records={**known.records, str(target["refname"]): select})
        columns = select.targetList or ()
        fields = target["fields"]
        if len(fields) == 1 and (len(columns) > 1 or _is_star(columns)):  # a variable of a row type
            return replace(known, records={**known.records, str(fields[0]["name"]).lower(): select})
        for number, each in enumerate(fields):
            if number >= len(columns):
                raise UnreadableError("columns that do not fit the variables")
            one = _with_target(select, columns[number])
            known = known.knowing(**{str(each["name"]).lower(): _scalar(one)})
        return known


_WORDS = {
    "PLpgSQL_stmt_getdiag": "it asks how many rows a statement had",
    "PLpgSQL_stmt_dynexecute": "a statement that is made while it runs",
    "PLpgSQL_stmt_return_query": "a statement that is made while it runs",
    "PLpgSQL_stmt_dynfors": "a statement that is made while it runs",
    "PLpgSQL_stmt_fors": "a loop",
    "PLpgSQL_stmt_fori": "a loop",
    "PLpgSQL_stmt_foreach_a": "a loop",
    "PLpgSQL_stmt_loop": "a loop",
    "PLpgSQL_stmt_while": "a loop",
    "PLpgSQL_stmt_return_next": "a loop",
}


def _inside(block: Tree) -> list[Tree]:
    """The statements of a block whose handlers let nobody in."""
    if "exceptions" in block:
        for each in block["exceptions"]["PLpgSQL_exception_block"]["exc_list"]:
            if not _lets_nobody_in(each["PLpgSQL_exception"].get("action", [])):
                raise UnreadableError("it catches errors and goes on")
    return list(block.get("body", []))


def _lets_nobody_in(handler: Sequence[Tree]) -> bool:
    """Whether it ends the function, with no, null or an error. Of NULL the parser tells nothing."""
    for statement in handler:
        ((kind, one),) = statement.items()
        if kind == "PLpgSQL_stmt_return":
            return "expr" not in one or _text(one["expr"]).strip().lower() in ("false", "null")
        if kind != "PLpgSQL_stmt_raise":
            return False
        if one.get("elog_level") == _ERROR:
            return True
    return False


def _cased(statement: Tree) -> str:
    return f"__Case__Variable_{statement['t_varno']}__"


def _text(expression: Tree) -> str:
    return str(expression["PLpgSQL_expr"]["query"])


def _ident(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _exists(select: Any) -> Any:
    return ast.SubLink(subLinkType=SubLinkType.EXISTS_SUBLINK, subselect=select)


def _scalar(select: Any) -> Any:
    """The first value of a query."""
    if select.limitCount is None and select.fromClause:
        select = copied(select, lambda part: part)
        select.limitCount = ast.A_Const(val=ast.Integer(ival=1))
        select.limitOption = LimitOption.LIMIT_OPTION_COUNT
    return ast.SubLink(subLinkType=SubLinkType.EXPR_SUBLINK, subselect=select)


def _column(select: Any, name: str) -> Any:
    for target in select.targetList or ():
        called = target.name or _last(target.val)
        if called == name:
            return _with_target(select, target)
    star = ast.ColumnRef(fields=(ast.String(sval=name),))
    return _with_target(select, ast.ResTarget(val=star))


def _is_star(columns: Sequence[Any]) -> bool:
    last = columns[0].val.fields[-1] if _is_column(columns) else None
    return isinstance(last, ast.A_Star)


def _is_column(columns: Sequence[Any]) -> bool:
    return len(columns) == 1 and isinstance(columns[0].val, ast.ColumnRef)


def _last(node: Any) -> str:
    last = node.fields[-1] if isinstance(node, ast.ColumnRef) else None
    return str(last.sval) if isinstance(last, ast.String) else ""


def _with_target(select: Any, target: Any) -> Any:
    made = copied(select, lambda part: part)
    made.targetList = (target,)
    return made


def _not(condition: Any) -> Any:
    return ast.BoolExpr(boolop=BoolExprType.NOT_EXPR, args=(condition,))


def _only_if(select: Any, conditions: tuple[Any, ...]) -> Any:
    """The query, which gives rows only where these conditions are true."""
    if not conditions:
        return select
    made = copied(select, lambda part: part)
    if select.larg is not None:
        made.larg, made.rarg = _only_if(select.larg, conditions), _only_if(select.rarg, conditions)
        return made
    parts = (*conditions, *(() if select.whereClause is None else (select.whereClause,)))
    made.whereClause = (
        parts[0] if len(parts) == 1 else ast.BoolExpr(boolop=BoolExprType.AND_EXPR, args=parts)
    )
    return made
