"""`wakti-sb test db`: the project's pgTAP tests."""

from __future__ import annotations

import os
from pathlib import Path

import click

from wakti_sb import database_tests, reports
from wakti_sb.cli import _without
from wakti_sb.cli._output import note, progress
from wakti_sb.cli._project import in_project
from wakti_sb.cli._report_file import must_have_a_folder, write
from wakti_sb.errors import Findings
from wakti_sb.stack import Target, throwaway_copies

_MOST_WORKERS = 8


@click.command(
    "db",
    short_help="supabase/tests/**/*.sql as pgTAP, each file in a copy of the database",
    epilog="Example: wakti-sb test db --junit report.xml",
)
@click.argument("files", nargs=-1, type=click.Path(exists=True, path_type=Path))
@in_project
@_without.option()
@click.option(
    "-n",
    "--workers",
    type=click.IntRange(1, 64),
    show_default="one a processor",
    help="Files that run at once.",
)
@click.option("--junit", type=click.Path(dir_okay=False, path_type=Path), help="Write JUnit XML.")
def command(
    files: tuple[Path, ...],
    project: Path,
    without: tuple[str, ...],
    workers: int | None,
    junit: Path | None,
) -> None:
    """Run pgTAP tests on a database made from supabase/, which is gone afterwards.

    FILES are files or folders; all of supabase/tests if none is named. A file that leaves something
    behind (helpers, people) prepares the database for those that sort behind it; each of the others
    has a copy of its own.
    """
    must_have_a_folder(junit)
    found = database_tests.find(project, files)
    target = Target(project, without=_without.chosen(without))
    count = workers if workers is not None else min(os.cpu_count() or 1, _MOST_WORKERS)
    with (
        progress() as listener,
        throwaway_copies(project, listener, without=target.extensions()) as copies,
    ):
        outcomes = database_tests.run(found, copies, workers=count, listener=listener)
    click.echo(database_tests.as_tap(outcomes))
    if junit is not None:
        write(junit, reports.junit(reports.of_database_tests(outcomes)))
    bad = [one.file for one in outcomes if not one.good]
    tests = sum(len(one.tests) for one in outcomes)
    if bad:
        raise Findings(f"{len(bad)} of {len(outcomes)} files failed: {', '.join(bad)}")
    note(f"{tests} tests in {len(outcomes)} files passed.")
