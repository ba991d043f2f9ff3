"""`wakti-sb logs`."""

from __future__ import annotations

import os
import time
from collections import deque
from pathlib import Path
from typing import TextIO

import click

from wakti_sb.cli._project import in_project
from wakti_sb.errors import StackError, UsageError
from wakti_sb.stack import EmbeddedStack


@click.command(epilog="Example: wakti-sb logs api -f")
@in_project
@click.argument("process", required=False)
@click.option("-f", "--follow", is_flag=True, help="Go on with what is printed from now on.")
@click.option("-n", "--lines", type=click.IntRange(0), default=50, show_default=True)
def command(project: Path, process: str | None, follow: bool, lines: int) -> None:
    """The last lines of each process of the local stack, or of PROCESS alone."""
    files = EmbeddedStack(project).logs()
    if not files:
        raise StackError("no stack has run here.", remedy="Run: wakti-sb up")
    if process is not None:
        if process not in files:
            raise UsageError(f"no process is called {process!r}; there are {', '.join(files)}.")
        files = {process: files[process]}
    opened = {name: file.open(errors="replace") for name, file in files.items()}
    width = max(len(name) for name in opened)
    for name, file in opened.items():
        for line in deque(file, maxlen=lines):
            click.echo(f"{name:{width}} │ {line.rstrip()}")
    while follow:
        if not any(_print_new(name.ljust(width), file) for name, file in opened.items()):
            time.sleep(0.2)


def _print_new(name: str, file: TextIO) -> bool:
    if os.fstat(file.fileno()).st_size < file.tell():  # it grew long and began anew
        file.seek(0)
    lines = file.readlines()
    for line in lines:
        click.echo(f"{name} │ {line.rstrip()}")
    return bool(lines)
