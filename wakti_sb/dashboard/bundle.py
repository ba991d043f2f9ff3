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

_ENTRY = "main.tsx"
_LANGUAGES = Path("i18n") / "languages.ts"
_SCRIPT = "app.js"
_STYLES = "app.css"
_SOURCES = ("*.ts", "*.tsx", "*.css", "*.html", "*.svg", "deno.json", "deno.lock")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def build(deno: Deno, cache: Path, app: Path = APP) -> Path:
    """Bundle the page, unless these very sources have been bundled already.

    Parameters:
        deno: bundles; its packages are fetched once.
        cache: folder that all projects share.
        app: the sources. Each folder in its `i18n/` with an `index.ts` is a language.

    Result: a folder with `index.html`, which still has places for the API's address
    (`publish()` fills them), one script, one style sheet and an icon.

    Raise EnvironmentProblem if a package cannot be fetched or the bundle cannot be made.
    """
    built = cache / "dashboard" / _digest(deno, app)
    if (built / "index.html").exists():
        return built
    if not deno.installed(app / _ENTRY):
        deno.install(app / _ENTRY)
    built.parent.mkdir(parents=True, exist_ok=True)
    # Made beside its place and moved there whole: two commands may build at once.
    with tempfile.TemporaryDirectory(dir=built.parent) as scratch:
        folder = Path(scratch) / "page"
        folder.mkdir(mode=0o755)
        sources = Path(scratch) / "app"
        _copy(app, sources)
        _script(deno, sources, folder)
        _page(sources, folder)
        try:
            folder.rename(built)
        except OSError:
            if not (built / "index.html").exists():
                raise
    return built


def languages(app: Path = APP) -> str:
    """The module that names every language: what a bundler cannot find out by itself."""
    codes = sorted(file.parent.name for file in (app / "i18n").glob("*/index.ts"))
    imports = "".join(f'import {code} from "./{code}/index.ts";\n' for code in codes)
    return (
        "/** Written by the build: each folder here with an `index.ts` is a language. */\n\n"
        f'import type {{ Language }} from "./language.ts";\n{imports}\n'
        "export const languages: Readonly<Record<string, Language>> = "
        f"{{ {', '.join(codes)} }};\n"
    )


def _copy(app: Path, sources: Path) -> None:
    """The sources with the languages that are there."""
    for file in _source_files(app):
        target = sources / file.relative_to(app)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
    (sources / _LANGUAGES).write_text(languages(app), "utf-8")


def _digest(deno: Deno, app: Path) -> str:
    """A name for these sources, bundled by this Deno."""
    digest = sha256(deno.program.encode())
    for file in _source_files(app):
        digest.update(str(file.relative_to(app)).encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _source_files(app: Path) -> Iterator[Path]:
    found = {file for pattern in _SOURCES for file in app.rglob(pattern)}
    return (file for file in sorted(found) if not file.name.endswith(".test.ts"))


def _script(deno: Deno, sources: Path, folder: Path) -> None:
    command = [deno.program, "bundle", "--quiet", "--frozen", "--platform", "browser", "--minify"]
    done = subprocess.run(
        [*command, "--output", str(folder / _SCRIPT), _ENTRY],
        cwd=sources,
        env=os.environ | deno.env() | {"NO_COLOR": "1"},
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        raise EnvironmentProblem(
            f"cannot bundle the dashboard: {lines[0] if lines else 'deno bundle failed'}",
            place=_ENTRY,
            remedy="Its bundler is fetched once. Connect to the network and run the command again.",
        )


def _page(sources: Path, folder: Path) -> None:
    """Style sheet, icon and page; a name with the content's digest may be kept for ever."""
    sheets = sorted((sources / "styles").glob("*.css"))
    styles = "".join(sheet.read_text("utf-8") for sheet in sheets)
    (folder / _STYLES).write_text(_COMMENT.sub("", styles), "utf-8")
    shutil.copyfile(sources / "icon.svg", folder / "icon.svg")
    page = (sources / "index.html").read_text("utf-8")
    for place, name in (("script", _SCRIPT), ("styles", _STYLES)):
        page = page.replace(f"{{{{{place}}}}}", _stamped(folder / name))
    (folder / "index.html").write_text(page, "utf-8")


def _stamped(file: Path) -> str:
    digest = sha256(file.read_bytes()).hexdigest()[:12]
    return file.rename(file.with_stem(f"{file.stem}-{digest}")).name
