"""How commands talk: results on stdout, everything else on stderr.

The terminal library is imported where it is needed: `reset` and `status -o env` run in scripts, a
hundred times a day, and draw nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from wakti_sb.events import Event, LeftOut, Listener, Notice, Step, noting

if TYPE_CHECKING:
    from rich.console import RenderableType


_WIDEST = 400  # characters of a drawing


def fail(text: str) -> None:
    """Print an error."""
    click.secho(f"wakti-sb: {text}", err=True, fg="red")


def note(text: str) -> None:
    """Print a remark for a person."""
    click.secho(text, err=True, dim=True)


def show(drawing: RenderableType) -> None:
    """Print a table or the like on stdout."""
    from rich.console import Console
    from rich.measure import Measurement

    console = Console(highlight=False, soft_wrap=True)
    wanted = Measurement.get(console, console.options.update(max_width=_WIDEST), drawing).maximum
    if wanted > console.width:  # a name that is cut short cannot be looked up
        console.width = wanted
    console.print(drawing)


@contextmanager
def progress() -> Iterator[Listener]:
    """A bar on a terminal, a line for each step elsewhere; yields the listener that feeds it.

    Statements that were left out are listed when the work is done.
    """
    left_out: list[LeftOut] = []
    if sys.stderr.isatty():
        with _bar() as listener:
            yield noting(listener, left_out)
    else:
        yield noting(_lines, left_out)
    _list(left_out)


def _list(left_out: Sequence[LeftOut]) -> None:
    if left_out:
        names = ", ".join(dict.fromkeys(one.extension for one in left_out))
        count = "1 statement was" if len(left_out) == 1 else f"{len(left_out)} statements were"
        click.secho(f"{count} left out, without {names}:", err=True, fg="yellow")
    for one in left_out:
        note(f"  {one.file}:{one.line}: {one.statement}\n    {one.reason}")


@contextmanager
def _bar() -> Iterator[Listener]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        BarColumn(bar_width=24),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)

        def listen(event: Event) -> None:
            match event:
                case Step(text, done, total):
                    bar.update(task, description=text, completed=done, total=total)
                case Notice(text):
                    bar.console.print(text, markup=False, highlight=False, style="yellow")

        yield listen


def _lines(event: Event) -> None:
    match event:
        case Step(text, done, total):
            note(f"[{done + 1}/{total}] {text}")
        case Notice(text):
            note(text)
