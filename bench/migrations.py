"""How long this repository's migrations take, file by file, on an empty database.

    python -m bench.migrations [--runs 5] [--json]

In process as `up` and the tests call it, as a command with Python's own start, and as psql runs
the same files without a history, which is the limit.
"""

from __future__ import annotations

import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from bench._project import folder, running, superuser
from bench._report import Report, figure, options, run, show, target, targets_table, timed
from wakti_sb import migrate
from wakti_sb.cli._output import progress
from wakti_sb.errors import StackError
from wakti_sb.events import Step
from wakti_sb.stack import Endpoint
from wakti_sb.stack.embedded import paths
from wakti_sb.stack.embedded.installation import install
from wakti_sb.stack.embedded.server import PLATFORM_DATABASE

CALLED = "wakti-sb migrate, called from Python"
COMMAND = "wakti-sb migrate, the command"
PSQL = "psql, the same files"
FROM_ZERO, DRY_RUN, NOTHING = "from zero", "dry run", "nothing pending"
LIMIT = 1.5  # seconds for all of them


def main() -> None:
    arguments = options(__doc__, runs=5).parse_args()
    with folder() as project, running(project) as endpoint:
        report = measure(project, endpoint, arguments.runs)
    show(report, _markdown, as_json=arguments.json)


def measure(project: Path, endpoint: Endpoint, runs: int, *, warm_ups: int = 1) -> Report:
    """Seconds of everything, each run on a database that has only what the platform puts there."""
    rounds = warm_ups + runs
    seconds: dict[str, dict[str, list[float]]] = {
        CALLED: {FROM_ZERO: [], DRY_RUN: [], NOTHING: []},
        COMMAND: {FROM_ZERO: [], DRY_RUN: [], NOTHING: []},
        PSQL: {FROM_ZERO: []},
    }
    files: dict[str, list[float]] = {}
    with progress() as listener:
        for number in range(rounds):
            listener(Step("warming up" if number < warm_ups else "migrating", number, rounds))
            taken, by_file = _round(project, endpoint)
            if number < warm_ups:
                continue
            for contender, each in taken.items():
                for what, value in each.items():
                    seconds[contender][what].append(value)
            for name, milliseconds in by_file.items():
                files.setdefault(name, []).append(milliseconds)
    figures = {
        contender: {what: figure(values, digits=3) for what, values in each.items()}
        for contender, each in seconds.items()
    }
    median = {contender: each[FROM_ZERO]["median"] for contender, each in figures.items()}
    return {
        "runs": runs,
        "contenders": figures,
        "ratios": {
            f"{contender} / {PSQL}": {FROM_ZERO: round(median[contender] / median[PSQL], 2)}
            for contender in (CALLED, COMMAND)
        },
        "targets": {
            "all migrations from zero, seconds": target(median[CALLED], at_most=LIMIT),
            "the same as a command, seconds": target(median[COMMAND], at_most=LIMIT),
        },
        "files_ms": {name: figure(values, digits=1) for name, values in files.items()},
    }


def _round(
    project: Path, endpoint: Endpoint
) -> tuple[dict[str, dict[str, float]], dict[str, float]]:
    """Every contender once: seconds, and milliseconds of each file where we see them."""
    migrations = project / "supabase" / "migrations"
    taken: dict[str, dict[str, float]] = {}
    with empty_database(endpoint) as url:

        def apply(*, dry_run: bool = False) -> migrate.Result:
            return migrate.apply(url, migrate.read(migrations), dry_run=dry_run)

        dry = timed(lambda: _expect(apply(dry_run=True), pending=True))
        applied: list[migrate.Result] = []
        zero = timed(lambda: applied.append(apply()))
        nothing = timed(lambda: _expect(apply(), pending=False))
        taken[CALLED] = {FROM_ZERO: zero, DRY_RUN: dry, NOTHING: nothing}
    with empty_database(endpoint) as url:
        command = [sys.executable, "-c", "from wakti_sb.cli import main; main()", "migrate"]
        command += ["--project", str(project), "--db-url", url]
        taken[COMMAND] = {
            DRY_RUN: timed(lambda: _run([*command, "--dry-run"])),
            FROM_ZERO: timed(lambda: _run(command)),
            NOTHING: timed(lambda: _run(command)),
        }
    with empty_database(endpoint) as url:
        psql = [install(paths.cache()).program("psql"), "--no-psqlrc", "--quiet", "--dbname", url]
        psql += ["--set", "ON_ERROR_STOP=1"]
        for file in sorted(migrations.glob("*.sql")):
            psql += ["--file", str(file)]
        taken[PSQL] = {FROM_ZERO: timed(lambda: _run(psql))}
    return taken, {Path(one.file).name: one.milliseconds for one in applied[0].files}


@contextmanager
def empty_database(endpoint: Endpoint) -> Iterator[str]:
    """The URL, as postgres, of a database as a new project has it."""
    name = f"bench_{secrets.token_hex(4)}"
    server = endpoint.database.removesuffix("/postgres")
    with psycopg.connect(f"{superuser(server)}/template1", autocommit=True) as connection:
        create = sql.SQL("create database {} template {} owner postgres")
        connection.execute(create.format(sql.Identifier(name), sql.Identifier(PLATFORM_DATABASE)))
        try:
            yield f"{server}/{name}"
        finally:
            drop = sql.SQL("drop database {} with (force)")
            connection.execute(drop.format(sql.Identifier(name)))


def _expect(result: migrate.Result, *, pending: bool) -> None:
    """Raise StackError unless the runner did what is being measured."""
    if bool(result.files) is not pending:
        raise StackError(f"{len(result.files)} migrations were applied.", place=result.database)


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise StackError(f"{Path(command[0]).name} failed: {done.stderr.strip()}")


def _markdown(report: Report) -> str:
    lines = ["| seconds | from zero | dry run | nothing pending |", "| --- " * 4 + "|"]
    for contender, each in report["contenders"].items():
        cells = [
            f"{each[what]['median']} ({each[what]['spread'][0]} to {each[what]['spread'][1]})"
            if what in each
            else ""
            for what in (FROM_ZERO, DRY_RUN, NOTHING)
        ]
        lines.append(f"| {contender} | {' | '.join(cells)} |")
    lines += ["", "| file, from zero | median ms | fastest | slowest |", "| --- " * 4 + "|"]
    for name, one in report["files_ms"].items():
        low, high = one["spread"]
        lines.append(f"| {name} | {one['median']} | {low} | {high} |")
    return "\n".join([*lines, "", *targets_table(report["targets"])])


if __name__ == "__main__":
    run(main)
