"""What there is to generate from: SQL sources in their order, and edge functions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ..errors import GenerateError
from ..spec import Spec
from .render import SUFFIX

_VERSIONED = re.compile(r"(?P<version>[0-9]{14})_(?P<name>[A-Za-z0-9_-]+)\.sql(\.j2)?")
_REPEATABLE = re.compile(r"R_(?P<order>[0-9]+)_(?P<name>[A-Za-z0-9_-]+)\.sql(\.j2)?")
FIRST_RELEASE = "sql/first_release"
_LEFT_OUT = {"node_modules", "__pycache__"}


@dataclass(frozen=True)
class SqlSource:
    """One SQL source. `version` is None for a repeatable one."""

    path: str
    name: str
    version: str | None
    order: int = 0


@dataclass(frozen=True)
class FunctionFile:
    """One file of an edge function: its source, and where it goes below `supabase/`."""

    path: str
    target: str


def sql_sources(
    root: Path, spec: Spec, used: frozenset[str] = frozenset()
) -> tuple[SqlSource, ...]:
    """Sources in the order in which they are applied: versioned ones, then repeatable ones.

    A policy template that the model has nothing to say to is left out, unless it was `used`
    before: then it has to take back what it gave. A project of the first release has further
    sources, and one of its own for the tables. Raise GenerateError for a file whose name says
    neither kind.
    """
    adopts = spec.generate.backend and spec.generate.first_release
    folders = [
        *([FIRST_RELEASE] if adopts else []),
        *(["sql/migrations"] if spec.generate.backend else []),
        *(["sql/policies"] if spec.generate.policies else []),
    ]
    found = [
        source
        for folder in folders
        for path in sorted((root / folder).glob("*.sql*"))
        if (source := _sql_source(f"{folder}/{path.name}", path.name)) is not None
        and (source.path in used or _asked_for(source, spec))
    ]
    instead = {s.version for s in found if s.path.startswith(f"{FIRST_RELEASE}/")} - {None}
    found = [s for s in found if s.version not in instead or s.path.startswith(f"{FIRST_RELEASE}/")]
    found.sort(key=lambda source: (source.version is None, source.version or "", source.order))
    return tuple(found)


def function_names(root: Path, spec: Spec) -> tuple[str, ...]:
    """The edge functions, by name."""
    folder = root / "edge_function_templates"
    if not spec.generate.backend or not folder.is_dir():
        return ()
    return tuple(sorted(path.name for path in folder.iterdir() if any(_files(path))))


def function_files(root: Path, spec: Spec) -> Iterator[FunctionFile]:
    """Every file of every edge function but its tests."""
    for name in function_names(root, spec):
        folder = root / "edge_function_templates" / name
        for path in sorted(_files(folder)):
            inside = path.relative_to(folder).as_posix()
            target = f"functions/{name}/{inside.removesuffix(SUFFIX)}"
            yield FunctionFile(path.relative_to(root).as_posix(), target)


def _sql_source(path: str, filename: str) -> SqlSource | None:
    if match := _VERSIONED.fullmatch(filename):
        return SqlSource(path, match["name"], match["version"])
    if match := _REPEATABLE.fullmatch(filename):
        return SqlSource(path, match["name"], None, int(match["order"]))
    if path.startswith("sql/policies/") and not filename.startswith("R_"):
        return None  # macros that the policy templates share
    raise GenerateError(
        "is neither <14 digits>_<name>.sql nor R_<number>_<name>.sql (each may end in .j2)",
        place=path,
    )


def _asked_for(source: SqlSource, spec: Spec) -> bool:
    """Whether the model has anything for this source to say."""
    match source.path.rpartition("/")[2].partition(".")[0]:
        case "R_20_policies":
            return bool(spec.relations or spec.function)
        case "R_30_storage":
            return bool(spec.bucket)
        case _:
            return True


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        inside = PurePosixPath(path.relative_to(folder))
        hidden = any(part.startswith(".") or part in _LEFT_OUT for part in inside.parts)
        if path.is_file() and not hidden and not inside.name.endswith((".test.ts", ".test.ts.j2")):
            yield path
