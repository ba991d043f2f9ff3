"""`wakti-sb migrate`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Literal

import click
from rich.table import Table

from wakti_sb import migrate
from wakti_sb.cli._migrations import migration_events
from wakti_sb.cli._output import note, progress, show
from wakti_sb.cli._project import in_project
from wakti_sb.cli._summary import append, table, to_summary
from wakti_sb.errors import Findings
from wakti_sb.stack import EmbeddedStack


@click.command(epilog="Example: wakti-sb migrate --dry-run")
@in_project
@click.option(
    "--db-url",
    envvar="WAKTI_DB_URL",
    help="Of the database, as postgres; without it the local stack's.",
)
@click.option("--dry-run", is_flag=True, help="Run everything, report, and roll it back.")
@click.option("--status", "show_status", is_flag=True, help="What is applied and what is pending.")
@click.option("--include-all", is_flag=True, help="Also files older than the newest applied one.")
@click.option(
    "--repair",
    type=(click.Choice(["applied", "reverted"]), str),
    multiple=True,
    metavar="applied|reverted VERSION",
    help="Correct the history of a version without running anything; repeatable.",
)
@click.option("--json", "as_json", is_flag=True, help="For a machine.")
@to_summary
def command(
    project: Path,
    db_url: str | None,
    dry_run: bool,
    show_status: bool,
    include_all: bool,
    repair: tuple[tuple[Literal["applied", "reverted"], str], ...],
    as_json: bool,
    summary: Path | None,
) -> None:
    """Apply the pending files of supabase/migrations, each in a transaction of its own.

    The history is the official CLI's: either of the two can go on where the other stopped.
    """
    url = db_url if db_url is not None else EmbeddedStack(project).endpoint().database
    with progress() as listener, migration_events(listener) as on_event:
        files = migrate.read(project / "supabase" / "migrations", on_event=on_event)
        if show_status:
            _print_status(migrate.status(url, files), as_json)
            return
        if repair:
            done = [migrate.repair(url, version, to, files) for to, version in repair]
            _print_repairs(done, as_json)
            return
        result = migrate.apply(
            url, files, dry_run=dry_run, include_all=include_all, on_event=on_event
        )
    title = "Migrations, tried and rolled back" if dry_run else "Migrations"
    append(summary, title, _markdown(result))
    if as_json:
        click.echo(json.dumps(asdict(result), indent=2))
    elif dry_run:
        _print_dry_run(result)
    else:
        for file in result.files:
            click.echo(f"applied {file.file} in {file.milliseconds:.0f} ms")
        if not result.files:
            note("Nothing is pending.")


def _print_status(status: migrate.Status, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(asdict(status), indent=2))
    else:
        table = Table(box=None, pad_edge=False)
        for heading in ("Version", "Name", "State"):
            table.add_column(heading)
        for entry in status.entries:
            table.add_row(entry.version, entry.name, entry.state)
        show(table)
    if status.conflicts:
        names = ", ".join(f"{entry.version} ({entry.state})" for entry in status.conflicts)
        raise Findings(f"the files and the database contradict each other: {names}.")


def _print_repairs(repairs: Sequence[migrate.Repair], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps([asdict(one) for one in repairs], indent=2))
        return
    for one in repairs:
        verb = "is now" if one.changed else "already was"
        click.echo(f"{one.version} {verb} {one.state} in the history")


def _markdown(result: migrate.Result) -> list[str]:
    """What a reviewer asks: how long it takes, and who has to wait meanwhile."""
    if not result.files:
        return ["Nothing is pending."]
    rows = []
    for file in result.files:
        locks = {
            f"{lock.blocks} on {lock.relation}": None
            for one in file.statements
            for lock in one.locks
            if lock.blocks
        }
        statements = str(len(file.statements))
        rows.append(
            (Path(file.file).name, statements, f"{file.milliseconds:.0f}", "; ".join(locks))
        )
    return [table(("Migration", "Statements", "ms", "Others wait for"), rows)]


def _print_dry_run(result: migrate.Result) -> None:
    """Each statement with its time, its rows and the locks that others would wait for."""
    if not result.files:
        note("Nothing is pending.")
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("Statement", "ms", "Rows", "Blocks"):
        table.add_column(heading, justify="right" if heading in ("ms", "Rows") else "left")
    for file in result.files:
        table.add_section()
        table.add_row(f"[bold]{Path(file.file).name}[/bold]", f"{file.milliseconds:.0f}")
        for one in file.statements:
            blocks = [f"{lock.blocks} on {lock.relation}" for lock in one.locks if lock.blocks]
            table.add_row(
                f"  {one.line}: {_plain(one.sql)}",
                f"{one.milliseconds:.1f}",
                "" if one.rows is None else str(one.rows),
                "; ".join(blocks) if one.note is None else one.note,
            )
    show(table)
    note("Rolled back: the database is as it was.")


def _plain(sql: str) -> str:
    """Without what the terminal library would read as markup."""
    return sql[:70].replace("[", r"\[")
