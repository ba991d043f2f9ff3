"""`wakti-sb adopt`."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import click

from wakti_sb import adopt, migrate, sources
from wakti_sb.cli._output import note, progress
from wakti_sb.cli._project import in_project
from wakti_sb.errors import Findings, UsageError
from wakti_sb.stack import EmbeddedStack

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@click.command(epilog="Example: wakti-sb adopt --check --db-url postgresql://…")
@in_project
@click.option(
    "--db-url",
    envvar="WAKTI_DB_URL",
    help="Of the database, as postgres; without it the local stack's.",
)
@click.option("--check", is_flag=True, help="Only name the rows; the default without a choice.")
@click.option("--keep", is_flag=True, help="Mend the rows where they are, for the project's owner.")
@click.option("--quarantine", is_flag=True, help="Move the rows to the schema wakti_quarantine.")
@click.option(
    "--indexes", is_flag=True, help="Build migrate's indexes ahead, while others use the tables."
)
@click.option("--only", multiple=True, metavar="TABLE|ID", help="Settle only these; repeatable.")
@click.option("--json", "as_json", is_flag=True, help="For a machine.")
def command(
    project: Path,
    db_url: str | None,
    check: bool,
    keep: bool,
    quarantine: bool,
    indexes: bool,
    only: tuple[str, ...],
    as_json: bool,
) -> None:
    """Make a live project of the first release ready for `migrate`, without losing a row.

    Names every row that the new tables would refuse: whose project belongs to somebody else,
    accounts with one address, and so on. A choice settles them; each row is copied to
    wakti_quarantine as it was. What needs no choice is left to `migrate`. With a choice it also
    writes supabase/migrations anew: they adopt the tables that are there.
    """
    choice = _choice(check, keep, quarantine, indexes)
    if only and choice is None:
        raise UsageError("--only goes with --keep or --quarantine.")
    for name in only:
        if name not in adopt.TABLES and not _ID.fullmatch(name):
            raise UsageError(f"--only {name}: is neither a row's id nor {_either(adopt.TABLES)}.")
    url = db_url if db_url is not None else EmbeddedStack(project).endpoint().database
    if indexes:
        _build_indexes(project, url, as_json)
        return
    if choice is None:
        _show(adopt.inspect(url), as_json)
        return
    done = adopt.settle(url, choice, only=only)
    if done.after.tables and adopt.adopt_history(project, sources.root(), url) and not as_json:
        note("wakti.toml says first_release = true; supabase/migrations adopts these tables now")
    if not as_json:
        note(f"{done.changed} rows mended, {done.moved} moved; as they were: wakti_quarantine")
    _show(done.after, as_json, {"changed": done.changed, "moved": done.moved})


def _either(names: Iterable[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} or {last}"


def _choice(check: bool, keep: bool, quarantine: bool, indexes: bool) -> adopt.Choice | None:
    if check + keep + quarantine + indexes > 1:
        raise UsageError("--check, --keep, --quarantine and --indexes exclude each other.")
    if keep:
        return "keep"
    return "quarantine" if quarantine else None


def _build_indexes(project: Path, url: str, as_json: bool) -> None:
    migrations = migrate.read(project / "supabase" / "migrations")
    with progress() as listener:
        built = adopt.build_indexes(url, migrations, listener=listener)
    if as_json:
        click.echo(json.dumps({"built": built}, indent=2))
        return
    for name in built:
        click.echo(f"built {name}")
    if not built:
        note("Every index that can be built ahead is there.")


def _show(
    inspection: adopt.Inspection, as_json: bool, settled: dict[str, int] | None = None
) -> None:
    if as_json:
        problems = [problem.as_dict() for problem in inspection.problems]
        document = {"tables": inspection.tables, **(settled or {}), "problems": problems}
        click.echo(json.dumps(document, indent=2))
    else:
        _print(inspection)
    if inspection.open:
        rows = len({(problem.table, problem.id) for problem in inspection.open})
        raise Findings(
            f"{rows} row{'s wait' if rows > 1 else ' waits'} for a choice.",
            place=inspection.database,
            remedy="Settle them with --keep or --quarantine, all or some (--only); then migrate.",
        )


def _print(inspection: adopt.Inspection) -> None:
    for problem in inspection.problems:
        click.echo(f"{problem.table} {problem.id}: {problem.what}")
        if problem.settled_by == "adopt":
            click.echo(f"    --keep: {problem.keep or 'cannot be kept'}")
            click.echo(f"    --quarantine: {problem.quarantine}")
        elif problem.keep is not None:
            click.echo(f"    {problem.keep}")
    if not inspection.tables:
        note("None of the backend's tables is there: nothing to adopt, `migrate` makes them.")
    counts = Counter(problem.settled_by for problem in inspection.problems)
    if inspection.tables:
        note(
            f"{counts['adopt']} for a choice, {counts['migrate']} that migrate mends by itself,"
            f" {counts['nobody']} that stay as they are"
        )
