"""Supabase Lite by itself, over the database of a stack."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench._project import superuser
from bench.load import wait_for
from wakti_sb.stack import Endpoint
from wakti_sb.stack.embedded import deno, paths
from wakti_sb.stack.embedded.ports import free

KEY = "sb_publishable_bench"
LITE_MAIN = Path(__file__).parent / "lite" / "main.ts"


@contextmanager
def lite(endpoint: Endpoint, *, secret: bool = False) -> Iterator[str]:
    """Run Supabase Lite over the database of a stack, with one key; yield its address."""
    program = deno.find(paths.cache())
    program.install(LITE_MAIN)
    (port,) = free(1)
    env = {"DATABASE_URL": superuser(endpoint.database), "KEY": KEY, "PORT": str(port)}
    env |= {"LITE_TELEMETRY": "0", "DO_NOT_TRACK": "1"}
    env["TYPE"], env["ROLE"] = ("secret", "service_role") if secret else ("publishable", "anon")
    command = [program.program, "run", "--quiet", "--allow-net", "--allow-env", "--allow-read"]
    server = subprocess.Popen(
        [*command, LITE_MAIN.name],
        cwd=LITE_MAIN.parent,
        env=os.environ | program.env() | env,
        # It reports what it grants at once and cannot; its answers are checked.
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        url = f"http://127.0.0.1:{port}"
        wait_for(url)
        yield url
    finally:
        server.terminate()
        server.wait()
