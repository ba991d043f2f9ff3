"""`docs/commands.md`, made from the commands."""

from __future__ import annotations

from collections.abc import Iterator

import click

from wakti_sb import cli

_HEAD = """# Commands

Made from the commands themselves (`python -m tests.docs.reference`); a test compares the two.
Exit codes: 0 done, 1 findings, 2 wrong use, configuration or a broken environment.
"""


def page() -> str:
    """The text of the page."""
    root = click.Context(cli.root, info_name="wakti-sb", max_content_width=100)
    sections = [_HEAD]
    for name, command in _commands(cli.root, root):
        context = click.Context(command, info_name=name, max_content_width=100)
        sections.append(f"## {name}\n\n```text\n{command.get_help(context)}\n```\n")
    return "\n".join(sections)


def _commands(group: click.Group, context: click.Context) -> Iterator[tuple[str, click.Command]]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None:
            continue
        full = f"{context.command_path} {name}"
        yield full, command
        if isinstance(command, click.Group):
            inner = click.Context(command, parent=context, info_name=name)
            yield from _commands(command, inner)
