"""Ask before something is changed that a script must not change by accident."""

from __future__ import annotations

import sys

import click

from wakti_sb.errors import UsageError


def confirm(question: str, *, yes: bool) -> None:
    """Ask a person; in a script `--yes` has to be there. Raise UsageError without it."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError(
            f"nothing was changed: {question[0].lower()}{question[1:]}",
            remedy="--yes goes on without a question.",
        )
    click.confirm(question, abort=True, err=True)
