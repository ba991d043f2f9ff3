"""HTTP to this machine, for clients whose own transport costs more than the requests.

httpx moves the bytes of a request and of an answer in many steps, between which threads wait for
each other. To an address without TLS and proxies the standard library moves them in few.
"""

from __future__ import annotations

import http.client
import select
from collections import deque
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx

_PATIENCE = 30.0  # seconds, where a request brings no timeout of its own
_REPEATABLE = ("GET", "HEAD")
_PIECE = 120 * 1024  # bytes: the system gives larger ones back after each use, and clears them anew


def mounts(url: str) -> dict[str, httpx.BaseTransport]:
    """What a httpx.Client should use for `url`: nothing of ours, unless it is on this machine."""
    parts = urlsplit(url)
    if parts.scheme != "http" or parts.hostname not in ("127.0.0.1", "localhost"):
        return {}
    return {f"http://{parts.netloc}": Loopback(parts.hostname, parts.port or 80)}


class Loopback(httpx.BaseTransport):
    """Connections to one address, kept open, each of them with one request at a time."""

    def __init__(self, host: str, port: int) -> None:
        self.host = host
        self.port = port
        self._idle: deque[http.client.HTTPConnection] = deque()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer; what is long comes as it is read. Raise httpx.TransportError for none."""
        connection = self._connection()
        has_served = connection.sock is not None
        try:
            try:
                answer = _sent(connection, request)
            except ConnectionError:
                if not has_served or request.method not in _REPEATABLE:
                    raise
                connection.close()  # the server has ended it meanwhile; it opens again by itself
                answer = _sent(connection, request)
            if answer.length is None or answer.length > _PIECE:
                return _response(answer, stream=_Body(answer, connection, self._idle))
            content = answer.read()
        except TimeoutError as error:
            connection.close()
            raise httpx.ReadTimeout(str(error), request=request) from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            connection.close()
            raise httpx.RemoteProtocolError(_words(error), request=request) from error
        self._idle.append(connection)
        return _response(answer, stream=httpx.ByteStream(content))

    def close(self) -> None:
        """Close every connection that nobody uses."""
        while self._idle:
            self._idle.pop().close()

    def _connection(self) -> http.client.HTTPConnection:
        """One that is open, if there is any, or a new one."""
        try:
            found = self._idle.pop()
        except IndexError:
            return http.client.HTTPConnection(self.host, self.port)
        # Something to read before anything was asked is the end of it.
        if found.sock is not None and select.select([found.sock], [], [], 0)[0]:
            found.close()
        return found


class _Body(httpx.SyncByteStream):
    """The bytes of an answer; its connection serves again when all of them were read."""

    def __init__(
        self,
        answer: http.client.HTTPResponse,
        connection: http.client.HTTPConnection,
        idle: deque[http.client.HTTPConnection],
    ) -> None:
        self._answer = answer
        self._connection = connection
        self._idle = idle
        self._whole = False

    def __iter__(self) -> Iterator[bytes]:
        try:
            while piece := self._answer.read(_PIECE):
                yield piece
        except TimeoutError as error:
            raise httpx.ReadTimeout(str(error)) from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise httpx.RemoteProtocolError(_words(error)) from error
        if self._answer.length:  # the library takes an end that comes too early for the end
            missing = f"{self._answer.length} bytes of the answer are missing"
            raise httpx.RemoteProtocolError(missing)
        self._whole = True

    def close(self) -> None:
        """Keep the connection, unless something of the answer is still to come."""
        if self._whole:
            self._idle.append(self._connection)
        else:
            self._connection.close()


def _sent(
    connection: http.client.HTTPConnection, request: httpx.Request
) -> http.client.HTTPResponse:
    """The answer to a request, from its head on."""
    wait = request.extensions.get("timeout", {}).get("read", _PATIENCE)
    connection.timeout = wait
    if connection.sock is not None:
        connection.sock.settimeout(wait)
    body = request.read()
    path = request.url.raw_path.decode("ascii")
    connection.putrequest(request.method, path, skip_host=True, skip_accept_encoding=True)
    for name, value in request.headers.raw:
        if name.lower() != b"transfer-encoding":
            connection.putheader(name, value)
    if "content-length" not in request.headers and body:
        connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body or None)
    return connection.getresponse()


def _response(answer: http.client.HTTPResponse, stream: httpx.SyncByteStream) -> httpx.Response:
    return httpx.Response(answer.status, headers=answer.getheaders(), stream=stream)


def _words(error: Exception) -> str:
    return str(error) or type(error).__name__
