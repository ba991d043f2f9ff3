"""The options that name a hosted project."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from wakti_sb import deploy
from wakti_sb.errors import UsageError
from wakti_sb.events import Listener

F = TypeVar("F", bound=Callable[..., Any])

TOKEN = "SUPABASE_ACCESS_TOKEN"  # noqa: S105  (the variable's name, the official CLI's)
API = "WAKTI_MANAGEMENT_API"


def project_ref(command: F) -> F:
    """Give a command `--project-ref`."""
    return click.option(
        "--project-ref",
        envvar="SUPABASE_PROJECT_REF",
        show_envvar=True,
        help="Of the hosted project: 20 small letters; without it the one of `wakti-sb link`.",
    )(command)


def hosted(ref: str, *, url: str | None, listener: Listener) -> deploy.Hosted:
    """The hosted project, with the token of the environment. Raise UsageError without one."""
    token = os.environ.get(TOKEN, "").strip()
    if not token:
        raise UsageError(
            f"{TOKEN} is not set: the platform has to know who asks.",
            remedy="Make a token at https://supabase.com/dashboard/account/tokens and export it;"
            " docs/deploy.md lists the permissions that a limited one needs.",
        )
    address = os.environ.get(API)
    return deploy.Hosted(
        ref,
        token,
        address or deploy.ADDRESS,
        url=url,
        trusted=address is not None,
        tell=listener,
    )


def chosen_ref(project: Path, given: str | None) -> str | None:
    """The ref that was given, else the one that was remembered."""
    return given if given is not None else deploy.link.read(project)
