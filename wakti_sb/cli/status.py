"""`wakti-sb status`."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import click
from rich.table import Table

from wakti_sb.cli._output import note, show
from wakti_sb.cli._project import in_project
from wakti_sb.cli._stack import which
from wakti_sb.errors import StackError
from wakti_sb.stack import Condition, EmbeddedStack, Endpoint, OfficialStack

_MIB = 1024 * 1024


@click.command(epilog='Example: eval "$(wakti-sb status -o env)"')
@in_project
@click.option(
    "-o",
    "--output",
    type=click.Choice(["pretty", "env", "json"]),
    default="pretty",
    help="env and json print the keys too, under the official CLI's names.",
)
@which
def command(project: Path, output: str, kind: str) -> None:
    """Addresses, keys and health of the local stack."""
    stack = (OfficialStack if kind == "official" else EmbeddedStack)(project)
    if output == "pretty":
        _pretty(stack.status(), kind)
        return
    env = stack.endpoint().env()
    if output == "json":
        click.echo(json.dumps(env, indent=2))
    else:
        for name, value in env.items():
            click.echo(f"{name}={shlex.quote(value)}")


def print_addresses(endpoint: Endpoint) -> None:
    """A small table without keys: it may end up in a log."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_row("API", endpoint.api_url)
    table.add_row("Functions", endpoint.functions_url)
    table.add_row("Database", endpoint.database)
    if endpoint.dashboard_url is not None:
        table.add_row("Dashboard", endpoint.dashboard_url)
    show(table)


def _pretty(condition: Condition, kind: str) -> None:
    if kind == "official" and condition.dead:
        raise StackError(
            f"not every container is well: {', '.join(condition.dead)}.",
            remedy="See why: wakti-sb logs --stack official",
        )
    if condition.endpoint is None:
        how = " --stack official" if kind == "official" else ""
        raise StackError("no stack runs here.", remedy=f"Run: wakti-sb up{how}")
    print_addresses(condition.endpoint)
    for name, size in condition.memory.items():
        note(f"{name}: running, {size / _MIB:.0f} MiB")
    for function in condition.functions:
        if function.reason is not None:
            said = "ended" if function.starts else "does not start"
            note(f"function {function.name}: {said}: {function.reason}")
        else:
            note(f"function {function.name}: {'running' if function.pid else 'ready'}")
    if condition.dead:
        raise StackError(
            f"the stack is broken: {', '.join(condition.dead)} stopped by itself.",
            remedy="Run `wakti-sb logs` to see why and `wakti-sb up` to mend it.",
        )
