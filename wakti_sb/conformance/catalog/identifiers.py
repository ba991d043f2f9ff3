"""Names as statements spell them, always in double quotes. Pure."""

from __future__ import annotations

from psycopg import sql

from ...spec import Relation


def quoted(relation: Relation) -> str:
    """A relation's name with its schema."""
    return sql.Identifier(relation.schema, relation.name).as_string(None)


def ident(name: str) -> str:
    """The name of a column, a policy or a trigger."""
    return sql.Identifier(name).as_string(None)
