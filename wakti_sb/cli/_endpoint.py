"""The options that name a project which already runs."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import click

from wakti_sb.stack import Address

R = TypeVar("R")

_OPTIONS = {
    "url": "Of the API of a project that runs, e.g. https://abcdefgh.supabase.co.",
    "publishable_key": "Its publishable (or legacy anon) key.",
    "secret_key": "Its secret (or legacy service_role) key.",
    "jwt_secret": "What signs its users' tokens, where it has one; else users really log in.",
    "db_url": "Its database, as postgres.",
}

# Without a word after it the embedded one is meant.
_STACK = click.option(
    "--stack",
    is_flag=False,
    flag_value="embedded",
    type=click.Choice(["embedded", "official"]),
    help="The project's own stack, which has to be up; the embedded one if nothing else is said.",
)


def of_an_endpoint(command: Callable[..., R]) -> Callable[..., R]:
    """Give a command the options of `Address`, each from the environment too; pass it `address`."""
    return _addressed(_STACK(command), with_stack=True)


def of_an_address(command: Callable[..., R]) -> Callable[..., R]:
    """The same without `--stack`, for what only a project elsewhere can be."""
    return _addressed(command, with_stack=False)


def _addressed(command: Callable[..., R], *, with_stack: bool) -> Callable[..., R]:
    @wraps(command)
    def collected(*arguments: Any, **options: Any) -> R:
        given = {name: options.pop(name) for name in _OPTIONS}
        if with_stack:
            given["stack"] = options.pop("stack")
        return command(*arguments, **options, address=Address(**given))

    decorated: Callable[..., R] = collected
    for name, text in reversed(_OPTIONS.items()):
        flag = f"--{name.replace('_', '-')}"
        variable = f"WAKTI_{name.upper()}"
        decorated = click.option(flag, name, envvar=variable, show_envvar=True, help=text)(
            decorated
        )
    return decorated
