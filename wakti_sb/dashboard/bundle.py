"""From the sources in `app/` to the few files that a browser loads."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from wakti_sb.errors import EnvironmentProblem
from wakti_sb.stack.machine import Deno

APP = Path(__file__).parent / "app"

_ENTRY = APP / "main.tsx"
_SCRIPT = "app.js"
_STYLES = "app.css"
_SOURCES = ("*.ts", "*.tsx", "*.css", "*.html", "*.svg", "deno.json", "deno.lock")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def build(deno: Deno, cache: Path) -> Path:
    """Bundle the page, unless these very sources have been bundled already.

    Parameters:
        deno: bundles; its packages are fetched once.
        cache: folder that all projects share.

    Result: a folder with `index.html`, which still has places for the API's address
    (`publish()` fills them), one script, one style sheet and an icon.

    Raise EnvironmentProblem if a package cannot be fetched or the bundle cannot be made.
    """
    built = cache / "dashboard" / _digest(deno)
    if (built / "index.html").exists():
        return built
    if not deno.installed(_ENTRY):
        deno.install(_ENTRY)
    built.parent.mkdir(parents=True, exist_ok=True)
    # Made beside its place and moved there whole: two commands may build at once.
    with tempfile.TemporaryDirectory(dir=built.parent) as scratch:
        folder = Path(scratch) / "page"
        folder.mkdir(mode=0o755)
        _script(deno, folder)
        _page(folder)
        try:
            folder.rename(built)
        except OSError:
            if not (built / "index.html").exists():
                raise
    return built


def _digest(deno: Deno) -> str:
    """A name for these sources, bundled by this Deno."""
    digest = sha256(deno.program.encode())
    for file in _source_files():
        digest.update(str(file.relative_to(APP)).encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _source_files() -> Iterator[Path]:
    found = {file for pattern in _SOURCES for file in APP.rglob(pattern)}
    return (file for file in sorted(found) if not file.name.endswith(".test.ts"))


def _script(deno: Deno, folder: Path) -> None:
    command = [deno.program, "bundle", "--quiet", "--frozen", "--platform", "browser", "--minify"]
    done = subprocess.run(
        [*command, "--output", str(folder / _SCRIPT), _ENTRY.name],
        cwd=APP,
        env=os.environ | deno.env() | {"NO_COLOR": "1"},
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        raise EnvironmentProblem(
            f"cannot bundle the dashboard: {lines[0] if lines else 'deno bundle failed'}",
            place=str(_ENTRY),
            remedy="Its bundler is fetched once. Connect to the network and run the command again.",
        )


def _page(folder: Path) -> None:
    """Style sheet, icon and page; a name with the content's digest may be kept for ever."""
    sheets = sorted((APP / "styles").glob("*.css"))
    styles = "".join(sheet.read_text("utf-8") for sheet in sheets)
    (folder / _STYLES).write_text(_COMMENT.sub("", styles), "utf-8")
    shutil.copyfile(APP / "icon.svg", folder / "icon.svg")
    page = (APP / "index.html").read_text("utf-8")
    for place, name in (("script", _SCRIPT), ("styles", _STYLES)):
        page = page.replace(f"{{{{{place}}}}}", _stamped(folder / name))
    (folder / "index.html").write_text(page, "utf-8")


def _stamped(file: Path) -> str:
    digest = sha256(file.read_bytes()).hexdigest()[:12]
    return file.rename(file.with_stem(f"{file.stem}-{digest}")).name
