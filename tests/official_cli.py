"""The official Supabase CLI, from the npm package of its program for this machine."""

from __future__ import annotations

import os
import platform
import subprocess
from pathlib import Path

from wakti_sb.stack.embedded import deno, paths

VERSION = "3.1.0"
_SYSTEMS = {"Linux": "linux", "Darwin": "darwin"}
_MACHINES = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}


def fetch() -> Path:
    """Put the program into our package cache, once; returns its path."""
    package = f"cli-{_SYSTEMS[platform.system()]}-{_MACHINES[platform.machine()]}"
    program = deno.find(paths.cache())
    subprocess.run(
        [program.program, "cache", "--quiet", f"npm:@supabase/{package}@{VERSION}"],
        env=os.environ | program.env(),
        check=True,
        cwd="/",
    )
    return next(program.cache.glob(f"npm/*/@supabase/{package}/{VERSION}/bin/supabase"))
