"""Small projects to lint."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pytest

from wakti_sb import lint, spec
from wakti_sb.lint import Finding

Judge = Callable[..., tuple[Finding, ...]]
ABOUT_SHAPE = (
    "policy-without-role",
    "policy-calls-for-each-row",
    "policy-without-index",
    "name-from-outside",
    "foreign-key-without-index",
    "table-without-rls",
    "view-with-owner-rights",
    "definer-without-search-path",
    "search-path-without-pg-temp",
    "function-open-to-anon",
)
"""What most files here are about; the other rules have files of their own."""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """An empty project of somebody who uses the package."""
    (tmp_path / "supabase" / "migrations").mkdir(parents=True)
    (tmp_path / "wakti.toml").write_text("[generate]\nbackend = false\npolicies = false\n")
    return tmp_path


@pytest.fixture
def judge(project: Path) -> Judge:
    """Lint these migrations, in this order, by some of our own rules."""

    def run(
        *migrations: str, toml: str = "", by: Iterable[str] = ABOUT_SHAPE
    ) -> tuple[Finding, ...]:
        write_migrations(project, migrations)
        found = lint.lint(
            project, project / "none", spec.parse(toml), ask=("access", "speed", "strict")
        )
        return tuple(finding for finding in found.findings if finding.rule in by)

    return run


def write_migrations(project: Path, texts: Iterable[str], first: int = 1) -> None:
    """Write migrations with the versions 20250101000001, 20250101000002, …"""
    for number, text in enumerate(texts, first):
        version = 20250101000000 + number
        path = project / "supabase" / "migrations" / f"{version}_m{number}.sql"
        path.write_text(text, encoding="utf-8")


def write_files(folder: Path, files: Mapping[str, str]) -> None:
    """Write files below a folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
