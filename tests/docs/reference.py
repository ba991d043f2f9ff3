"""The pages of `docs/` that are made from the code; `python -m` this module writes them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from tests.docs import commands, configuration, environment, http_api

DOCS = Path(__file__).parents[2] / "docs"
PAGES: dict[str, Callable[[], str]] = {
    "commands.md": commands.page,
    "configuration.md": configuration.page,
    "environment.md": environment.page,
    "http-api.md": http_api.page,
    "wakti.schema.json": configuration.schema,
}

if __name__ == "__main__":
    for name, made in PAGES.items():
        (DOCS / name).write_text(made(), "utf-8")
        sys.stdout.write(f"wrote {name}\n")
