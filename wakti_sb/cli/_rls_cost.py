"""`wakti-sb rls cost`: what row level security costs in full tables."""

from __future__ import annotations

import json
import re

import click

from wakti_sb import conformance, reports
from wakti_sb.cli import _without
from wakti_sb.cli._output import note, progress
from wakti_sb.cli._rls_task import Task, keep_without
from wakti_sb.conformance import Budget, CostReport
from wakti_sb.errors import Findings, UsageError
from wakti_sb.events import Step
from wakti_sb.spec import FEWEST_ROWS, Cost

_MOST_ROWS = 10_000_000


@click.command("cost", epilog="Example: wakti-sb rls cost --budget 500")
@click.option(
    "--rows",
    type=click.IntRange(FEWEST_ROWS, _MOST_ROWS),
    help="In each table; [cost] in wakti.toml, else 50000.",
)
@click.option(
    "--budget",
    "budgets",
    multiple=True,
    metavar="PAGES|RATIOx",
    help="The most that a query may cost: 500 pages, or 10x those without row level security.",
)
@click.option("--all", "everything", is_flag=True, help="Show every query.")
@click.option("--json", "as_json", is_flag=True, help="For a machine.")
@_without.option(expose_value=False, callback=keep_without)
@click.pass_obj
def command(
    task: Task, rows: int | None, budgets: tuple[str, ...], everything: bool, as_json: bool
) -> None:
    """What each person's plain queries cost in full tables, and what makes them cheaper.

    In a copy of the database that is thrown away, the tables of the model are filled, and pages
    are read, counted, updated and deleted by everybody. Indexes and other forms of the policies
    are tried there. Exit 1 over the budget; without one, if anything reads more than it has to.
    """
    model = task.model()
    budget = _budget(budgets, model.cost)
    with progress() as listener, task.target.database(listener) as url:
        found = conformance.cost(
            task.reduced(model),
            url,
            rows=rows if rows is not None else model.cost.rows,
            allow_data=task.allow_data,
            listener=lambda step: listener(Step(step.text, step.done, step.total)),
        )
    if as_json:
        click.echo(json.dumps(reports.cost_json(found, budget), indent=2))
    else:
        if everything:
            click.echo(f"{reports.cost_table(found)}\n")
        click.echo(reports.cost_text(found, budget))
        note(f"{len(found.measured)} queries in {found.seconds:.1f} s.")
    _judge(found, budget)


def _judge(found: CostReport, budget: Budget) -> None:
    if found.unfilled:
        count = len(found.unfilled)
        words = "1 table" if count == 1 else f"{count} tables"
        raise Findings(f"{words} could not be filled, and nothing is known of their cost.")
    if budget:
        over = len(reports.over_budget(found, budget))
        if over:
            raise Findings(f"{over} of {len(found.measured)} queries cost more than {budget}.")
    elif found.proposals or found.left:
        changes, left = len(found.proposals), len(found.left)
        raise Findings(
            f"{changes} change{'' if changes == 1 else 's'} would help,"
            f" {left} quer{'y stays' if left == 1 else 'ies stay'} costly."
        )


def _budget(given: tuple[str, ...], configured: Cost) -> Budget:
    """What was said, else what wakti.toml says."""
    if not given:
        return Budget(configured.pages, configured.ratio)
    pages: int | None = None
    ratio: float | None = None
    for text in given:
        if re.fullmatch(r"[1-9][0-9]{0,9}", text):
            pages = int(text)
        elif re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,3})?x", text) and float(text[:-1]) >= 1:
            ratio = float(text[:-1])
        else:
            raise UsageError(
                f"--budget {text} is neither a number of pages nor a ratio.",
                remedy="--budget 500 is pages; --budget 10x is times the pages without policies.",
            )
    return Budget(pages, ratio)
