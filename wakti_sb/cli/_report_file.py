"""Files that a command is asked to write."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from wakti_sb import reports
from wakti_sb.errors import UsageError


def must_have_a_folder(*files: Path | None) -> None:
    """Raise UsageError now rather than when everything has been tried."""
    for file in files:
        if file is not None and not file.parent.is_dir():
            raise UsageError("the report cannot be written: no such folder", place=str(file))


def must_be_writable(file: Path) -> None:
    """Raise UsageError now rather than when a database has been made and tried."""
    if file.is_dir():
        raise UsageError("it cannot be written: there is a folder of this name", place=str(file))
    if not os.access(file if file.exists() else file.parent, os.W_OK):
        raise UsageError("it cannot be written: permission denied", place=str(file))


def write(file: Path, text: str) -> None:
    """Write a report; raise UsageError if that is not possible."""
    try:
        file.write_text(text, "utf-8")
    except OSError as error:
        raise UsageError(
            f"the report cannot be written: {(error.strerror or str(error)).lower()}",
            place=str(file),
        ) from None


def write_whole(file: Path, text: str) -> None:
    """Write a file of the project, all of it or nothing; raise UsageError if it cannot be."""
    whole = file.resolve()  # what a link leads to
    beside = whole.with_name(f".{whole.name}.part")
    try:
        beside.write_text(text, "utf-8")
        beside.replace(whole)
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
        raise UsageError(
            f"it cannot be written: {(error.strerror or str(error)).lower()}", place=str(file)
        ) from None


def write_results(
    results: reports.Results, *, junit: Path | None, html: Path | None, markdown: Path | None
) -> None:
    """Write the reports of a run that were asked for; raise UsageError if one cannot be written."""
    for file, text in (
        (junit, reports.junit),
        (html, reports.html),
        (markdown, reports.markdown),
    ):
        if file is not None:
            write(file, text(results))
