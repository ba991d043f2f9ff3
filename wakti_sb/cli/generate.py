"""`wakti-sb generate`."""

from __future__ import annotations

from pathlib import Path

import click

from wakti_sb import generate, sources, spec
from wakti_sb.cli._output import note
from wakti_sb.cli._project import in_project
from wakti_sb.errors import Findings


@click.group(invoke_without_command=True, epilog="Example: wakti-sb generate --check")
@in_project
@click.option("--check", is_flag=True, help="Write nothing; show what is stale and exit 1.")
@click.pass_context
def command(context: click.Context, project: Path, check: bool) -> None:
    """Write supabase/ from wakti.toml and the sources.

    A changed policy or limit becomes a new migration; one that may have been applied is never
    rewritten.
    """
    context.obj = project
    if context.invoked_subcommand is not None:
        return
    plan = plan_for(project)
    if check and plan.stale:
        click.echo(plan.diff(), nl=False)
        raise Findings("supabase/ is stale.", remedy="Run: wakti-sb generate")
    write(plan)


@command.command(epilog="Example: wakti-sb generate table reviews --through public.projects")
@click.argument("name")
@click.option("--through", metavar="TABLE", help="The described table whose owner owns its rows.")
@click.option("--key", metavar="COLUMN", help="Of NAME, pointing at TABLE.")
@click.option("--owner", metavar="COLUMN", default="user_id", show_default=True)
@click.option("--shared", is_flag=True, help="Make a table too that shares its rows, one by one.")
@click.pass_obj
def table(
    project: Path, name: str, through: str | None, key: str | None, owner: str, shared: bool
) -> None:
    """A table of your own: a migration, an [[owned]] entry and the policies that follow from it."""
    write(
        generate.scaffold_table(
            project, sources.root(), name, through=through, key=key, owner=owner, shared=shared
        )
    )
    write(plan_for(project))


def plan_for(project: Path) -> generate.Plan:
    """What `generate` has to do for a project."""
    return generate.plan(spec.load(project / "wakti.toml"), sources.root(), project)


def write(plan: generate.Plan) -> None:
    """Carry out a plan and name each file."""
    generate.apply(plan)
    for change in plan.changes:
        verb = "removed" if change.after is None else "wrote"
        click.echo(f"{verb} {change.path}")
    if not plan.changes:
        note("supabase/ is current.")
