"""`wakti-sb lint`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from wakti_sb import conformance, lint, sources, spec
from wakti_sb.cli import _without
from wakti_sb.cli._output import note, progress
from wakti_sb.cli._project import in_project
from wakti_sb.cli._summary import append, table, to_summary
from wakti_sb.errors import Findings, UsageError
from wakti_sb.events import Listener
from wakti_sb.stack import Target
from wakti_sb.stack.machine import cache, postgres_program

_NOT_OURS = "[generate]\nbackend = false\npolicies = false\n"
_SHOWN = 3  # places of a rule that is not about access, unless all are asked for


@click.command(epilog="Example: wakti-sb lint --ask access --ask speed")
@in_project
@click.option(
    "--ask",
    multiple=True,
    type=click.Choice([*lint.GROUPS, "all"]),
    help="A group of rules; repeatable.  [default: access and safety; all with our backend]",
)
@click.option(
    "--since",
    metavar="VERSION|REF",
    help="Ask safety and style only of migrations newer than a version or a git ref.",
)
@click.option(
    "--with-database",
    is_flag=True,
    help="Also make a database from the migrations, for what only a database tells.",
)
@click.option("--db-url", help="Judge this database instead of the migrations.")
@click.option("--all", "everything", is_flag=True, help="Show each place of every rule.")
@click.option("--json", "as_json", is_flag=True, help="For a machine.")
@_without.option()
@to_summary
def command(
    project: Path,
    ask: tuple[str, ...],
    since: str | None,
    with_database: bool,
    db_url: str | None,
    everything: bool,
    as_json: bool,
    without: tuple[str, ...],
    summary: Path | None,
) -> None:
    """Who gets at what, what migrations do to a live database; where asked, speed and style.

    Policies, tables and functions are judged as all migrations together leave them. It needs no
    wakti.toml. A rule is switched off there under [lint.off], with the reason.
    """
    if with_database and db_url is not None:
        raise UsageError("--with-database and --db-url each name a database; give one of them.")
    described = _described(project)
    with progress() as listener, _database(project, with_database, db_url, without, listener) as db:
        report = lint.lint(
            project,
            sources.root(),
            described,
            since=since,
            cache=cache(),
            ask=ask,
            database=db,
            listener=listener,
        )
    if as_json:
        click.echo(json.dumps(_document(report), indent=2))
    else:
        _print(report, everything or db_url is not None, made=with_database)
    append(summary, "Lint", _markdown(report))
    if report.findings:
        count = len(report.findings)
        raise Findings(f"lint found {count} thing{'s' if count > 1 else ''} to look at.")


def _described(project: Path) -> spec.Spec:
    file = project / "wakti.toml"
    described = spec.load(file) if file.exists() else spec.parse(_NOT_OURS)
    return conformance.with_exposed_schemas(described, project)


@contextmanager
def _database(
    project: Path,
    made: bool,
    db_url: str | None,
    without: tuple[str, ...],
    listener: Listener,
) -> Iterator[lint.Database | None]:
    if db_url is not None:
        yield lint.Database(db_url, postgres_program("pg_dump"), made=False)
    elif made:
        target = Target(project, without=_without.chosen(without))
        with target.database(listener) as url:
            yield lint.Database(url, postgres_program("pg_dump"), made=True)
    else:
        yield None


def _document(report: lint.Report) -> dict[str, object]:
    findings: list[dict[str, object]] = []
    for finding in report.findings:
        rule = lint.RULES.get(finding.rule)
        more = {
            "group": lint.group_of(finding.rule),
            "level": rule.level if rule else "warning",
            "supabase": rule.supabase if rule else None,
        }
        findings.append({**finding.as_dict(), **more})
    return {
        "findings": findings,
        "checked": report.checked,
        "asked": list(report.asked),
        "off": report.off,
        "not_looked_at": report.not_looked_at,
        "left_to_a_database": list(report.left_to_a_database),
    }


def _markdown(report: lint.Report) -> list[str]:
    rows = [
        (_place(finding, finding.line), finding.rule, finding.message, finding.remedy)
        for finding in _by_weight(report.findings)
    ]
    found = table(("Place", "Rule", "What is there", "Instead"), rows)
    off = [f"Switched off: {rule} ({reason})." for rule, reason in report.off.items()]
    return [found if rows else "Nothing to look at.", *off]


def _by_weight(findings: Iterable[lint.Finding]) -> list[lint.Finding]:
    """Who gets at what before all else, and the worst of it first."""
    order = {name: number for number, name in enumerate(lint.RULES)}
    groups = {name: number for number, name in enumerate(lint.GROUPS)}

    def weight(finding: lint.Finding) -> tuple[int, int, str]:
        group = groups[lint.group_of(finding.rule)]
        known = order.get(finding.rule)
        return (group, known, "") if known is not None else (group, len(order), finding.rule)

    return sorted(findings, key=weight)


def _print(report: lint.Report, everything: bool, *, made: bool) -> None:
    counts = Counter(finding.rule for finding in report.findings)
    shown: Counter[str] = Counter()
    for finding in _by_weight(report.findings):
        shown[finding.rule] += 1
        short = not everything and lint.group_of(finding.rule) != "access"
        if short and shown[finding.rule] > _SHOWN:
            if shown[finding.rule] == _SHOWN + 1:
                more = counts[finding.rule] - _SHOWN
                click.echo(f"    … and {more} more of {finding.rule}: --all shows them")
            continue
        place = _place(finding, finding.line, finding.column)
        click.echo(f"{place}: {finding.message} [{_names(finding.rule)}]")
        click.echo(f"    {finding.remedy}")
    for rule, reason in report.off.items():
        note(f"switched off: {rule} ({reason})")
    for name, reason in report.not_looked_at.items():
        note(f"not looked at: function {name} ({reason})")
    _tell_what_was_asked(report, made)


def _place(finding: lint.Finding, *numbers: int) -> str:
    """Where it is; a database has no lines that somebody could look up."""
    if finding.file == lint.DATABASE:
        return finding.file
    return ":".join([finding.file, *map(str, numbers)])


def _names(rule: str) -> str:
    known = lint.RULES.get(rule)
    if known is None or known.supabase in (None, rule):
        return rule
    return f"{rule}, {known.supabase}"


def _tell_what_was_asked(report: lint.Report, made: bool) -> None:
    checked = report.checked
    note(
        f"looked at {checked['sources']} sources, {checked['migrations']} migrations"
        f" ({checked['new_migrations']} of them new) and {checked['functions']} edge functions"
    )
    left = [f"{group} ({lint.ABOUT[group]})" for group in lint.GROUPS if group not in report.asked]
    if left:
        note(f"not asked for: {', '.join(left)}; --ask asks for it")
    if report.left_to_a_database:
        rules = ", ".join(report.left_to_a_database)
        if made:
            note(f"only a database that has seen work tells: {rules}; --db-url asks one")
        else:
            note(f"only a database tells: {rules}; --with-database or --db-url asks one")
