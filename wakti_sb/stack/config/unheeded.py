"""What config.toml says and the embedded stack does not do."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from wakti_sb.stack.config.reading import read
from wakti_sb.stack.config.reference import ANY, REFERENCE
from wakti_sb.stack.config.values import FILE, Document

_HEEDED = {
    "project_id",
    "api.port",
    "api.schemas",
    "api.extra_search_path",
    "api.max_rows",
    "api.auto_expose_new_tables",
    "db.port",
    "db.shadow_port",  # the official CLI's own
    "db.migrations.enabled",
    "db.migrations.schema_paths",  # what `db diff` compares with
    "db.seed.enabled",
    "db.seed.sql_paths",
    "db.vault.*",
    "storage.file_size_limit",
    "storage.buckets.*.public",
    "storage.buckets.*.file_size_limit",
    "storage.buckets.*.allowed_mime_types",
    "edge_runtime.enabled",
    "edge_runtime.secrets.*",
    "functions.*.enabled",
    "functions.*.verify_jwt",
    "functions.*.import_map",
    "functions.*.entrypoint",
    "functions.*.static_files",
    "functions.*.env.*",
}
# Of the official CLI's other commands, or of a part that is not there at all: `up` need not say so.
_ELSEWHERE = (
    "remotes",
    "experimental",
    "db.migrations.checks",
    "db.health_timeout",
    "edge_runtime.policy",
    "edge_runtime.inspector_port",
)


def unheeded(project: Path) -> tuple[str, ...]:
    """A sentence about what is said and not done, and one about keys that the CLI has not.

    A value that is the CLI's own default says nothing: its `init` writes all of them.

    Raise SpecError if the file cannot be read.
    """
    data = Document(project).data
    of_auth = read(project).auth.ignored
    ignored: dict[str, list[str]] = {}
    unknown: list[str] = []
    for path, value in _leaves(data):
        known = _match(path)
        if known is None:
            unknown.append(_spelled(path))
        elif known.startswith("auth."):
            if ".".join(path) in of_auth and value != _default(known):
                ignored.setdefault(".".join(path[:-1]), []).append(path[-1])
        elif _matters(known, value) and value != _default(known):
            ignored.setdefault(".".join(path[:-1]), []).append(path[-1])
    said = []
    if ignored:
        listed = "; ".join(f"[{table}] {', '.join(keys)}" for table, keys in ignored.items())
        said.append(f"{FILE}: not heeded by the embedded stack: {listed}.")
    if unknown:
        said.append(f"{FILE}: no keys of the official CLI: {'; '.join(unknown)}.")
    return tuple(said)


def keys() -> Iterator[str]:
    """Every key of the official CLI's reference, `*` for any name."""
    for path, _ in _leaves(REFERENCE):
        yield ".".join(path)


def _leaves(
    table: Mapping[str, Any], above: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _leaves(value, (*above, name))
        else:
            yield (*above, name), value


def _match(path: tuple[str, ...]) -> str | None:
    """The key of the reference that this is; None if there is none."""
    table: Any = REFERENCE
    found: list[str] = []
    for part in path:
        if part.lower() == "remotes" and not found:
            return "remotes"
        name = part.lower()
        if not isinstance(table, dict) or (name not in table and ANY not in table):
            return None
        found.append(name if name in table else ANY)
        table = table[found[-1]]
    return None if isinstance(table, dict) else ".".join(found)


def _default(key: str) -> Any:
    value: Any = REFERENCE
    for part in key.split("."):
        value = value[part]
    return value


def _matters(key: str, value: Any) -> bool:
    if key in _HEEDED or key.startswith(_ELSEWHERE):
        return False
    # What is filled in for something that is switched off.
    return value not in ("", [], 0, False) or isinstance(_default(key), bool)


def _spelled(path: tuple[str, ...]) -> str:
    """A key that is not known, with the one that may be meant."""
    name = ".".join(path)
    alike = difflib.get_close_matches(name, list(keys()), n=1, cutoff=0.8)
    return f"{name} (is it {alike[0]}?)" if alike else name
