"""A Storage API of a test's own, on a port of this machine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from wakti_sb.backup.objects import Storage
from wakti_sb.stack import Endpoint


def at(address: str) -> Storage:
    """The Storage API of an address."""
    endpoint = Endpoint(
        api_url=address, functions_url=address, publishable_key="public", secret_key="secret"
    )
    return Storage(endpoint)


@contextmanager
def storage(handler: type[BaseHTTPRequestHandler]) -> Iterator[Storage]:
    """One that answers as the handler does."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        opened = at(f"http://127.0.0.1:{server.server_port}")
        try:
            yield opened
        finally:
            opened.close()
            server.shutdown()
            thread.join()
