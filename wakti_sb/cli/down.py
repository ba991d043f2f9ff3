"""`wakti-sb down`."""

from __future__ import annotations

from pathlib import Path

import click

from wakti_sb.cli._output import note, progress
from wakti_sb.cli._project import in_project
from wakti_sb.cli._stack import which
from wakti_sb.stack import EmbeddedStack, OfficialStack


@click.command(epilog="Example: wakti-sb down --no-backup")
@in_project
@which
@click.option("--no-backup", is_flag=True, help="Also delete the database, files, keys and logs.")
def command(project: Path, kind: str, no_backup: bool) -> None:
    """Stop the local stack. Its data is kept for the next `up`."""
    with progress() as listener:
        stack = (OfficialStack if kind == "official" else EmbeddedStack)(project, listener)
        stopped = stack.down(remove_data=no_backup)
    note("The stack is down." if stopped else "Nothing was up.")
