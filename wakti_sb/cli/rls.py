"""`wakti-sb rls`: row level security, proved for any Supabase project."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from textwrap import indent

import click

from wakti_sb import conformance, spec
from wakti_sb.cli._endpoint import Address, of_an_endpoint
from wakti_sb.cli._output import note, progress, show
from wakti_sb.cli._project import in_project
from wakti_sb.conformance import reports
from wakti_sb.errors import Findings, UsageError
from wakti_sb.events import Listener, Step
from wakti_sb.stack import Endpoint, throwaway

MODEL = "wakti.toml"


@dataclass(frozen=True)
class Target:
    """What a command of this group is about.

    Parameters:
        project: the folder with the model and the migrations.
        address: a project that runs; where it names nothing one is made from the migrations.
        allow_data: go on although that database holds data.
    """

    project: Path
    address: Address
    allow_data: bool

    def model(self) -> spec.Spec:
        """The ownership model."""
        file = self.project / MODEL
        if not file.exists():
            raise UsageError(
                f"there is no {MODEL} here that says who owns what.",
                remedy="`wakti-sb rls init` proposes one.",
            )
        return spec.load(file)

    @contextmanager
    def endpoint(self, listener: Listener) -> Iterator[Endpoint]:
        """The project that was named; else a stack made from the migrations, gone afterwards."""
        given = self.address.endpoint()
        if given is not None:
            yield given
            return
        if self.address.db_url is not None:
            raise UsageError(
                "--through-client needs an API, and --db-url names a database alone.",
                remedy="Add --url and its keys, or leave --db-url out: a stack is made from "
                "supabase/migrations.",
            )
        with throwaway(self.project, listener) as endpoint:
            yield endpoint

    @contextmanager
    def database(self, listener: Listener) -> Iterator[str]:
        """The database to try; one that we made is gone afterwards."""
        given = self.address.endpoint()
        if given is not None or self.address.db_url is not None:
            yield given.database if given is not None else str(self.address.db_url)
            return
        with throwaway(self.project, listener, api=False) as endpoint:
            yield endpoint.database


@click.group()
@in_project
@of_an_endpoint
@click.option("--allow-data", is_flag=True, help="Go on although the database holds data.")
@click.pass_context
def command(context: click.Context, project: Path, address: Address, allow_data: bool) -> None:
    """Prove who can reach what: every rule of the ownership model, tried case by case.

    Without --db-url a database is made from supabase/migrations and thrown away afterwards.
    --through-client wants --url and the keys too, where it is a project that runs.
    """
    context.obj = Target(project, address, allow_data)


@command.command(epilog="Example: wakti-sb rls init > wakti.toml")
@click.pass_obj
def init(target: Target) -> None:
    """Propose an ownership model from the live schema; every guess is marked to be confirmed."""
    with progress() as listener, target.database(listener) as url:
        proposed = conformance.propose(url, name=target.project.resolve().name)
    click.echo(proposed, nl=False)


@command.command(epilog="Example: wakti-sb rls test --html matrix.html --junit rls.xml")
@click.option(
    "--through-client",
    is_flag=True,
    help="Try the cases through the Supabase client too, and report where the two disagree.",
)
@click.option("--json", "as_json", is_flag=True, help="For a machine.")
@click.option("--junit", type=click.Path(dir_okay=False, path_type=Path), help="Write JUnit XML.")
@click.option("--sarif", type=click.Path(dir_okay=False, path_type=Path), help="Write SARIF.")
@click.option("--markdown", type=click.Path(dir_okay=False, path_type=Path), help="Write Markdown.")
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Write one page.")
@click.pass_obj
def test(
    target: Target,
    through_client: bool,
    as_json: bool,
    junit: Path | None,
    sarif: Path | None,
    markdown: Path | None,
    html: Path | None,
) -> None:
    """Try every case and judge it; exit 1 unless everything was tried and nothing is wrong."""
    model = target.model()
    with progress() as listener:
        report = _run(target, model, through_client, listener)
    if junit is not None:
        junit.write_text(reports.junit(report), "utf-8")
    if sarif is not None:
        sarif.write_text(json.dumps(reports.sarif(report), indent=2), "utf-8")
    if markdown is not None:
        markdown.write_text(reports.markdown(report), "utf-8")
    if html is not None:
        html.write_text(reports.html(report), "utf-8")
    if as_json:
        click.echo(json.dumps(reports.as_json(report), indent=2))
    else:
        show(reports.matrix(report))
        for finding in report.leaks_first:
            click.echo(f"\n{finding.id}")
            click.echo(indent(f"{finding.reason}\n{finding.fix}", "  "))
        note(f"{report.passed} of {report.cases} cases passed in {report.seconds:.1f} s.")
    if not report.safe:
        raise Findings(f"{len(report.findings)} findings, {len(report.untested)} tables untested.")


def _run(
    target: Target, model: spec.Spec, through_client: bool, listener: Listener
) -> conformance.Report:
    steps = _steps(listener)
    if through_client:
        with target.endpoint(listener) as endpoint:
            return conformance.run(
                model,
                endpoint.database,
                endpoint=endpoint,
                allow_data=target.allow_data,
                listener=steps,
            )
    with target.database(listener) as url:
        return conformance.run(model, url, allow_data=target.allow_data, listener=steps)


@command.command(epilog="Example: wakti-sb rls mutate --min-score 1.0")
@click.option("--min-score", type=click.FloatRange(0, 1), default=1.0, show_default=True)
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="For a machine.")
@click.pass_obj
def mutate(target: Target, min_score: float, workers: int, as_json: bool) -> None:
    """Break each policy in a copy of the database and see whether the cases notice."""
    model = target.model()
    with progress() as listener, target.database(listener) as url:
        report = conformance.mutate(
            model,
            url,
            workers=workers,
            allow_data=target.allow_data,
            listener=_steps(listener),
        )
    if as_json:
        click.echo(json.dumps(reports.mutation_json(report), indent=2))
    else:
        click.echo(reports.mutation_markdown(report))
        note(f"{len(report.judged)} mutants in {report.seconds:.1f} s.")
    if report.score < min_score:
        raise Findings(
            f"{len(report.survivors)} mutants survived; the score is {report.score:.3f}."
        )


@command.command(epilog='Example: wakti-sb rls explain "notes: another owner cannot select"')
@click.argument("case")
@click.pass_obj
def explain(target: Target, case: str) -> None:
    """Why one cell of the matrix is as it is: what was tried, what decided, how to repeat it."""
    model = target.model()
    with progress() as listener, target.database(listener) as url:
        found = conformance.explain(model, url, case, allow_data=target.allow_data)
    click.echo(f"{found.verdict.case.id}: {found.verdict.status}")
    click.echo(f"expected: {found.expected}")
    for policy in found.policies:
        click.echo(f"policy: {policy.name}")
    for privilege in found.privileges:
        click.echo(f"privilege: {privilege}")
    for title, text in (("SQL", found.sql), ("Request", found.request), ("Repeat", found.script)):
        click.echo(f"\n{title}\n{text}")


def _steps(listener: Listener) -> conformance.Listener:
    """Feed the bar of the terminal from the engine; elsewhere a line a case would be too many."""

    def show_progress(step: conformance.Progress) -> None:
        if step.done % 25 == 0 or step.done == step.total:
            listener(Step(step.text, step.done - 1, step.total))

    return show_progress
