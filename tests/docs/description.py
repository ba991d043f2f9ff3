"""`docs/openapi.yaml`, made from the schemas of the function in `supabase/functions`.

`python -m tests.docs.description` writes it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from wakti_sb.stack.embedded import deno, paths

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "openapi.yaml"
FOLDER = ROOT / "tests" / "docs" / "openapi"


def description(folder: Path = FOLDER) -> str:
    """The text of the page.

    Parameters:
        folder: holds the program; its import map says where the function lies.
    """
    program = deno.find(paths.cache())
    program.install(folder / "main.ts")
    done = subprocess.run(
        [program.program, "run", "--quiet", "--cached-only", "main.ts"],
        cwd=folder,
        env=os.environ | program.env() | {"NO_COLOR": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


if __name__ == "__main__":
    PAGE.write_text(description(), encoding="utf-8")
    sys.stdout.write(f"{PAGE}\n")
