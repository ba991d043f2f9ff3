"""`wakti-sb link`."""

from __future__ import annotations

from pathlib import Path

import click

from wakti_sb import deploy
from wakti_sb.cli._hosted import hosted, project_ref
from wakti_sb.cli._output import note, progress
from wakti_sb.cli._project import in_project
from wakti_sb.errors import UsageError


@click.command(epilog="Example: wakti-sb link --project-ref abcdefghijklmnopqrst")
@in_project
@project_ref
@click.option("--forget", is_flag=True, help="Forget the ref.")
def command(project: Path, project_ref: str | None, forget: bool) -> None:
    """Remember which hosted project this folder belongs to: its ref, never the token.

    Without --project-ref, say which one it is.
    """
    if forget:
        known = deploy.link.forget(project)
        note("Forgotten." if known else "No project was remembered.")
        return
    if project_ref is None:
        known_ref = deploy.link.read(project)
        if known_ref is None:
            raise UsageError(
                "this folder is not linked.", remedy="Run: wakti-sb link --project-ref"
            )
        click.echo(known_ref)
        return
    with progress() as listener:
        name = hosted(project_ref, url=None, listener=listener).name
    deploy.link.remember(project, project_ref)
    note(f"Linked to {name}. The token is not remembered.")
