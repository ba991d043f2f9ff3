"""`wakti-sb backup`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from wakti_sb import backup
from wakti_sb.cli._endpoint import of_an_endpoint
from wakti_sb.cli._hosted import project_ref
from wakti_sb.cli._output import note, progress
from wakti_sb.cli._project import in_project
from wakti_sb.cli._source import source
from wakti_sb.stack import Address

_MIB = 1024 * 1024


@click.command(epilog="Example: wakti-sb backup --output monday.zip")
@in_project
@project_ref
@of_an_endpoint
@click.option("--site", metavar="UUID", help="One site's project by its id; without it all.")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file; without it backup-DATE.zip here.",
)
def command(
    project: Path,
    project_ref: str | None,
    address: Address,
    site: str | None,
    output: Path | None,
) -> None:
    """Save what a project holds: schema, rows, files and accounts, as they are at one moment.

    One file with a checksum for each part. It holds password hashes and everything that visitors
    wrote: keep it as you keep the database. Without an address it is the local stack's.
    """
    file = output or Path(f"backup-{datetime.now():%Y-%m-%d-%H%M%S}.zip")
    with progress() as listener:
        place = source(project, address, project_ref, listener)
        taken = backup.take(place, file, project=site, listener=listener)
    for name, count in taken.rows.items():
        if count:
            click.echo(f"{count:>9} rows of {name}")
    click.echo(f"{taken.files:>9} files, {taken.bytes / _MIB:.1f} MiB")
    note(f"Written to {file}.")
