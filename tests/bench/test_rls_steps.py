"""The page of a large schema stays small: what `wakti-sb bench rls-steps` opens in a browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench._tables import project, schema
from tests.conformance.schemas import applied, model
from wakti_sb import reports
from wakti_sb.conformance import run


def test_a_third_of_the_tables_stand_alone_and_have_children(tmp_path: Path) -> None:
    folder = project(tmp_path, 6, "select 1;")
    first, second = sorted((folder / "supabase" / "migrations").iterdir())
    assert second.read_text() == "select 1;"
    assert first.read_text() == schema(6)
    assert first.read_text().count("references public.part_0,") == 2
    assert first.read_text().count("references public.part_3,") == 2


@pytest.mark.slow
def test_the_page_of_four_thousand_cases_is_under_two_megabytes(empty_database: str) -> None:
    """With every table open to everybody, so that there are findings to show too."""
    holes = "".join(
        f"create policy hole on public.part_{n} for all using (true) with check (true);"
        for n in range(0, 70, 2)
    )
    applied(empty_database, schema(70), holes)
    found = run(model(*(f"public.part_{n}" for n in range(70))), empty_database)
    assert found.cases >= 4000
    assert len(found.findings) > 300
    assert len(reports.html(reports.of_policies(found)).encode()) <= 2_000_000
