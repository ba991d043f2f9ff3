"""What a command or a test run works on: a project that runs, its own stack, or one made for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from wakti_sb.errors import UsageError
from wakti_sb.events import LeftOut, Listener, noting
from wakti_sb.spec import without_extensions
from wakti_sb.stack.embedded.lifecycle import EmbeddedStack
from wakti_sb.stack.embedded.throwaway import copy_project, throwaway
from wakti_sb.stack.endpoint import Endpoint
from wakti_sb.stack.left_out import reasons
from wakti_sb.stack.official import OfficialStack
from wakti_sb.stack.probe import check
from wakti_sb.stack.remote import remote

Kind = Literal["embedded", "official"]


@dataclass(frozen=True)
class Address:
    """What was said about a project that runs; every part is None if nothing was.

    Parameters:
        stack: the project's own local stack, which has to be up, and which of the two.
    """

    url: str | None = None
    publishable_key: str | None = field(default=None, repr=False)
    secret_key: str | None = field(default=None, repr=False)
    jwt_secret: str | None = field(default=None, repr=False)
    db_url: str | None = field(default=None, repr=False)
    functions_url: str | None = None
    stack: Kind | None = None

    @property
    def named(self) -> bool:
        """Whether it says anything at all of where the project is."""
        return self.url is not None or self.db_url is not None

    def endpoint(self) -> Endpoint | None:
        """Its endpoint; None if no API was named. Raise UsageError if a key is missing."""
        if self.url is None:
            return None
        if self.publishable_key is None or self.secret_key is None:
            missing = "--publishable-key" if self.publishable_key is None else "--secret-key"
            raise UsageError(f"--url needs {missing} too.")
        return remote(
            self.url,
            publishable_key=self.publishable_key,
            secret_key=self.secret_key,
            functions_url=self.functions_url,
            db_url=self.db_url,
            jwt_secret=self.jwt_secret,
        )


@dataclass(frozen=True)
class Target:
    """Chooses what to work on: the named address, the project's own stack, else a throwaway one.

    Parameters:
        project: the folder with `supabase/` and `wakti.toml`.
        address: a project that runs, as far as one was named.
        functions: whether a stack that is made serves the project's edge functions too.
        without: the extensions that a stack which is made goes without; None for what wakti.toml
            says.
        left_out: the statements that were left out for that reason, filled when it is known.
    """

    project: Path
    address: Address = Address()
    functions: bool = False
    without: Sequence[str] | None = None
    left_out: list[LeftOut] = field(default_factory=list)

    @contextmanager
    def endpoint(self, listener: Listener) -> Iterator[Endpoint]:
        """An API with all that belongs to it; a stack that was made is gone afterwards."""
        given = self._named(listener)
        if given is not None:
            yield given
        elif self.address.db_url is not None:
            raise UsageError(
                "this needs an API, and --db-url names a database alone.",
                remedy="Add --url, --publishable-key and --secret-key; or leave --db-url out: "
                "a stack is made from supabase/migrations.",
            )
        else:
            told, without = noting(listener, self.left_out), self.extensions()
            with throwaway(self.project, told, functions=self.functions, without=without) as made:
                yield made

    @contextmanager
    def checked_endpoint(self, listener: Listener) -> Iterator[Endpoint]:
        """An API that answers to its keys, and whose database is known."""
        given = self._named(listener)
        if given is not None:
            _ = given.database  # without one there is nothing to look at afterwards
            check(given)
        with self.endpoint(listener) as endpoint:
            yield endpoint

    @contextmanager
    def database(self, listener: Listener) -> Iterator[str]:
        """A database; one that was made is gone afterwards."""
        given = self._named(listener)
        if given is not None or self.address.db_url is not None:
            yield given.database if given is not None else str(self.address.db_url)
            return
        told, without = noting(listener, self.left_out), self.extensions()
        with throwaway(self.project, told, api=False, without=without) as endpoint:
            yield endpoint.database

    def shared_stack(
        self, folder: Path, kind: type[EmbeddedStack] = EmbeddedStack
    ) -> EmbeddedStack:
        """A stack that several processes use: made in `folder` by whoever comes first.

        The caller sees to it that only one comes at a time, and stops it at the end. Raise
        UsageError if the project has no migrations.
        """
        if not folder.exists():
            half_made = folder.with_name(f"{folder.name}-copy")
            copy_project(self.project, half_made, functions=self.functions)
            half_made.rename(folder)
        return kind(folder, without=self.extensions())

    def extensions(self) -> tuple[str, ...] | None:
        """What a stack goes without; None if nobody said.

        As given, else as wakti.toml says, else as the project's own stack was told.
        """
        if self.without is not None:
            return tuple(self.without)
        configured = without_extensions(self.project)
        if configured is not None:
            return configured
        return EmbeddedStack(self.project).extensions or None

    def reasons(self) -> dict[str, str]:
        """What the database lacks because of statements that were left out, and why."""
        return reasons(self.left_out)

    def _named(self, listener: Listener) -> Endpoint | None:
        """What was named: by its addresses, or as the project's own stack."""
        given = self.address.endpoint()
        if self.address.stack is None:
            return given
        if self.address.named:
            raise UsageError("--stack and --url or --db-url name two different places.")
        if self.address.stack == "official":
            return OfficialStack(self.project, listener).endpoint()
        return self._own(listener)

    def _own(self, listener: Listener) -> Endpoint:
        stack = EmbeddedStack(self.project, listener)
        endpoint, told = stack.endpoint(), noting(listener, self.left_out)
        for one in stack.left_out:
            told(one)
        return endpoint
