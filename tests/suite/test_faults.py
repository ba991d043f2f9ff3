"""A backend with faults in it: the suite names each of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.suite.conftest import Suite, held
from wakti_sb.stack import Endpoint

POLICY = "create policy left_in on {} for {} to authenticated {}"
OPEN_DOOR = """
create or replace function wakti.refusal(p_setting text, p_is_owner boolean, p_user uuid)
returns text language sql immutable set search_path = pg_catalog, pg_temp as $$ select null $$
"""
WRONG_GATE = """
create or replace function wakti.origin_passes(p_origin text, p_allowed text[])
returns boolean language sql immutable set search_path = pg_catalog, pg_temp
as $$ select p_origin like '%shop.example.com' $$
"""


@contextmanager
def broken(endpoint: Endpoint) -> Iterator[None]:
    """Policies that somebody left in, and functions that somebody simplified; then mended."""
    server = endpoint.database.replace("postgres:postgres", "supabase_admin:postgres")
    tables = {
        "public.project_collections": ("select", "using (true)"),
        "storage.objects": ("insert", "with check (true)"),
    }
    with psycopg.connect(server, autocommit=True) as connection:
        sound = [
            str(row[0])
            for row in connection.execute(
                "select pg_get_functiondef(p.oid) from pg_proc as p"
                " where p.pronamespace = 'wakti'::regnamespace"
                " and p.proname in ('refusal', 'origin_passes')"
            )
        ]
        assert len(sound) == 2
        try:
            for table, (command, clause) in tables.items():
                name = sql.Identifier(*table.split("."))
                made = sql.SQL(POLICY).format(name, sql.SQL(command), sql.SQL(clause))
                connection.execute(made)
            connection.execute(OPEN_DOOR)
            connection.execute(WRONG_GATE)
            yield
        finally:
            for table in tables:
                name = sql.Identifier(*table.split("."))
                connection.execute(sql.SQL("drop policy if exists left_in on {}").format(name))
            for definition in sound:
                connection.execute(definition)


@pytest.mark.slow
def test_faults_are_named_one_by_one_and_nothing_stays_behind(
    endpoint: Endpoint, suite: Suite, tmp_path: Path
) -> None:
    page = tmp_path / "page.html"
    chosen = "(test_rows and project_collections and select) or (test_files and upload)"
    chosen += " or (test_rights and create and visitor) or (test_origins and submit)"
    before = held(endpoint)
    with broken(endpoint):
        done = suite("-k", chosen, "--html", str(page), "--markdown", str(tmp_path / "report.md"))
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stdout + done.stderr

    for name, got in (
        ("project_collections, select the owner's row: other owner, no rows", "allowed"),
        ("create, where the owner reads and writes: visitor, 403 not_permitted", "200"),
        ("submit, with a list of origins: look-alike origin, 403 origin_not_allowed", "200"),
        ("upload, in the owner's folder: other owner, refused", "allowed"),
    ):
        assert f"✗ {name}\n  expected {name.rsplit(', ', 1)[1]}, got {got}" in done.stdout
        assert name.replace("'", "&#39;") in page.read_text("utf-8")
        assert name in (tmp_path / "report.md").read_text("utf-8").replace("\\", "")
    sound = "project_collections, select the owner&#39;s row: visitor, refused"
    assert f'<span class="sign">✓</span> <span class="claim">{sound}' in page.read_text("utf-8")
    assert held(endpoint) == before


@pytest.mark.slow
def test_a_run_that_cannot_make_its_people_is_broken_not_green(
    clean: Endpoint, suite: Suite
) -> None:
    with psycopg.connect(clean.database, autocommit=True) as connection:
        connection.execute("alter table public.projects add column code text check (code <> '')")
        connection.execute("alter table public.projects alter column code set not null")
        try:
            done = suite("-k", "test_files and list")
        finally:
            connection.execute("alter table public.projects drop column code")
    assert done.returncode == 2, done.stdout + done.stderr
    assert "no test could be carried out" in done.stderr
    assert "Traceback" not in done.stderr
