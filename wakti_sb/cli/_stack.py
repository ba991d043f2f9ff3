"""The local stack as the command line starts it: with the owner's page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import click

from wakti_sb import dashboard, spec
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
    """The stack of a project; where its backend is, the owner's page is at `/dashboard/`."""
    page = partial(_write_page, project) if has_backend(project) else None
    return EmbeddedStack(project, listener, page=page, without=without)


def has_backend(project: Path) -> bool:
    """Whether a migration of the project makes what the owner's page shows."""
    migrations = (project / "supabase" / "migrations").glob("*.sql")
    return any(b"project_backends" in file.read_bytes() for file in migrations)


def page_of(project: Path, api_url: str, publishable_key: str) -> Site:
    """The owner's page with the limits of this folder's `wakti.toml`, where there is one."""
    file = project / "wakti.toml"
    known = spec.load(file) if file.exists() else spec.Spec()
    return Site(api_url, publishable_key, known.limits, known.rate_limits)


def _write_page(project: Path, folder: Path, publishable_key: str) -> None:
    built = dashboard.build(find_deno(cache()), cache())
    dashboard.publish(built, folder, page_of(project, "", publishable_key))
