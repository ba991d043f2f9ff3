"""Every command that a page prints is run, and ends as the page says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.adopt.conftest import first_release, live_project  # noqa: F401  (fixtures)
from tests.docs import printed, scenes
from tests.docs.printed import Command, Step
from tests.docs.scenes import (  # noqa: F401  (fixtures)
    backend,
    bare,
    checkout,
    empty,
    hosted,
    in_bare,
    live,
    official_stack,
    own_postgres,
    tutorial,
)
from tests.official.fixtures import docker_host, official  # noqa: F401  (fixtures)

COMMANDS = printed.commands()


def step(command: Command) -> Step:
    """What it takes to run a command."""
    return printed.STEPS.get((command.page, command.text), Step())


def scripts() -> list[tuple[str, str]]:
    """Each page with each scene that one of its commands needs."""
    found = {
        (one.page, step(one).scene or printed.PAGES.get(one.page, "backend"))
        for one in COMMANDS
        if one.text not in printed.NOT_RUN
    }
    return sorted(found)


def shows(output: str, lines: tuple[str, ...]) -> bool:
    """Whether these lines stand in an output, in their order."""
    rest = iter(line.strip() for line in output.splitlines())
    return all(line in rest for line in lines)


@pytest.mark.slow
@pytest.mark.parametrize(("page", "scene"), scripts())
def test_the_commands_of_a_page_end_as_it_says(
    page: str, scene: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    chosen = [
        (one, step(one))
        for one in COMMANDS
        if one.page == page
        and one.text not in printed.NOT_RUN
        and (step(one).scene or printed.PAGES.get(page, "backend")) == scene
    ]
    ran = scenes.run(request.getfixturevalue(scene), chosen, tmp_path / "told")
    surprises = [
        f"{one.command} ended with {one.code}:\n{one.output}"
        for one, (command, wanted) in zip(ran, chosen, strict=True)
        if one.code not in ({0, 124, 130} if wanted.code is None else {wanted.code})
        or "Traceback" in one.output
        or not shows(one.output, command.prints)
    ]
    assert not surprises, "\n".join(surprises)


def test_a_page_that_is_run_elsewhere_is_named_there() -> None:
    for page, test in printed.ELSEWHERE.items():
        assert page in (printed.ROOT / test).read_text("utf-8")


def test_what_is_not_run_is_printed_somewhere() -> None:
    texts = {one.text for one in COMMANDS}
    assert set(printed.NOT_RUN) - texts == set()


def test_what_a_command_needs_is_said_of_a_command_that_is_printed_and_run() -> None:
    known = {(one.page, one.text) for one in COMMANDS if one.text not in printed.NOT_RUN}
    assert set(printed.STEPS) - known == set()
    assert set(printed.PAGES) - {page for page, _ in known} == set()


def test_what_ci_is_said_to_run_is_in_ci() -> None:
    script = (printed.ROOT / ".ci" / "run").read_text("utf-8")
    for command, reason in printed.NOT_RUN.items():
        if reason == "`.ci/run` runs it":
            assert re.search(rf"^{command}$", script, re.M), command
        if "installs the same" in reason:
            assert all(name in script for name in command.split()[2:])
