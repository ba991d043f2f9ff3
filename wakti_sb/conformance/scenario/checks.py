"""Values that a CHECK constraint may accept, found by reading its expression."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from pglast import parse_sql
from pglast.ast import A_Const, A_Expr, Float, FuncCall, Integer, Node, String, TypeCast
from pglast.parser import ParseError

from ..catalog import Column
from .regexes import example
from .samples import elements, sample

_NUMBERS = ("smallint", "integer", "bigint", "numeric", "real", "double precision", "money")
_WHOLE = ("smallint", "integer", "bigint")
_SPLITTING = ("string_to_array", "string_to_table", "regexp_split_to_array")
_MOMENTS = ("date", "timestamp", "time")
_APART = (1, 3, 50, -50, -1)  # of two moments: hours, of two days: days
_MOST = 40  # candidates a column; a constraint over three columns then tries 64,000 at most


def candidates(
    column: Column, expressions: tuple[str, ...], number: int, salt: str = ""
) -> list[str | None]:
    """Values worth trying for `column`, the likeliest first; null last where it is allowed."""
    literals = [literal for text in expressions for literal in _literals(text)]
    found: list[str | None] = []
    if (usual := sample(column, number, salt)) is not None:
        found.append(usual)
    if column.category != "A":
        found.extend(column.labels)
    if usual is not None and column.category == "S":
        found.extend((usual.upper(), usual.capitalize()))
    if column.category == "S":
        found.extend(_texts(literals, number))
    elif column.base.split("(")[0] in _NUMBERS:
        whole = column.base in _WHOLE
        found.extend(n for n in _numbers(literals) if not whole or float(n).is_integer())
    elif column.base == "boolean":
        found.extend(("true", "false"))
    elif column.base in ("json", "jsonb"):
        found.extend(_documents(literals))
    elif column.fields:
        rest = "," * (column.fields - 1)
        found.extend((f"(1{rest})", f"(w{rest})", f"(t{rest})", f"({rest}1)", f"({rest}w)"))
    elif column.category == "A":
        found.extend(elements(column, number, salt))
        found.extend("{" + json.dumps(str(value)) + "}" for _, value in literals)
        found.extend(("{}", "{1}"))
    elif column.base.startswith(_MOMENTS):
        form = r"\d{2}:" if column.base.startswith("time ") else r"\d{4}-"
        found.extend(v for _, v in literals if re.match(form, str(v)))
        found.extend(s for n in _APART if (s := sample(column, number + n, salt)))
    if not column.not_null:
        found.append(None)
    return list(dict.fromkeys(found))[:_MOST]


def enumerated(column: Column, expressions: tuple[str, ...]) -> tuple[str, ...]:
    """The texts that `column` is compared with: what an enumeration by CHECK allows."""
    if column.labels and column.category != "A":
        return column.labels
    if column.category != "S":
        return ()
    values = (v for text in expressions for kind, v in _literals(text) if kind == "text")
    return tuple(dict.fromkeys(map(str, values)))


def _texts(literals: list[tuple[str, Any]], number: int) -> Iterator[str]:
    for kind, value in literals:
        if kind == "text":
            yield str(value)
        elif kind in ("regex", "iregex"):
            for more in (number % 5, 0, 2, 5, 9, 30):
                text = example(str(value), more=more, number=number, ignore_case=kind == "iregex")
                if text is not None:
                    yield text
        elif kind == "like":
            plain = str(value).replace("_", "w")
            yield plain.replace("%", "w")
            for other, size in literals:  # and of a length that is asked for
                room = int(size) - len(plain.replace("%", "")) if other == "number" else 0
                if 0 < room <= 1_000:
                    yield plain.replace("%", "w" * room, 1).replace("%", "")
        elif kind == "number" and 0 < value <= 10_000:
            word = f"{number}w" * int(value)
            yield from (word[: int(value) + more] for more in (0, 1, -1))


def _numbers(literals: list[tuple[str, Any]]) -> Iterator[str]:
    for _, value in literals:
        if isinstance(value, int | float):
            yield from (f"{value + more:g}" for more in (0, 1, -1))
    yield from ("1", "0", "10", "-1", "0.5")


def _documents(literals: list[tuple[str, Any]]) -> Iterator[str]:
    texts = [str(value) for kind, value in literals if kind == "text"]
    yield from ("{}", "[]", '"text"', "1", "true")
    for key in texts:
        for value in ("text", 1, True, [], {}, *texts):
            yield json.dumps({key: value})
    if texts:
        yield json.dumps(dict.fromkeys(texts, "text"))


def _literals(expression: str) -> list[tuple[str, Any]]:
    """The constants of an expression; those right of a match operator as what they are."""
    try:
        (statement,) = parse_sql(f"select {expression}")
    except ParseError:
        return []
    return list(_walk(statement.stmt, "text"))


def _split(call: FuncCall) -> Iterator[tuple[str, Any]]:
    """The members of a list that is written as one text and taken apart by a function."""
    if call.funcname and str(getattr(call.funcname[-1], "sval", "")) in _SPLITTING:
        given = [_text_of(each) for each in call.args or ()]
        if len(given) > 1 and given[0] is not None and given[1]:
            yield from (("text", part.strip()) for part in given[0].split(given[1]))


def _text_of(node: Any) -> str | None:
    while isinstance(node, TypeCast):
        node = node.arg
    value = node.val if isinstance(node, A_Const) else None
    return value.sval if isinstance(value, String) else None


def _walk(node: Any, kind: str) -> Iterator[tuple[str, Any]]:
    if isinstance(node, A_Const):
        match node.val:
            case Integer(ival=value):
                yield "number", value
            case Float(fval=str(text)):
                yield "number", float(text)
            case String(sval=text):
                yield kind, text
    elif isinstance(node, A_Expr):
        operator = node.name[-1].sval if node.name else ""
        kinds = {"~": "regex", "~*": "iregex", "~~": "like", "~~*": "like"}
        yield from _walk(node.lexpr, kind)
        yield from _walk(node.rexpr, kinds.get(operator, kind))
    elif isinstance(node, Node):
        if isinstance(node, FuncCall) and (parts := list(_split(node))):
            yield from parts
            return
        for name in node:
            yield from _walk(getattr(node, name), kind)
    elif isinstance(node, tuple):
        for each in node:
            yield from _walk(each, kind)
