"""`wakti-sb generate`."""

from __future__ import annotations

from pathlib import Path

import click

from wakti_sb import generate, sources, spec
from wakti_sb.cli._output import note
from wakti_sb.cli._project import in_project
from wakti_sb.errors import Findings


@click.command(epilog="Example: wakti-sb generate --check")
@in_project
@click.option("--check", is_flag=True, help="Write nothing; show what is stale and exit 1.")
def command(project: Path, check: bool) -> None:
    """Write supabase/ from wakti.toml and the sources.

    A changed policy or limit becomes a new migration; one that may have been applied is never
    rewritten.
    """
    plan = generate.plan(spec.load(project / "wakti.toml"), sources.root(), project)
    if check and plan.stale:
        click.echo(plan.diff(), nl=False)
        raise Findings("supabase/ is stale.", remedy="Run: wakti-sb generate")
    write(plan)


def write(plan: generate.Plan) -> None:
    """Carry out a plan and name each file."""
    generate.apply(plan)
    for change in plan.changes:
        verb = "removed" if change.after is None else "wrote"
        click.echo(f"{verb} {change.path}")
    if not plan.changes:
        note("supabase/ is current.")
