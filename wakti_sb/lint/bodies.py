"""The statements in the body of a function, as far as they are written out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pglast import parser

from wakti_sb.lint.tree import parsed

_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_BEGINNINGS = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE_P", "WITH"})
_ENDS = frozenset({b";", b"loop", b"then"})  # of a statement, of what a loop or a branch asks


def without_comments(body: str) -> str:
    """A body without its comments."""
    return _COMMENT.sub(" ", body)


def statements(language: str, body: str) -> Iterator[Any]:
    """The parsed statements of an SQL or PL/pgSQL body; what cannot be read alone is left out."""
    if language == "sql":
        yield from _parsed(body)
    elif language == "plpgsql":
        for text in _queries(body):
            yield from _parsed(text)


def _queries(body: str) -> Iterator[str]:
    """Every query of a PL/pgSQL body: it begins with its word and ends where its bracket does."""
    try:
        tokens = parser.scan(body)
    except parser.ParseError:
        return
    raw = body.encode()  # the scanner counts bytes
    at = 0
    while at < len(tokens):
        token = tokens[at]
        performs = raw[token.start : token.end + 1].lower() == b"perform"
        if token.name not in _BEGINNINGS and not performs:
            at += 1
            continue
        end = _end(tokens, at, raw)
        text = raw[token.start : tokens[end - 1].end + 1].decode()
        yield f"select{text[len('perform') :]}" if performs else text
        at = end


def _end(tokens: list[Any], start: int, raw: bytes) -> int:
    depth = cases = 0
    for at in range(start, len(tokens)):
        word = raw[tokens[at].start : tokens[at].end + 1].lower()
        depth += {b"(": 1, b")": -1}.get(word, 0)
        cases += {b"case": 1, b"end": -1}.get(word, 0)
        if depth < 0 or (depth == 0 and cases <= 0 and word in _ENDS):
            return at
    return len(tokens)


def _parsed(text: str) -> Iterator[Any]:
    try:
        yield from (raw.stmt for raw in parsed(text))
    except parser.ParseError:
        return
