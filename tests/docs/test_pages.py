"""What the pages print is what there is: commands, links, and the reference of commands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TypeGuard

import click
import pytest

from tests.command_line import wakti
from tests.docs import reference
from wakti_sb import cli

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def commands() -> Iterator[tuple[str, str]]:
    """Every `wakti-sb …` that a page prints, with the page's name."""
    for page in PAGES:
        text = page.read_text("utf-8")
        blocks = re.findall(r"^```(?:sh|bash|console)?\n(.*?)^```", text, re.M | re.S)
        indented = re.findall(r"^    (.*)$", text, re.M)
        lines = [line for block in blocks for line in block.splitlines()]
        for line in [*lines, *indented, *re.findall(r"`(wakti-sb [^`]+)`", text)]:
            found = re.match(r"(?:\$ )?(?:\.venv/bin/)?(wakti-sb .*)", line.strip())
            if found:
                yield page.name, found[1]


PRINTED = sorted(set(commands()))


@pytest.mark.parametrize(("page", "line"), PRINTED, ids=[f"{p}: {c}" for p, c in PRINTED])
def test_a_command_that_a_page_prints_is_one_with_these_options(page: str, line: str) -> None:
    ours = re.split(r"\s+-- |\s+[#>&;|]\s", line)[0]
    words = re.findall(r"--?[a-zA-Z][a-z-]*|[a-z][a-z-]*|\S", ours)[1:]
    path: list[click.Command] = [cli.root]
    for word in (word for word in words if re.fullmatch(r"[a-z][a-z-]*", word)):
        group = path[-1]
        found = group.get_command(click.Context(group), word) if _is_group(group) else None
        if found is None:
            break
        path.append(found)
    options = re.findall(r"(?<=[\s\[])(--[a-z][a-z-]*)", ours)
    assert len(path) > 1 or words in (["--help"], ["--version"], ["…"]), f"{page}: {line}"
    known = {name for one in path for option in one.params for name in option.opts}
    known |= {name for one in path for option in one.params for name in option.secondary_opts}
    assert set(options) <= known | {"--help", "--version"}, f"{page}: {line}"


def _is_group(command: click.Command) -> TypeGuard[click.Group]:
    return isinstance(command, click.Group)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.S)
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
        if "://" not in target and not target.startswith("mailto:"):
            assert (page.parent / target).exists(), target


def test_every_page_is_in_the_index() -> None:
    index = (ROOT / "docs" / "README.md").read_text("utf-8")
    for page in (ROOT / "docs").glob("*.md"):
        assert page.name == "README.md" or f"({page.name})" in index, page.name


@pytest.mark.slow
@pytest.mark.parametrize("name", reference.PAGES)
def test_a_page_that_is_made_from_the_code_is_current(name: str) -> None:
    text = (reference.DOCS / name).read_text("utf-8")
    assert text == reference.PAGES[name](), "run: python -m tests.docs.reference"


@pytest.mark.slow
def test_a_page_is_printed_and_a_wrong_name_gets_a_suggestion(tmp_path: Path) -> None:
    listed = wakti("docs", cwd=tmp_path)
    assert listed.returncode == 0
    assert re.search(r"^rls\s+\S", listed.stdout, re.M)
    shown = wakti("docs", "rls", cwd=tmp_path)
    assert shown.stdout == (ROOT / "docs" / "rls.md").read_text("utf-8")
    wrong = wakti("docs", "migration", cwd=tmp_path)
    assert wrong.returncode == 2
    assert "Did you mean 'migrations'?" in wrong.stderr
