"""HTTP to this machine, for a client whose own transport costs more than the requests.

httpx moves the bytes of a request in several steps, between which threads wait for each other. To
an address without TLS and proxies the standard library sends and reads them in one.
"""

from __future__ import annotations

import http.client
import select
from collections import deque
from urllib.parse import urlsplit

import httpx

_PATIENCE = 30.0  # seconds, where a request brings no timeout of its own


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
        """The whole answer. Raise httpx.TransportError where there is none."""
        connection = self._connection()
        try:
            answer = _sent(connection, request)
        except TimeoutError as error:
            connection.close()
            raise httpx.ReadTimeout(str(error), request=request) from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            connection.close()
            words = str(error) or type(error).__name__
            raise httpx.RemoteProtocolError(words, request=request) from error
        self._idle.append(connection)
        return answer

    def close(self) -> None:
        """Close every connection."""
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


def _sent(connection: http.client.HTTPConnection, request: httpx.Request) -> httpx.Response:
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
    answer = connection.getresponse()
    return httpx.Response(answer.status, headers=answer.getheaders(), content=answer.read())
