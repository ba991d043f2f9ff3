"""`wakti-sb reset`."""

from __future__ import annotations

from pathlib import Path

import click

from wakti_sb.cli._output import note, progress
from wakti_sb.cli._project import in_project
from wakti_sb.cli._stack import which
from wakti_sb.stack import EmbeddedStack, OfficialStack


@click.command(epilog="Example: wakti-sb reset")
@in_project
@which
def command(project: Path, kind: str) -> None:
    """Throw the local data away: a clean database with every migration applied, and no files."""
    with progress() as listener:
        (OfficialStack if kind == "official" else EmbeddedStack)(project, listener).reset()
    note("The database is clean and migrated.")
