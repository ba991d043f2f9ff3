"""Copies of a stack's database, made and dropped as they are needed."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from wakti_sb.stack.embedded import deno, paths, pgtap
from wakti_sb.stack.embedded.server import ENVIRONMENT, TEMPLATE_DATABASE, Server

_ORIGINAL = "wakti_original"


class Copies:
    """A database like a new one of the stack (migrations, seeds), and copies of it.

    Parameters:
        server: that of the stack.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        self._numbers = itertools.count(1)  # taking the next one is atomic
        pgtap.provide(server.installation, deno.find(paths.cache()))
        server.clone(TEMPLATE_DATABASE, _ORIGINAL)

    @property
    def original(self) -> str:
        """The URL of what is copied, as postgres; nobody may be connected while it is copied."""
        return self._server.url(database=_ORIGINAL)

    @property
    def psql(self) -> str:
        """The program that fits the server."""
        return self._server.installation.program("psql")

    @property
    def environment(self) -> Mapping[str, str]:
        """What programs of the server need in theirs."""
        return ENVIRONMENT

    def execute(self, statement: str) -> None:
        """Run a statement of ours in the original, as postgres."""
        with self._server.connect(user="postgres", database=_ORIGINAL) as connection:
            connection.execute(statement.encode())

    @contextmanager
    def copy(self) -> Iterator[str]:
        """The URL of a copy, as postgres; dropped at the end."""
        name = f"wakti_copy_{next(self._numbers)}"
        self._server.clone(_ORIGINAL, name)
        try:
            yield self._server.url(database=name)
        finally:
            self._server.drop(name)
