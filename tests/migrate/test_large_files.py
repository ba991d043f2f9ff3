"""A file of many statements, as dumps are, costs what its length says and no more."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.migrate.database import value
from wakti_sb.migrate import apply, read

FEW, MANY = 2_000, 8_000
# Four times as many statements cost four times as much, sixteen times where each looks at all.
AT_MOST = 8


@pytest.mark.slow
def test_what_reading_and_applying_cost_grows_with_the_number_of_statements(
    tmp_path: Path, empty_database: str
) -> None:
    few, many = (_folder(tmp_path / str(count), count) for count in (FEW, MANY))

    def dry_run(folder: Path) -> None:
        apply(empty_database, read(folder), dry_run=True)

    assert _cpu(read, many) < AT_MOST * _cpu(read, few)
    assert _cpu(dry_run, many) < AT_MOST * _cpu(dry_run, few)
    (done,) = apply(empty_database, read(many)).files
    assert len(done.statements) == MANY + 1
    assert value(empty_database, "select count(distinct t) from public.bulk") == MANY


def _folder(folder: Path, count: int) -> Path:
    folder.mkdir()
    lines = ["create table public.bulk (id int, t text);"]
    lines += [f"insert into public.bulk values ({n}, 'row; {n} it''s');" for n in range(count)]
    (folder / "20260101000000_bulk.sql").write_text("\n".join(lines))
    return folder


def _cpu(run: Callable[[Path], object], folder: Path) -> float:
    """Seconds of this process's computing, the least of two: who else uses it does not count."""
    found = []
    for _ in range(2):
        before = time.process_time()
        run(folder)
        found.append(time.process_time() - before)
    return min(found)
