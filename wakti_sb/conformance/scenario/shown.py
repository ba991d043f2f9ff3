"""The rows of views: what they show to whom, read with a role that sees everything."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from psycopg import Connection, sql

from ...spec import Relation
from ..catalog import Table
from ..model import Identity
from .statements import relation_name

_ROWS = "select to_jsonb(t.*) from {} as t limit %s"
_OURS = (
    "select to_jsonb(t.*) from {} as t where exists ("
    "select from jsonb_each_text(to_jsonb(t.*)) as e where e.value = any (%s))"
)


def act_for(connection: Connection[Any], person: Identity | None) -> None:
    """Triggers and views may ask who is there: they are told `person`."""
    connection.execute(acting_for(person))


def acting_for(person: Identity | None) -> sql.Composed:
    """The statement that tells them."""
    claims = "" if person is None else json.dumps(person.token)
    return sql.SQL("select set_config('request.jwt.claims', {}, true)").format(sql.Literal(claims))


def shown_to(
    connection: Connection[Any],
    view: Table,
    people: Sequence[Identity],
    known: Iterable[dict[str, Any]],
    most: int,
) -> list[dict[str, Any]]:
    """Further rows that a view shows only to one of these people."""
    keys = view.primary_key or tuple(column.name for column in view.columns)
    seen = {tuple(str(values.get(column)) for column in keys) for values in known}
    query = sql.SQL(_ROWS).format(relation_name(view.relation))
    found: list[dict[str, Any]] = []
    for person in people:
        act_for(connection, person)
        for (values,) in connection.execute(query, (most,)).fetchall():
            key = tuple(str(values.get(column)) for column in keys)
            if key not in seen:
                seen.add(key)
                found.append(values)
    act_for(connection, None)
    return found


def shown_of_ours(
    connection: Connection[Any],
    view: Relation,
    marks: list[str],
    known: Sequence[dict[str, Any]],
) -> list[dict[str, Any]]:
    """The rows of a large view that show a row with one of these marks."""
    rows = connection.execute(sql.SQL(_OURS).format(relation_name(view)), (marks,))
    return [row[0] for row in rows if row[0] not in known]
