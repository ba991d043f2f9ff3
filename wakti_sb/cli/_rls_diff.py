"""`wakti-sb rls diff`: who gains and who loses access between two states."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import click

from wakti_sb import conformance, reports
from wakti_sb.cli import _without
from wakti_sb.cli._output import note, progress
from wakti_sb.cli._report_file import must_have_a_folder, write
from wakti_sb.cli._rls_base import base_database, shown
from wakti_sb.cli._rls_task import MODEL, Task, keep_without
from wakti_sb.conformance import Severity
from wakti_sb.errors import Findings

_LEVELS = [str(level) for level in Severity]


@click.command("diff", epilog="Example: wakti-sb rls diff main --markdown access.md")
@click.argument("base")
@click.option("--json", "as_json", is_flag=True, help="For a machine.")
@click.option("--markdown", type=click.Path(dir_okay=False, path_type=Path), help="Write Markdown.")
@click.option(
    "--fail-on",
    type=click.Choice([*_LEVELS, "never"]),
    default="medium",
    show_default=True,
    help="Exit 1 from this severity on.",
)
@_without.option(expose_value=False, callback=keep_without)
@click.pass_obj
def command(task: Task, base: str, as_json: bool, markdown: Path | None, fail_on: str) -> None:
    """Who gains and who loses access since BASE: a git revision, a folder, or a database's URL.

    Both states are tried with the same rows and people; what only looks different is not told.
    With the URL of a database that runs it is drift: what the migrations change there.
    """
    must_have_a_folder(markdown)
    file = task.target.project / MODEL
    model = task.model() if file.exists() else None
    with progress() as listener, ExitStack() as stack:
        sides: list[AbstractContextManager[str]] = [
            base_database(base, task.target.project, listener, task.target.extensions()),
            task.target.database(listener),
        ]
        before, after = _entered(stack, sides)
        found = conformance.compare(model, before, after, allow_data=task.allow_data)
    if markdown is not None:
        write(markdown, reports.difference_markdown(found, shown(base)))
    if as_json:
        click.echo(json.dumps(reports.difference_json(found), indent=2))
    else:
        click.echo(reports.difference_text(found))
        note(f"Compared in {found.seconds:.1f} s.")
    if fail_on == "never":
        return
    if found.untested:
        raise Findings(f"{len(found.untested)} objects could not be compared.")
    if found.worst is not None and found.worst >= Severity[fail_on.upper()]:
        raise Findings(f"{len(found.changes)} changes of access, the worst is {found.worst}.")


def _entered(stack: ExitStack, sides: list[AbstractContextManager[str]]) -> list[str]:
    """Both databases, made at the same time."""
    with ThreadPoolExecutor(len(sides)) as pool:
        made = [pool.submit(side.__enter__) for side in sides]
        for side, one in zip(sides, made, strict=True):
            if one.exception() is None:
                stack.push(side.__exit__)
        return [one.result() for one in made]
