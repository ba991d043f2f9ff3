"""`site_js/site.js`, bundled from the TypeScript beside it.

`python -m tests.docs.site_js` writes it; `wakti-sb generate` then puts it into the function.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from wakti_sb.stack.embedded import deno, paths

FOLDER = Path(__file__).parents[2] / "site_js"
BUNDLE = FOLDER / "site.js"


def bundled() -> str:
    """The text of the file: one script without modules, as a page loads it by a script element."""
    program = deno.find(paths.cache())
    options = ["--quiet", "--format", "iife", "--minify", "--platform", "browser"]
    with tempfile.TemporaryDirectory() as scratch:
        output = Path(scratch) / "site.js"
        done = subprocess.run(
            [program.program, "bundle", *options, "--output", str(output), "main.ts"],
            cwd=FOLDER,
            env=os.environ | program.env() | {"NO_COLOR": "1"},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return output.read_text("utf-8").strip() + "\n"


if __name__ == "__main__":
    BUNDLE.write_text(bundled(), "utf-8")
    sys.stdout.write(f"{BUNDLE}\n")
