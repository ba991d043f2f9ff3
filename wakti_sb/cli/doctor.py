"""`wakti-sb doctor`."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from wakti_sb.cli._project import in_project
from wakti_sb.errors import EnvironmentProblem
from wakti_sb.stack.machine import Check, examine


@click.command(epilog="Example: wakti-sb doctor")
@in_project
@click.option("--json", "as_json", is_flag=True, help="For a machine.")
def command(project: Path, as_json: bool) -> None:
    """What is missing on this machine, and the one command that mends it."""
    checks = examine(project)
    if as_json:
        click.echo(json.dumps([asdict(check) for check in checks], indent=2))
    else:
        for check in checks:
            _print(check)
    broken = [check.name for check in checks if check.problem is not None]
    if broken:
        raise EnvironmentProblem(f"the local stack cannot run yet: {', '.join(broken)}.")


def _print(check: Check) -> None:
    if check.problem is None:
        click.echo(f"ok       {check.name}: {check.found}")
        return
    click.echo(f"missing  {check.name}: {check.problem}")
    if check.remedy is not None:
        click.echo(f"         {check.remedy}")
