"""`wakti-sb cache`."""

from __future__ import annotations

import click

from wakti_sb.cli._group import Group
from wakti_sb.cli._output import note
from wakti_sb.stack import machine


@click.group(cls=Group)
def command() -> None:
    """What all projects on this machine share: PostgreSQL, Deno's packages, pages."""


@command.command(epilog="Example: wakti-sb cache clean")
def clean() -> None:
    """Empty the cache; the next `up` fills it again, over the network where it must.

    PostgreSQL stays where a stack runs from it.
    """
    freed, kept = machine.clean_cache()
    note(f"{freed / 1024 / 1024:.0f} MiB freed in {machine.cache()}.")
    for folder in kept:
        note(f"{folder.name} stays: a stack runs from it.")
