"""Keep what a project holds after `wakti-sb init` of this release, for the tests of upgrades.

`python -m tests.upgrade.keep VERSION` writes `tests/upgrade/releases/VERSION/`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from tests.backup.filled import fill
from wakti_sb import __version__
from wakti_sb.stack import EmbeddedStack

RELEASES = Path(__file__).parent / "releases"
_COMMAND = [sys.executable, "-c", "from wakti_sb.cli import main; main()"]


def keep(folder: Path) -> None:
    """Write `project.zip` and `held.zip` into a new folder."""
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory(prefix="wakti-sb-kept-") as name:
        project = Path(name) / "kept"
        project.mkdir()
        _run(project, "init")
        with zipfile.ZipFile(folder / "project.zip", "w", zipfile.ZIP_DEFLATED) as packed:
            for file in sorted(one for one in project.rglob("*") if one.is_file()):
                packed.write(file, file.relative_to(project))
        stack = EmbeddedStack(project)
        try:
            endpoint = stack.up(port=0)
            fill(endpoint, name="kept")
            _run(project, "backup", "--output", str(folder.resolve() / "held.zip"))
        finally:
            stack.down(remove_data=True)


def kept() -> dict[str, Path]:
    """The folder of each kept release."""
    return {one.name: one for one in sorted(RELEASES.iterdir()) if one.is_dir()}


def unpack(folder: Path, project: Path) -> None:
    """What `init` of that release wrote, in a folder of its own."""
    with zipfile.ZipFile(folder / "project.zip") as packed:
        packed.extractall(project)


def _run(project: Path, *arguments: str) -> None:
    subprocess.run([*_COMMAND, *arguments], cwd=project, env=os.environ, check=True)


if __name__ == "__main__":
    version = sys.argv[1] if len(sys.argv) > 1 else __version__
    if version != __version__:
        sys.exit(f"this is {__version__}, not {version}")
    target = RELEASES / version
    if target.exists():
        shutil.rmtree(target)
    keep(target)
