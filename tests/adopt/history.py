"""This repository's backend as a project of the first release has it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from wakti_sb import sources
from wakti_sb.generate import apply, plan
from wakti_sb.spec import parse

ROOT = Path(__file__).parents[2]


@cache
def project() -> Path:
    """A folder whose `supabase/` adopts the tables of the first release. Made once a process."""
    folder = Path(mkdtemp(prefix="wakti-sb-first-release-"))
    folder.chmod(0o755)
    text = (ROOT / "wakti.toml").read_text("utf-8") + "\n[generate]\nfirst_release = true\n"
    (folder / "wakti.toml").write_text(text)
    apply(plan(parse(text), sources.root(), folder))
    return folder


def migrations() -> Path:
    """Its migrations."""
    return project() / "supabase" / "migrations"
