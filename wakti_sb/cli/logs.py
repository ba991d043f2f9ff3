"""`wakti-sb logs`."""

from __future__ import annotations

import os
import time
from collections import deque
from pathlib import Path
from typing import TextIO

import click

from wakti_sb.cli._project import in_project
from wakti_sb.cli._stack import which
from wakti_sb.errors import StackError, UsageError
from wakti_sb.stack import EmbeddedStack, OfficialStack


@click.command(epilog="Example: wakti-sb logs api -f")
@in_project
@click.argument("process", required=False)
@click.option("-f", "--follow", is_flag=True, help="Go on with what is printed from now on.")
@click.option("-n", "--lines", type=click.IntRange(0), default=50, show_default=True)
@which
def command(project: Path, process: str | None, follow: bool, lines: int, kind: str) -> None:
    """The last lines of each process of the local stack, or of PROCESS alone."""
    if kind == "official":
        _print_containers(project, process, lines, follow=follow)
        return
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


def _print_containers(project: Path, name: str | None, lines: int, *, follow: bool) -> None:
    if follow:
        raise UsageError(
            "--follow is for the embedded stack.", remedy="Run: docker logs -f CONTAINER"
        )
    told = OfficialStack(project).logs(lines)
    if not told:
        raise StackError(
            "no container of this project is there.", remedy="Run: wakti-sb up --stack official"
        )
    if name is not None and name not in told:
        raise UsageError(f"no container is called {name!r}; there are {', '.join(told)}.")
    width = max(len(one) for one in told)
    for one, text in told.items():
        for line in text.splitlines() if name in (None, one) else ():
            click.echo(f"{one:{width}} │ {line}")


def _print_new(name: str, file: TextIO) -> bool:
    if os.fstat(file.fileno()).st_size < file.tell():  # it grew long and began anew
        file.seek(0)
    lines = file.readlines()
    for line in lines:
        click.echo(f"{name} │ {line.rstrip()}")
    return bool(lines)
