"""`docs/http-api.md`, made from `docs/openapi.yaml`, which is made from the function's schemas."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

Schema = Mapping[str, Any]

_SOURCE = Path(__file__).parents[2] / "docs" / "openapi.yaml"
_HEAD = """# HTTP API

Made from [openapi.yaml](openapi.yaml) (`python -m tests.docs.reference`); a test compares the two.
Why it answers as it does: [site-api.md](site-api.md).

There is one address: `{SUPABASE_URL}/functions/v1/project-backend-api`. The method and `action` say
what is asked. Answers are JSON; success is 200. Fields marked *required* have to be there. All
others may be left out.
"""
_UUID = "{8}-[0-9a-fA-F]{4}-"
_OF_TYPES = {"integer": "whole number", "string": "text", "object": "object", "number": "number"}
_FORMATS = {"uuid": "UUID", "date-time": "time", "binary": "file"}


def page() -> str:
    """The text of the page."""
    document: dict[str, Any] = yaml.safe_load(_SOURCE.read_text("utf-8"))
    operations: dict[str, Schema] = document["paths"]["/"]
    parts = [_HEAD, _credentials(document["components"]["securitySchemes"])]
    for method, operation in operations.items():
        parts.extend(_operation(method.upper(), operation))
    parts.append(_refusals(operations))
    for name, shape in document["components"]["schemas"].items():
        parts.append(f"## {name}\n\n{_table(shape)}\n")
    return "\n".join(parts)


def _credentials(schemes: Mapping[str, Schema]) -> str:
    rows = ["| credential | where |", "| --- | --- |"]
    for scheme in schemes.values():
        place = scheme.get("name", "Authorization: Bearer …")
        rows.append(f"| {_text(scheme['description'])} | header `{place}` |")
    return "## Credentials\n\nBoth are optional.\n\n" + "\n".join(rows) + "\n"


def _operation(method: str, operation: Schema) -> Iterator[str]:
    yield f"## {method}\n\n{operation['summary']}.\n"
    parameters = operation.get("parameters", ())
    if parameters:
        rows = ["| parameter | in | value | default | |", "| --- | --- | --- | --- | --- |"]
        for one in parameters:
            shape, meaning = one["schema"], _text(one.get("description", ""))
            default = _default(shape, required=one.get("required", False))
            rows.append(
                f"| `{one['name']}` | {one['in']} | {_value(shape)} | {default} | {meaning} |"
            )
        yield "\n".join(rows) + "\n"
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        for shape in _alternatives(content["schema"]):
            about = f"\n\n{shape['description']}" if "description" in shape else ""
            yield f"### {method} {_action(shape)}: `{kind}`{about}\n\n{_table(shape)}\n"
    yield f"Answers {method} with one of:\n"
    found = operation["responses"]["200"]["content"]["application/json"]["schema"]
    yield "\n".join(f"- {_shape(one)}" for one in _alternatives(found)) + "\n"


def _action(shape: Schema) -> str:
    """What tells one body from the others: its action, or the field that replaces it."""
    action = shape["properties"].get("action")
    if action is None:
        return "a file"
    if "const" in action:
        return f"`{action['const']}`"
    special = [name for name in ("items", "merge", "increment") if name in shape["required"]]
    return "`collection/NAME`" + "".join(f" with `{name}`" for name in special)


def _table(shape: Schema, prefix: str = "") -> str:
    head = ("| field | value | default | |", "| --- | --- | --- | --- |")
    return "\n".join((*head, *_rows(shape, prefix)))


def _rows(shape: Schema, prefix: str) -> Iterator[str]:
    for name, field in shape["properties"].items():
        default = _default(field, required=name in shape.get("required", ()))
        meaning = _text(field.get("description", ""))
        yield f"| `{prefix}{name}` | {_value(field)} | {default} | {meaning} |"
        for inner in _alternatives(field):
            if "properties" in inner:
                yield from _rows(inner, f"{prefix}{name}.")


def _default(field: Schema, *, required: bool) -> str:
    if required:
        return "*required*"
    usual = field.get("default")
    return f"`{usual if isinstance(usual, str) else json.dumps(usual)}`" if usual else ""


def _value(field: Schema) -> str:
    if "$ref" in field:
        name = field["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "const" in field:
        return f"`{json.dumps(field['const'])}`"
    if "enum" in field:
        return "one of the codes above"
    if "anyOf" in field:
        return " or ".join(dict.fromkeys(_value(one) for one in field["anyOf"]))
    kinds = field["type"] if isinstance(field["type"], list) else [field["type"]]
    return " or ".join(_typed(kind, field) for kind in kinds)


def _typed(kind: str, field: Schema) -> str:
    if kind == "null":
        return "null"
    if kind == "array":
        return f"list of {_value(field['items'])}{_bounds(field, 'minItems', 'maxItems')}"
    pattern = field.get("pattern", "")
    if _UUID in pattern:
        return "UUID"
    if pattern:
        return f"text, `{_text(pattern)}`"
    if kind == "string":
        most = f", at most {field['maxLength']:,} characters" if "maxLength" in field else ""
        return _FORMATS.get(field.get("format", ""), "text") + most
    if kind == "object":
        return "object" + _bounds(field, "minProperties", "maxProperties")
    return _OF_TYPES[kind] + _bounds(field, "minimum", "maximum")


def _bounds(field: Schema, least: str, most: str) -> str:
    if least in field and most in field:
        return f", {field[least]:,} to {field[most]:,}"
    if most in field:
        return f", at most {field[most]:,}"
    return f", at least {field[least]:,}" if least in field else ""


def _shape(answer: Schema) -> str:
    inner = ", ".join(
        f"`{name}`: {_value(field)}" + ("" if name in answer["required"] else " (not always)")
        for name, field in answer["properties"].items()
    )
    return f"{{{inner}}}"


def _refusals(operations: Mapping[str, Schema]) -> str:
    rows: dict[str, tuple[str, str]] = {}
    for operation in operations.values():
        for status, answer in operation["responses"].items():
            headers = ", ".join(
                f"`{name}`: {about['description']}"
                for name, about in answer.get("headers", {}).items()
            )
            if status != "200":
                rows[status] = _codes(answer["description"]), _text(headers)
    lines = [f"| {status} | {codes} | {headers} |" for status, (codes, headers) in rows.items()]
    head = "## Other answers\n\nA refusal is an [Error](#error) with one of these codes.\n"
    return "\n".join((head, "| status | code | headers |", "| --- | --- | --- |", *lines, ""))


def _codes(description: str) -> str:
    names = description.split(", ")
    if all(name.replace("_", "").islower() and " " not in name for name in names):
        return ", ".join(f"`{name}`" for name in names)
    return description


def _alternatives(shape: Schema) -> list[Schema]:
    return list(shape.get("anyOf", [shape]))


def _text(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
