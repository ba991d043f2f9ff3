"""`wakti-sb init`."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import click

from wakti_sb import sources, spec
from wakti_sb.cli._output import note
from wakti_sb.cli._project import in_folder
from wakti_sb.cli.generate import plan_for, write
from wakti_sb.errors import EnvironmentProblem, UsageError


@click.command(epilog="Example: mkdir shop && cd shop && wakti-sb init")
@in_folder
@click.option(
    "--backend",
    is_flag=True,
    help="Add the backend's migrations and edge function to a Supabase project that is there.",
)
def command(project: Path, backend: bool) -> None:
    """Start a project in this folder: write wakti.toml, then supabase/.

    A wakti.toml that is there already is kept. In a Supabase project of one's own it asks first.
    """
    file = project / "wakti.toml"
    if not file.exists() and not backend:
        _ask(project)
    if file.exists():
        note(f"{file.name} is there already and stays as it is.")
    else:
        _write(file, project.resolve().name)
        click.echo(f"wrote {file.name}")
    write(plan_for(project))
    note("Next: wakti-sb up")


def _ask(project: Path) -> None:
    """Whether the backend is wanted where there are migrations or functions already."""
    supabase = project / "supabase"
    migrations = len(list((supabase / "migrations").glob("*.sql")))
    functions = len(list((supabase / "functions").glob("*/index.ts")))
    if not migrations and not functions:
        return
    told = (
        f"this is a Supabase project already ({migrations} migrations, {functions} functions);"
        " init adds the tables, policies, bucket and edge function of the site backend to it."
    )
    if sys.stdin.isatty():
        note(told)
        click.confirm("Add them?", abort=True)
        return
    raise UsageError(
        told,
        place=str(project),
        remedy="With --backend it does. Without: `wakti-sb up` runs the project as it is,"
        " `wakti-sb rls init` proposes who owns what.",
    )


def _write(file: Path, folder: str) -> None:
    """This toolkit's own wakti.toml, under the folder's name."""
    name = spec.slug_of(folder)
    text = (sources.root() / "wakti.toml").read_text("utf-8")
    try:
        file.write_text(re.sub(r'(?m)^name = ".*"$', f'name = "{name}"', text, count=1), "utf-8")
    except OSError as error:
        raise EnvironmentProblem(
            f"cannot be written: {error.strerror or error}", place=str(file)
        ) from error
