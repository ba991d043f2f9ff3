"""docs/embedded-stack.md says what shows each of its lines; each of these tests is there."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "embedded-stack.md").read_text("utf-8")
SERVICES = ROOT / "wakti_sb" / "stack" / "embedded" / "services"
# Lines that nothing can show: what Deno lacks.
UNSHOWN = {"`response.status` 205 ends at once"}


def _rows() -> list[tuple[str, str]]:
    """What each line of a table with the column `shown by` is about, and that column."""
    rows: list[tuple[str, str]] = []
    is_shown = False
    for line in PAGE.splitlines():
        if not line.startswith("|"):
            is_shown = False
            continue
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip("|"))]
        if cells[-1] == "shown by":
            is_shown = True
        elif is_shown and not line.startswith("| ---"):
            rows.append((cells[0], cells[-1]))
    return rows


def _named() -> list[tuple[str, str]]:
    """Each test as (file, fact); the fact is empty where all of the file is meant."""
    found: list[tuple[str, str]] = []
    for _, shown in _rows():
        file = ""
        for part in filter(None, shown.split("; ")):
            head, colon, fact = part.partition(": ")
            if colon:
                file = head
                found.append((file, fact))
            elif " " in part and ", " not in part:
                found.append((file, part))
            else:
                found += [(one, "") for one in part.split(", ")]
    return found


@cache
def _tests(file: str) -> str:
    """The text of a file, by the name that the page gives it."""
    if file.endswith(".ts"):
        (path,) = SERVICES.rglob(file)
    else:
        folders = [ROOT / "tests" / "services", *(ROOT / "tests").iterdir()]
        found = [folder / f"{file}.py" for folder in folders]
        path = next(one for one in found if one.is_file())
    return path.read_text("utf-8")


def _plain(text: str) -> str:
    """Letters and digits only, as in the name of a test."""
    return re.sub(r"\W+", "_", text.replace("'", "")).strip("_").lower()


@pytest.mark.parametrize(("file", "fact"), sorted(set(_named())))
def test_a_test_that_the_page_of_the_stack_names_is_there(file: str, fact: str) -> None:
    names = re.findall(r"def test_(\w+)\(|Deno\.test\(\s*[\"`](.+?)[\"`]", _tests(file))
    assert names
    if fact:
        assert _plain(fact) in [_plain(python or typescript) for python, typescript in names]


def test_every_line_of_its_tables_names_a_test() -> None:
    assert len(_rows()) > 30
    assert {about for about, shown in _rows() if not shown} == UNSHOWN


def test_every_file_of_tests_that_it_speaks_of_is_there() -> None:
    files = {path.stem for path in (ROOT / "tests").rglob("test_*.py")}
    assert set(re.findall(r"(?<![.\w])test_\w+", PAGE)) <= files
