"""Markdown for a pull request: what a command found, appended to a file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from wakti_sb.errors import UsageError

to_summary = click.option(
    "--summary",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Append a Markdown summary to a file, such as $GITHUB_STEP_SUMMARY.",
)


def append(file: Path | None, title: str, paragraphs: Iterable[str]) -> None:
    """Add a section to the file; without a file nothing. Raise UsageError if it is not writable."""
    if file is None:
        return
    text = "\n\n".join([f"## {title}", *paragraphs])
    try:
        with file.open("a", encoding="utf-8") as opened:
            opened.write(f"{text}\n\n")
    except OSError as error:
        raise UsageError(
            f"the summary cannot be written: {(error.strerror or str(error)).lower()}",
            place=str(file),
        ) from None


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; what stands in a cell is shown as it is written."""
    lines = [_row(headings), _row(["---"] * len(headings))]
    lines += [_row([_plain(cell) for cell in row]) for row in rows]
    return "\n".join(lines)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _plain(text: str) -> str:
    for special in ("\\", "|", "`", "*", "<", ">", "[", "]"):
        text = text.replace(special, f"\\{special}")
    return " ".join(text.split())
