"""`wakti-sb storage`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click
import psycopg

from wakti_sb import reconcile
from wakti_sb.cli._endpoint import of_an_endpoint
from wakti_sb.cli._output import note, progress
from wakti_sb.cli._project import in_project
from wakti_sb.errors import EnvironmentProblem, Findings
from wakti_sb.reconcile import Leftover
from wakti_sb.spec import load
from wakti_sb.stack import Address, EmbeddedStack


@click.group()
def command() -> None:
    """The files of a backend."""


@command.command("reconcile", epilog="Example: wakti-sb storage reconcile --dry-run")
@in_project
@of_an_endpoint
@click.option(
    "--dry-run", is_flag=True, help="Only name what would go; exit code 1 if there is any."
)
@click.option("--json", "as_json", is_flag=True, help="For a machine.")
def reconcile_command(project: Path, address: Address, dry_run: bool, as_json: bool) -> None:
    """Bring objects and rows back together.

    Removes what a dead function, a failed request or a deleted project has left: objects that no
    row names, rows whose object is gone, reservations that nobody uses, objects of projects that
    are gone. Safe while the backend is in use. Works on the local stack, or on any project by
    --url, its keys and --db-url.
    """
    endpoint = address.endpoint() or EmbeddedStack(project).endpoint()
    bucket = load(project / "wakti.toml").uploads.bucket
    try:
        with psycopg.connect(endpoint.database) as connection:
            found = reconcile.find(connection, bucket)
        if dry_run:
            gone: Sequence[Leftover] = ()
        else:
            with progress() as listener:
                gone = reconcile.mend(endpoint, bucket, found, listener)
    except psycopg.OperationalError as error:
        raise EnvironmentProblem(f"the database does not answer: {error}".strip()) from None
    if as_json:
        said = {
            "found": [one.as_dict() for one in found],
            "removed": [one.as_dict() for one in gone],
        }
        click.echo(json.dumps(said, indent=2))
    else:
        _print(found, dry_run)
    if dry_run and found:
        raise Findings(
            f"{len(found)} left over in the bucket {bucket}.",
            remedy="Remove them: wakti-sb storage reconcile",
        )
    if not as_json:
        note(f"{len(gone)} removed from the bucket {bucket}" if found else "Nothing is left over.")


def _print(found: Sequence[Leftover], dry_run: bool) -> None:
    counts = Counter(one.kind for one in found)
    for kind, count in counts.items():
        click.echo(f"{kind} ({count}): {reconcile.explain(kind)}")
        for one in found:
            if one.kind == kind:
                verb = "would remove" if dry_run else "removed"
                click.echo(f"  {verb} {one.path} ({one.size} bytes)")
