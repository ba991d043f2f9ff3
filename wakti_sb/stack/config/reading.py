"""config.toml as the stack's settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from wakti_sb.stack import auth_config
from wakti_sb.stack.config.model import Bucket, Config, EdgeRuntime, FunctionSettings
from wakti_sb.stack.config.reference import REFERENCE
from wakti_sb.stack.config.values import Document


def read(project: Path) -> Config:
    """The settings of the project in `project`; defaults if it has no config.toml.

    Raise SpecError if the file is not TOML or a value is not what the official CLI takes.
    """
    return _config(Document(project), project)


def files(project: Path) -> tuple[Path, ...]:
    """The files that config.toml names and `read` reads, relative to the project.

    Raise SpecError if config.toml cannot be read.
    """
    auth = _auth(Document(project))
    templates = auth.get("email", {}).get("template", {}).values()
    named = [one.get("content_path") for one in templates if isinstance(one, dict)]
    named.append(auth.get("signing_keys_path"))
    places = [Path(folder) / name for name in named if name for folder in ("supabase", ".")]
    inside = [place for place in places if ".." not in place.parts and not place.is_absolute()]
    return tuple(place for place in inside if (project / place).is_file())


def _config(said: Document, project: Path) -> Config:
    default = Config()
    seeds = said.names("db.seed.sql_paths", default.seed_files)
    return Config(
        api_port=said.port("api.port", default.api_port),
        db_port=said.port("db.port", default.db_port),
        schemas=said.names("api.schemas", default.schemas),
        extra_search_path=said.names("api.extra_search_path", default.extra_search_path),
        max_rows=said.number("api.max_rows", default.max_rows),
        auto_expose_new_tables=said.flag("api.auto_expose_new_tables", True),
        seed_files=seeds if said.flag("db.seed.enabled", True) else (),
        migrations=said.flag("db.migrations.enabled", True),
        vault=_secrets(said, ("db", "vault")),
        buckets={name: _bucket(said, name) for name in said.table("storage.buckets")},
        file_size_limit=said.size("storage.file_size_limit") or default.file_size_limit,
        auth=auth_config.read(_auth(said), project),
        functions={name: _function(said, name) for name in said.table("functions")},
        edge_runtime=EdgeRuntime(
            said.flag("edge_runtime.enabled", True),
            {
                # As the official CLI passes them on.
                name.upper(): value
                for name, value in _secrets(said, ("edge_runtime", "secrets")).items()
            },
        ),
    )


def _auth(said: Document) -> dict[str, Any]:
    """[auth] with each value of its type, under the names of CLI 2: CLI 3 takes both."""
    table = _said(said.like("auth", REFERENCE["auth"]))
    for section in ("email", "sms"):
        found = table.get(section, {})
        if "enabled" in found:
            found["enable_signup"] = found.pop("enabled")
    return table


def _said(table: dict[str, Any]) -> dict[str, Any]:
    """Without empty texts, which say nothing."""
    whole = {
        key: _said(value) if isinstance(value, dict) else value for key, value in table.items()
    }
    return {key: value for key, value in whole.items() if value != ""}


def _bucket(said: Document, name: str) -> Bucket:
    place = ("storage", "buckets", name)
    return Bucket(
        public=said.flag((*place, "public"), False),
        file_size_limit=said.size((*place, "file_size_limit")),
        allowed_mime_types=said.names((*place, "allowed_mime_types")) or None,
        objects_path=said.text((*place, "objects_path")),
    )


def _function(said: Document, name: str) -> FunctionSettings:
    place = ("functions", name)
    return FunctionSettings(
        enabled=said.flag((*place, "enabled"), True),
        verify_jwt=said.flag((*place, "verify_jwt"), True),
        import_map=said.text((*place, "import_map")),
        entrypoint=said.text((*place, "entrypoint")),
        static_files=said.names((*place, "static_files")),
        env=_secrets(said, (*place, "env")),
    )


def _secrets(said: Document, place: tuple[str, ...]) -> dict[str, str]:
    """Each by its name; one whose variable is not set is left out."""
    found = {name: said.secret((*place, name)) for name in said.table(".".join(place))}
    return {name: value for name, value in found.items() if value}
