"""The unit tests that stand beside the TypeScript, run by Deno; `make check` checks its types."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from wakti_sb.stack.embedded import deno, paths

ROOT = Path(__file__).parent.parent


def _deno_test(folder: Path) -> None:
    program = deno.find(paths.cache())
    done = subprocess.run(
        [program.program, "test", "--quiet", "--frozen", "--no-check", "--allow-all"],
        cwd=folder,
        env=os.environ | program.env() | {"NO_COLOR": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "passed | 0 failed" in done.stdout


def test_the_parts_of_the_local_api_do_what_their_tests_say() -> None:
    _deno_test(ROOT / "wakti_sb" / "stack" / "embedded" / "services")
