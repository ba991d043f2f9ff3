"""A text that a regular expression accepts, for CHECK constraints such as `slug ~ '^[a-z]+$'`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from re import _constants as op  # type: ignore[attr-defined]  # the parser has no public door
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

_CLASSES = {op.CATEGORY_DIGIT: "7", op.CATEGORY_SPACE: " ", op.CATEGORY_WORD: "w"}
_ANYTHING = "wW7_-. @/:"


def example(pattern: str, *, more: int = 0, ignore_case: bool = False) -> str | None:
    """A text that `pattern` accepts, longer by `more` where it repeats; None if none is found."""
    try:
        text = "".join(_each(parser.parse(pattern), more))
        flags = re.IGNORECASE if ignore_case else 0
        return text if re.search(pattern, text, flags) else None
    except (re.error, NotImplementedError):
        return None


def _each(parsed: Iterable[tuple[Any, Any]], more: int) -> Iterable[str]:
    for kind, value in parsed:
        yield _one(kind, value, more)


def _one(kind: Any, value: Any, more: int) -> str:
    if kind is op.LITERAL:
        return chr(value)
    if kind is op.NOT_LITERAL:
        return next(c for c in _ANYTHING if ord(c) != value)
    if kind is op.ANY:
        return "w"
    if kind is op.AT:
        return ""
    if kind is op.IN:
        return _member(value)
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
        low, high, inner = value
        times = min(max(int(low), 1 if high else 0) + more, int(high))
        return times * "".join(_each(inner, more))
    if kind is op.SUBPATTERN:
        return "".join(_each(value[-1], more))
    if kind is op.BRANCH:
        return "".join(_each(value[1][0], more))
    raise NotImplementedError(str(kind))


def _member(parts: list[tuple[Any, Any]]) -> str:
    if parts[0][0] is op.NEGATE:
        return next(c for c in _ANYTHING if not any(_holds(part, c) for part in parts[1:]))
    kind, value = parts[0]
    if kind is op.CATEGORY:
        return _CLASSES.get(value, "w")
    return chr(value[0] if kind is op.RANGE else value)


def _holds(part: tuple[Any, Any], character: str) -> bool:
    kind, value = part
    if kind is op.LITERAL:
        return bool(ord(character) == value)
    if kind is op.RANGE:
        return bool(value[0] <= ord(character) <= value[1])
    return {
        op.CATEGORY_DIGIT: character.isdigit(),
        op.CATEGORY_SPACE: character.isspace(),
        op.CATEGORY_WORD: character.isalnum() or character == "_",
    }.get(value, False)
