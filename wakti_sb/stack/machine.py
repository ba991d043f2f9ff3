"""What a local stack needs of this machine, for others that need it too."""

from __future__ import annotations

from wakti_sb.stack.embedded.checkup import Check, examine
from wakti_sb.stack.embedded.deno import Deno
from wakti_sb.stack.embedded.deno import find as find_deno
from wakti_sb.stack.embedded.installation import install
from wakti_sb.stack.embedded.paths import cache
from wakti_sb.stack.embedded.shared import clean as clean_cache

__all__ = ["Check", "Deno", "cache", "clean_cache", "examine", "find_deno", "postgres_program"]


def postgres_program(name: str) -> str:
    """The path of a program of this toolkit's PostgreSQL: `pg_dump`, `psql` and so on.

    Raise EnvironmentProblem if there is no PostgreSQL for this machine.
    """
    return install(cache()).program(name)
