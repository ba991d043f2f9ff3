"""`wakti-sb rls`: row level security, proved for any Supabase project."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import click

from wakti_sb import conformance, reports, spec
from wakti_sb.cli import _without
from wakti_sb.cli._endpoint import of_an_endpoint
from wakti_sb.cli._group import EitherSide
from wakti_sb.cli._output import note, progress, show
from wakti_sb.cli._project import in_project
from wakti_sb.cli._report_file import (
    must_be_writable,
    must_have_a_folder,
    write,
    write_results,
    write_whole,
)
from wakti_sb.cli._rls_cost import command as cost
from wakti_sb.cli._rls_diff import command as diff
from wakti_sb.cli._rls_fix import command as fix
from wakti_sb.cli._rls_task import MODEL, Task, keep_without
from wakti_sb.conformance import policy_lines
from wakti_sb.errors import Findings, UsageError
from wakti_sb.events import Listener, Step
from wakti_sb.stack import Address, Target
from wakti_sb.stack.left_out import as_json as left_out_json

_FIRST_SCREEN = 4  # causes


@click.group(cls=EitherSide)
@in_project
@of_an_endpoint
@click.option("--allow-data", is_flag=True, help="Go on although the database holds data.")
@click.pass_context
def command(context: click.Context, project: Path, address: Address, allow_data: bool) -> None:
    """Prove who can reach what: every rule of the ownership model, tried case by case.

    Without --db-url a database is made from supabase/migrations and thrown away afterwards.
    The options stand on either side of the command's name.
    --through-client wants --url and the keys too, where it is a project that runs.
    """
    # A CI job that is stopped has to clean up as after Ctrl-C.
    signal.signal(signal.SIGTERM, _stop)
    context.obj = Task(Target(project, address), allow_data)


def _stop(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


@command.command(epilog="Example: wakti-sb rls init --write")
@click.option(
    "--write", is_flag=True, help="Write wakti.toml, where there is none, not the screen."
)
@click.option("--overwrite", is_flag=True, help="Write it also where there is one.")
@_without.option(expose_value=False, callback=keep_without)
@click.pass_obj
def init(task: Task, write: bool, overwrite: bool) -> None:
    """Propose an ownership model from the live schema; every guess is marked to be confirmed."""
    file = task.target.project / MODEL
    if write and not overwrite and file.exists():
        raise UsageError(
            f"there is a {MODEL} already, and it may be somebody's work.",
            place=str(file),
            remedy="--overwrite replaces it; without --write the proposal goes to the screen.",
        )
    if write or overwrite:
        must_be_writable(file)
    warnings: list[str] = []
    with progress() as listener, task.target.database(listener) as url:
        schemas = conformance.exposed_schemas(task.target.project)
        proposed = conformance.propose(
            url,
            schemas,
            name=task.target.project.resolve().name,
            allow_data=task.allow_data,
            warn=warnings.append,
        )
    if not write and not overwrite:
        click.echo(proposed, nl=False)
        return
    write_whole(file, proposed)
    note(f"{file} is written; {task.guesses} lines are marked as guesses for you to confirm.")
    for warning in warnings:
        note(warning)


@command.command(epilog="Example: wakti-sb rls test --html matrix.html --junit rls.xml")
@click.option(
    "--through-client",
    is_flag=True,
    help="Try the cases through the Supabase client too, and report where the two disagree.",
)
@click.option("--all", "everything", is_flag=True, help="Show every cause, and the matrix.")
@click.option("--json", "as_json", is_flag=True, help="For a machine.")
@click.option("--junit", type=click.Path(dir_okay=False, path_type=Path), help="Write JUnit XML.")
@click.option("--sarif", type=click.Path(dir_okay=False, path_type=Path), help="Write SARIF.")
@click.option("--markdown", type=click.Path(dir_okay=False, path_type=Path), help="Write Markdown.")
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Write one page.")
@_without.option(expose_value=False, callback=keep_without)
@click.pass_obj
def test(
    task: Task,
    through_client: bool,
    everything: bool,
    as_json: bool,
    junit: Path | None,
    sarif: Path | None,
    markdown: Path | None,
    html: Path | None,
) -> None:
    """Try every case and judge it; exit 1 unless everything was tried and nothing is wrong."""
    must_have_a_folder(junit, sarif, markdown, html)
    model = task.model()
    with progress() as listener:
        report = _run(task, model, through_client, listener)
    results = reports.of_policies(report, task.guesses)
    write_results(results, junit=junit, html=html, markdown=markdown)
    if sarif is not None:
        write(sarif, json.dumps(reports.sarif(report, policy_lines(task.target.project)), indent=2))
    if as_json:
        said = reports.as_json(report, task.guesses) | {
            "left_out": left_out_json(task.target.left_out)
        }
        click.echo(json.dumps(said, indent=2))
    else:
        shown = results.issues if everything else results.issues[:_FIRST_SCREEN]
        if everything or not results.issues:
            for table in reports.matrix(results):
                show(table)
        for issue in shown:
            click.echo(reports.as_text(issue))
        if len(shown) < len(results.issues):
            rest = len(results.issues) - len(shown)
            causes = "cause" if rest == 1 else "causes"
            click.echo(f"\n… and {rest} more {causes}: --all, or --html for a page.")
        both, total = results.both_ways
        note(f"{both} of {total} conditions were tried both ways.")
        note(f"{report.passed} of {report.cases} cases passed in {report.seconds:.1f} s.")
    task.tell_guesses("Clean on guesses alone: " if report.safe else "")
    if not report.safe:
        causes = f"{len(results.issues)} causes of {len(report.findings)} findings"
        raise Findings(f"{causes}, {len(report.untested)} objects untested.")


def _run(
    task: Task, model: spec.Spec, through_client: bool, listener: Listener
) -> conformance.Report:
    steps = _steps(listener)
    if through_client:
        with task.target.checked_endpoint(listener) as endpoint:
            return conformance.run(
                model,
                endpoint.database,
                endpoint=endpoint,
                allow_data=task.allow_data,
                listener=steps,
                left_out=task.target.reasons(),
            )
    with task.target.database(listener) as url:
        return conformance.run(
            model,
            url,
            allow_data=task.allow_data,
            listener=steps,
            left_out=task.target.reasons(),
        )


@command.command(epilog="Example: wakti-sb rls mutate --min-score 1.0")
@click.option("--min-score", type=click.FloatRange(0, 1), default=1.0, show_default=True)
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="For a machine.")
@_without.option(expose_value=False, callback=keep_without)
@click.pass_obj
def mutate(task: Task, min_score: float, workers: int, as_json: bool) -> None:
    """Break each policy in a copy of the database and see whether the cases notice."""
    model = task.model()
    with progress() as listener, task.target.database(listener) as url:
        report = conformance.mutate(
            task.reduced(model),
            url,
            workers=workers,
            allow_data=task.allow_data,
            listener=_steps(listener),
        )
    if as_json:
        said = reports.mutation_json(report) | {"left_out": left_out_json(task.target.left_out)}
        click.echo(json.dumps(said, indent=2))
    else:
        click.echo(reports.mutation_markdown(report))
        note(f"{len(report.judged)} mutants in {report.seconds:.1f} s.")
    task.tell_guesses()
    if report.score < min_score:
        left = len(report.survivors)
        words = "1 mutant" if left == 1 else f"{left} mutants"
        raise Findings(f"{words} survived; the score is {report.score:.3f}.")


@command.command(epilog='Example: wakti-sb rls explain "notes: another owner cannot see this row"')
@click.argument("case")
@_without.option(expose_value=False, callback=keep_without)
@click.pass_obj
def explain(task: Task, case: str) -> None:
    """Why one cell of the matrix is as it is: what was tried, what decided, how to repeat it."""
    model = task.model()
    with progress() as listener, task.target.database(listener) as url:
        found = conformance.explain(task.reduced(model), url, case, allow_data=task.allow_data)
    click.echo(f"{found.verdict.case.id}: {found.verdict.status}")
    click.echo(f"expected: {found.expected}")
    click.echo(f"outcome: {found.verdict.outcome}")
    click.echo(f"decided by: {found.verdict.decided_by or 'nothing'}")
    for policy in found.policies:
        using = f" using ({policy.using})" if policy.using is not None else ""
        check = f" with check ({policy.check})" if policy.check is not None else ""
        click.echo(f"policy: {policy.name}, for {policy.command}{using}{check}")
    for attempt, outcome in found.controls:
        click.echo(f"control: {attempt.who.label}: {outcome}")
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


command.add_command(cost)
command.add_command(diff)
command.add_command(fix)
