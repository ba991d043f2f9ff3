"""`wakti-sb rls fix`: one migration that closes what was found."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import click

from wakti_sb import conformance
from wakti_sb.cli import _without
from wakti_sb.cli._output import note, progress
from wakti_sb.cli._report_file import must_be_writable, write_whole
from wakti_sb.cli._rls_task import Task, keep_without
from wakti_sb.errors import Findings, UsageError
from wakti_sb.generate.plan import next_version

_MIGRATIONS = Path("supabase") / "migrations"


@click.command("fix", epilog="Example: wakti-sb rls fix --write")
@click.argument("objects", nargs=-1, metavar="[OBJECT]...")
@click.option("--write", is_flag=True, help="Write it as the next migration, not to the screen.")
@_without.option(expose_value=False, callback=keep_without)
@click.pass_obj
def command(task: Task, objects: tuple[str, ...], write: bool) -> None:
    """One migration that closes the findings, all of them or those about OBJECTs.

    It is tried in a copy: applied, the whole matrix run, and nobody kept out who was not before.
    What needs a person, as a function's body, is named at the end.
    """
    model = task.model()
    folder = task.target.project / _MIGRATIONS
    if write and not folder.is_dir():
        raise UsageError("there is no supabase/migrations here to write to.", place=str(folder))
    if write:
        must_be_writable(folder / "migration.sql")
    with progress() as listener, task.target.database(listener) as url:
        found = conformance.repair(task.reduced(model), url, objects, allow_data=task.allow_data)
    text = "\n".join(_lines(found))
    if found.steps and write:
        file = folder / f"{next_version(task.target.project)}_close_findings.sql"
        write_whole(file, text)
        note(f"{file} is written.")
    elif found.steps:
        click.echo(text, nl=False)
    else:
        note("There is nothing that a statement could close.")
    note(f"Tried in a copy: {found.passed} of {found.cases} cases pass, nobody new is kept out.")
    if found.score is not None:
        note(f"Mutation score afterwards: {found.score:.3f}.")
    task.tell_guesses()
    for cause in found.untested:
        note(f"untested: {cause.title}")
    for cause in found.left:
        note(f"left: {cause.title}\n  {cause.fix}" if cause.fix else f"left: {cause.title}")
    if found.left:
        raise Findings(f"{len(found.left)} causes are left.")


def _lines(found: conformance.Repair) -> Iterator[str]:
    yield "-- Written by `wakti-sb rls fix`, and tried: every case of the ownership model passes."
    for titles, steps in itertools.groupby(found.steps, key=lambda step: step.titles):
        yield ""
        yield from (f"-- {' '.join(title.split())}" for title in titles)
        yield from (step.statements for step in steps)
    yield ""
