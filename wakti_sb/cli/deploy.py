"""`wakti-sb deploy`."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click
from rich.table import Table

from wakti_sb import deploy
from wakti_sb.cli import _env_file
from wakti_sb.cli._endpoint import of_an_address
from wakti_sb.cli._hosted import chosen_ref, hosted, project_ref
from wakti_sb.cli._migrations import migration_events
from wakti_sb.cli._output import note, progress, show
from wakti_sb.cli._project import in_project
from wakti_sb.errors import Findings, UsageError
from wakti_sb.events import Listener
from wakti_sb.stack import Address

_SIGNS = {True: "✓", False: "✗", None: "?"}


@click.command(epilog="Example: wakti-sb deploy --project-ref abcdefghijklmnopqrst --dry-run")
@in_project
@project_ref
@of_an_address
@_env_file.option
@click.option("--dry-run", is_flag=True, help="Show what would be done; change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask; scripts need it.")
@click.option("--include-all", is_flag=True, help="Also migrations older than the newest applied.")
@click.option("--new-password", is_flag=True, help="Give the site API's login a new password.")
@click.option("--every-module", is_flag=True, help="Send our function's sources, not one module.")
@click.option("--json", "as_json", is_flag=True, help="For a machine.")
def command(
    project: Path,
    project_ref: str | None,
    address: Address,
    env_file: Path | None,
    dry_run: bool,
    yes: bool,
    include_all: bool,
    new_password: bool,
    every_module: bool,
    as_json: bool,
) -> None:
    """Bring this project to where it runs: migrations, login, buckets, functions, secrets.

    Looks first, shows what is there and what is to be done, and does that; stopped at any point,
    it goes on when it is run again. The access token is SUPABASE_ACCESS_TOKEN; no database
    password is asked for. Without a ref, --url, the two keys and --db-url name any project;
    functions cannot be sent there.
    """
    if not (project / "supabase").is_dir():
        raise UsageError("there is no supabase/ here.", place=str(project.resolve()))
    secrets = _env_file.read(env_file)
    with progress() as listener, migration_events(listener) as on_event:
        place = _place(project, project_ref, address, listener)
        note(f"{'Looking at' if dry_run else 'Deploying to'} {place.name}")
        wanted = deploy.read_project(
            project,
            secrets=secrets,
            include_all=include_all,
            renew_login=new_password,
            one_module=not every_module,
        )
        deployment = deploy.Deployment(place, wanted, listener, on_event)
        plan = deployment.plan()
    if not as_json or dry_run:
        _show_plan(plan, as_json=as_json)
    if dry_run:
        note("Nothing was changed." if not plan.is_empty else "Nothing is to be done.")
        return
    if not plan.is_empty:
        _confirm(place, yes=yes)
    with progress() as listener, migration_events(listener) as on_event:
        deployment = deploy.Deployment(place, wanted, listener, on_event)
        deployment.carry_out(plan)
        checks = deployment.check()
    _show_checks(checks, changed=not plan.is_empty, as_json=as_json)


def _place(project: Path, given: str | None, address: Address, listener: Listener) -> deploy.Place:
    if given is None and address.db_url is not None:
        endpoint = address.endpoint()
        if endpoint is None:
            raise UsageError(
                "--db-url names a database alone, and a deployment is checked through the API.",
                remedy="Add --url, --publishable-key and --secret-key; or: wakti-sb migrate",
            )
        return deploy.ByAddress(endpoint)
    ref = chosen_ref(project, given)
    if ref is None:
        raise UsageError(
            "no project is named.",
            remedy="--project-ref REF names a hosted one, and `wakti-sb link` remembers it.",
        )
    if address.db_url is not None:
        raise UsageError(
            "--project-ref and --db-url name two targets.",
            remedy="A hosted project needs no database URL: a login that expires is asked for.",
        )
    return hosted(ref, url=address.url, listener=listener)


def _confirm(place: deploy.Place, *, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError(
            f"nothing was changed: this would change {place.name}.",
            remedy="Look at the plan above; --yes goes on without a question.",
        )
    click.confirm(f"Change {place.name}?", abort=True, err=True)


def _show_plan(plan: deploy.Plan, *, as_json: bool) -> None:
    if as_json:
        lines = [asdict(line) | {"step": line.step.value} for line in plan.lines]
        click.echo(json.dumps({"plan": lines}, indent=2))
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("Step", "What", "There", "To do"):
        table.add_column(heading)
    for line in plan.lines:
        todo = "" if line.todo is None else _plain(line.todo)
        table.add_row(line.step.value, _plain(line.subject), _plain(line.there), todo)
    show(table)


def _show_checks(checks: Sequence[deploy.Check], *, changed: bool, as_json: bool) -> None:
    bad = [one for one in checks if one.good is False]
    if as_json:
        told = {"changed": changed, "checks": [asdict(one) for one in checks]}
        click.echo(json.dumps(told, indent=2))
    else:
        for one in checks:
            click.echo(f"{_SIGNS[one.good]} {one.name}: {one.said}")
    if bad:
        raise Findings(f"deployed, and not all is well: {', '.join(one.name for one in bad)}.")
    note("Deployed." if changed else "Everything was there already.")


def _plain(text: str) -> str:
    """Without what the terminal library would read as markup."""
    return text.replace("[", r"\[")
