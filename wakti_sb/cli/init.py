"""`wakti-sb init`."""

from __future__ import annotations

import re
from pathlib import Path

import click

from wakti_sb import sources
from wakti_sb.cli._output import note
from wakti_sb.cli._project import in_project
from wakti_sb.cli.generate import plan_for, write
from wakti_sb.errors import EnvironmentProblem
from wakti_sb.spec import project_name


@click.command(epilog="Example: mkdir shop && cd shop && wakti-sb init")
@in_project
def command(project: Path) -> None:
    """Start a project in this folder: write wakti.toml, then supabase/.

    A wakti.toml that is there already is kept.
    """
    file = project / "wakti.toml"
    if file.exists():
        note(f"{file.name} is there already and stays as it is.")
    else:
        _write(file, project.resolve().name)
        click.echo(f"wrote {file.name}")
    write(plan_for(project))
    note("Next: wakti-sb up")


def _write(file: Path, folder: str) -> None:
    """This toolkit's own wakti.toml, under the folder's name."""
    name = project_name(folder)
    text = (sources.root() / "wakti.toml").read_text("utf-8")
    try:
        file.write_text(re.sub(r'(?m)^name = ".*"$', f'name = "{name}"', text, count=1), "utf-8")
    except OSError as error:
        raise EnvironmentProblem(
            f"cannot be written: {error.strerror or error}", place=str(file)
        ) from error
