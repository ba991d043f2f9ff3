"""What a condition reads of a token or request, and what it compares that with. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from pglast.enums import A_Expr_Kind

from .atoms import Atom
from .expression import ast, parsed, walk

Source = Literal["token", "headers", "cookies"]

_ARROWS = ("->", "->>")
_PATHS = ("#>", "#>>")
_SETTINGS: dict[str, Source] = {
    "request.jwt.claims": "token",
    "request.headers": "headers",
    "request.cookies": "cookies",
}
_SHORT = {"email": ("email",), "role": ("role",)}  # auth.email(), auth.role()


@dataclass(frozen=True)
class Claimed:
    """A value that comes with the request: `app_metadata.role` of the token, a header.

    Parameters:
        source: where it comes from.
        path: how it is reached there.
        values: the texts that the same condition names.
        pattern: whether they are patterns of LIKE or a regular expression.
        columns: the columns of rows that the same condition looks at.
    """

    source: Source
    path: tuple[str, ...]
    values: tuple[str, ...] = ()
    pattern: str = ""
    columns: tuple[tuple[str, str], ...] = ()


@lru_cache(maxsize=4096)
def claimed(atom: Atom) -> tuple[Claimed, ...]:
    """The values of token and request that a condition reads, each once."""
    tree = parsed(atom.text)
    if tree is None:
        return ()
    found: dict[tuple[Source, tuple[str, ...]], None] = {}
    used: set[str] = set()
    for source, path in _paths(tree):
        # `a -> 'b' ->> 'c'` reads one value, not two.
        longer = any(s == source and p[: len(path)] == path and p != path for s, p in found)
        if not longer:
            found[(source, path)] = None
            used |= set(path)
    values = tuple(dict.fromkeys(v for v in _texts(tree) if v not in used))
    pattern = _pattern(tree)
    return tuple(Claimed(source, path, values, pattern, atom.columns) for source, path in found)


def _paths(tree: Any) -> Iterator[tuple[Source, tuple[str, ...]]]:
    """Every value that is read, the longest path first."""
    for node in walk(tree):
        if isinstance(node, ast.A_Expr) and node.name[-1].sval in (*_ARROWS, *_PATHS):
            known = _path(node)
            if known is not None and known[1]:
                yield known
        elif isinstance(node, ast.FuncCall):
            name = node.funcname[-1].sval
            if name in _SHORT and node.funcname[0].sval == "auth":
                yield "token", _SHORT[name]


def _path(node: Any) -> tuple[Source, tuple[str, ...]] | None:
    """The source and the path of a chain of arrows; None if it begins at something else."""
    match node:
        case ast.A_Expr(lexpr=left, rexpr=right) if node.name[-1].sval in _ARROWS:
            before, key = _path(left), _constant(right)
            return (before[0], (*before[1], key)) if before and key is not None else None
        case ast.A_Expr(lexpr=left, rexpr=right) if node.name[-1].sval in _PATHS:
            before, text = _path(left), _constant(right)
            if before is None or text is None:
                return None
            keys = tuple(part.strip(' "') for part in text.strip("{}").split(","))
            return before[0], (*before[1], *keys)
        case ast.A_Expr(kind=A_Expr_Kind.AEXPR_NULLIF, lexpr=left):
            return _path(left)
        case ast.TypeCast(arg=arg):
            return _path(arg)
        case ast.CoalesceExpr(args=args):
            return next((p for p in map(_path, args) if p is not None), None)
        case ast.SubLink() if node.testexpr is None and not node.subselect.fromClause:
            targets: Any = node.subselect.targetList or ()
            return _path(targets[0].val) if len(targets) == 1 else None
        case ast.FuncCall():
            name = [part.sval for part in node.funcname]
            if name[-1] == "jwt":
                return "token", ()
            if name[-1] == "current_setting" and node.args:
                setting = _constant(node.args[0]) or ""
                if setting in _SETTINGS:
                    return _SETTINGS[setting], ()
                claim = setting.removeprefix("request.jwt.claim.")
                return ("token", (claim,)) if claim != setting else None
    return None


def _constant(node: Any) -> str | None:
    if isinstance(node, ast.TypeCast):
        return _constant(node.arg)
    if isinstance(node, ast.A_Const) and isinstance(node.val, ast.String):
        return str(node.val.sval)
    return None


def _texts(node: Any) -> Iterator[str]:
    """The texts that a condition names, with true and false among them."""
    places = {id(each) for each in _places(node)}
    for each in walk(node):
        if isinstance(each, ast.A_Const) and id(each) not in places:
            if isinstance(each.val, ast.String):
                yield str(each.val.sval)
            elif type(each.val).__name__ == "Boolean":
                yield str(bool(each.val.boolval)).lower()
            elif type(each.val).__name__ == "Integer":
                yield str(each.val.ival)
    if _is_cast_to_boolean(node):
        yield "true"


def _places(node: Any) -> Iterator[Any]:
    """What says where a value is, and not what it is: settings, `{app_metadata,role}`."""
    for each in walk(node):
        if isinstance(each, ast.A_Expr) and each.name[-1].sval in _PATHS:
            yield from walk(each.rexpr)
        elif isinstance(each, ast.FuncCall) and each.funcname[-1].sval == "current_setting":
            for argument in each.args or ():
                yield from walk(argument)


def _is_cast_to_boolean(node: Any) -> bool:
    return isinstance(node, ast.TypeCast) and node.typeName.names[-1].sval == "bool"


def _pattern(tree: Any) -> str:
    operators = (each.name[-1].sval for each in walk(tree) if isinstance(each, ast.A_Expr))
    return next((op for op in operators if op in ("~~", "~~*", "~", "~*")), "")


def paths_of(atom: Atom) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """The paths into documents of rows that a condition reads, with the texts that it names."""
    tree = parsed(atom.text)
    if tree is None:
        return
    texts = tuple(dict.fromkeys(_texts(tree)))
    found: list[tuple[str, ...]] = []
    for node in walk(tree):
        if isinstance(node, ast.A_Expr) and node.name[-1].sval in (*_ARROWS, *_PATHS):
            path = _keys(node)
            if path and not any(longer[: len(path)] == path for longer in found):
                found.append(path)
        elif isinstance(node, ast.A_Expr) and node.name[-1].sval in ("?", "?|", "?&"):
            found.extend((key,) for key in texts)
    for path in found:
        yield path, tuple(each for each in texts if each not in path)


def _keys(node: Any) -> tuple[str, ...]:
    """The keys of a chain of arrows, whatever it begins at."""
    if isinstance(node, ast.TypeCast):
        return _keys(node.arg)
    if not isinstance(node, ast.A_Expr) or node.name[-1].sval not in (*_ARROWS, *_PATHS):
        return ()
    text = _constant(node.rexpr)
    if text is None:
        return ()
    if node.name[-1].sval in _PATHS:
        return (*_keys(node.lexpr), *(part.strip(' "') for part in text.strip("{}").split(",")))
    return (*_keys(node.lexpr), text)
