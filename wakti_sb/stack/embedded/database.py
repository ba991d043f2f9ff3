"""What is in a stack's database: the migrations, the template that resets clone, the seeds.

The migration runner and the driver are imported where they are needed: they bring PostgreSQL's
parser with them, and a reset that only clones the template must not wait for that.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from wakti_sb.errors import MigrationError
from wakti_sb.events import LeftOut, Listener, Notice, ignore
from wakti_sb.stack.config import Config
from wakti_sb.stack.embedded import own_roles, remembered
from wakti_sb.stack.embedded.remembered import Remembered
from wakti_sb.stack.embedded.server import PLATFORM_DATABASE, TEMPLATE_DATABASE, Server

if TYPE_CHECKING:
    from wakti_sb import migrate
    from wakti_sb.migrate import LeavingOut

EDGE_ROLE = "wakti_edge"
_TEMPLATE_FILE = "template"  # in the state folder: the fingerprint of what the template holds
_FILLING_FILE = "filling"  # there as long as a new database is being filled


def roles_file(project: Path) -> Path:
    """Roles of a project's own: run before its migrations, as the official CLI does."""
    return project / "supabase" / "roles.sql"


def seed_files(project: Path, config: Config) -> list[Path]:
    """The seed files of a project, in the order in which they run.

    A pattern is relative to `supabase/`, as the official CLI reads it; a file that several of them
    match runs once.
    """
    files: dict[Path, None] = {}
    supabase = project / "supabase"
    for pattern in config.seed_files:
        found = glob.glob(pattern, root_dir=supabase, recursive=True)
        files |= dict.fromkeys(Path(os.path.normpath(supabase / name)) for name in sorted(found))
    return [file for file in files if file.is_file()]


