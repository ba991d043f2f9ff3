"""`wakti-sb test`: the packaged suite, against any stack."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click
from click.core import ParameterSource

from wakti_sb import reports, site_suite
from wakti_sb.cli import _without, test_db
from wakti_sb.cli._endpoint import of_an_endpoint
from wakti_sb.cli._output import note, progress, show
from wakti_sb.cli._project import in_project
from wakti_sb.cli._report_file import must_have_a_folder, write_results
from wakti_sb.errors import Findings, UsageError
from wakti_sb.events import Notice
from wakti_sb.spec import load
from wakti_sb.stack import Address, Target
from wakti_sb.stack.left_out import as_json as left_out_json

_MOST_SHOWN = 40

_written = click.Path(dir_okay=False, path_type=Path)


@click.group(
    invoke_without_command=True,
    epilog="Example: wakti-sb test --html report.html -k upload",
)
@click.pass_context
@in_project
@of_an_endpoint
@_without.option()
@click.option("-k", "keyword", metavar="EXPRESSION", help="Only tests that match, as in pytest.")
@click.option("--read-only", is_flag=True, help="Only what changes nothing: what a stranger gets.")
@click.option(
    "-n",
    "--workers",
    type=click.IntRange(0, 64),
    help="Processes that share the work; without it 4 if the project is far away, else none.",
)
@click.option("--junit", type=_written, help="Write JUnit XML.")
@click.option("--html", type=_written, help="Write one page.")
@click.option("--markdown", type=_written, help="Write Markdown.")
@click.option("--json", "as_json", is_flag=True, help="For a machine.")
def command(
    context: click.Context,
    project: Path,
    address: Address,
    without: tuple[str, ...],
    keyword: str | None,
    read_only: bool,
    workers: int | None,
    junit: Path | None,
    html: Path | None,
    markdown: Path | None,
    as_json: bool,
) -> None:
    """Try every action of the site API and every ownership rule, by everybody.

    Without --stack and --url on a stack made from supabase/, which is gone afterwards. Elsewhere
    the suite works with people and projects of its own, takes them away again and touches nothing
    else.
    """
    if context.invoked_subcommand is not None:
        _refuse_options(context)
        return
    if read_only:
        if keyword is not None or workers or junit or html or markdown:
            raise UsageError("--read-only goes with --json alone: it is one short list.")
        _read_only(Target(project, address, functions=True), as_json=as_json)
        return
    must_have_a_folder(junit, html, markdown)
    target = Target(project, address, functions=True, without=_without.chosen(without))
    with progress() as listener, target.endpoint(listener) as endpoint:
        site_suite.check(endpoint)
        if workers is None:
            workers = site_suite.workers_for(endpoint)
            if workers:
                listener(Notice(f"The project is far away: {workers} processes share the work."))
        report = site_suite.run(endpoint, keyword=keyword, workers=workers, listener=listener)
    results = reports.of_suite(report)
    write_results(results, junit=junit, html=html, markdown=markdown)
    if as_json:
        said = reports.suite_json(report) | {"left_out": left_out_json(target.left_out)}
        click.echo(json.dumps(said, indent=2))
    else:
        _show(results)
    if endpoint.db_url is None:
        note("Only URL and keys are known: --db-url adds the cases of the ownership model.")
    if not report.good:
        raise Findings(report.summary)
    note(report.summary)


command.add_command(test_db.command)


def _refuse_options(context: click.Context) -> None:
    """Raise UsageError if options of ours stand before the name of a command below this one."""
    given = [
        name
        for name in context.params
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE
    ]
    if given:
        raise UsageError(
            f"options of `test {context.invoked_subcommand}` stand behind it.",
            remedy=f"See: wakti-sb test {context.invoked_subcommand} --help",
        )


def _read_only(target: Target, *, as_json: bool) -> None:
    spec = load(target.project / "wakti.toml")
    with progress() as listener, target.endpoint(listener) as endpoint:
        site_suite.check(endpoint)
        looks = site_suite.read_only(endpoint, spec)
    if as_json:
        click.echo(json.dumps([asdict(look) for look in looks], indent=2))
    else:
        for look in looks:
            sign = {True: "✓", False: "✗", None: "?"}[look.good]
            click.echo(f"{sign} {look.name} ({look.got})")
    bad = [look.name for look in looks if look.good is False]
    if bad:
        raise Findings(f"not as the model says: {', '.join(bad)}.")
    undecided = sum(look.good is None for look in looks)
    if undecided:
        note(f"{undecided} cannot be told apart while there are no rows.")


def _show(results: reports.Results) -> None:
    for table in reports.matrix(results):
        show(table)
    for each in results.issues[:_MOST_SHOWN]:
        click.echo(reports.as_text(each))
    more = len(results.issues) - _MOST_SHOWN
    if more > 0:
        click.echo(f"\nand {more} more; --html, --markdown and --json hold them all.")
