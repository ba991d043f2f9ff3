"""What is run on the embedded stack in the place of statements that only the platform accepts.

An extension of the platform lets `postgres` make event triggers and publications of all tables; the
embedded server has functions of its own for them. Indexes of pgvector and ICU's collations are not
there: what is made instead has their names, and is said. An extension that a project of the
platform has from the beginning may be dropped, though it is not there, and none needs an update.
One is moved to another schema by a superuser, who owns what is in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pglast import ast, parser
from pglast.stream import RawStream
from psycopg import sql

from wakti_sb.migrate.connection import Cursor
from wakti_sb.migrate.kinds import EVENT_TRIGGER, PUBLICATION_OF_ALL, VECTOR_INDEX
from wakti_sb.migrate.queries import query
from wakti_sb.migrate.statements import Statement

_NO_ICU = "this PostgreSQL has no ICU: the collation compares code points, with case and accents"


@dataclass(frozen=True, slots=True)
class StandIn:
    """What is run instead.

    Parameters:
        said: what a person should know of the difference; None if there is none.
    """

    sql: str
    said: str | None = None


@dataclass(frozen=True, slots=True)
class _Abilities:
    """What the server can do by itself; True for a database that is not the embedded stack's."""

    privileged: bool
    icu: bool
    vector_indexes: bool


def stand_in(cursor: Cursor, statement: Statement) -> StandIn | None:
    """What to run in the place of a statement; None if it is run as it is written."""
    if not statement.platform_only:
        return None
    row = cursor.execute(query("abilities")).fetchone()
    can = _Abilities(*row) if row is not None else _Abilities(True, True, True)
    node: Any = parser.parse_sql(statement.sql)[0].stmt
    match node:
        case ast.CreateEventTrigStmt() if not can.privileged:
            return StandIn(_event_trigger(node))
        case ast.CreatePublicationStmt() if not can.privileged:
            return StandIn(_publication(node))
        case ast.DefineStmt() if not can.icu:
            return StandIn(
                _collation(node, cursor.connection.info.server_version),
                _NO_ICU,
            )
        case ast.IndexStmt() if not can.vector_indexes:
            return StandIn(
                _index(node),
                f"an index by {node.accessMethod} is left empty here: queries are right, and slow",
            )
        case ast.DropStmt() if not can.privileged:
            node.missing_ok = True
            return StandIn(RawStream()(node))
        case ast.AlterExtensionStmt() if not can.privileged:
            # It is the newest here, and on the platform postgres may do so with each.
            return StandIn(_is_there(str(node.extname)))
        case ast.AlterObjectSchemaStmt() if not can.privileged:
            name: Any = node.object
            call = sql.SQL("call wakti_local.move_extension({}, {})")
            return StandIn(call.format(name.sval, node.newschema).as_string())
        case ast.DoStmt():
            return _block(statement.sql, can)
        case _ if "-x-icu" in statement.sql and not can.icu:
            return StandIn(statement.sql, _NO_ICU)
    return None


def _is_there(extension: str) -> str:
    """Nothing, or the error that there is no such extension."""
    check = sql.SQL(
        "do $$ begin"
        " if not exists (select from pg_catalog.pg_extension where extname = {}) then"
        " raise undefined_object using message = {}; end if; end $$"
    )
    return check.format(extension, f'extension "{extension}" does not exist').as_string()


def _block(text: str, can: _Abilities) -> StandIn | None:
    """A block with other statements in the place of those that this server does not take."""
    said = None
    changed = text
    if not can.privileged:
        changed = EVENT_TRIGGER.sub(_event_trigger_in_a_block, changed)
        changed = PUBLICATION_OF_ALL.sub(_publication_in_a_block, changed)
    if not can.vector_indexes and VECTOR_INDEX.search(changed):
        # What follows may be a condition; what a `format` has too many of, it leaves out.
        changed = VECTOR_INDEX.sub("using btree ((true))", changed)
        said = "an index of pgvector holds no vectors here: queries are right, and slow"
    return StandIn(changed, said) if changed != text else None


def _event_trigger_in_a_block(found: re.Match[str]) -> str:
    tags = [_text(tag) for tag in re.findall(r"[a-z]+(?: +[a-z]+)*", found["tags"] or "", re.I)]
    listed = f"array[{', '.join(tags)}]" if tags else "null"
    function = _text(f"{found['function']}()")
    name, event = _text(_folded(found["name"])), _text(found["event"])
    return f"call wakti_local.create_event_trigger({name}, {event}, {listed}, {function})"


def _publication_in_a_block(found: re.Match[str]) -> str:
    published = _text(found["published"]) if found["published"] else "null"
    name = _text(_folded(found["name"]))
    return f"call wakti_local.create_publication_of_all({name}, {published})"


def _text(value: str) -> str:
    """A text that stands as well in a block as inside of a text in one."""
    return f"$wakti${value}$wakti$"


def _folded(name: str) -> str:
    """A name as PostgreSQL takes it."""
    return name.strip('"') if name.startswith('"') else name.lower()


def _event_trigger(node: Any) -> str:
    tags = [tag.sval for option in node.whenclause or () for tag in option.arg]
    call = sql.SQL("call wakti_local.create_event_trigger({}, {}, {}, {}::regprocedure)").format(
        node.trigname, node.eventname, tags or None, f"{_name(node.funcname)}()"
    )
    return call.as_string()


def _publication(node: Any) -> str:
    published = [one.arg.sval for one in node.options or () if one.defname == "publish"]
    call = sql.SQL("call wakti_local.create_publication_of_all({}, {})").format(
        node.pubname, published[0] if published else None
    )
    return call.as_string()


def _collation(node: Any, version: int) -> str:
    provider = "builtin" if version >= 170000 else "libc"  # PostgreSQL 17 brought the former
    return (
        f"create collation {'if not exists ' if node.if_not_exists else ''}{_name(node.defnames)}"
        f" (provider = {provider}, locale = 'C.UTF-8')"
    )


def _index(node: Any) -> str:
    """An index of no rows, so that it can be described and dropped."""
    columns = "_".join(one.name or "expr" for one in node.indexParams)
    relation = node.relation
    name = node.idxname or f"{relation.relname}_{columns}_idx"
    words = ["create index", "concurrently" if node.concurrent else ""]
    words += ["if not exists" if node.if_not_exists and node.idxname else ""]
    words += [_name([ast.String(sval=name)]), "on", RawStream()(relation), "((true)) where false"]
    return " ".join(word for word in words if word)


def _name(parts: Iterable[Any]) -> str:
    return sql.Identifier(*(part.sval for part in parts)).as_string()
