"""Names in PostgreSQL's parse tree."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pglast import enums
from pglast.parser import ParseError

from wakti_sb.lint.tree import ast, parsed

_DEFAULT_SCHEMA = "public"  # what the search_path of a Supabase project's migrations says


def relation(node: Any) -> str:
    """The `schema.name` of a RangeVar."""
    return f"{node.schemaname or _DEFAULT_SCHEMA}.{node.relname}"


def qualified(parts: Iterable[Any]) -> str:
    """The `schema.name` of a list of strings."""
    names = [part.sval for part in parts]
    return ".".join(names[-2:]) if len(names) > 1 else f"{_DEFAULT_SCHEMA}.{names[0]}"


def schema_of(name: str) -> str:
    """The schema of a `schema.name`."""
    return name.split(".", 1)[0]


def strings(nodes: Iterable[Any] | None) -> tuple[str, ...]:
    """The texts of a list of strings."""
    return tuple(node.sval for node in nodes or ())


def roles(nodes: Sequence[Any] | None) -> tuple[str, ...]:
    """Role names; everybody is `public`."""
    everybody = enums.RoleSpecType.ROLESPEC_PUBLIC
    return tuple(
        "public" if node.roletype == everybody else node.rolename or "current_user"
        for node in nodes or ()
    )


def signature(nodes: Sequence[Any] | None) -> str:
    """The types that tell overloaded functions apart, from parameters or from types."""
    modes = enums.FunctionParameterMode
    outgoing = (modes.FUNC_PARAM_OUT, modes.FUNC_PARAM_TABLE)
    types = []
    for node in nodes or ():
        if isinstance(node, ast.FunctionParameter):
            if node.mode in outgoing:
                continue
            node = node.argType
        types.append(_type(node))
    return f"({', '.join(types)})"


def function_key(text: str) -> str:
    """The key of a function that a person wrote: `public.f(int)` is `public.f(int4)` here.

    Without types it is the name alone. A text that names no function is its own key.
    """
    try:
        named = parsed(f"drop function {text}")[0].stmt.objects[0]
    except ParseError:
        return text
    name = qualified(named.objname)
    return name if named.args_unspecified else name + signature(named.objfuncargs or named.objargs)


def _type(node: Any) -> str:
    names = strings(node.names)
    name = ".".join(names[1:] if names[0] in {"pg_catalog", _DEFAULT_SCHEMA} else names)
    return name + "[]" * len(node.arrayBounds or ())


def truth(node: Any) -> bool:
    """Whether an option is on; named without a value it is."""
    if node is None:
        return True
    value = getattr(node, "boolval", getattr(node, "sval", getattr(node, "ival", True)))
    return str(value).lower() in {"true", "on", "1", "yes"}
