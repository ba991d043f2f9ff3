"""What stands in for a module whose host is out of reach, and says so.

`esm.sh` serves packages of npm, rebuilt, and some projects publish the same code in several
places: where only npm can be reached, the package itself is as good. A few modules of the old
standard library are some lines over what Deno has by itself. For anything else nothing is
pretended.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from wakti_sb.stack.embedded.edge.project import Function

_MODULES = Path(__file__).parents[1] / "services" / "edge" / "stand_ins"
# https://esm.sh/[v135/|stable/][*]NAME[@VERSION][&options][/PATH][?options]
_ESM_SH = re.compile(
    r"https://esm\.sh/(?:v\d+/|stable/)?\*?((?:@[^/@&?]+/)?[^/@&?]+)(?:@([^/&?]+))?[^/?]*(/[^?]*)?"
)
# Modules of ours, by the addresses that they stand in for.
_OURS = {
    "serve.ts": re.compile(r"https://deno\.land/std(?:@[^/]+)?/http/(?:server|mod)\.ts"),
    "base64.ts": re.compile(r"https://deno\.land/std(?:@[^/]+)?/encoding/base64\.ts"),
    "hex.ts": re.compile(r"https://deno\.land/std(?:@[^/]+)?/encoding/hex\.ts"),
    "crypto.ts": re.compile(r"https://deno\.land/std(?:@[^/]+)?/crypto/(?:crypto|mod)\.ts"),
    "xhr.ts": re.compile(r"https://deno\.land/x/xhr(?:@[^/]+)?/mod\.ts"),
    "nothing.ts": re.compile(
        r"jsr:/?@supabase/functions-js(?:@[^/]+)?/edge-runtime\.d\.ts"
        r"|https://esm\.sh/(?:v\d+/)?@supabase/functions-js(?:@[^/]+)?/.*\.d\.ts"
    ),
}
# Published there and on npm by the same people.
_DENO_LAND = re.compile(
    r"https://deno\.land/x/(grammy|hono|jose|openai|zod)(?:@v?([^/]+))?/(?:mod|index)\.ts"
)
_JSR = re.compile(
    r"jsr:/?(@supabase/supabase-js|@hono/hono|@openai/openai|@panva/jose|@zod/zod)(?:@([^/]+))?"
)
_COMMENT = re.compile(r'("(?:\\.|[^"\\])*")|//[^\n]*|/\*.*?\*/', re.DOTALL)
_LAST_COMMA = re.compile(r'("(?:\\.|[^"\\])*")|,(?=\s*[}\]])')


def for_address(address: str) -> str | None:
    """What stands in for a module; None if nothing does. Pure."""
    for module, pattern in _OURS.items():
        if pattern.fullmatch(address):
            return (_MODULES / module).as_uri()
    if found := _DENO_LAND.fullmatch(address):
        return _npm(found[1], found[2])
    if found := _JSR.fullmatch(address):
        own = found[1].startswith("@supabase/")
        return _npm(found[1] if own else found[1].partition("/")[2], found[2])
    if found := _ESM_SH.match(address):
        name, version, path = found.groups()
        return f"{_npm(name, version)}{_path(path or '')}"
    return None


def of_graph(graph: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """By what a module says: the address that it means, and what stands in for that. Pure."""
    found = {}
    for module in graph.get("modules", ()):
        for dependency in module.get("dependencies", ()):
            for use in (dependency.get("code"), dependency.get("type")):
                address = (use or {}).get("specifier", "")
                if substitute := for_address(address):
                    found[dependency["specifier"]] = (address, substitute)
    return found


def is_ours(file: Path) -> bool:
    """Whether it is one of the modules that stand in."""
    return file.is_relative_to(_MODULES)


def with_map(function: Function, substitutes: Mapping[str, str], folder: Path) -> Function:
    """The function with an import map and a deno.json of ours, written into `folder`.

    Deno believes the imports of a deno.json before those of an import map.
    """
    own = folder / f"{function.name}.map.json"
    own.write_text(json.dumps(import_map(function, substitutes), indent=2), "utf-8")
    config = None
    if function.config is not None:
        said = _read(function.config)
        kept = {key: said[key] for key in ("compilerOptions", "unstable") if key in said}
        config = folder / f"{function.name}.deno.json"
        config.write_text(json.dumps(kept, indent=2), "utf-8")
    return replace(function, import_map=own, config=config)


def import_map(function: Function, substitutes: Mapping[str, str]) -> dict[str, Any]:
    """The function's own import map with the substitutes laid over it."""
    own: dict[str, Any] = {}
    base = function.entry.parent
    for file in (function.config, function.import_map):
        if file is None:
            continue
        said = _read(file)
        base = file.parent
        if "imports" not in said and isinstance(said.get("importMap"), str):
            base = (file.parent / said["importMap"]).parent
            said = _read(file.parent / said["importMap"])
        if "imports" in said or "scopes" in said:
            own = said
    scopes = own.get("scopes") or {}
    return {
        "imports": {**dict(_absolute(own.get("imports") or {}, base)), **substitutes},
        "scopes": {
            _resolved(place, base): {**dict(_absolute(names, base)), **substitutes}
            for place, names in scopes.items()
        },
    }


def _npm(name: str, version: str | None) -> str:
    return f"npm:{name}@{version}" if version else f"npm:{name}"


def _path(path: str) -> str:
    """A path inside a package, without what esm.sh adds to it."""
    return path if path and not re.search(r"\.(m?js|d\.ts)$|^/(es20|deno)", path) else ""


def _read(file: Path) -> dict[str, Any]:
    """JSON with comments, as Deno reads it; empty if it is none."""
    try:
        text = file.read_text("utf-8-sig")
        for what in (_COMMENT, _LAST_COMMA):
            text = what.sub(lambda part: part[1] or "", text)
        found = json.loads(text)
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _absolute(names: Mapping[str, Any], base: Path) -> Iterator[tuple[str, str]]:
    for name, address in names.items():
        yield _resolved(name, base), _resolved(str(address), base)


def _resolved(address: str, base: Path) -> str:
    """An address that stands for itself wherever the map lies."""
    if urlsplit(address).scheme or not address.startswith((".", "/")):
        return address
    whole = Path(os.path.normpath(base / address)).as_uri()
    return f"{whole}/" if address.endswith("/") and not whole.endswith("/") else whole
