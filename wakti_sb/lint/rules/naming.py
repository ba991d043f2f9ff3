"""Names as SQL text."""

from __future__ import annotations

from wakti_sb.generate.quoting import ident


def sql_name(name: str) -> str:
    """A `schema.name` as SQL text."""
    return ".".join(ident(part) for part in name.split(".", 1))
