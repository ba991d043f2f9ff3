"""`docs/configuration.md` and `docs/wakti.schema.json`, made from the model of `wakti.toml`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from wakti_sb.spec.described import json_schema

_HEAD = """# wakti.toml

Made from the code (`python -m tests.docs.reference`); a test compares the two. Only keys marked
*required* have to be there. An unknown key is an error. Examples of the ownership model, and what
its rights mean: [ownership.md](ownership.md).

An editor that knows TOML (Even Better TOML, taplo) checks the file and completes its keys:

```sh
wakti-sb docs --schema > wakti.schema.json
```

and as the first line of `wakti.toml`:

```toml
#:schema ./wakti.schema.json
```
"""


_VIEW = "Views. Every key of `[[owned]]` but `table`, and:"


def schema() -> str:
    """The text of the JSON schema."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def page() -> str:
    """The text of the page."""
    whole = json_schema()
    definitions = whole["$defs"]
    parts = [_HEAD]
    for section, value in whole["properties"].items():
        name, repeated = _referred(value)
        title = f"[[{section}]]" if repeated else f"[{section}]"
        if name is None:
            parts.append(_part(title, value["description"]))
        elif section == "view":
            parts.append(_part(title, _VIEW, _table(definitions[name], ("view", "invoker"))))
        else:
            parts.append(_part(title, value["description"], _table(definitions[name])))
    for name, key in (("Members", "members"), ("Shares", "shared"), ("File", "file")):
        inner = definitions[name]
        parts.append(_part(f"{key} = {{…}}", inner["description"], _table(inner)))
    return "\n".join(parts)


def _part(title: str, *below: str) -> str:
    return "\n\n".join((f"## {title}", *below)).rstrip("\n") + "\n"


def _referred(value: dict[str, Any]) -> tuple[str | None, bool]:
    """The definition that a section is described by, and whether it may stand several times."""
    repeated = value.get("type") == "array"
    reference = (value["items"] if repeated else value).get("$ref")
    return (reference.rpartition("/")[2] if reference else None), repeated


def _table(definition: dict[str, Any], keys: Iterable[str] | None = None) -> str:
    head = ("| key | value | default | |", "| --- | --- | --- | --- |")
    return "\n".join((*head, *_rows(definition, keys or definition["properties"])))


def _rows(definition: dict[str, Any], keys: Iterable[str]) -> Iterator[str]:
    required = definition.get("required", ())
    for key in keys:
        value = definition["properties"][key]
        default = "*required*" if key in required else _default(value)
        meaning = value["description"].replace("|", "\\|")
        yield f"| `{key}` | {_type(value)} | {default} | {meaning} |"


def _default(value: dict[str, Any]) -> str:
    if "default" not in value or value["default"] == []:
        return ""
    listed = isinstance(value["default"], list) and len(value["default"]) > 3
    return f"{len(value['default'])} types" if listed else f"`{json.dumps(value['default'])}`"


def _type(value: dict[str, Any]) -> str:
    if "$ref" in value:
        name = value["$ref"].rpartition("/")[2].lower()
        return f"table, see {'shared' if name == 'shares' else name}"
    if len(value.get("anyOf", ())) == 3:
        return "right, list of columns, or both"
    if "anyOf" in value:
        return " or ".join(_type(one) for one in value["anyOf"])
    if value["type"] == "array":
        return "list of texts"
    if value["type"] == "integer":
        bounds = value.get("minimum", value.get("exclusiveMinimum", -1) + 1), value["maximum"]
        return f"{bounds[0]:,} to {bounds[1]:,}"
    if value["type"] == "number":
        return f"{value['minimum']:,g} to {value['maximum']:,g}"
    names = {"string": "text", "boolean": "true or false", "object": "table"}
    return "date" if value.get("format") == "date" else names[value["type"]]
