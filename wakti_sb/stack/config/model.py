"""The parts of `supabase/config.toml` that the embedded stack heeds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from wakti_sb.stack.auth_config import AuthConfig


@dataclass(frozen=True)
class Bucket:
    """A bucket of [storage.buckets.NAME].

    Parameters:
        public: whether its files can be read without a key.
        file_size_limit: bytes; None for the project's limit.
        allowed_mime_types: None for any.
        objects_path: a folder below `supabase/` whose files a new bucket holds.
    """

    public: bool = False
    file_size_limit: int | None = None
    allowed_mime_types: tuple[str, ...] | None = None
    objects_path: str = ""


@dataclass(frozen=True)
class FunctionSettings:
    """[functions.NAME]; the paths are relative to `supabase/`.

    Parameters:
        enabled: whether it is served.
        verify_jwt: whether the gateway asks for a valid token.
        import_map: its import map or deno.json, where it is named.
        entrypoint: the module that is run, where it is not `functions/NAME/index.ts`.
        static_files: patterns of further files that it may read.
        env: more variables for its environment.
    """

    enabled: bool = True
    verify_jwt: bool = True
    import_map: str = ""
    entrypoint: str = ""
    static_files: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict, repr=False)


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
        migrations: whether migrations are applied.
        vault: secrets that a new database holds, by name.
        buckets: made in a new database.
        file_size_limit: the most bytes of a file, in every bucket.
        auth: what Auth obeys.
        functions: what is said of each function by name.
        edge_runtime: what holds for all functions.
    """

    api_port: int = 54321
    db_port: int = 54322
    schemas: tuple[str, ...] = ("public", "graphql_public")
    extra_search_path: tuple[str, ...] = ("public", "extensions")
    max_rows: int = 1000
    auto_expose_new_tables: bool = True
    seed_files: tuple[str, ...] = ("./seed.sql",)
    migrations: bool = True
    vault: Mapping[str, str] = field(default_factory=dict, repr=False)
    buckets: Mapping[str, Bucket] = field(default_factory=dict)
    file_size_limit: int = 50 * 1024 * 1024
    auth: AuthConfig = field(default_factory=AuthConfig)
    functions: Mapping[str, FunctionSettings] = field(default_factory=dict)
    edge_runtime: EdgeRuntime = field(default_factory=EdgeRuntime)

    def function(self, name: str) -> FunctionSettings:
        """What is said of a function, under its name in whatever case; else the defaults."""
        if name in self.functions:
            return self.functions[name]
        alike = (said for other, said in self.functions.items() if other.lower() == name.lower())
        return next(alike, FunctionSettings())
