"""Functions, and who may call them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from pglast import enums
from pglast.stream import RawStream

from wakti_sb.lint.catalog import Catalog, Function
from wakti_sb.lint.finding import Place
from wakti_sb.lint.replay.names import qualified, roles, schema_of, signature, strings, truth
from wakti_sb.lint.tree import ast

# PostgreSQL lets everybody call a new function; on Supabase the API roles are named as well, and
# a project that does not is served by the same revoke.
_AT_FIRST = frozenset({"public", "anon", "authenticated", "service_role"})
_ROUTINES = (
    enums.ObjectType.OBJECT_FUNCTION,
    enums.ObjectType.OBJECT_ROUTINE,
    enums.ObjectType.OBJECT_PROCEDURE,
)


@dataclass(slots=True)
class FunctionDefaults:
    """Who may call a new function; by schema where a statement said so."""

    everywhere: set[str] = field(default_factory=lambda: set(_AT_FIRST))
    in_schema: dict[str, set[str]] = field(default_factory=dict)

    def executors(self, schema: str) -> set[str]:
        """Who may call a function made in `schema` now."""
        return set(self.in_schema.get(schema, self.everywhere))


def apply(node: Any, place: Place, catalog: Catalog, defaults: FunctionDefaults) -> None:
    """Follow a statement about functions or their privileges."""
    match node:
        case ast.CreateFunctionStmt():
            _create(node, place, catalog, defaults)
        case ast.AlterFunctionStmt():
            for name in _matching(node.func, catalog):
                _set(catalog.functions[name], node.actions)
                for option in node.actions or ():
                    if option.defname == "volatility":
                        catalog.functions[name].volatility = option.arg.sval
        case ast.GrantStmt() if node.objtype in _ROUTINES:
            for name in _objects(node, catalog):
                _grant(catalog.functions[name].executors, node)
        case ast.AlterDefaultPrivilegesStmt() if node.action.objtype in _ROUTINES:
            _default(node, defaults)


def _create(node: Any, place: Place, catalog: Catalog, defaults: FunctionDefaults) -> None:
    name = qualified(node.funcname)
    key = name + signature(node.parameters)
    before = catalog.functions.get(key)
    function = Function(
        place,
        security_definer=False,
        search_path=None,
        called_by_name=not node.is_procedure and not _is_for_triggers(node.returnType),
        # Replacing a function keeps its privileges.
        executors=before.executors if before else defaults.executors(schema_of(name)),
    )
    _set(function, node.options)
    for option in node.options or ():
        if option.defname == "language":
            function.language = option.arg.sval.lower()
        elif option.defname == "as":
            function.body = option.arg[0].sval
        elif option.defname == "volatility":
            function.volatility = option.arg.sval
    function.for_triggers = _is_for_triggers(node.returnType)
    if node.sql_body is not None:
        function.body = RawStream()(node.sql_body) if isinstance(node.sql_body, ast.Node) else ""
    catalog.functions[key] = function


def _is_for_triggers(result: Any) -> bool:
    return result is not None and strings(result.names)[-1] in {"trigger", "event_trigger"}


def _set(function: Function, options: Sequence[Any] | None) -> None:
    for option in options or ():
        if option.defname == "security":
            function.security_definer = truth(option.arg)
        elif option.defname == "set" and option.arg.name == "search_path":
            function.search_path = _schemas(option.arg)
        elif option.defname == "set" and option.arg.kind == enums.VariableSetKind.VAR_RESET_ALL:
            function.search_path = None


def _schemas(setting: Any) -> tuple[str, ...] | None:
    """What a `set search_path` names; None where that is the caller's choice."""
    if setting.kind != enums.VariableSetKind.VAR_SET_VALUE:
        return None
    return tuple(value.val.sval for value in setting.args)


def _matching(node: Any, catalog: Catalog) -> list[str]:
    """Functions that a statement names; without types it means the only one of that name."""
    name = qualified(node.objname)
    if node.args_unspecified:
        return [key for key in catalog.functions if key.partition("(")[0] == name]
    key = name + signature(node.objfuncargs or node.objargs)
    return [key] if key in catalog.functions else []


def _objects(node: Any, catalog: Catalog) -> Iterator[str]:
    if node.targtype == enums.GrantTargetType.ACL_TARGET_ALL_IN_SCHEMA:
        schemas = strings(node.objects)
        yield from (key for key in catalog.functions if schema_of(key) in schemas)
        return
    for item in node.objects:
        yield from _matching(item, catalog)


def _grant(executors: set[str], node: Any) -> None:
    if node.is_grant:
        executors.update(roles(node.grantees))
    elif not node.grant_option:
        executors.difference_update(roles(node.grantees))


def _default(node: Any, defaults: FunctionDefaults) -> None:
    schemas: Iterable[str] = next(
        (strings(option.arg) for option in node.options or () if option.defname == "schemas"), ()
    )
    if not schemas:
        for executors in (defaults.everywhere, *defaults.in_schema.values()):
            _grant(executors, node.action)
    for schema in schemas:
        executors = defaults.in_schema.setdefault(schema, set(defaults.everywhere))
        # A schema's defaults add to those for everywhere: a revoke takes away only what the
        # platform gave in that schema, never what PostgreSQL gives to everybody.
        if node.action.is_grant or "public" not in roles(node.action.grantees):
            _grant(executors, node.action)


def drop(items: Iterable[Any], catalog: Catalog) -> None:
    """Follow a `drop function`."""
    for item in items:
        for key in _matching(item, catalog):
            del catalog.functions[key]
