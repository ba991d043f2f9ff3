"""Downloads that run ahead of whoever uses them: in order, several at once, in little memory.

While one file is written and its checksum made, the next ones are on their way. Each may be ahead
by a few pieces only.
"""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Generic, TypeVar

J = TypeVar("J")
Content = Iterator[bytes] | None  # None: there is no such file
Open = Callable[[J], AbstractContextManager[Content]]

_AT_ONCE = 4
_PIECES = 32  # of one download that wait to be used
_LOOK = 0.1  # seconds after which a download that waits looks whether it is still wanted


class _End:
    """Stands behind the last piece."""


class _Gone:
    """Stands in the place of a file that is not there."""


_END, _GONE = _End(), _Gone()
_Message = bytes | _End | _Gone | BaseException


@dataclass
class _Download(Generic[J]):
    job: J
    messages: queue.Queue[_Message] = field(default_factory=lambda: queue.Queue(_PIECES))

    def run(self, opening: Open[J], stop: threading.Event) -> None:
        """In a thread of its own."""
        try:
            with opening(self.job) as content:
                if content is None:
                    self._put(_GONE, stop)
                    return
                for piece in content:
                    if not self._put(piece, stop):
                        return
            self._put(_END, stop)
        except BaseException as error:  # told to whoever waits for it
            self._put(error, stop)

    def _put(self, message: _Message, stop: threading.Event) -> bool:
        while not stop.is_set():
            try:
                self.messages.put(message, timeout=_LOOK)
            except queue.Full:
                continue
            return True
        return False

    def content(self) -> Content:
        """What comes, as it comes. Raise what the download raised."""
        first = self._next()
        return None if isinstance(first, _Gone) else self._pieces(first)

    def _pieces(self, message: _Message) -> Iterator[bytes]:
        while isinstance(message, bytes):
            yield message
            message = self._next()

    def _next(self) -> _Message:
        message = self.messages.get()
        if isinstance(message, BaseException):
            raise message
        return message


def ahead(jobs: Iterable[J], opening: Open[J]) -> Iterator[tuple[J, Content]]:
    """Each job with its content, in the order of the jobs; a content is read before the next job.

    Parameters:
        opening: gives the content of a job; is called in other threads.
    """
    stop, rest = threading.Event(), iter(jobs)
    running: deque[_Download[J]] = deque()
    try:
        while True:
            while len(running) < _AT_ONCE and (job := next(rest, None)) is not None:
                started = _Download(job)
                # Daemons: one that hangs in the network keeps nobody from ending the program.
                threading.Thread(target=started.run, args=(opening, stop), daemon=True).start()
                running.append(started)
            if not running:
                return
            first = running.popleft()
            yield first.job, first.content()
    finally:
        stop.set()
