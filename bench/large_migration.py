"""A migration of 50,000 one-line statements, as dumps are, beside psql.

    python -m bench.large_migration [--runs 3] [--statements 50000] [--json]

Read, applied and recorded in one transaction by us; run without a history by psql.
"""

from __future__ import annotations

import subprocess
import tempfile
from functools import partial
from pathlib import Path

from bench._project import folder, running
from bench._report import Report, figure, options, positive, run, show, target, targets_table, timed
from bench.migrations import CALLED, DRY_RUN, FROM_ZERO, PSQL, empty_database
from wakti_sb import migrate
from wakti_sb.cli._output import progress
from wakti_sb.events import Step
from wakti_sb.stack import Endpoint
from wakti_sb.stack.embedded import paths
from wakti_sb.stack.embedded.installation import install

STATEMENTS = 50_000
LIMIT = 3  # times psql


def main() -> None:
    parser = options(__doc__, runs=3)
    parser.add_argument("--statements", type=positive, default=STATEMENTS)
    arguments = parser.parse_args()
    with folder() as project, running(project) as endpoint:
        report = measure(endpoint, arguments.runs, arguments.statements)
    show(report, _markdown, as_json=arguments.json)


def measure(endpoint: Endpoint, runs: int, statements: int) -> Report:
    """Seconds of each way, each run on a database that has only what the platform puts there."""
    seconds: dict[str, dict[str, list[float]]] = {
        CALLED: {FROM_ZERO: [], DRY_RUN: []},
        PSQL: {FROM_ZERO: []},
    }
    with tempfile.TemporaryDirectory() as name, progress() as listener:
        file = Path(name) / "20260101000000_rows.sql"
        file.write_text(_text(statements), "utf-8")
        for number in range(runs):
            listener(Step("migrating", number, runs))
            with empty_database(endpoint) as url:
                dry = timed(partial(_apply, file, url, statements, dry_run=True))
                zero = timed(partial(_apply, file, url, statements))
            seconds[CALLED][DRY_RUN].append(dry)
            seconds[CALLED][FROM_ZERO].append(zero)
            with empty_database(endpoint) as url:
                seconds[PSQL][FROM_ZERO].append(timed(partial(_psql, file, url)))
    figures = {
        contender: {what: figure(values, digits=2) for what, values in each.items()}
        for contender, each in seconds.items()
    }
    ours, psql = (figures[one][FROM_ZERO]["median"] for one in (CALLED, PSQL))
    ratio = round(ours / psql, 2)
    return {
        "runs": runs,
        "statements": statements,
        "contenders": figures,
        "ratios": {f"{CALLED} / {PSQL}": {FROM_ZERO: ratio}},
        "targets": {"times psql": target(ratio, at_most=LIMIT)},
    }


def _text(statements: int) -> str:
    lines = ["create table public.rows (id int, text text);"]
    lines += [
        f"insert into public.rows values ({number}, 'row; {number} it''s');"
        for number in range(1, statements)
    ]
    return "\n".join(lines)


def _apply(file: Path, url: str, statements: int, *, dry_run: bool = False) -> None:
    (done,) = migrate.apply(url, migrate.read(file.parent), dry_run=dry_run).files
    assert len(done.statements) == statements


def _psql(file: Path, url: str) -> None:
    command = [install(paths.cache()).program("psql"), "--no-psqlrc", "--quiet", "--dbname", url]
    subprocess.run([*command, "--set", "ON_ERROR_STOP=1", "--file", str(file)], check=True)


def _markdown(report: Report) -> str:
    lines = [f"{report['statements']} statements", ""]
    lines += ["| seconds | from zero | dry run |", "| --- " * 3 + "|"]
    for contender, each in report["contenders"].items():
        cells = [str(each[what]["median"]) if what in each else "" for what in (FROM_ZERO, DRY_RUN)]
        lines.append(f"| {contender} | {' | '.join(cells)} |")
    return "\n".join([*lines, "", *targets_table(report["targets"])])


if __name__ == "__main__":
    run(main)
