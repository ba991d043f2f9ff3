"""docs/security.md names tests; each is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", PAGE)))


@pytest.mark.parametrize(("file", "test"), NAMED, ids=[test for _, test in NAMED])
def test_a_test_that_the_security_page_names_is_there(file: str, test: str) -> None:
    assert re.search(rf"^def {test}\(", (ROOT / file).read_text("utf-8"), re.M)


def test_every_line_about_an_attack_names_a_test() -> None:
    attacks = PAGE.partition("## What it does not protect against")[0]
    lines = [line for line in attacks.splitlines() if line.startswith("| ")]
    lines = [line for line in lines if not line.startswith(("| what is tried", "| ---"))]
    assert len(lines) > 30
    assert [line for line in lines if "::test_" not in line] == []
