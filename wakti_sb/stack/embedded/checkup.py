"""What the embedded stack needs of this machine, checked one by one without changing anything."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from wakti_sb.errors import EnvironmentProblem, WaktiError
from wakti_sb.stack import config as configuration
from wakti_sb.stack.embedded import deno, installation, paths, ports, state
from wakti_sb.stack.embedded.services import ENTRY


@dataclass(frozen=True)
class Check:
    """One thing the stack needs.

    Parameters:
        name: what it is.
        found: what is there, for a person.
        problem: what is wrong; None when all is well.
        remedy: the one command that mends it.
    """

    name: str
    found: str
    problem: str | None = None
    remedy: str | None = None


def examine(project: Path) -> tuple[Check, ...]:
    """Look at everything `up` would need for the project in `project`."""
    checks: tuple[tuple[str, Callable[[Path], str]], ...] = (
        ("PostgreSQL", _postgres),
        ("server user", _user),
        ("Deno", _deno),
        ("cache", _cache),
        ("packages", _packages),
        ("project folder", _folder),
        ("ports", _ports),
    )
    found = {name: _run(name, check, project) for name, check in checks}
    if found["cache"].problem is not None:
        del found["packages"]  # of a cache that is closed nobody can tell what it holds
    return tuple(found.values())


def _run(name: str, check: Callable[[Path], str], project: Path) -> Check:
    try:
        return Check(name, check(project))
    except WaktiError as error:
        return Check(name, "", error.cause, error.remedy)
    except OSError as error:
        return Check(name, "", f"{error.filename}: {error.strerror}")


def _postgres(_project: Path) -> str:
    source = installation.source()
    installation.major(source)
    program = source / "bin" / "postgres"
    return subprocess.run([program, "--version"], capture_output=True, text=True).stdout.strip()


def _user(_project: Path) -> str:
    user = paths.server_user()
    return "you" if user is None else f"{user.pw_name}, since PostgreSQL refuses to run as root"


def _deno(_project: Path) -> str:
    program = deno.program()
    done = subprocess.run([program, "--version"], capture_output=True, text=True)
    if done.returncode != 0:
        raise EnvironmentProblem(
            f"{program} does not run here.",
            remedy="Run: pip install --force-reinstall deno",
        )
    return done.stdout.splitlines()[0]


def _packages(_project: Path) -> str:
    if not deno.find(paths.cache()).installed(ENTRY):
        return "fetched by the next `wakti-sb up` (a network is needed once)"
    return "in the cache; no network is needed"


def _cache(_project: Path) -> str:
    folder = paths.cache()
    parent = next(one for one in (folder, *folder.parents) if one.exists())
    if not _is_writable(parent):
        raise EnvironmentProblem(
            f"{folder} cannot be written.", remedy="Name another folder in WAKTI_CACHE."
        )
    return str(folder)


def _is_writable(folder: Path) -> bool:
    """Whether a file can be made in it, which leaves none: root may write nearly everywhere."""
    try:
        tempfile.TemporaryFile(dir=folder).close()
    except OSError:
        return False
    return True


def _folder(project: Path) -> str:
    if not _is_writable(project):
        raise EnvironmentProblem(
            f"{project} cannot be written.", remedy="Run wakti-sb in a folder of your own."
        )
    if not paths.is_project(project):
        raise EnvironmentProblem("there is no supabase/migrations here.", remedy="wakti-sb init")
    return str(project.resolve())


def _ports(project: Path) -> str:
    running = state.read(paths.for_project(project))
    if running is not None and not running.dead():
        return f"{running.ports.api} and {running.ports.db}, held by this project's stack"
    chosen = configuration.read(project)
    ports.require_free(chosen.api_port, purpose="API")
    ports.require_free(chosen.db_port, purpose="database")
    return f"{chosen.api_port} and {chosen.db_port} are free"
