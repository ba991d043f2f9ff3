"""`wakti-sb up`."""

from __future__ import annotations

from pathlib import Path

import click

from wakti_sb.cli import _without
from wakti_sb.cli._output import note, progress
from wakti_sb.cli._project import in_project
from wakti_sb.cli._stack import local_stack, which
from wakti_sb.cli.status import print_addresses
from wakti_sb.errors import UsageError
from wakti_sb.stack import OfficialStack, Target


@click.command(epilog="Example: wakti-sb up --port 0")
@in_project
@click.option(
    "--port",
    type=click.IntRange(0, 65534),
    help="Of the API; the database gets the next one. 0 picks free ones.",
)
@click.option(
    "--env-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Variables for the edge functions, in place of supabase/functions/.env.",
)
@which
@_without.option()
def command(
    project: Path, port: int | None, env_file: Path | None, kind: str, without: tuple[str, ...]
) -> None:
    """Start the local stack: PostgreSQL, the API and the edge functions, migrated and ready.

    It stays up until `wakti-sb down`. A stack that died is mended; one that runs gets what is
    pending. `reset` leaves out what `up` left out.
    """
    if kind == "official":
        _official(project, without, port=port, env_file=env_file)
        return
    extensions = Target(project, without=_without.chosen(without)).extensions()
    with progress() as listener:
        stack = local_stack(project, listener, without=extensions)
        endpoint = stack.up(port=port, env_file=env_file)
    for sentence in stack.about_config():
        note(sentence)
    print_addresses(endpoint)
    note("Keys: wakti-sb status -o env")


def _official(
    project: Path, without: tuple[str, ...], *, port: int | None, env_file: Path | None
) -> None:
    if port is not None or without or env_file is not None:
        raise UsageError(
            "--port, --env-file and --without are for the embedded stack.",
            remedy="The official one takes its ports from supabase/config.toml.",
        )
    with progress() as listener:
        endpoint = OfficialStack(project, listener).up()
    print_addresses(endpoint)
    note("Keys: wakti-sb status --stack official -o env")
