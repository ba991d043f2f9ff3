"""What a new user says of itself: triggers at sign-up often read it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..catalog import Catalog
from .checks import candidates, enumerated
from .samples import marker, sample
from .solve import expressions_on

_READ = re.compile(r"raw_user_meta_data\s*->>?\s*'([^']+)'")


def profile(number: int, salt: str, catalog: Catalog | None = None) -> dict[str, str]:
    """Names and a picture; and what trigger functions ask for, as the column of that name takes."""
    word = marker(number, f"user{salt}")
    names = ("name", "full_name", "display_name", "first_name", "last_name")
    usual = {name: f"{name} {word}" for name in names} | {
        "username": word,
        "user_name": word,
        "avatar_url": f"https://example.com/{word}",
    }
    return (dict(_asked_for(catalog, number, salt)) if catalog is not None else {}) | usual


def _asked_for(catalog: Catalog, number: int, salt: str) -> Iterator[tuple[str, str]]:
    sources = [function.source for function in catalog.functions if function.trigger]
    for key in dict.fromkeys(key for text in sources for key in _READ.findall(text)):
        for table in catalog.exposed:
            column = table.column(key)
            if column is None or table.is_view:
                continue
            expressions = expressions_on(table, key)
            listed = enumerated(column, expressions)
            known = (*listed, *candidates(column, expressions, number, salt)) if expressions else ()
            value = next(iter(known), None) or sample(column, number, salt)
            if value is not None:
                yield key, value
                break
