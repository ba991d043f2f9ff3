"""This repository's backend on a stack of its own, for the length of a measurement."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wakti_sb.stack import EmbeddedStack, Endpoint

ROOT = Path(__file__).parent.parent


@contextmanager
def folder() -> Iterator[Path]:
    """A folder with this repository's `supabase/` in it, removed in the end."""
    with tempfile.TemporaryDirectory(prefix="wakti-bench-") as name:
        made = Path(name)
        made.chmod(0o755)  # a cache in it must be open to the user that root's server runs as
        shutil.copytree(ROOT / "supabase", made / "supabase")
        yield made


@contextmanager
def running(project: Path) -> Iterator[Endpoint]:
    """The stack of the project in a folder, on free ports, stopped in the end."""
    stack = EmbeddedStack(project)
    try:
        yield stack.up(port=0)
    finally:
        stack.down(remove_data=True)


def superuser(db_url: str) -> str:
    """The same database as the platform's superuser."""
    return db_url.replace("//postgres:", "//supabase_admin:", 1)
