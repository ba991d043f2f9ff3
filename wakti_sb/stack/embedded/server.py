"""The PostgreSQL server of a stack: make its data folder, start it, imitate the platform in it.

The driver is imported where it is needed: loading it takes longer than a reset, which has psql copy
a database and needs nothing else.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from wakti_sb.errors import EnvironmentProblem, StackError
from wakti_sb.stack.embedded import process
from wakti_sb.stack.embedded.installation import Installation, major
from wakti_sb.stack.embedded.paths import Paths, server_user
from wakti_sb.stack.embedded.ports import HOST

if TYPE_CHECKING:
    import psycopg

SUPERUSER = "supabase_admin"
# As the official CLI's local database: its commands connect with it to 127.0.0.1.
PASSWORD = "postgres"  # noqa: S105  (of a database on this machine, as the official stack has it)
PLATFORM_DATABASE = "wakti_platform"  # roles and schemas of a fresh project, no migrations
TEMPLATE_DATABASE = "wakti_template"  # the same with every migration applied

# Who connects: migrations, and the platform's services each as a role of its own.
_LOGINS = ("postgres", "authenticator", "supabase_auth_admin", "supabase_storage_admin")

# What the server's programs find in theirs, whatever ours holds.
ENVIRONMENT = {"LANG": "C.UTF-8", "PATH": os.defpath, "TZ": "UTC"}
_WARNINGS = {"PGOPTIONS": "-c client_min_messages=warning"}  # what psql tells of, at least
_PLATFORM = Path(__file__).parent / "platform"
_COPIED_RIGHTS = Path(__file__).parent / "copied_rights.sql"
_COMPLETE = "wakti-complete"  # written last: a data folder without it is half made
_START_TIMEOUT = 30.0  # seconds

_SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "shared_preload_libraries": "pg_stat_statements",
    "wal_level": "logical",
    "max_connections": "100",
    "log_min_messages": "warning",
    "log_line_prefix": "%m [%p] %u@%d ",
    "max_wal_size": "256MB",
}

# Local data can be made again, and a reset must not wait for a disk. `[stack] durable` says no.
_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class Server:
    """A PostgreSQL server of ours.

    Parameters:
        installation: its programs.
        paths: where its data and its log are.
        port: where it listens, on 127.0.0.1.
        durable: whether what was committed survives a machine that loses its power.
    """

    installation: Installation
    paths: Paths
    port: int
    durable: bool = False

    def url(self, *, user: str = "postgres", database: str = "postgres") -> str:
        """A connection URL with the password in it."""
        return f"postgresql://{user}:{PASSWORD}@{HOST}:{self.port}/{database}"

    @contextmanager
    def connect(
        self, *, user: str = SUPERUSER, database: str = "postgres"
    ) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
        """A connection in autocommit mode."""
        import psycopg

        with psycopg.connect(self.url(user=user, database=database), autocommit=True) as connection:
            yield connection

    @property
    def initialized(self) -> bool:
        """Whether the data folder was made to the end, with the platform's roles and schemas."""
        return (self.paths.data / _COMPLETE).exists()

    @property
    def outdated(self) -> bool:
        """Whether the roles and schemas are those of another version of this toolkit."""
        complete = self.paths.data / _COMPLETE
        return complete.exists() and complete.read_text() != _version()

    def initialize(self, mark: Mapping[str, str]) -> None:
        """Make the data folder; one that an earlier attempt left half made is thrown away.

        Parameters:
            mark: goes into the environment of initdb, so that one whose caller was killed is found.
        """
        data = self.paths.data
        try:
            if data.exists():
                shutil.rmtree(data)
            data.parent.mkdir(parents=True, exist_ok=True)
            data.mkdir(mode=0o700)
        except OSError as error:
            raise EnvironmentProblem(
                f"cannot make the database: {error.strerror or error}", place=str(data)
            ) from error
        password_file = data.parent / f"{data.name}.password"
        password_file.write_text(PASSWORD)
        user = server_user()
        if user is not None:
            data.parent.chmod(0o755)
            os.chown(data, user.pw_uid, user.pw_gid)
            os.chown(password_file, user.pw_uid, user.pw_gid)
        command = [self.installation.program("initdb"), "--pgdata", str(data)]
        command += ["--username", SUPERUSER, "--pwfile", str(password_file)]
        command += ["--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8"]
        command += ["--no-sync", "--no-instructions"]
        try:
            done = subprocess.run(
                command,
                cwd="/",
                env={**ENVIRONMENT, **mark},
                capture_output=True,
                text=True,
                user=user.pw_uid if user else None,
                group=user.pw_gid if user else None,
                extra_groups=[] if user else None,
            )
        except OSError as error:
            raise EnvironmentProblem(
                f"PostgreSQL's initdb cannot run: {error.strerror or error}",
                place=self.installation.folder.as_posix(),
                remedy=_reach(user),
            ) from error
        finally:
            password_file.unlink()
        if done.returncode != 0:
            said = done.stderr.strip() or "initdb failed without a word."
            raise EnvironmentProblem(f"cannot make the database: {said}", place=str(data))

    def start(self, mark: Mapping[str, str]) -> process.Process:
        """Start the server and wait until it answers.

        Parameters:
            mark: goes into its environment.

        Raise StackError if it stops at once or stays silent, EnvironmentProblem if another
        PostgreSQL made the data.
        """
        self._require_same_version()
        process.forget_dead_owner(self.paths.data / "postmaster.pid")
        # Whoever made the data must run it, even if there is a better choice of user by now.
        user = server_user() and pwd.getpwuid(self.paths.data.stat().st_uid)
        command = [self.installation.program("postgres"), "-D", str(self.paths.data)]
        command += ["-p", str(self.port)]
        settings = _SETTINGS if self.durable else _SETTINGS | _FAST
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        started = process.spawn(
            command,
            env={**ENVIRONMENT, **mark},
            cwd=Path("/"),
            log=self.paths.logs / "postgres.log",
            user=user.pw_uid if user else None,
            group=user.pw_gid if user else None,
        )
        import psycopg

        deadline = time.monotonic() + _START_TIMEOUT
        while time.monotonic() < deadline and started.alive():
            try:
                with self.connect(database="template1"):
                    return started
            except psycopg.OperationalError:
                time.sleep(0.02)
        process.stop([started], sign=signal.SIGINT)
        raise StackError(
            "PostgreSQL did not start.",
            place=str(self.paths.logs / "postgres.log"),
            remedy="The log above says why. `wakti-sb down --no-backup` starts from nothing.",
        )

    def _require_same_version(self) -> None:
        """A PostgreSQL reads no data of another major version."""
        made_by = int((self.paths.data / "PG_VERSION").read_text())
        runs = major(self.installation.folder)
        if made_by != runs:
            raise EnvironmentProblem(
                f"this project's database was made by PostgreSQL {made_by}, and the one that is to"
                f" run it is PostgreSQL {runs}, which cannot read it.",
                place=str(self.paths.data),
                remedy=(
                    "WAKTI_POSTGRES says which one runs. `wakti-sb down --no-backup` throws the"
                    " database away, and `wakti-sb up` makes it anew."
                ),
            )

    def imitate_platform(self, *, auto_expose_new_tables: bool) -> None:
        """Give a new cluster the roles and schemas of a fresh Supabase project, once.

        Parameters:
            auto_expose_new_tables: the setting of that name in supabase/config.toml's [api].
        """
        if self.initialized:
            return
        from psycopg import sql

        with self.connect() as connection:
            for file in sorted(_PLATFORM.glob("*.sql")):
                if file.name == "50_exposure_off.sql" and auto_expose_new_tables:
                    continue
                connection.execute(file.read_text().encode())
            connection.execute("alter database postgres owner to postgres")
            if connection.info.server_version >= 160000:
                # Whoever connects hashes that often; a password that everybody knows needs no help.
                connection.execute("set scram_iterations = 1")
            for role in (SUPERUSER, *_LOGINS):
                statement = sql.SQL("alter role {} password {}")
                connection.execute(statement.format(sql.Identifier(role), sql.Literal(PASSWORD)))
        self.clone("postgres", PLATFORM_DATABASE)
        (self.paths.data / _COMPLETE).write_text(_version())

    def clone(self, template: str, name: str) -> None:
        """Replace database `name` by a copy of `template`, cutting off whoever is connected."""
        self._psql(
            ["--set", f"original={template}", "--set", f"copy={name}"],
            ["--command", f'drop database if exists "{name}" with (force)'],
            ["--command", f'create database "{name}" template "{template}" owner postgres'],
            ["--file", str(_COPIED_RIGHTS)],
        )

    def drop(self, name: str) -> None:
        """Drop database `name`, cutting off whoever is connected."""
        self._psql(["--command", f'drop database if exists "{name}" with (force)'])

    def _psql(self, *options: list[str]) -> None:
        """Run statements of ours, each in a transaction of its own."""
        command = [self.installation.program("psql"), "--no-psqlrc", "--quiet"]
        command += ["--set", "ON_ERROR_STOP=1", "--host", HOST, "--port", str(self.port)]
        command += ["--username", SUPERUSER, "--dbname", "template1"]
        for option in options:
            command += option
        done = subprocess.run(
            command,
            env={**ENVIRONMENT, **_WARNINGS, "PGPASSWORD": PASSWORD},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        if done.returncode != 0:
            raise StackError(
                f"the database cannot be copied: {done.stderr.strip() or 'psql failed'}",
                place=str(self.paths.logs / "postgres.log"),
            )


def _version() -> str:
    """Changes whenever what is imitated does."""
    digest = sha256()
    for file in sorted(_PLATFORM.glob("*.sql")):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _reach(user: pwd.struct_passwd | None) -> str | None:
    if user is None:
        return None
    return f"Root's server runs as {user.pw_name}, who must reach this folder; see WAKTI_CACHE."
