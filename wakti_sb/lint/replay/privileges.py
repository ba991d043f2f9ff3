"""Who may do what with tables and views; what is given for those that will be made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pglast import enums

from wakti_sb.lint.catalog import Catalog, DefaultGrant, Table, View
from wakti_sb.lint.finding import Place
from wakti_sb.lint.replay.names import relation, roles, schema_of, strings
from wakti_sb.lint.tree import ast

_ALL = frozenset({"select", "insert", "update", "delete"})
_PLATFORM_SCHEMA = "public"
_API = ("anon", "authenticated", "service_role")
_KINDS = {
    enums.ObjectType.OBJECT_TABLE: "tables",
    enums.ObjectType.OBJECT_FUNCTION: "functions",
    enums.ObjectType.OBJECT_SEQUENCE: "sequences",
}


def _of_the_platform() -> dict[str, dict[str, set[str]]]:
    return {_PLATFORM_SCHEMA: {role: set(_ALL) for role in _API}}


@dataclass(slots=True)
class TableDefaults:
    """What roles get on a new table or view, by its schema; on Supabase all of it in `public`."""

    in_schema: dict[str, dict[str, set[str]]] = field(default_factory=_of_the_platform)
    everywhere: dict[str, set[str]] = field(default_factory=dict)

    def privileges(self, name: str) -> dict[str, set[str]]:
        """What roles get on a table of this name that is made now."""
        given = {role: set(what) for role, what in self.everywhere.items()}
        for role, what in self.in_schema.get(schema_of(name), {}).items():
            given.setdefault(role, set()).update(what)
        return given


def grant(node: Any, catalog: Catalog) -> None:
    """Follow a grant or revoke on tables and views."""
    for thing in _things(node, catalog):
        _apply(thing.privileges, node)


def default(node: Any, place: Place, catalog: Catalog, defaults: TableDefaults) -> None:
    """Follow an `alter default privileges`."""
    schemas = next((strings(o.arg) for o in node.options or () if o.defname == "schemas"), ())
    kind = _KINDS.get(node.action.objtype)
    if kind is None:
        return
    if kind == "tables":
        for schema in schemas:
            _apply(defaults.in_schema.setdefault(schema, {}), node.action)
        if not schemas:
            _apply(defaults.everywhere, node.action)
    changed = {(schema, role) for schema in schemas or (None,) for role in _named(node.action)}
    kept = [
        g for g in catalog.default_grants if g.kind != kind or (g.schema, g.role) not in changed
    ]
    if node.action.is_grant:
        kept += (
            DefaultGrant(schema, role, kind, place) for schema, role in sorted(changed, key=str)
        )
    catalog.default_grants[:] = kept


def _named(node: Any) -> tuple[str, ...]:
    return roles(node.grantees)


def _things(node: Any, catalog: Catalog) -> Iterator[Table | View]:
    if node.targtype == enums.GrantTargetType.ACL_TARGET_ALL_IN_SCHEMA:
        schemas = strings(node.objects)
        for known in (catalog.tables, catalog.views):
            for name, thing in known.items():
                if schema_of(name) in schemas:
                    yield thing
        return
    for item in node.objects:
        if isinstance(item, ast.RangeVar):
            name = relation(item)
            found: Table | View | None = catalog.tables.get(name) or catalog.views.get(name)
            if found is not None:
                yield found


def _apply(privileges: dict[str, set[str]], node: Any) -> None:
    named = {each.priv_name for each in node.privileges or () if each.priv_name}
    whole = {each.priv_name for each in node.privileges or () if each.priv_name and not each.cols}
    if not node.privileges:
        named = whole = set(_ALL)
    for role in roles(node.grantees):
        held = privileges.setdefault(role, set())
        if node.is_grant:
            held.update(named & _ALL)  # a column is something, too
        elif not node.grant_option:
            held.difference_update(whole)
