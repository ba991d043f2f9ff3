"""What is in a stack's database: the migrations, the template that resets clone, the seeds.

The migration runner and the driver are imported where they are needed: they bring PostgreSQL's
parser with them, and a reset that only clones the template must not wait for that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from wakti_sb.events import LeftOut
from wakti_sb.stack.config import Config
from wakti_sb.stack.embedded import remembered
from wakti_sb.stack.embedded.remembered import Remembered
from wakti_sb.stack.embedded.server import PLATFORM_DATABASE, TEMPLATE_DATABASE, Server

if TYPE_CHECKING:
    from wakti_sb.migrate import LeavingOut

EDGE_ROLE = "wakti_edge"
_TEMPLATE_FILE = "template"  # in the state folder: the fingerprint of what the template holds


class Database:
    """The migrated database of a stack.

    Parameters:
        server: where it is.
        project: the folder with `supabase/`.
        config: its settings.
        without: the extensions that it does without; None: those that it did without before.
    """

    def __init__(
        self,
        server: Server,
        project: Path,
        config: Config,
        without: Sequence[str] | None = None,
    ) -> None:
        self._server = server
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
            left_out = self._fill("postgres")
            self._server.clone("postgres", TEMPLATE_DATABASE)
            self._remember_template()
            return left_out
        leaving_out = self._leaving_out(self._before.left_out)
        self._migrate("postgres", leaving_out)
        return self._remember(leaving_out)

    def reset(self) -> tuple[LeftOut, ...]:
        """Replace the database by a clean one with every migration applied.

        Return what is left out of it.
        """
        left_out = self._before.left_out
        if not self._template_is_current():
            self._server.clone(PLATFORM_DATABASE, TEMPLATE_DATABASE)
            left_out = self._fill(TEMPLATE_DATABASE)
            self._remember_template()
        self._server.clone(TEMPLATE_DATABASE, "postgres")
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

    def _is_new(self) -> bool:
        with self._server.connect(database="template1") as connection:
            found = connection.execute(
                "select 1 from pg_database where datname = %s", [TEMPLATE_DATABASE]
            ).fetchone()
        return found is None

    def _is_half_filled(self) -> bool:
        """Whether a first `up` failed in the middle of the migrations."""
        with self._server.connect() as connection:
            found = connection.execute(
                "select 1 from pg_namespace where nspname = 'supabase_migrations'"
            ).fetchone()
        return found is not None

    def _leaving_out(self, earlier: Sequence[LeftOut] = ()) -> LeavingOut | None:
        if not self._without:
            return None
        from wakti_sb.migrate import LeavingOut

        return LeavingOut(self._without, earlier)

    def _remember(self, leaving_out: LeavingOut | None) -> tuple[LeftOut, ...]:
        left_out = leaving_out.left_out if leaving_out is not None else ()
        remembered.remember(self._server.paths.state, Remembered(self._without, left_out))
        return left_out

    def _fill(self, name: str) -> tuple[LeftOut, ...]:
        import psycopg

        from wakti_sb.stack.embedded import seeds

        leaving_out = self._leaving_out()
        self._keep_secrets(name)
        self._migrate(name, leaving_out)
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
            for file in self._seeds():
                seeds.sow(connection, file, self._place(file), leaving_out)
        return self._remember(leaving_out)

    def _keep_secrets(self, name: str) -> None:
        """Put the secrets of [db.vault] into a new database, for migrations to find."""
        import psycopg

        if not self._config.vault:
            return
        with psycopg.connect(self._server.url(database=name)) as connection:
            for secret, value in sorted(self._config.vault.items()):
                connection.execute("select vault.create_secret(%s, %s)", [value, secret])

    def _migrate(self, name: str, leaving_out: LeavingOut | None) -> None:
        folder = self._supabase / "migrations"
        if not self._config.migrations or not folder.is_dir():
            return
        from wakti_sb import migrate

        read = migrate.read(folder)
        files = tuple(replace(one, file=self._place(Path(one.file))) for one in read)
        try:
            migrate.apply(self._server.url(database=name), files, leaving_out=leaving_out)
        except migrate.StatementFailed as error:
            if leaving_out is not None and name == "postgres":
                leaving_out.forget(error.file)
                self._remember(leaving_out)
            raise remembered.explained(error, files, self._server, self._without) from error

    def _place(self, file: Path) -> str:
        """How a file is called: the project may be a copy that is gone when somebody reads it."""
        return str(file.relative_to(self._project))

    def _seeds(self) -> list[Path]:
        files: list[Path] = []
        for pattern in self._config.seed_files:
            files += sorted(self._supabase.glob(pattern.removeprefix("./")))
        return files

    def _template_is_current(self) -> bool:
        file = self._server.paths.state / _TEMPLATE_FILE
        return file.is_file() and file.read_text() == self._fingerprint()

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
        files = sorted((self._supabase / "migrations").glob("*.sql")) + self._seeds()
        for file in files:
            digest.update(file.name.encode() + b"\0" + file.read_bytes())
        return digest.hexdigest()
