"""The text form of a right, read into the algebra of `rights`."""

from __future__ import annotations

import difflib
import re

from .rights import (
    AllOf,
    AnyOf,
    Authenticated,
    Claim,
    Condition,
    Member,
    Nobody,
    Own,
    Public,
    Right,
    Shared,
    TokenNames,
)

FORMS = (
    "none",
    "own",
    "member",
    "role:NAME",
    "shared",
    "shared:NAME",
    "authenticated",
    "public",
    "public where COLUMN",
    "claim:NAME=VALUE",
    "claim:NAME={COLUMN}",
    "X and Y",
    "X or Y",
)
"""What a right can look like, for error messages."""

_TOKEN = re.compile(r"\s*('(?:[^']|'')*'|\{[^{}]*\}|<=|[()=]|(?:(?!<=)[^\s()='])+)")
_SIMPLE: dict[str, Right] = {
    "none": Nobody(),
    "own": Own(),
    "member": Member(),
    "shared": Shared(),
    "authenticated": Authenticated(),
}
_RESERVED = {"and", "or", "where", "is", "not", "null", "(", ")", "=", "<="}


def parse_right(text: str) -> Right:
    """Read `text`. Raise ValueError with a sentence if it is not a right."""
    reader = _Reader(text)
    right = reader.any_of()
    reader.finish()
    if isinstance(right, AllOf | AnyOf) and "none" in reader.words:
        raise ValueError(f'"{text}" joins "none" with other rights; "none" stands alone')
    return right


def parse_condition(text: str) -> Condition:
    """Read the part after `where`. Raise ValueError with a sentence if it is not a condition."""
    reader = _Reader(text)
    condition = reader.condition()
    reader.finish()
    return condition


class _Reader:
    """Recursive descent over the tokens of one right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.words = self._split(text)
        self.position = 0

    def any_of(self) -> Right:
        parts = [self.all_of()]
        while self.take("or"):
            parts.append(self.all_of())
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))

    def all_of(self) -> Right:
        parts = [self.atom()]
        while self.take("and"):
            parts.append(self.atom())
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))

    def atom(self) -> Right:
        if self.take("("):
            right = self.any_of()
            if not self.take(")"):
                raise ValueError(f'"{self.text}" lacks a closing parenthesis')
            return right
        word = self.word("a right")
        if word in _SIMPLE:
            return _SIMPLE[word]
        if word == "public":
            return Public(self.condition() if self.take("where") else None)
        if word.startswith("role:"):
            return Member(self.after(word, "role:", "the name of a role"))
        if word.startswith("shared:"):
            return Shared(self.after(word, "shared:", "a way of sharing"))
        if word.startswith("claim:"):
            path = tuple(self.after(word, "claim:", "the name of a claim").split("."))
            if not all(path) or not self.take("="):
                raise ValueError(f'"{self.text}": a claim is written claim:NAME=VALUE')
            return self.claimed(path)
        raise ValueError(_unknown(word))

    def condition(self) -> Condition:
        if self.take("not"):
            return Condition(self.name(), "false")
        column = self.name()
        if self.take("="):
            return Condition(column, "=", self.literal())
        if self.take("is"):
            operator = "not null" if self.take("not") else "null"
            if not self.take("null"):
                raise ValueError(f'"{self.text}": write "is null" or "is not null"')
            return Condition(column, operator)
        if self.take("<="):
            if not all(map(self.take, ("now", "(", ")"))):
                raise ValueError(f'"{self.text}": behind "<=" stands "now()" and nothing else')
            return Condition(column, "past")
        return Condition(column)

    def name(self) -> str:
        word = self.word("the name of a column")
        return _unquote(word)

    def literal(self) -> str | int | bool:
        word = self.word("a value")
        if word.startswith("'"):
            return _unquote(word)
        if word in {"true", "false"}:
            return word == "true"
        if re.fullmatch(r"-?[0-9]{1,18}", word):
            return int(word)
        raise ValueError(f"\"{self.text}\": {word} is not a value; write text as '{word}'")

    def claimed(self, path: tuple[str, ...]) -> Right:
        """What a claim is compared with: a column in braces, else a value."""
        word = self.word("a value")
        if not word.startswith("{"):
            return Claim(path, _unquote(word))
        if not word.endswith("}") or not word[1:-1].strip():
            raise ValueError(f'"{self.text}": a column is written {{COLUMN}}, in braces')
        return TokenNames(path, word[1:-1])

    def after(self, word: str, prefix: str, wanted: str) -> str:
        """What follows a prefix: the rest of the word, or a quoted text behind it."""
        if word != prefix:
            return word.removeprefix(prefix)
        following = self.word(wanted)
        if not following.startswith("'"):
            raise ValueError(f'"{self.text}" lacks {wanted} right behind "{prefix}"')
        return _unquote(following)

    def take(self, word: str) -> bool:
        if self.position < len(self.words) and self.words[self.position] == word:
            self.position += 1
            return True
        return False

    def word(self, wanted: str) -> str:
        if self.position >= len(self.words):
            raise ValueError(f'"{self.text}" lacks {wanted} at its end')
        word = self.words[self.position]
        if word in _RESERVED:
            raise ValueError(f'"{self.text}": expected {wanted}, found "{word}"')
        self.position += 1
        return word

    def finish(self) -> None:
        if self.position < len(self.words):
            rest = self.words[self.position]
            raise ValueError(f'"{self.text}": "{rest}" is one word too many; join with and / or')

    @staticmethod
    def _split(text: str) -> list[str]:
        words: list[str] = []
        position = 0
        text = text.rstrip()
        while position < len(text):
            match = _TOKEN.match(text, position)
            if match is None:
                raise ValueError(f'"{text}" has a quote that is not closed')
            words.append(match[1])
            position = match.end()
        return words


def _unquote(word: str) -> str:
    return word[1:-1].replace("''", "'") if word.startswith("'") else word


def _unknown(word: str) -> str:
    close = difflib.get_close_matches(word, [*_SIMPLE, "public"], n=1)
    hint = f'did you mean "{close[0]}"? ' if close else ""
    return f'"{word}" is not a right; {hint}valid are: {", ".join(FORMS)}'
