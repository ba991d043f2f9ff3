"""`wakti-sb bench`."""

from __future__ import annotations

import os
import sys

import click

from wakti_sb import sources
from wakti_sb.errors import UsageError

_MEASUREMENTS = {
    "stack": "the local stack: up, reset, down, memory",
    "functions": "`up` of a project with ten edge functions, and after an edit of one",
    "site-api": "the site API beside PocketBase and a conventional function",
    "cold-start": "a new process of the site API to its first answer, and what is deployed",
    "login": "a login with a known address beside unknown ones",
    "noise": "visitors of other projects while one is flooded",
    "soak": "the site API for half an hour under a steady load",
    "data-api": "the Data API beside Supabase Lite",
    "policies": "an owner's queries among a million rows of others",
    "scale": "one site among a million rows of others, and one at its limits",
    "migrations": "every migration from zero, file by file",
    "large-migration": "a file of 50,000 statements, beside psql",
    "backup": "a million rows and a GB of files saved, beside pg_dump and cp",
    "deploy": "a deployment with nothing to do, beside the server's own answers",
    "distant-suite": "`wakti-sb test` against a project that is 50 ms away",
    "dashboard": "the owner's page, with 10,000 rows behind it",
    "rls": "row level security proved: the matrix, mutants, beside five other tools",
    "rls-steps": "from pip install to a finding; rls init, diff, cost and the page, large",
}


class _Command(click.Command):
    """Lists the measurements under the options."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Measurements"):
            formatter.write_dl(list(_MEASUREMENTS.items()))
        super().format_epilog(ctx, formatter)


@click.command(
    cls=_Command,
    context_settings={"ignore_unknown_options": True},
    epilog="Example: wakti-sb bench site-api --runs 3 --json",
)
@click.argument("name", type=click.Choice(list(_MEASUREMENTS)), metavar="NAME")
@click.option("--runs", type=click.IntRange(min=1), help="How often; each has its own default.")
@click.option("--json", "as_json", is_flag=True, help="For a machine.")
@click.argument("more", nargs=-1, type=click.UNPROCESSED, metavar="[OPTIONS OF IT]")
def command(name: str, runs: int | None, as_json: bool, more: tuple[str, ...]) -> None:
    """Measure NAME on a stack of its own, side by side with its peers.

    The measurements are in bench/ of the repository. What else one of them takes is listed by
    `wakti-sb bench NAME -- --help`.
    """
    checkout = sources.root()
    if not (checkout / "bench").is_dir():
        raise UsageError(
            "the measurements are not part of the installed package.",
            remedy="Run it in a clone of the repository.",
        )
    arguments = [*(["--runs", str(runs)] if runs is not None else []), *more]
    if as_json:
        arguments.append("--json")
    module = f"bench.{name.replace('-', '_')}"
    sys.stdout.flush()
    os.chdir(checkout)
    # It takes this process's place, so that its exit code and Ctrl-C are its own.
    os.execv(sys.executable, [sys.executable, "-m", module, *arguments])  # noqa: S606  (this Python, by its own path)
