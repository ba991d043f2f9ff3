"""A file that is gone is left out; a Storage that refuses is never taken for that."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler

import pytest

from tests.backup import served
from wakti_sb.backup.errors import BackupError
from wakti_sb.backup.objects import Object, Storage

LOGO = Object("bucket", "logo.png", "image/png", None, 4)


@contextmanager
def storage(status: int, body: str) -> Iterator[Storage]:
    """A Storage API that answers everything with this."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (its name)
            """Nothing."""

    with served.storage(Handler) as opened:
        yield opened


def told(code: str) -> str:
    """What Storage says in a refusal."""
    return json.dumps({"statusCode": code, "error": "refused", "message": "no"})


@pytest.mark.parametrize("status", [400, 404])
def test_a_file_that_is_gone_has_no_content(status: int) -> None:
    with storage(status, told("404")) as opened, opened.download(LOGO) as content:
        assert content is None


@pytest.mark.parametrize(
    ("status", "body"),
    [(400, told("403")), (400, told("401")), (404, "<html>not found</html>"), (503, told("503"))],
)
def test_any_other_refusal_stops_the_backup(status: int, body: str) -> None:
    with (
        storage(status, body) as opened,
        pytest.raises(BackupError, match=f"Storage answers {status}"),
        opened.download(LOGO),
    ):
        pass
