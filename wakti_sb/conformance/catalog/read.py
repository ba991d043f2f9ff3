"""Read the catalog of a live database."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import resources
from typing import Any, cast

from psycopg import Connection

from ...spec import Relation
from .asked import with_asked
from .model import (
    Argument,
    Bucket,
    Catalog,
    Check,
    Column,
    ForeignKey,
    Function,
    Helper,
    Partition,
    Policy,
    Role,
    Rule,
    Table,
    Unique,
)
from .views import completed


def read_catalog(
    connection: Connection[Any], schemas: Iterable[str], relations: Iterable[str] = ()
) -> Catalog:
    """What `schemas` hold, and `relations` outside them, as the connection's role sees it."""
    exposed = tuple(schemas)
    parameters = {"schemas": list(exposed), "relations": list(relations)}
    (found,) = _one(connection, "catalog.sql", parameters)
    (helpers,) = _one(connection, "helpers.sql")
    buckets: list[dict[str, Any]] = []
    if connection.execute("select to_regclass('storage.buckets')").fetchone() != (None,):
        (buckets,) = _one(connection, "buckets.sql")
    known = tuple(_helper(entry) for entry in helpers)
    tables = {
        (table := with_asked(_table(entry), known)).relation: table for entry in found["relations"]
    }
    return Catalog(
        schemas=exposed,
        tables={name: completed(table, tables) for name, table in tables.items()},
        functions=tuple(_function(entry) for entry in found["functions"]),
        buckets={entry["name"]: _bucket(entry) for entry in buckets},
        roles={
            name: Role(name, role["bypasses"], role["timeout"])
            for name, role in found["roles"].items()
        },
        role=found["role"],
        helpers=known,
    )


def _one(connection: Connection[Any], file: str, parameters: Any = None) -> tuple[Any, ...]:
    text = resources.files(__package__).joinpath(file).read_text(encoding="utf-8")
    row = connection.execute(text, parameters).fetchone()
    assert row is not None, "a select of one aggregate answers with one row"  # noqa: S101  (for mypy)
    return cast("tuple[Any, ...]", row)


def _table(entry: dict[str, Any]) -> Table:
    return Table(
        relation=Relation.of(entry["schema"], entry["name"]),
        columns=tuple(_column(column) for column in entry["columns"]),
        kind=entry["kind"],
        rls=entry["rls"],
        forced=entry["forced"],
        invoker=entry["invoker"],
        checks=tuple(
            Check(check["name"], check["expression"], tuple(check["columns"]))
            for check in entry["checks"]
        ),
        foreign_keys=tuple(_foreign_key(key) for key in entry["foreign_keys"]),
        uniques=tuple(Unique(tuple(u["columns"]), u["primary"]) for u in entry["uniques"]),
        policies=tuple(_policy(policy) for policy in entry["policies"]),
        rules=tuple(_rule(rule) for rule in entry["rules"]),
        deleters=tuple(entry["deleters"]),
        bypassers=tuple(entry["bypassers"]),
        open_partitions=tuple(Partition(**each) for each in entry["open_partitions"]),
        published=entry["published"],
        writes=tuple(entry["writes"]),
        bases=tuple(Relation.of(*base) for base in entry["bases"]),
        estimate=int(entry["estimate"]),
        definition=entry["definition"] or "",
    )


def _column(entry: dict[str, Any]) -> Column:
    lists = ("labels", "domain_checks", "readers", "inserters", "updaters")
    values: dict[str, Any] = {k: tuple(v) if k in lists else v for k, v in entry.items()}
    return Column(**values)


def _foreign_key(entry: dict[str, Any]) -> ForeignKey:
    return ForeignKey(
        entry["name"],
        tuple(entry["columns"]),
        Relation.of(entry["schema"], entry["table"]),
        tuple(entry["parent_columns"]),
        entry["blocks"],
        entry["deferrable"],
    )


def _policy(entry: dict[str, Any]) -> Policy:
    return Policy(
        entry["name"],
        entry["command"],
        entry["permissive"],
        tuple(entry["roles"]),
        entry["using"],
        entry["check"],
    )


def _argument(entry: dict[str, Any]) -> Argument:
    listed = {key: tuple(entry[key]) for key in ("labels", "checks")}
    return Argument(**{**entry, **listed})


def _rule(entry: dict[str, Any]) -> Rule:
    # A trigger keeps its arguments with a zero byte behind each.
    arguments = bytes.fromhex(entry["arguments"]).split(b"\0")[:-1]
    columns = tuple(argument.decode() for argument in arguments)
    return Rule(entry["name"], entry["operation"], entry["function"], columns)


def _bucket(entry: dict[str, Any]) -> Bucket:
    return Bucket(entry["name"], entry["public"], tuple(entry["allowed_mime_types"] or ()))


def _function(entry: dict[str, Any]) -> Function:
    return Function(
        relation=Relation.of(entry["schema"], entry["name"]),
        types=entry["types"],
        arguments=tuple(map(_argument, entry["arguments"])),
        result=entry["result"] or "",
        definer=entry["definer"],
        volatile=entry["volatile"],
        source=entry["source"] or "",
        trigger=entry["trigger"],
        search_path=entry["search_path"],
        executors=tuple(entry["executors"]),
    )


def _helper(entry: dict[str, Any]) -> Helper:
    return Helper(
        Relation.of(entry["schema"], entry["name"]),
        tuple(entry["arguments"]),
        entry["language"],
        entry["definer"],
        entry["body"] or "",
        tuple(entry["defaults"]),
        entry["hook"] is True,
    )
