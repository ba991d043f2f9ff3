"""`wakti-sb down`."""

from __future__ import annotations

from pathlib import Path

import click

from wakti_sb.cli._output import note, progress
from wakti_sb.cli._project import in_project
from wakti_sb.stack import EmbeddedStack


@click.command(epilog="Example: wakti-sb down --no-backup")
@in_project
@click.option("--no-backup", is_flag=True, help="Also delete the database, files, keys and logs.")
def command(project: Path, no_backup: bool) -> None:
    """Stop the local stack. Its data is kept for the next `up`."""
    with progress() as listener:
        stopped = EmbeddedStack(project, listener).down(remove_data=no_backup)
    note("The stack is down." if stopped else "Nothing was up.")
