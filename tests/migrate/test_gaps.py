"""What a history changes and does not make."""

from __future__ import annotations

from pathlib import Path

import pytest

from wakti_sb import migrate
from wakti_sb.migrate.gaps import gaps

MADE = (
    "create table a (id int); alter table a add b int;",
    "create table if not exists public.a (id int); insert into a values (1);",
    "create view a as select 1; create trigger t instead of insert on a execute function f();",
    "create table a as select 1; create index on a (id);",
    "create table b (id int); alter table b rename to a; update a set id = 1;",
    "do $$ begin execute 'create table a (id int)'; end $$; alter table a add b int;",
    "create sequence a; alter sequence a owned by none; alter table a owner to postgres;",
    "alter table if exists a add b int;",
    "create policy p on storage.objects for select using (true);",
    "alter table auth.users add b int;",
)
MISSING = (
    "alter table a add b int; create table a (id int);",
    "create index on a (id);",
    "create policy p on a using (true);",
    "insert into a values (1);",
    "delete from a;",
    "create table b (id int); alter table a rename to c;",
)


def _names(sql: str, folder: Path) -> list[str]:
    (folder / "1_a.sql").write_text(sql)
    return [gap.table for gap in gaps(migrate.read(folder))]


@pytest.mark.parametrize("sql", MADE)
def test_what_a_file_makes_or_the_platform_gives_is_no_gap(sql: str, tmp_path: Path) -> None:
    assert _names(sql, tmp_path) == []


@pytest.mark.parametrize("sql", MISSING)
def test_what_is_changed_before_it_is_made_is_a_gap(sql: str, tmp_path: Path) -> None:
    assert _names(sql, tmp_path) == ["a"]
