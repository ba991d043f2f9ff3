"""The parts of `supabase/config.toml` that a local stack must obey."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wakti_sb.errors import SpecError
from wakti_sb.stack import auth_config
from wakti_sb.stack.auth_config import AuthConfig

FILE = Path("supabase") / "config.toml"


@dataclass(frozen=True)
class Bucket:
    """A bucket of [storage.buckets.NAME].

    Parameters:
        public: whether its files can be read without a key.
        file_size_limit: bytes; None for the project's limit.
        allowed_mime_types: None for any.
    """

    public: bool = False
    file_size_limit: int | None = None
    allowed_mime_types: tuple[str, ...] | None = None


@dataclass(frozen=True)
class FunctionSettings:
    """[functions.NAME]; the paths are relative to `supabase/`.

    Parameters:
        enabled: whether it is served.
        verify_jwt: whether the gateway asks for a valid token.
        import_map: its import map or deno.json, where it is named.
        entrypoint: the module that is run, where it is not `functions/NAME/index.ts`.
        static_files: patterns of further files that it may read.
    """

    enabled: bool = True
    verify_jwt: bool = True
    import_map: str = ""
    entrypoint: str = ""
    static_files: tuple[str, ...] = ()


@dataclass(frozen=True)
class EdgeRuntime:
    """[edge_runtime].

    Parameters:
        enabled: whether functions are served at all.
        secrets: what every function finds in its environment.
    """

    enabled: bool = True
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Config:
    """A project's local settings, with the official CLI's defaults for what is not there.

    Parameters:
        api_port, db_port: where the local stack answers.
        schemas: exposed over the Data API.
        extra_search_path: where names are looked for after the schema of a request.
        max_rows: the most rows one request returns.
        auto_expose_new_tables: whether new tables are open to the API roles by default.
        seed_files: patterns below `supabase/`, applied after the migrations of a new database.
        buckets: made in a new database.
        functions: what is said of each function by name.
        edge_runtime: what holds for all functions.
        auth: what Auth obeys.
    """

    api_port: int = 54321
    db_port: int = 54322
    schemas: tuple[str, ...] = ("public", "graphql_public")
    extra_search_path: tuple[str, ...] = ("public", "extensions")
    max_rows: int = 1000
    auto_expose_new_tables: bool = True
    seed_files: tuple[str, ...] = ("./seed.sql",)
    buckets: Mapping[str, Bucket] = field(default_factory=dict)
    functions: Mapping[str, FunctionSettings] = field(default_factory=dict)
    edge_runtime: EdgeRuntime = field(default_factory=EdgeRuntime)
    auth: AuthConfig = field(default_factory=AuthConfig)

    def function(self, name: str) -> FunctionSettings:
        """What is said of a function; the defaults if nothing is."""
        return self.functions.get(name, FunctionSettings())


def read(project: Path) -> Config:
    """The settings of the project in `project`; defaults if it has no config.toml.

    Raise SpecError if the file is not TOML or a value has the wrong type.
    """
    file = project / FILE
    try:
        data = tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return Config()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SpecError(f"cannot be read: {error}", place=str(FILE)) from error
    read_value = _Reader(data)
    default = Config()
    buckets = read_value("storage.buckets", dict, {})
    functions = read_value("functions", dict, {})
    seeds = read_value("db.seed.enabled", bool, True)
    return Config(
        api_port=read_value("api.port", int, default.api_port),
        db_port=read_value("db.port", int, default.db_port),
        schemas=tuple(read_value("api.schemas", list, list(default.schemas))),
        extra_search_path=tuple(
            read_value("api.extra_search_path", list, list(default.extra_search_path))
        ),
        max_rows=read_value("api.max_rows", int, default.max_rows),
        auto_expose_new_tables=read_value("api.auto_expose_new_tables", bool, True),
        seed_files=(
            tuple(read_value("db.seed.sql_paths", list, list(default.seed_files))) if seeds else ()
        ),
        buckets={name: _bucket(name, value) for name, value in buckets.items()},
        functions={
            name: _function(value) for name, value in functions.items() if isinstance(value, dict)
        },
        edge_runtime=EdgeRuntime(
            read_value("edge_runtime.enabled", bool, True),
            _secrets(read_value("edge_runtime.secrets", dict, {})),
        ),
        auth=auth_config.read(read_value("auth", dict, {}), project),
    )


def _function(value: Mapping[str, Any]) -> FunctionSettings:
    return FunctionSettings(
        enabled=bool(value.get("enabled", True)),
        verify_jwt=bool(value.get("verify_jwt", True)),
        import_map=str(value.get("import_map", "")),
        entrypoint=str(value.get("entrypoint", "")),
        static_files=tuple(str(one) for one in value.get("static_files", ())),
    )


def _secrets(values: Mapping[str, Any]) -> dict[str, str]:
    """Each under its name in capitals, as the official CLI passes them on; env(NAME) is looked up.

    One whose variable is not set is left out.
    """
    found = {}
    for name, value in values.items():
        variable = re.fullmatch(r"env\((.*)\)", str(value))
        text = os.environ.get(variable[1]) if variable else str(value)
        if text:
            found[name.upper()] = text
    return found


class _Reader:
    """Looks up `section.key` and checks the type of what is there."""

    def __init__(self, data: dict[str, Any]) -> None:
        self._data = data

    def __call__(self, path: str, kind: type, default: Any) -> Any:
        value: Any = self._data
        for part in path.split("."):
            if not isinstance(value, dict) or part not in value:
                return default
            value = value[part]
        # bool is a kind of int in Python, but `port = true` is a mistake.
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            section, _, key = path.rpartition(".")
            raise SpecError(
                f"[{section}] {key} = {value!r} is not {_NAMES[kind]}.", place=str(FILE)
            )
        return value


_NAMES: Mapping[type, str] = {
    int: "a number",
    bool: "true or false",
    list: "a list",
    dict: "a table",
}

_UNITS = {"KiB": 1024, "MiB": 1024**2, "GiB": 1024**3, "KB": 10**3, "MB": 10**6, "GB": 10**9}


def _bucket(name: str, value: dict[str, Any]) -> Bucket:
    types = value.get("allowed_mime_types")
    return Bucket(
        public=bool(value.get("public", False)),
        file_size_limit=_size(name, value.get("file_size_limit")),
        allowed_mime_types=tuple(types) if types else None,
    )


def _size(bucket: str, value: object) -> int | None:
    """Bytes of `10MiB` or a plain number, as the official CLI reads sizes."""
    if value is None or isinstance(value, int):
        return value
    text = str(value).strip()
    for unit, factor in _UNITS.items():
        number = text.removesuffix(unit).strip()
        if text.endswith(unit) and number.isdecimal():
            return int(number) * factor
    if text.isdecimal():
        return int(text)
    raise SpecError(
        f"[storage.buckets.{bucket}] file_size_limit = {value!r} is not a size such as 10MiB.",
        place=str(FILE),
    )
