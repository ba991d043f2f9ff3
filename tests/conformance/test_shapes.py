"""`rls init` reads each shape of a schema, and not its near neighbour; untouched, it is clean."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.conformance.schemas import applied
from tests.conformance.shapes import SHAPES, Shape
from wakti_sb.conformance import propose, run
from wakti_sb.conformance.findings import causes
from wakti_sb.spec import parse

Database = Callable[[], str]


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("shape", [pytest.param(shape, id=shape.name) for shape in SHAPES])
def test_a_shape_is_read_and_its_neighbour_is_not(shape: Shape, databases: Database) -> None:
    url = applied(databases(), shape.ddl)
    text = propose(url)
    for table, beginnings in shape.says.items():
        lines = _lines(text, table)
        for beginning in beginnings:
            assert any(line.startswith(beginning) for line in lines), (beginning, lines)
    for table, words in shape.never.items():
        assert not [w for w in words for line in _lines(text, table) if line.startswith(w)]
        assert not [w for w in words if w.endswith(":") and w in "\n".join(_lines(text, table))]
    report = run(parse(text), url)
    assert sorted(cause.title for cause in causes(report.findings)) == sorted(shape.causes)
    assert report.untested == ()


def _lines(text: str, table: str) -> list[str]:
    sections = re.split(r"\n(?=\[\[)", text)
    (found,) = (s for s in sections if f'table = "public.{table}"\n' in s)
    return found.splitlines()
