"""`wakti-sb lint`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from wakti_sb import lint, sources, spec
from wakti_sb.cli._output import note, progress
from wakti_sb.cli._project import in_project
from wakti_sb.cli._summary import append, table, to_summary
from wakti_sb.errors import Findings
from wakti_sb.stack.machine import cache


@click.command(epilog="Example: wakti-sb lint --since origin/main")
@in_project
@click.option(
    "--since",
    metavar="VERSION|REF",
    help="Ask safety and style only of migrations newer than a version or a git ref.",
)
@click.option("--json", "as_json", is_flag=True, help="For a machine.")
@to_summary
def command(project: Path, since: str | None, as_json: bool, summary: Path | None) -> None:
    """SQL style, migration safety, row level security, and the edge functions' TypeScript.

    Policies, tables and functions are judged as all migrations together leave them. A rule is
    switched off in wakti.toml under [lint.off], with the reason.
    """
    described = spec.load(project / "wakti.toml")
    with progress() as listener:
        report = lint.lint(
            project,
            sources.root(),
            described,
            since=since,
            cache=cache(),
            listener=listener,
        )
    if as_json:
        findings = [finding.as_dict() for finding in report.findings]
        document = {"findings": findings, "checked": report.checked, "off": report.off}
        click.echo(json.dumps(document, indent=2))
    else:
        _print(report)
    append(summary, "Lint", _markdown(report))
    if report.findings:
        count = len(report.findings)
        raise Findings(f"lint found {count} thing{'s' if count > 1 else ''} to look at.")


def _markdown(report: lint.Report) -> list[str]:
    rows = [
        (f"{finding.file}:{finding.line}", finding.rule, finding.message, finding.remedy)
        for finding in report.findings
    ]
    found = table(("Place", "Rule", "What is there", "Instead"), rows)
    off = [f"Switched off: {rule} ({reason})." for rule, reason in report.off.items()]
    return [found if rows else "Nothing to look at.", *off]


def _print(report: lint.Report) -> None:
    for finding in report.findings:
        place = f"{finding.file}:{finding.line}:{finding.column}"
        click.echo(f"{place}: {finding.message} [{finding.rule}]")
        click.echo(f"    {finding.remedy}")
    for rule, reason in report.off.items():
        note(f"switched off: {rule} ({reason})")
    checked = report.checked
    note(
        f"looked at {checked['sources']} sources, {checked['migrations']} migrations"
        f" ({checked['new_migrations']} of them new) and {checked['functions']} edge functions"
    )
