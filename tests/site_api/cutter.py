"""A way to the database that is cut between a commit and its answer, or before the call arrives."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress

import psycopg

from tests.site_api.own_function import Relay

TERMINATE = """
select pg_terminate_backend(pid, 5000) from pg_stat_activity
where application_name = 'project-backend-api' and datname = current_database()
"""


class Cutter(Relay):
    """A relay that cuts once, where it sees a word.

    Parameters:
        port: what callers connect to.
        target: the port that it leads to.
        db_url: the database, as somebody who may end its backends.
    """

    def __init__(self, port: int, target: int, db_url: str) -> None:
        super().__init__(port, target)
        self._db_url = db_url
        self._answer: bytes | None = None
        self._call: bytes | None = None
        self._stays_away = False
        self.cuts = 0

    def cut_the_answer(self, word: str, *, stays_away: bool = False) -> None:
        """The next answer with this word is committed, its backend ended, and nobody hears it."""
        self._answer, self._stays_away = word.encode(), stays_away

    def cut_the_call(self, word: str) -> None:
        """The next call with this word never arrives."""
        self._call = word.encode()

    def _join(self, caller: socket.socket, server: socket.socket) -> None:
        for source, sink in ((caller, server), (server, caller)):
            to_server = sink is server
            args = (source, sink, to_server)
            threading.Thread(target=self._watch, args=args, daemon=True).start()

    def _watch(self, source: socket.socket, sink: socket.socket, to_server: bool) -> None:
        with suppress(OSError):
            while data := source.recv(1 << 20):
                if self._is_cut(data, to_server=to_server):
                    break
                sink.sendall(data)
        for one in (source, sink):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def _is_cut(self, data: bytes, *, to_server: bool) -> bool:
        if to_server:
            if self._call is None or self._call not in data:
                return False
            self._call = None
        else:
            # An answer ends with ReadyForQuery, which is sent after the commit.
            if self._answer is None or self._answer not in data or data[-6:-1] != b"Z\0\0\0\5":
                return False
            self._answer = None
            with psycopg.connect(self._db_url, autocommit=True) as connection:
                connection.execute(TERMINATE)
        self.cuts += 1
        if self._stays_away:
            self.shut()
        return True
