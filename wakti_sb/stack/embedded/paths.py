"""Where a stack keeps what it needs, and under which user its server runs."""

from __future__ import annotations

import os
import pwd
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import platformdirs

from wakti_sb.errors import EnvironmentProblem

_ANOTHER_CACHE = "Name a folder that you may write to in WAKTI_CACHE."
_STATE = ".wakti"
# A project has at least one of these below `supabase/`.
_OF_A_PROJECT = ("migrations", "config.toml", "functions")
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


def is_project(folder: Path) -> bool:
    """Whether there is anything here that a stack could be made from."""
    return any((folder / "supabase" / one).exists() for one in _OF_A_PROJECT)


def projects_below(folder: Path) -> list[Path]:
    """Projects in the folders of a repository that holds several things, relative to it."""
    signs = (f"{'*/' * depth}supabase/{one}" for depth in (1, 2) for one in _OF_A_PROJECT)
    found = {place.parents[1].relative_to(folder) for sign in signs for place in folder.glob(sign)}
    return sorted(
        one
        for one in found
        if not any(part.startswith(".") or part == "node_modules" for part in one.parts)
    )


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
    except OSError as error:
        raise EnvironmentProblem(
            f"cannot write here: {error.strerror or error}",
            place=str(paths.project),
            remedy="Run wakti-sb in a folder that you may write to.",
        ) from error
    if os.environ.get("WAKTI_DATA") and not (paths.state / _DATA).exists():
        try:
            paths.data.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise EnvironmentProblem(
                f"the database cannot be made here: {error.strerror or error}",
                place=str(paths.data.parent),
                remedy="Name a folder that you may write to in WAKTI_DATA.",
            ) from error
        (paths.state / _DATA).write_text(str(paths.data), "utf-8")


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

    Raise EnvironmentProblem if it cannot be read.
    """
    chosen = os.environ.get("WAKTI_CACHE")
    if chosen:
        folder = Path(chosen).absolute()
    elif os.geteuid() == 0:
        folder = platformdirs.site_cache_path("wakti-sb")
    else:
        folder = platformdirs.user_cache_path("wakti-sb")
    try:
        readable = os.access(folder, os.R_OK | os.X_OK) or not folder.exists()
    except OSError:
        readable = False
    if not readable:
        raise EnvironmentProblem(
            "the cache cannot be read: Permission denied", place=str(folder), remedy=_ANOTHER_CACHE
        )
    return folder


def make_folder(folder: Path) -> None:
    """Make a folder of the cache. Raise EnvironmentProblem if it cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        allowed = os.access(folder, os.W_OK | os.X_OK)
        reason = "Permission denied"
    except OSError as error:
        allowed, reason = False, error.strerror or str(error)
    if not allowed:
        raise EnvironmentProblem(
            f"the cache cannot be written: {reason}",
            place=str(folder),
            remedy=_ANOTHER_CACHE,
        )


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
