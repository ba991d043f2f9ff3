"""What is in a stack's database: the migrations, the template that resets clone, the seeds.

The migration runner and the driver are imported where they are needed: they bring PostgreSQL's
parser with them, and a reset that only clones the template must not wait for that.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from wakti_sb.errors import MigrationError
from wakti_sb.stack.config import Config
from wakti_sb.stack.embedded.server import PLATFORM_DATABASE, TEMPLATE_DATABASE, Server

EDGE_ROLE = "wakti_edge"
_TEMPLATE_FILE = "template"  # in the state folder: the fingerprint of what the template holds


class Database:
    """The migrated database of a stack.

    Parameters:
        server: where it is.
        project: the folder with `supabase/`.
        config: its settings.
    """

    def __init__(self, server: Server, project: Path, config: Config) -> None:
        self._server = server
        self._config = config
        self._supabase = project / "supabase"

    def bring_up_to_date(self) -> None:
        """Apply what is pending. A database made just now becomes the template of resets."""
        if self._is_new():
            self._fill("postgres")
            self._server.clone("postgres", TEMPLATE_DATABASE)
            self._remember_template()
        else:
            self._migrate("postgres")

    def reset(self) -> None:
        """Replace the database by a clean one with every migration applied."""
        if not self._template_is_current():
            self._server.clone(PLATFORM_DATABASE, TEMPLATE_DATABASE)
            self._fill(TEMPLATE_DATABASE)
            self._remember_template()
        self._server.clone(TEMPLATE_DATABASE, "postgres")

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

    def _fill(self, name: str) -> None:
        import psycopg

        self._migrate(name)
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
                try:
                    connection.execute(file.read_text("utf-8").encode())
                except psycopg.Error as error:
                    raise MigrationError(
                        f"the seed fails: {error.diag.message_primary or error}", place=str(file)
                    ) from error

    def _migrate(self, name: str) -> None:
        from wakti_sb import migrate

        files = migrate.read(self._supabase / "migrations")
        migrate.apply(self._server.url(database=name), files)

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
        digest = sha256(repr(sorted(self._config.buckets.items())).encode())
        files = sorted((self._supabase / "migrations").glob("*.sql")) + self._seeds()
        for file in files:
            digest.update(file.name.encode() + b"\0" + file.read_bytes())
        return digest.hexdigest()
