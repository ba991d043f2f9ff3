"""The edge functions of a project, and what config.toml says of each."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from wakti_sb import sources
from wakti_sb.stack.config import Config

# What the official CLI takes for a function's name (pkg/config, ValidateFunctionSlug).
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*\Z")
_DENO_FILES = ("deno.json", "deno.jsonc")


@dataclass(frozen=True)
class Function:
    """An edge function.

    Parameters:
        name: what follows `/functions/v1/`.
        folder: `supabase/functions/NAME`, which it may read and where it runs.
        entry: the module that is run.
        config: its deno.json; None if it has none.
        import_map: its import map, where that is a file of its own.
        package_json: whether its dependencies are in a package.json beside it.
        static_files: more files that it may read.
        verify_jwt: whether the gateway asks for a valid token.
        is_ours: whether it is the site API of this toolkit, which reaches the stack and nothing
            else.
    """

    name: str
    folder: Path
    entry: Path
    config: Path | None = None
    import_map: Path | None = None
    package_json: bool = False
    static_files: tuple[Path, ...] = ()
    verify_jwt: bool = True
    is_ours: bool = False


def folder_of(project: Path) -> Path:
    """Where a project's functions are."""
    return project / "supabase" / "functions"


def has_any(project: Path, config: Config) -> bool:
    """Whether there is something to serve."""
    return bool(_names(project, config))


def find(project: Path, config: Config) -> tuple[Function, ...]:
    """Every function that is served, in the order of their names.

    Those of config.toml, and each folder with an index.ts whose name the platform would take;
    others hold shared code.
    """
    if not config.edge_runtime.enabled:
        return ()
    names = _names(project, config)
    return tuple(
        _function(project, config, name) for name in names if config.function(name).enabled
    )


def one(project: Path, config: Config, name: str) -> Function | None:
    """The function of this name, if there is one and it is served."""
    if not config.edge_runtime.enabled or name not in _names(project, config):
        return None
    return _function(project, config, name) if config.function(name).enabled else None


def unserved(project: Path, config: Config) -> tuple[str, ...]:
    """A sentence for each folder that is not served though it looks like a function."""
    said = [
        f"supabase/functions/{name} is not served: the platform takes names of letters, digits,"
        " - and _ that begin with a letter."
        for name in _folders(project)
        if not _NAME.match(name) and not name.startswith(("_", "."))
    ]
    alike: dict[str, list[str]] = defaultdict(list)
    for name in _names(project, config):
        alike[name.lower()].append(name)
    said += [
        f"the functions {' and '.join(names)} differ in case only: on some systems they are one."
        for names in alike.values()
        if len(names) > 1
    ]
    return tuple(said)


def _folders(project: Path) -> list[str]:
    return sorted(entry.parent.name for entry in folder_of(project).glob("*/index.ts"))


def _names(project: Path, config: Config) -> list[str]:
    found = {name for name in _folders(project) if _NAME.match(name)}
    return sorted(found | set(config.functions))


def _function(project: Path, config: Config, name: str) -> Function:
    said = config.function(name)
    supabase = project / "supabase"
    folder = folder_of(project) / name
    entry = supabase / said.entrypoint if said.entrypoint else folder / "index.ts"
    chosen = supabase / said.import_map if said.import_map else _default_map(project, entry, folder)
    is_config = chosen is not None and chosen.name in _DENO_FILES
    return Function(
        name,
        folder if folder.is_dir() else entry.parent,
        entry,
        config=chosen if is_config else _deno_file(entry.parent),
        import_map=None if is_config else chosen,
        package_json=chosen is None and (entry.parent / "package.json").is_file(),
        static_files=tuple(
            file for pattern in said.static_files for file in _files(supabase, pattern)
        ),
        verify_jwt=said.verify_jwt,
        is_ours=(sources.root() / "edge_function_templates" / name).is_dir(),
    )


def _default_map(project: Path, entry: Path, folder: Path) -> Path | None:
    """Where imports are looked up, in the order of the official CLI; last what Deno would find."""
    shared = folder_of(project)
    places = [*(entry.parent / name for name in _DENO_FILES), folder / "import_map.json"]
    places += [shared / "import_map.json", *(shared / name for name in _DENO_FILES)]
    return next((place for place in places if place.is_file()), None)


def _deno_file(folder: Path) -> Path | None:
    return next((folder / name for name in _DENO_FILES if (folder / name).is_file()), None)


def _files(supabase: Path, pattern: str) -> list[Path]:
    try:
        return sorted(file for file in supabase.glob(pattern.removeprefix("./")) if file.is_file())
    except (ValueError, NotImplementedError):  # an empty or absolute pattern
        file = supabase / pattern
        return [file] if file.is_file() else []
