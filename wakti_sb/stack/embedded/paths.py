"""Where a stack keeps what it needs, and under which user its server runs."""

from __future__ import annotations

import os
import pwd
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import platformdirs

from wakti_sb.errors import EnvironmentProblem

_STATE = ".wakti"
_DATA = "data"  # in the state folder: where the data is, if WAKTI_DATA decided that


@dataclass(frozen=True)
class Paths:
    """The folders of one project's embedded stack.

    Parameters:
        project: the folder that holds `wakti.toml` and `supabase/`.
        state: `.wakti/embedded`: keys, ports, logs, uploaded files.
        data: PostgreSQL's data folder.
    """

    project: Path
    state: Path
    data: Path

    @property
    def logs(self) -> Path:
        """One file for each process."""
        return self.state / "logs"

    @property
    def functions(self) -> Path:
        """What the functions' imports were resolved to, and how each function is."""
        return self.state / "functions"

    @property
    def function_logs(self) -> Path:
        """One file for each edge function."""
        return self.logs / "functions"

    @property
    def dashboard(self) -> Path:
        """The owner's page, once it was written."""
        return self.state / "dashboard"

    @property
    def storage(self) -> Path:
        """Uploaded files."""
        return self.state / "storage"


def for_project(project: Path) -> Paths:
    """The folders for the project in `project`, whether they are there or not."""
    state = project.resolve() / _STATE / "embedded"
    return Paths(project.resolve(), state, _data_folder(state))


def make(paths: Paths) -> None:
    """Make the folder that everything of a stack goes into, out of git's sight.

    Raise EnvironmentProblem if it cannot be written.
    """
    try:
        paths.state.mkdir(parents=True, exist_ok=True)
        ignore = paths.state.parent / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n")
        if os.environ.get("WAKTI_DATA") and not (paths.state / _DATA).exists():
            (paths.state / _DATA).write_text(str(paths.data), "utf-8")
    except OSError as error:
        raise EnvironmentProblem(
            f"cannot write here: {error.strerror or error}",
            place=str(paths.project),
            remedy="Run wakti-sb in a folder that you may write to.",
        ) from error


def _data_folder(state: Path) -> Path:
    """Inside `.wakti/`; for root beside the system's other databases. WAKTI_DATA names another.

    Root's server runs as an unprivileged user, who can often not reach root's folders, and what
    can be reached today may be closed tomorrow.
    """
    if (state / _DATA).is_file():  # whatever the environment says by now
        return Path((state / _DATA).read_text("utf-8"))
    chosen = os.environ.get("WAKTI_DATA")
    if not chosen and server_user() is None:
        return state / "postgres"
    name = f"{state.parent.parent.name}-{sha256(str(state).encode()).hexdigest()[:12]}"
    return Path(chosen or "/var/lib/wakti-sb").absolute() / name / "postgres"


def cache() -> Path:
    """What all projects of this user share: programs and packages. WAKTI_CACHE names another.

    Root's cache is the machine's, since the server's unprivileged user must read it.
    """
    chosen = os.environ.get("WAKTI_CACHE")
    if chosen:
        return Path(chosen)
    if os.geteuid() == 0:
        return platformdirs.site_cache_path("wakti-sb")
    return platformdirs.user_cache_path("wakti-sb")


def make_folder(folder: Path) -> None:
    """Make a folder of the cache. Raise EnvironmentProblem if it cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EnvironmentProblem(
            f"the cache cannot be written: {error.strerror or error}",
            place=str(folder),
            remedy="Name a folder that you may write to in WAKTI_CACHE.",
        ) from error


def server_user() -> pwd.struct_passwd | None:
    """The unprivileged user PostgreSQL runs as when we are root; None when we are not."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise EnvironmentProblem(
        "PostgreSQL refuses to run as root and there is no user `postgres` or `nobody`.",
        remedy="Run wakti-sb as an ordinary user.",
    )
