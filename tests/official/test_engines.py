"""Engines that cannot be used: a server that answers as an old one does, and none at all."""

from __future__ import annotations

import json
import os
import socketserver
import tempfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from tests.command_line import assert_one_clear_sentence, wakti

OLD = {"Version": "17.06.0-ce", "ApiVersion": "1.30", "MinAPIVersion": "1.12"}


class OldEngine(BaseHTTPRequestHandler):
    """Says what Docker 17.06 says of itself."""

    def do_GET(self) -> None:
        """`/version`, the only thing that is asked."""
        assert self.path.endswith("/version"), self.path
        body = json.dumps(OLD).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def address_string(self) -> str:
        """A socket of the system has none."""
        return "local"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (its name)
        """Nothing."""


@pytest.fixture
def old_engine() -> Iterator[str]:
    """What DOCKER_HOST has to be for it."""
    with tempfile.TemporaryDirectory(prefix="wakti-old-") as folder:
        path = os.path.join(folder, "docker.sock")
        with socketserver.ThreadingUnixStreamServer(path, OldEngine) as server:
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            yield f"unix://{path}"
            server.shutdown()
            thread.join()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project, and a CLI that must never be asked."""
    (tmp_path / "supabase" / "migrations").mkdir(parents=True)
    program = tmp_path / "node_modules" / ".bin" / "supabase"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\ntouch asked\n")
    program.chmod(0o755)
    return tmp_path


def test_an_engine_that_is_too_old_is_said(project: Path, old_engine: str) -> None:
    done = wakti("up", "--stack", "official", cwd=project, env={"DOCKER_HOST": old_engine})
    assert_one_clear_sentence(done)
    assert "the Docker engine is too old: it speaks version 1.30 of its API" in done.stderr
    assert not (project / "asked").exists()


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("command", ["up", "down", "status", "logs", "reset"])
def test_without_an_engine_every_command_ends_in_a_sentence(project: Path, command: str) -> None:
    env = {"DOCKER_HOST": "unix:///nowhere/docker.sock"}
    done = wakti(command, "--stack", "official", cwd=project, env=env)
    assert_one_clear_sentence(done)
    expected = "no Docker engine answers" if command != "reset" else "`supabase status` does not"
    assert expected in done.stderr
