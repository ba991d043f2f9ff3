"""`wakti-sb restore`."""

from __future__ import annotations

from pathlib import Path

import click

from wakti_sb import backup
from wakti_sb.cli._confirm import confirm
from wakti_sb.cli._endpoint import of_an_endpoint
from wakti_sb.cli._hosted import project_ref
from wakti_sb.cli._output import note, progress
from wakti_sb.cli._project import in_project
from wakti_sb.cli._source import source
from wakti_sb.stack import Address


@click.command(epilog="Example: wakti-sb restore monday.zip --yes")
@in_project
@project_ref
@of_an_endpoint
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask; scripts need it.")
def command(
    project: Path, project_ref: str | None, address: Address, file: Path, yes: bool
) -> None:
    """Put a backup into an empty project, or one site's project beside others.

    The file is compared with its checksums first. The target needs the same migrations, or none:
    then the backup's own are applied. Rows come in one transaction.
    """
    with progress() as listener:
        place = source(project, address, project_ref, listener)
    confirm(f"Restore {file} into {place.target.address}?", yes=yes)
    with progress() as listener:
        restored = backup.restore(place, file, listener=listener)
    for name, count in restored.rows.items():
        if count:
            click.echo(f"{count:>9} rows of {name}")
    click.echo(f"{restored.files:>9} files")
    note("Restored.")
