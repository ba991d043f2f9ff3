"""The names of the tools that lint asks; a rule of theirs is written TOOL/RULE."""

from __future__ import annotations

SQLFLUFF = "sqlfluff"
SQUAWK = "squawk"
DENO = "deno"
TOOLS = (SQLFLUFF, SQUAWK, DENO)
