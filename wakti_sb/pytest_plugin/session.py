"""What all processes of a run share: one stack, one result of the conformance cases.

They meet in a folder that the first process makes; pytest-xdist tells its workers where it is. Who
needs something first makes it, under a lock, and the others find it there.
"""

from __future__ import annotations

import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from wakti_sb.errors import UsageError
from wakti_sb.pytest_plugin import options
from wakti_sb.stack import EmbeddedStack, Endpoint, remote
from wakti_sb.stack.embedded.throwaway import copy_project

_WORKERINPUT = "wakti_folder"
_FOLDER = pytest.StashKey[Path]()
_SESSION = pytest.StashKey["Session"]()


class Session:
    """A run of pytest and what it works on.

    Parameters:
        folder: shared by all processes of the run.
    """

    def __init__(self, settings: options.Settings, folder: Path) -> None:
        self.settings = settings
        self.folder = folder
        self._stack: EmbeddedStack | None = None
        self._endpoint: Endpoint | None = None

    @property
    def stack(self) -> EmbeddedStack:
        """The stack of this run. Raise UsageError if the tests are for a project that runs."""
        if self.settings.url is not None or self.settings.db_url is not None:
            raise UsageError(
                "these tests are for a project that runs elsewhere: there is no stack of theirs.",
                remedy="Leave out --wakti-url and --wakti-db-url, or use `endpoint` instead.",
            )
        if not (self.settings.project / "supabase" / "migrations").is_dir():
            raise UsageError(
                "there is no supabase/migrations here to make a stack from.",
                place=str(self.settings.project),
                remedy="Name the folder with --wakti-project, or a project with --wakti-url.",
            )
        if self._stack is None:
            project = self.folder / "project"
            with self.locked("stack"):
                if not project.exists():
                    half_made = self.folder / "copy"
                    copy_project(
                        self.settings.project, half_made, functions=self.settings.functions
                    )
                    half_made.rename(project)
            stack = EmbeddedStack(project)
            self._endpoint = stack.up(port=0)
            self._stack = stack
        return self._stack

    @property
    def endpoint(self) -> Endpoint:
        """Where the project answers. Raise UsageError if too little is known of it."""
        given = self.settings
        if given.url is None and given.db_url is not None:
            raise UsageError(
                "only the database is known, and this needs the API.",
                remedy="Add --wakti-url, --wakti-publishable-key and --wakti-secret-key.",
            )
        if given.url is None:
            return self.stack.endpoint()
        if given.publishable_key is None or given.secret_key is None:
            missing = "publishable" if given.publishable_key is None else "secret"
            raise UsageError(f"--wakti-url needs --wakti-{missing}-key too.")
        return remote(
            given.url,
            publishable_key=given.publishable_key,
            secret_key=given.secret_key,
            functions_url=given.functions_url,
            db_url=given.db_url,
            jwt_secret=given.jwt_secret,
        )

    @property
    def database(self) -> str:
        """The database's URL, as postgres."""
        return self.settings.db_url or self.endpoint.database

    @contextmanager
    def locked(self, what: str) -> Iterator[None]:
        """Alone among the processes of this run."""
        with (self.folder / f"{what}.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def of(config: pytest.Config) -> Session:
    """The session of this process."""
    if _SESSION not in config.stash:
        config.stash[_SESSION] = Session(options.read(config), _folder(config))
    return config.stash[_SESSION]


def tell_worker(node: Any) -> None:
    """Pass the shared folder on to a worker of pytest-xdist."""
    node.workerinput[_WORKERINPUT] = str(_folder(node.config))


def finish(config: pytest.Config) -> None:
    """Stop the stack and remove the folder, in the process that made it."""
    if hasattr(config, "workerinput") or _FOLDER not in config.stash:
        return
    folder = config.stash[_FOLDER]
    if (folder / "project").exists():
        EmbeddedStack(folder / "project").down(remove_data=True)
    shutil.rmtree(folder, ignore_errors=True)


def _folder(config: pytest.Config) -> Path:
    if _FOLDER not in config.stash:
        told: dict[str, str] = getattr(config, "workerinput", {})
        known = told.get(_WORKERINPUT)
        made = Path(known) if known else Path(tempfile.mkdtemp(prefix="wakti-sb-"))
        config.stash[_FOLDER] = made
    return config.stash[_FOLDER]
