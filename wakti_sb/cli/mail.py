"""`wakti-sb mail`."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click
from rich.table import Table

from wakti_sb.cli._output import note, show
from wakti_sb.cli._project import in_project
from wakti_sb.stack import EmbeddedStack, Mailbox, Message


@click.command(epilog="Example: wakti-sb mail ada@example.com")
@in_project
@click.argument("address", required=False)
@click.option("--json", "as_json", is_flag=True, help="Everything about each message.")
@click.option("--clear", is_flag=True, help="Throw the mail away.")
def command(project: Path, address: str | None, as_json: bool, clear: bool) -> None:
    """The mail that the local stack would have sent, to ADDRESS or to everybody."""
    mailbox = Mailbox(EmbeddedStack(project).endpoint().api_url)
    if clear:
        mailbox.clear()
        return
    messages = mailbox.messages(address)
    if as_json:
        click.echo(json.dumps([asdict(one) for one in messages], indent=2, ensure_ascii=False))
    elif messages:
        for message in messages:
            _print(message)
    else:
        note(f"no mail was sent{f' to {address}' if address else ''}.")


def _print(message: Message) -> None:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_row("To", message.to)
    table.add_row("Subject", message.subject)
    table.add_row("Sent", message.sent_at)
    if message.code is not None:
        table.add_row("Code", message.code)
    show(table)
    if message.link is not None:
        click.echo(message.link)  # whole, however narrow the screen is
    click.echo()
