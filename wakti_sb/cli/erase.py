"""`wakti-sb erase`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click
from rich.table import Table

from wakti_sb import backup
from wakti_sb.cli._confirm import confirm
from wakti_sb.cli._endpoint import of_an_endpoint
from wakti_sb.cli._hosted import project_ref
from wakti_sb.cli._output import note, progress, show
from wakti_sb.cli._project import in_project
from wakti_sb.cli._source import source
from wakti_sb.errors import UsageError
from wakti_sb.stack import Address


@click.command(epilog="Example: wakti-sb erase --visitor sam@example.com --dry-run")
@in_project
@project_ref
@of_an_endpoint
@click.option("--site", metavar="UUID", help="Everything of a site's project.")
@click.option("--visitor", metavar="EMAIL", help="A visitor; with --site in that project alone.")
@click.option("--with-project", is_flag=True, help="The row of public.projects too.")
@click.option("--dry-run", is_flag=True, help="Say what would go; erase nothing.")
@click.option("--yes", is_flag=True, help="Do not ask; scripts need it.")
@click.option("--json", "as_json", is_flag=True, help="For a machine.")
def command(
    project: Path,
    project_ref: str | None,
    address: Address,
    site: str | None,
    visitor: str | None,
    with_project: bool,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Erase a site's project, or what it knows of a visitor; say what went, what stays and why.

    Backups are files of yours: what is in them stays there.
    """
    if site is None and visitor is None:
        raise UsageError("name what is to be erased: --site UUID or --visitor EMAIL.")
    if visitor is not None and with_project:
        raise UsageError("--with-project goes with a whole project, not with a visitor.")
    with progress() as listener:
        place = source(project, address, project_ref, listener)
    if not dry_run:
        what = f"the visitor {visitor}" if visitor is not None else f"the project {site}"
        confirm(f"Erase {what} at {place.target.address}?", yes=yes)
    with progress() as listener:
        if visitor is not None:
            lines = backup.erase_visitor(
                place, visitor, project=site, dry_run=dry_run, listener=listener
            )
        else:
            lines = backup.erase_project(
                place,
                str(site),
                keep_project=not with_project,
                dry_run=dry_run,
                listener=listener,
            )
    _show(lines, as_json=as_json)
    note("Nothing was erased." if dry_run else "Erased. Backups are not touched.")


def _show(lines: Sequence[backup.Line], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps([asdict(line) for line in lines], indent=2))
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("What", "Gone", "Stays", "Why"):
        table.add_column(heading, justify="right" if heading in ("Gone", "Stays") else "left")
    for line in lines:
        table.add_row(line.what, str(line.gone), str(line.stays or ""), line.why)
    show(table)
