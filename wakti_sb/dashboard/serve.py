"""A small web server for the page, on this machine only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from wakti_sb.dashboard.site import Site
from wakti_sb.errors import EnvironmentProblem

_HOST = "127.0.0.1"
_POLICY = re.compile(r'content="(default-src[^"]*)"')
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}


class Server:
    """Serves one page.

    Parameters:
        built: what `build()` made.
        site: the endpoint that the page talks to.
        port: 0 lets the system choose.

    Raise EnvironmentProblem if the port is taken.
    """

    def __init__(self, built: Path, site: Site, port: int = 0) -> None:
        files = {file.name: file.read_bytes() for file in built.iterdir()}
        files["index.html"] = site.page(built).encode()
        files["config.json"] = site.config().encode()
        try:
            self._server = ThreadingHTTPServer((_HOST, port), partial(_Handler, files))
        except OSError as error:
            raise EnvironmentProblem(
                f"cannot listen on port {port}: {error.strerror or error}",
                remedy="Choose another one with --port.",
            ) from error
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        """The page's address."""
        return f"http://{_HOST}:{self._server.server_address[1]}/"

    def run(self) -> None:
        """Serve until the process is stopped."""
        with self._server:
            self._server.serve_forever()

    @contextmanager
    def running(self) -> Iterator[str]:
        """Serve in the background; yields the page's address."""
        thread = Thread(target=self._server.serve_forever, daemon=True)
        thread.start()
        try:
            yield self.url
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, files: dict[str, bytes], *rest: object) -> None:
        self._files = files
        super().__init__(*rest)  # type: ignore[arg-type]  # what the server passes to any handler

    def do_GET(self) -> None:
        """Send a file from memory: no path can lead anywhere else."""
        name = self.path.partition("?")[0].lstrip("/") or "index.html"
        body = self._files.get(name)
        if body is None:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", _TYPES[Path(name).suffix])
        self.send_header("Content-Length", str(len(body)))
        for header, value in self._protection(name).items():
            self.send_header(header, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_HEAD = do_GET  # noqa: N815  (the base looks methods up by this name)

    def _protection(self, name: str) -> dict[str, str]:
        # A file whose name holds its digest never changes.
        lasting = name.startswith("app-")
        headers = {
            "Cache-Control": "max-age=31536000, immutable" if lasting else "no-cache",
            "X-Content-Type-Options": "nosniff",
        }
        policy = _POLICY.search(self._files["index.html"].decode())
        if name == "index.html" and policy:
            # The page says it too; only a header can forbid foreign frames.
            headers["Content-Security-Policy"] = f"{policy[1]}; frame-ancestors 'none'"
            headers["Referrer-Policy"] = "no-referrer"
        return headers

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the base's name)
        """Requests of one's own browser are no news."""
