"""`wakti-sb demo`."""

from __future__ import annotations

from pathlib import Path

import click
from rich.table import Table

from wakti_sb import demo
from wakti_sb.cli._output import note, progress, show
from wakti_sb.cli._project import in_project
from wakti_sb.cli._stack import local_stack
from wakti_sb.cli.status import print_addresses


@click.command(epilog="Example: wakti-sb demo --port 0")
@in_project
@click.option("--port", type=click.IntRange(0, 65534), help="Of the API; 0 picks free ones.")
def command(project: Path, port: int | None) -> None:
    """A guided tour: the stack, an owner, a project, one request through each system.

    Then what the owner sees of it, and what others do not. The stack stays up.
    """
    with progress() as listener:
        endpoint = local_stack(project, listener).up(port=port)
    tour = demo.run(endpoint)
    show(_exchanges(tour))
    show(_sights(tour))
    print_addresses(endpoint)
    click.echo(f"Project    {tour.project_id}")
    if endpoint.dashboard_url is not None:
        click.echo(f"Sign in to the dashboard as {tour.email} with the password {tour.password}")
    for name, value in endpoint.env().items():
        if name.endswith("_KEY"):
            click.echo(f"{name}={value}")
    note("The stack stays up. Stop it with: wakti-sb down")


def _exchanges(tour: demo.Tour) -> Table:
    table = Table(title="A published site and its backend", title_justify="left")
    for heading in ("System", "Request", "Status", "Answer"):
        table.add_column(heading)
    before = None
    for one in tour.exchanges:
        system = "" if one.system == before else one.system
        table.add_row(system, one.request, str(one.status), one.answer)
        before = one.system
    return table


def _sights(tour: demo.Tour) -> Table:
    table = Table(title="Who sees what of it, unfiltered", title_justify="left")
    table.add_column("Table")
    for person in tour.sights:
        table.add_column(person)
    for name in demo.TABLES:
        table.add_row(name, *(str(sights[name]) for sights in tour.sights.values()))
    return table
