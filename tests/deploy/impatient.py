"""The command, whose pauses between attempts are short."""

from __future__ import annotations

from collections.abc import Sequence

from tests.command_line import main
from wakti_sb.deploy import check, target
from wakti_sb.deploy.management import http
from wakti_sb.deploy.steps import functions


def impatient(arguments: Sequence[str]) -> None:
    """`wakti-sb`, in the forked process that becomes it."""
    for module in (http, target, functions, check):
        module._PAUSE = 0.05  # type: ignore[attr-defined]
    main(arguments)