class Database:
    """The migrated database of a stack.

    Parameters:
        server: where it is.
        project: the folder with `supabase/`.
        config: its settings.
        without: the extensions that it does without; None: those that it did without before.
        listener: is told what happens.
    """

    def __init__(
        self,
        server: Server,
        project: Path,
        config: Config,
        without: Sequence[str] | None = None,
        listener: Listener = ignore,
    ) -> None:
        self._server = server
        self._tell = listener
        self._config = config
        self._project = project
        self._supabase = project / "supabase"
        self._before = remembered.read(server.paths.state)
        self._without = tuple(without if without is not None else self._before.extensions)

    def bring_up_to_date(self) -> tuple[LeftOut, ...]:
        """Apply what is pending. A database made just now becomes the template of resets.

        Return what is left out of the database, now and before.
        """
        if self._is_new():
            if self._is_half_filled():
                self._server.clone(PLATFORM_DATABASE, "postgres")
                own_roles.drop(self._server)
            self._filling.touch()
            left_out = self._fill("postgres")
            self._server.clone("postgres", TEMPLATE_DATABASE)
            self._remember_template()
            self._filling.unlink()
            return left_out
        leaving_out = self._leaving_out(self._before.left_out)
        return self._remember(self._migrate("postgres", leaving_out))

    def reset(self) -> tuple[LeftOut, ...]:
        """Replace the database by a clean one with every migration applied.

        Return what is left out of it.
        """
        if self._template_is_current():
            self._server.clone(TEMPLATE_DATABASE, "postgres")
            return self._before.left_out
        self._forget_template()
        with own_roles.set_aside(self._server):
            self._server.clone(PLATFORM_DATABASE, TEMPLATE_DATABASE)
            try:
                left_out = self._fill(TEMPLATE_DATABASE)
            except BaseException:
                self._server.clone(PLATFORM_DATABASE, TEMPLATE_DATABASE)
                raise
            self._server.clone(TEMPLATE_DATABASE, "postgres")
        self._remember_template()
        return left_out

    def needless(self, left_out: Sequence[LeftOut]) -> list[str]:
        """The extensions that it could have had, as far as its migrations tell."""
        return remembered.needless(self._without, left_out)

    def let_edge_in(self, password: str) -> None:
        """Set the password of the role that the edge function connects as, if there is one."""
        from psycopg import sql

        with self._server.connect() as connection:
            known = connection.execute(
                "select 1 from pg_roles where rolname = %s", [EDGE_ROLE]
            ).fetchone()
            if known:
                statement = sql.SQL("alter role {} password {}")
                connection.execute(
                    statement.format(sql.Identifier(EDGE_ROLE), sql.Literal(password))
                )

    @property
    def _filling(self) -> Path:
        return self._server.paths.state / _FILLING_FILE

    def _is_new(self) -> bool:
        with self._server.connect(database="template1") as connection:
            found = connection.execute(
                "select 1 from pg_database where datname = %s", [TEMPLATE_DATABASE]
            ).fetchone()
        return found is None

    def _is_half_filled(self) -> bool:
        """Whether a first `up` failed in the middle."""
        if self._filling.exists():
            return True
        with self._server.connect() as connection:
            found = connection.execute(
                "select 1 from pg_namespace where nspname = 'supabase_migrations'"
            ).fetchone()
        return found is not None

    def _leaving_out(self, earlier: Sequence[LeftOut] = ()) -> LeavingOut | None:
        if not self._without and not earlier:
            return None
        from wakti_sb.migrate import LeavingOut

        return LeavingOut(self._without, earlier)

    def _remember(self, leaving_out: LeavingOut | None) -> tuple[LeftOut, ...]:
        left_out = leaving_out.left_out if leaving_out is not None else ()
        remembered.remember(self._server.paths.state, Remembered(self._without, left_out))
        return left_out

    def _fill(self, name: str) -> tuple[LeftOut, ...]:
        import psycopg

        leaving_out = self._leaving_out()
        self._keep_secrets(name)
        self._sow(name, self._roles(name), leaving_out)
        leaving_out = self._migrate(name, leaving_out)
        with psycopg.connect(self._server.url(database=name)) as connection:
            for bucket, settings in self._config.buckets.items():
                connection.execute(
                    "insert into storage.buckets"
                    " (id, name, public, file_size_limit, allowed_mime_types)"
                    " values (%s, %s, %s, %s, %s) on conflict (id) do nothing",
                    [
                        bucket,
                        bucket,
                        settings.public,
                        settings.file_size_limit,
                        list(settings.allowed_mime_types) if settings.allowed_mime_types else None,
                    ],
                )
        self._sow(name, self._read(self._seeds()), leaving_out)
        return self._remember(leaving_out)

    def _keep_secrets(self, name: str) -> None:
        """Put the secrets of [db.vault] into a new database, for migrations to find."""
        import psycopg

        if not self._config.vault:
            return
        with psycopg.connect(self._server.url(database=name)) as connection:
            for secret, value in sorted(self._config.vault.items()):
                connection.execute("select vault.create_secret(%s, %s)", [value, secret])

    def _migrate(self, name: str, leaving_out: LeavingOut | None) -> LeavingOut | None:
        """Apply what is pending; return what decided what was left out of it."""
        folder = self._supabase / "migrations"
        if not self._config.migrations or not folder.is_dir():
            return leaving_out
        from wakti_sb import migrate

        files = migrate.read(folder, base=self._project, on_event=self._pass_on)
        self._provide(files)
        if lacking := remembered.lacking(files, self._server, self._without):
            leaving_out = leaving_out or migrate.LeavingOut(())
            leaving_out.lack(lacking)
        try:
            migrate.apply(
                self._server.url(database=name),
                files,
                leaving_out=leaving_out,
                on_event=self._pass_on,
            )
        except migrate.StatementFailed as error:
            if leaving_out is not None and name == "postgres":
                leaving_out.forget(error.file)
                self._remember(leaving_out)
            raise self._explained(error, files, name) from error
        return leaving_out

    def _sow(
        self, name: str, seeds: Sequence[migrate.Migration], leaving_out: LeavingOut | None
    ) -> None:
        from wakti_sb import migrate

        self._provide(seeds)
        url = self._server.url(database=name)
        try:
            migrate.sow(url, seeds, leaving_out=leaving_out, on_event=self._pass_on)
        except migrate.StatementFailed as error:
            raise self._explained(error, seeds, name) from error

    def _explained(
        self, error: migrate.StatementFailed, files: Sequence[migrate.Migration], name: str
    ) -> MigrationError:
        return remembered.explained(error, files, self._server, self._without, name)

    def _provide(self, files: Sequence[migrate.Migration]) -> None:
        """Have those extensions at hand that are fetched when somebody wants them."""
        from wakti_sb.migrate.left_out import wanted
        from wakti_sb.stack.embedded import deno, paths, pgtap

        names = {one.name for one in wanted(files)}
        if pgtap.NAME in names and pgtap.NAME not in self._without:
            pgtap.provide(self._server.installation, deno.find(paths.cache()))

    def _place(self, file: Path) -> str:
        """How a file is called: the project may be a copy that is gone when somebody reads it."""
        below = file.is_relative_to(self._project)
        return str(file.relative_to(self._project) if below else file)

    def _roles(self, name: str) -> list[migrate.Migration]:
        """What roles.sql does with roles that are not the platform's."""
        found = []
        with self._server.connect(database=name) as connection:
            for file in self._read(self._role_files()):
                kept, left = own_roles.without_the_platforms(connection, file)
                found.append(kept)
                for line, role in left.items():
                    told = f"{file.file}:{line}: {role} is the platform's and stays as it is"
                    self._tell(Notice(told))
        return found

    def _role_files(self) -> list[Path]:
        file = roles_file(self._project)
        return [file] if file.is_file() else []

    def _read(self, files: Sequence[Path]) -> list[migrate.Migration]:
        if not files:
            return []
        from wakti_sb import migrate

        return [migrate.read_seed(file, self._place(file)) for file in files]

    def _seeds(self) -> list[Path]:
        files = seed_files(self._project, self._config)
        if not files and self._config.seed_files not in ((), Config().seed_files):
            patterns = ", ".join(self._config.seed_files)
            self._tell(Notice(f"no seed file matches {patterns} in supabase/."))
        return files

    def _pass_on(self, event: migrate.Event) -> None:
        """What a person should know of how migrations and seeds ran."""
        from wakti_sb import migrate

        match event:
            case migrate.FileSkipped(file=file, reason=reason):
                self._tell(Notice(f"{file} is skipped: {reason}"))
            case migrate.StatementDone(report=report) if report.note is not None:
                self._tell(Notice(f"{report.file}:{report.line}: {report.note}"))
            case migrate.Retrying(file=file, reason=reason):
                self._tell(Notice(f"{file}: {reason}; trying again"))

    def _template_is_current(self) -> bool:
        file = self._server.paths.state / _TEMPLATE_FILE
        return file.is_file() and file.read_text() == self._fingerprint()

    def _forget_template(self) -> None:
        """What it holds is not what it held, whatever becomes of it."""
        (self._server.paths.state / _TEMPLATE_FILE).unlink(missing_ok=True)

    def _remember_template(self) -> None:
        (self._server.paths.state / _TEMPLATE_FILE).write_text(self._fingerprint())

    def _fingerprint(self) -> str:
        config = self._config
        settings = (
            sorted(config.buckets.items()),
            sorted(config.vault.items()),
            config.migrations,
            sorted(self._without),
        )
        digest = sha256(repr(settings).encode())
        files = sorted((self._supabase / "migrations").glob("*.sql"))
        files += [*self._role_files(), *self._seeds()]
        for file in files:
            digest.update(file.name.encode() + b"\0" + file.read_bytes())
        return digest.hexdigest()
