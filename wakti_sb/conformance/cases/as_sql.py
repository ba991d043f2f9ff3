"""Requests as SQL statements, with their values in them, as a person would paste them. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from psycopg import sql

from ...spec import Relation
from ..model import Call, Copy, Delete, Insert, Pairs, Request, Select, Update, Upsert
from ..scenario.statements import relation_name

# A value has a type of its own; these stand for whatever the caller brings.
_POLYMORPHIC = {
    "anyelement": "text",
    "anynonarray": "text",
    "anyarray": "text[]",
    "anyrange": "int4range",
    "anymultirange": "int4multirange",
    "anycompatible": "text",
    "anycompatiblenonarray": "text",
    "anycompatiblearray": "text[]",
    "anycompatiblerange": "int4range",
    "anycompatiblemultirange": "int4multirange",
    '"any"': "text",
}


def to_sql(request: Request) -> str:
    """The statement, with its values in it, as a person would paste it."""
    return _statement(request).as_string(None)


def _statement(request: Request) -> sql.Composable:
    match request:
        case Select():
            return _select(request)
        case Insert(table=table, values=values, returning=returning):
            made = _insert(table, values)
            if not returning:
                return made
            return sql.SQL("{} returning {}").format(made, _joined(map(sql.Identifier, returning)))
        case Upsert(table=table, values=values, key=key):
            return _over(_insert(table, values), values, key)
        case Update(table=table, values=values, where=where):
            return sql.SQL("update {} set {}{}").format(
                relation_name(table), _joined(_equal(*pair) for pair in values), _where(where)
            )
        case Delete(table=table, where=where):
            return sql.SQL("delete from {}{}").format(relation_name(table), _where(where))
        case Copy(table=table, values=values, where=where, key=key):
            copied = sql.SQL("insert into {} ({}) select {} from {}{}").format(
                relation_name(table),
                _joined(sql.Identifier(n) for n, _ in values),
                _joined(sql.Literal(v) for _, v in values),
                relation_name(table),
                _where(where),
            )
            return _over(copied, values, key) if key else copied
        case Call():
            return _call(request)


def _over(insert: sql.Composable, values: Pairs, key: tuple[str, ...]) -> sql.Composable:
    """The insert, or an update of the row with the same key."""
    rest = [sql.Identifier(each) for each, _ in values if each not in key]
    action: sql.Composable = sql.SQL("do nothing")
    if rest:
        changes = _joined(sql.SQL("{0} = excluded.{0}").format(each) for each in rest)
        action = sql.SQL("do update set {}").format(changes)
    columns = _joined(map(sql.Identifier, key))
    return sql.SQL("{} on conflict ({}) {}").format(insert, columns, action)


def shown(value: Any) -> str:
    """A value for a sentence or a report."""
    return value if isinstance(value, str) else json.dumps(value)


def _call(request: Call) -> sql.Composable:
    given: list[sql.Composable] = []
    for number, (argument, value) in enumerate(request.arguments):
        typed: sql.Composable = sql.Literal(value)
        if number < len(request.types):
            # format_type() has quoted the type's name already.
            cast = sql.SQL(_POLYMORPHIC.get(request.types[number], request.types[number]))
            typed = sql.SQL("{}::{}").format(typed, cast)
        known = sql.SQL("{} => ").format(sql.Identifier(argument)) if argument else sql.SQL("")
        if request.variadic and number == len(request.arguments) - 1:
            known = sql.SQL("variadic {}").format(known)
        given.append(sql.SQL("{}{}").format(known, typed))
    # Not `from f()`: a record without names for its columns could not be called so.
    return sql.SQL("select {}({})").format(relation_name(request.function), _joined(given))


def _select(request: Select) -> sql.Composable:
    columns = [sql.Identifier("t", column) for column in request.columns]
    listed: sql.Composable = sql.SQL("count(*)") if request.count else _joined(columns)
    source: sql.Composable = sql.SQL("{} as t").format(relation_name(request.table))
    if request.join is not None:
        on = sql.SQL(" and ").join(
            sql.SQL("{} = {}").format(sql.Identifier("t", ours), sql.Identifier("p", theirs))
            for ours, theirs in request.join.columns
        )
        source = sql.SQL("{} as p inner join {} on {}").format(
            relation_name(request.join.parent), source, on
        )
    where: sql.Composable = _where(request.where, "t")
    if request.present is not None:
        where = sql.SQL("{} {} {} is not null").format(
            where,
            sql.SQL("and" if request.where else "where"),
            sql.Identifier("t", request.present),
        )
    order = (
        sql.SQL(" order by {}").format(sql.Identifier("t", request.order))
        if request.order is not None
        else sql.SQL("")
    )
    return sql.SQL("select {} from {}{}{}").format(listed, source, where, order)


def _insert(table: Relation, values: Pairs) -> sql.Composable:
    if not values:
        return sql.SQL("insert into {} default values").format(relation_name(table))
    return sql.SQL("insert into {} ({}) values ({})").format(
        relation_name(table),
        _joined(sql.Identifier(n) for n, _ in values),
        _joined(sql.Literal(v) for _, v in values),
    )


def _where(pairs: Pairs, alias: str | None = None) -> sql.Composable:
    if not pairs:
        return sql.SQL("")
    parts = (_condition(n, v, alias) for n, v in pairs)
    return sql.SQL(" where {}").format(sql.SQL(" and ").join(parts))


def _condition(column: str, value: Any, alias: str | None) -> sql.Composable:
    known = sql.Identifier(alias, column) if alias else sql.Identifier(column)
    if value is None:
        return sql.SQL("{} is null").format(known)
    return sql.SQL("{} = {}").format(known, sql.Literal(value))


def _equal(column: str, value: Any) -> sql.Composable:
    return sql.SQL("{} = {}").format(sql.Identifier(column), sql.Literal(value))


def _joined(parts: Iterable[sql.Composable]) -> sql.Composable:
    return sql.SQL(", ").join(parts)
