"""A transport of the HTTP client for addresses of this machine: few copies of large answers.

Between two programs of one machine nothing waits for the network, so what the client does with each
piece of an answer is most of the time. The standard library hands on what the socket gave.
"""

from __future__ import annotations

import queue
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException, HTTPResponse

import httpx

HERE = ("http://127.0.0.1", "http://localhost", "http://[::1]")
_PIECE = 120 * 1024  # bytes: the system gives larger ones back after each use, and clears them anew


class Nearby(httpx.BaseTransport):
    """Requests without a body over connections that are kept.

    Parameters:
        timeout: seconds that nothing comes.
    """

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._free: queue.LifoQueue[HTTPConnection] = queue.LifoQueue()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send it; the answer's bytes come as they are asked for. Raise httpx.TransportError."""
        while True:
            connection, kept = self._connection(request.url)
            try:
                answer = _sent(connection, request)
            except (OSError, HTTPException) as error:
                connection.close()
                if kept:  # the server may have ended it since: a new one tells
                    continue
                raise httpx.ReadError(str(error) or type(error).__name__) from None
            stream = _Body(answer, connection, self._free)
            return httpx.Response(answer.status, headers=answer.getheaders(), stream=stream)

    def close(self) -> None:
        """Close the connections that nobody uses."""
        while not self._free.empty():
            self._free.get_nowait().close()

    def _connection(self, url: httpx.URL) -> tuple[HTTPConnection, bool]:
        """One that nobody uses, and whether it has served before."""
        try:
            return self._free.get_nowait(), True
        except queue.Empty:
            return HTTPConnection(url.host, url.port or 80, timeout=self._timeout), False


def _sent(connection: HTTPConnection, request: httpx.Request) -> HTTPResponse:
    """The answer to a request, from its head on."""
    headers = {name: value for name, value in request.headers.items() if name != "host"}
    connection.request(request.method, request.url.raw_path.decode("ascii"), headers=headers)
    return connection.getresponse()


class _Body(httpx.SyncByteStream):
    """The bytes of an answer; its connection serves again when all of them were read."""

    def __init__(
        self,
        answer: HTTPResponse,
        connection: HTTPConnection,
        free: queue.LifoQueue[HTTPConnection],
    ) -> None:
        self._answer = answer
        self._connection = connection
        self._free = free
        self._whole = False

    def __iter__(self) -> Iterator[bytes]:
        try:
            while piece := self._answer.read(_PIECE):
                yield piece
        except (OSError, HTTPException) as error:
            raise httpx.ReadError(str(error) or type(error).__name__) from None
        if self._answer.length:  # the library takes an end that comes too early for the end
            raise httpx.RemoteProtocolError(
                f"{self._answer.length} bytes of the answer are missing"
            )
        self._whole = True

    def close(self) -> None:
        """Keep the connection, unless something of the answer is still to come."""
        if self._whole and not self._answer.will_close:
            self._free.put(self._connection)
        else:
            self._connection.close()
