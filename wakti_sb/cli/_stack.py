"""The local stack as the command line starts it: with the owner's page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from wakti_sb import dashboard
from wakti_sb.dashboard import Site
from wakti_sb.events import Listener
from wakti_sb.stack import EmbeddedStack
from wakti_sb.stack.machine import cache, find_deno

F = TypeVar("F", bound=Callable[..., Any])


def which(command: F) -> F:
    """Give a command `--stack embedded|official`, as `kind`."""
    return click.option(
        "--stack",
        "kind",
        type=click.Choice(["embedded", "official"]),
        default="embedded",
        show_default=True,
        help="Ours without Docker, or what `supabase start` makes of this project.",
    )(command)


def local_stack(
    project: Path, listener: Listener, *, without: Sequence[str] | None = None
) -> EmbeddedStack:
    """The stack of a project, which will serve the owner's page at `/dashboard/`."""
    return EmbeddedStack(project, listener, page=_write_page, without=without)


def _write_page(folder: Path, publishable_key: str) -> None:
    built = dashboard.build(find_deno(cache()), cache())
    dashboard.publish(built, folder, Site("", publishable_key))
