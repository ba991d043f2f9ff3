"""`wakti-sb export`."""

from __future__ import annotations

from pathlib import Path

import click

from wakti_sb import backup
from wakti_sb.cli._endpoint import of_an_endpoint
from wakti_sb.cli._hosted import project_ref
from wakti_sb.cli._output import note, progress
from wakti_sb.cli._project import in_project
from wakti_sb.cli._source import source
from wakti_sb.spec import load
from wakti_sb.stack import Address


@click.command(epilog="Example: wakti-sb export --site UUID --output my-site")
@in_project
@project_ref
@of_an_endpoint
@click.option("--site", metavar="UUID", required=True, help="The site's project by its id.")
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    help="The folder, which must not be there yet; without it export-UUID here.",
)
def command(
    project: Path,
    project_ref: str | None,
    address: Address,
    site: str,
    output: Path | None,
) -> None:
    """Write what a site's project holds for a person: JSON, CSV and the files.

    Without what wakti.toml hides, such as hashes of passwords, and without sessions.
    """
    folder = output or Path(f"export-{site}")
    spec = load(project / "wakti.toml")
    hidden = {str(owned.table): tuple(owned.hidden) for owned in spec.owned}
    with progress() as listener:
        place = source(project, address, project_ref, listener)
        done = backup.export(place, folder, project=site, hidden=hidden, listener=listener)
    for name, count in done.rows.items():
        click.echo(f"{count:>9} rows of {name}")
    click.echo(f"{done.files:>9} files")
    note(f"Written to {folder}.")
