"""A folder of small sources and a project to generate into."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import pytest

from wakti_sb.generate import Plan, apply, plan
from wakti_sb.spec import parse

NOW = datetime.datetime(2026, 3, 1, 12, 0, 0, tzinfo=datetime.UTC)

Generate = Callable[..., Plan]


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """One versioned migration, one that repeats, one edge function."""
    root = tmp_path / "sources"
    files = {
        "sql/migrations/20260101000100_tables.sql": "create table t (id bigint);\n",
        "sql/migrations/R_10_limits.sql.j2": "select {{ spec.limits.file }};\n",
        "edge_function_templates/api/index.ts": "export default {};\n",
        "edge_function_templates/api/limits.ts.j2": "export const file = {{ spec.limits.file }};\n",
        "edge_function_templates/api/index.test.ts": "Deno.test('x', () => {});\n",
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """An empty folder."""
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


@pytest.fixture
def generate(sources: Path, project: Path) -> Generate:
    """Plan with this `wakti.toml`, and apply the plan unless told otherwise."""

    def generate(toml: str = "", *, write: bool = True, now: datetime.datetime = NOW) -> Plan:
        planned = plan(parse(toml), sources, project, now=now)
        if write:
            apply(planned)
        return planned

    return generate


@pytest.fixture
def migrations(project: Path) -> Callable[[], list[str]]:
    """The names of the migrations that are there."""
    return lambda: sorted(p.name for p in (project / "supabase/migrations").glob("*.sql"))
