"""A text that a regular expression accepts, for CHECK constraints such as `slug ~ '^[a-z]+$'`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import Any, TypeVar

# The parser of the standard library has no public door, and no types.
op: Any = import_module("re._constants")
parser: Any = import_module("re._parser")

_WORDS = "wabcdefghijklmnopqrstuvxyz0123456789"
_CLASSES = {op.CATEGORY_SPACE: " ", op.CATEGORY_WORD: _WORDS, op.CATEGORY_DIGIT: "7890123456"}
_ANYTHING = "wW7_-. @/:"
_POSIX = {
    "[:alpha:]": "a-zA-Z",
    "[:alnum:]": "a-zA-Z0-9",
    "[:digit:]": "0-9",
    "[:lower:]": "a-z",
    "[:upper:]": "A-Z",
    "[:space:]": " ",
    "[:xdigit:]": "0-9a-f",
    "[:punct:]": "._-",
}
_MOST = 200  # characters of a range
_NOT_WRITTEN = (op.AT, op.ASSERT, op.ASSERT_NOT)

_Choice = TypeVar("_Choice")


def example(
    pattern: str, *, more: int = 0, number: int = 0, ignore_case: bool = False
) -> str | None:
    """A text that `pattern` accepts, longer by `more` where it repeats; None if none is found.

    Another one for each `number`, as far as the pattern leaves a choice.
    """
    for theirs, ours in _POSIX.items():
        pattern = pattern.replace(theirs, ours)
    try:
        text = _Writer(more, number).all(parser.parse(pattern))
        flags = re.IGNORECASE if ignore_case else 0
        return text if re.search(pattern, text, flags) else None
    except (re.error, NotImplementedError):
        return None


class _Writer:
    """Writes one text; each choice between characters takes its part of the number."""

    def __init__(self, more: int, number: int) -> None:
        self._more = more
        self._number = number

    def all(self, parsed: Iterable[tuple[Any, Any]]) -> str:
        return "".join(self._one(kind, value) for kind, value in parsed)

    def _one(self, kind: Any, value: Any) -> str:
        if kind is op.LITERAL:
            return chr(value)
        if kind is op.NOT_LITERAL:
            return self._one_of([c for c in _WORDS + _ANYTHING if ord(c) != value])
        if kind is op.ANY:
            return self._one_of(_WORDS)
        if kind in _NOT_WRITTEN:
            return ""
        if kind is op.IN:
            return self._member(value)
        if kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
            low, high, inner = value
            times = min(max(int(low), 1 if high else 0) + self._more, int(high))
            return "".join(self.all(inner) for _ in range(times))
        if kind is op.SUBPATTERN:
            return self.all(value[-1])
        if kind is op.BRANCH:
            return self.all(self._one_of(value[1]))
        raise NotImplementedError(str(kind))

    def _member(self, parts: list[tuple[Any, Any]]) -> str:
        if parts[0][0] is op.NEGATE:
            known = [c for c in _WORDS + _ANYTHING if not any(_holds(p, c) for p in parts[1:])]
            return self._one_of(list(dict.fromkeys(known)))
        return self._one_of([c for part in parts for c in _members(part)])

    def _one_of(self, choices: Sequence[_Choice]) -> _Choice:
        if not choices:
            raise NotImplementedError("nothing is left to choose from")
        self._number, chosen = divmod(self._number, len(choices))
        return choices[chosen]


def _members(part: tuple[Any, Any]) -> Sequence[str]:
    """The characters that a part of a set stands for."""
    kind, value = part
    if kind is op.RANGE:
        low, high = value
        return [chr(code) for code in range(low, min(high, low + _MOST) + 1)]
    return _CLASSES.get(value, "w") if kind is op.CATEGORY else chr(value)


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
