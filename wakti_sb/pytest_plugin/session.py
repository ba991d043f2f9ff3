"""What a run of pytest works on: a stack that all its processes share, or a project that runs.

Who needs the stack first makes it, under a lock, and the others find it there.
"""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path

import pytest

from wakti_sb.errors import UsageError, WaktiError
from wakti_sb.pytest_plugin import folder, options
from wakti_sb.pytest_plugin.shared_stack import SharedStack
from wakti_sb.stack import Address, EmbeddedStack, Endpoint, LeftOut, Target, check

_PROJECT = "project"  # its copy, in the folder of the run
_SESSION = pytest.StashKey["Session"]()
# Errors name the options of the command line, which have other names here.
_OPTION = re.compile(
    r"(?<![\w-])--(?=(?:project|allow-data|jwt-secret|without|(?:publishable|secret)-key|(?:db-)?url)\b)"
)


class Session:
    """A run of pytest and what it works on.

    Parameters:
        settings: what was asked for.
        shared: the folder of all processes of the run.
    """

    def __init__(self, settings: options.Settings, shared: Path) -> None:
        self.settings = settings
        self.shared = shared

    @cached_property
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
        with folder.locked(self.shared, "stack"):
            stack = self._target.shared_stack(self.shared / _PROJECT, SharedStack)
        stack.up(port=0)
        return stack

    @cached_property
    def endpoint(self) -> Endpoint:
        """Where the project answers. Raise UsageError if too little is known of it."""
        given = self.settings
        if given.url is None and given.db_url is not None:
            raise UsageError(
                "only the database is known, and this needs the API.",
                remedy="Add --wakti-url, --wakti-publishable-key and --wakti-secret-key.",
            )
        endpoint = self._target.address.endpoint()
        if endpoint is None:
            return self.stack.endpoint()
        check(endpoint)
        return endpoint

    @property
    def _target(self) -> Target:
        given = self.settings
        address = Address(
            url=given.url,
            publishable_key=given.publishable_key,
            secret_key=given.secret_key,
            jwt_secret=given.jwt_secret,
            db_url=given.db_url,
            functions_url=given.functions_url,
        )
        return Target(given.project, address, functions=given.functions, without=given.without)

    @property
    def database(self) -> str:
        """The database's URL, as postgres."""
        return self.settings.db_url or self.endpoint.database

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """The statements that were left out of the stack that was brought up, if one was."""
        return left_out_of(self.shared)

    @property
    def ours(self) -> bool:
        """Whether the project is gone after the run, with everything in it."""
        return self.settings.url is None


def of(config: pytest.Config) -> Session:
    """The session of this process."""
    if _SESSION not in config.stash:
        config.stash[_SESSION] = Session(options.read(config), folder.of(config))
    return config.stash[_SESSION]


def left_out_of(shared: Path) -> tuple[LeftOut, ...]:
    """The statements that were left out of the stack of a run."""
    project = shared / _PROJECT
    return EmbeddedStack(project).left_out if project.exists() else ()


def stop(shared: Path) -> None:
    """Stop the stack of a run and forget its data."""
    if (shared / _PROJECT).exists():
        EmbeddedStack(shared / _PROJECT).down(remove_data=True)


def sentence(error: WaktiError) -> str:
    """What an error says, with the names that options have here. Pure."""
    return f"wakti-sb: {_OPTION.sub('--wakti-', str(error))}"
