from __future__ import annotations

import re
from pathlib import Path

import pytest

from wakti_sb.spec import parse

PAGE = (Path(__file__).parents[2] / "docs" / "ownership.md").read_text()
RIGHTS = PAGE.partition("## Rights")[2].partition("##")[0]
PROJECTS = '[[owned]]\ntable = "public.projects"\nowner = "user_id"\n'


@pytest.mark.parametrize("example", re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL))
def test_every_example_of_the_reference_is_read(example: str) -> None:
    spec = parse(PROJECTS + example)
    assert len(spec.relations) > 1


@pytest.mark.parametrize("right", re.findall(r"^\| `([^`,]+)` \|", RIGHTS, re.MULTILINE))
def test_every_right_of_the_reference_is_known(right: str) -> None:
    text = right.replace("CONDITION", "open").replace("=VALUE", "=x")
    spec = parse(
        '[[owned]]\ntable = "t"\nowner = "u"\nkey = "k"\n'
        'members = {table = "m", key = "k", user = "u", role = "r"}\n'
        f'select = "{text}"'
    )
    assert str(spec.owned[0].select.right) == text
