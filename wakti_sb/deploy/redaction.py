"""Secrets that this run knows, kept out of every text that leaves it."""

from __future__ import annotations

import re

_HIDDEN = "***"
_TOKENS = re.compile(r"sbp_\w+|sb_secret_\w+|(?<=://)([^:/@\s]+):[^@\s]+@")
_SHORTEST = 8  # a shorter word would be struck out of ordinary sentences


class Secrets:
    """The secrets of one run."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def add(self, *values: str | None) -> None:
        """Remember values that must never be shown."""
        self._known.update(value for value in values if value and len(value) >= _SHORTEST)

    def redact(self, text: str) -> str:
        """The text without any secret."""
        for secret in sorted(self._known, key=len, reverse=True):
            text = text.replace(secret, _HIDDEN)
        return _TOKENS.sub(lambda found: f"{found[1]}:***@" if found[1] else _HIDDEN, text)
