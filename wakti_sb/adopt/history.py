"""Let a project's history adopt the tables of the first release, in the place of making its own."""

from __future__ import annotations

from pathlib import Path

import psycopg
import tomlkit

from ..errors import UsageError
from ..generate import Lock, apply, plan, read_lock
from ..spec import load

_APPLIED = "select version from supabase_migrations.schema_migrations"


def adopt_history(project: Path, sources_root: Path, db_url: str) -> bool:
    """Set `[generate] first_release` in wakti.toml and write `supabase/migrations` anew.

    False if the history adopts already, or makes no tables. Raise UsageError if a migration of the
    folder has been applied to the database, or if the folder holds migrations of one's own, which
    would come before the tables.
    """
    toml = project / "wakti.toml"
    if not toml.is_file():
        return False
    spec = load(toml)
    if spec.generate.first_release or not spec.generate.backend:
        return False
    folder = project / "supabase"
    lock = read_lock(folder)
    generated = {migration.file for migration in lock.migrations}
    _refuse_own(folder, generated)
    _refuse_applied(db_url, generated)
    for file in generated:
        (folder / "migrations" / file).unlink(missing_ok=True)
    if generated:
        (folder / "wakti.lock.json").write_text(Lock((), lock.files).dump(), encoding="utf-8")
    toml.write_text(_adopting(toml.read_text(encoding="utf-8")), encoding="utf-8")
    apply(plan(load(toml), sources_root, project))
    return True


def _adopting(text: str) -> str:
    document = tomlkit.parse(text)
    section = document.setdefault("generate", tomlkit.table())
    section["first_release"] = True
    return tomlkit.dumps(document)


def _refuse_own(folder: Path, generated: set[str]) -> None:
    own = sorted(p.name for p in (folder / "migrations").glob("*.sql") if p.name not in generated)
    if own:
        raise UsageError(
            f"supabase/migrations/{own[0]} is a migration of your own, which would now come before "
            "the tables",
            remedy="adopt in a folder without it, then put it back under a later version",
        )


def _refuse_applied(db_url: str, generated: set[str]) -> None:
    versions = {name.partition("_")[0] for name in generated}
    with psycopg.connect(db_url) as connection:
        found = connection.execute(
            "select to_regclass('supabase_migrations.schema_migrations') is not null"
        ).fetchone()
        if found != (True,):
            return
        applied = versions & {str(version) for (version,) in connection.execute(_APPLIED)}
    if applied:
        raise UsageError(
            f"this database has had migration {min(applied)} of supabase/migrations already",
            remedy="set [generate] first_release = true in the folder that it came from",
        )
