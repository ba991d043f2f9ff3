"""`docs/first-screens.md` shows what the command says today."""

from __future__ import annotations

from contextlib import AbstractContextManager

import pytest

from tests.conftest import clone_of
from tests.docs.first_screens import EXAMPLES, PAGE, section
from wakti_sb.stack import Endpoint


def test_the_first_screen_of_every_example_is_on_the_page() -> None:
    text = PAGE.read_text("utf-8")
    headings = [line.removeprefix("## ") for line in text.splitlines() if line.startswith("## ")]
    assert headings == list(EXAMPLES)
    assert len(EXAMPLES) == 10


@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=[] if n == "salon" else [pytest.mark.slow]) for n in EXAMPLES],
)
def test_a_first_screen_is_current(name: str, endpoint: Endpoint) -> None:
    """`python -m tests.docs.first_screens` makes it so."""

    def empty() -> AbstractContextManager[str]:
        return clone_of("wakti_platform", endpoint)

    assert section(name, empty) in PAGE.read_text("utf-8")
