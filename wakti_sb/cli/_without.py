"""The option to go on without an extension."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from wakti_sb.errors import UsageError

VARIABLE = "WAKTI_WITHOUT"

_Command = TypeVar("_Command", bound=Callable[..., Any])


def option(**more: Any) -> Callable[[_Command], _Command]:
    """`--without`, repeatable; in the environment the names stand beside each other."""
    return click.option(
        "--without",
        multiple=True,
        metavar="EXTENSION",
        envvar=VARIABLE,
        show_envvar=True,
        help="Where a stack is made: leave out what needs this extension; repeatable.",
        **more,
    )


def chosen(given: Sequence[str]) -> tuple[str, ...] | None:
    """What was given; None where nothing was, so that wakti.toml says it."""
    if any(not name.strip() for name in given):
        raise UsageError("--without needs the name of an extension.")
    return tuple(given) or None
