"""The local `vector`: right, and slow."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from wakti_sb import migrate
from wakti_sb.errors import MigrationError

TRUE = (
    "'[1, 2,3]'::vector(3)::text = '[1,2,3]'",
    "'[3,4]'::vector <-> '[0,0]' = 5",
    "'[1,0]'::vector <=> '[0,1]' = 1",
    "'[1,2]'::vector <#> '[3,4]' = -11",
    "'[1,2]'::vector <+> '[3,5]' = 5",
    "'[1,2]'::vector = '[1, 2]'",
    "'[1,2]'::vector < '[1,3]'",
    "vector_dims('[1,2]') = 2 and vector_norm('[3,4]') = 5",
    "array[1, 2, 3]::vector(3) = '[1,2,3]'",
    "('[1,2]'::vector + '[3,4]') = '[4,6]'",
    "(select avg(v) = '[2,3]' from (values ('[1,2]'::vector), ('[3,4]')) n (v))",
    "(select sum(v) = '[4,6]' from (values ('[1,2]'::vector), ('[3,4]')) n (v))",
)
REFUSED = {
    "'[1,2]'::vector(3)": "expected 3 dimensions, not 2",
    "'[1,x]'::vector(2)": "invalid input syntax for type vector",
    "'1,2'::vector(2)": "invalid input syntax for type vector",
    "'[1,NaN]'::vector(2)": "NaN",
    "'[1,0]'::vector <=> '[0,1,2]'": "different vector dimensions 2 and 3",
}


@pytest.fixture
def connection(empty_database: str) -> Iterator[psycopg.Connection]:
    """A connection as postgres, where the extension is."""
    with psycopg.connect(empty_database, autocommit=True) as connection:
        connection.execute("create extension vector with schema extensions")
        yield connection


def test_vectors_are_computed_exactly(connection: psycopg.Connection) -> None:
    wrong = [one for one in TRUE if connection.execute(f"select {one}").fetchone() != (True,)]

    assert wrong == []


@pytest.mark.parametrize("expression", REFUSED)
def test_what_is_no_vector_is_refused(expression: str, connection: psycopg.Connection) -> None:
    with pytest.raises(psycopg.DataError, match=REFUSED[expression]):
        connection.execute(f"select {expression}")


def test_an_index_of_pgvector_is_accepted_left_empty_and_said(
    empty_database: str, tmp_path: Path
) -> None:
    (tmp_path / "1_a.sql").write_text(
        "create extension vector with schema extensions;"
        "create table public.a (id int, e extensions.vector(2));"
        "create index near on public.a using hnsw (e extensions.vector_cosine_ops) with (m = 16);"
        "comment on index public.near is 'by angle';"
        "insert into public.a values (1, '[1,0]'), (2, '[0,1]');"
    )
    (report,) = migrate.apply(empty_database, migrate.read(tmp_path)).files

    assert ["left empty" in str(one.note) for one in report.statements] == [
        *(False, False, True, False, False)
    ]
    with psycopg.connect(empty_database) as connection:
        nearest = "select id from public.a order by e <=> '[0,2]' limit 1"
        assert connection.execute(nearest).fetchone() == (2,)


def test_an_index_of_pgvector_in_a_block_is_accepted_and_said(
    empty_database: str, tmp_path: Path
) -> None:
    (tmp_path / "1_a.sql").write_text(
        "create extension vector with schema extensions;"
        "create table public.a (id int, e extensions.vector(2));"
        "do $$ begin execute format("
        "  'create index near on public.a"
        "   USING hnsw (e extensions.vector_l2_ops) WITH (m = %s)', 4);"
        "  create index on public.a using ivfflat ((e::extensions.vector(2)) vector_ip_ops)"
        "    with (lists = 9) where e is not null;"
        "end $$;"
        "do $$ begin raise notice 'hnsw and ivfflat'; end $$;"
        "drop index public.near;"
    )
    (report,) = migrate.apply(empty_database, migrate.read(tmp_path)).files

    said = ["no vectors" in str(one.note) for one in report.statements]
    assert said == [False, False, True, False, False]


def test_a_block_that_is_wrong_stays_wrong(empty_database: str, tmp_path: Path) -> None:
    (tmp_path / "1_a.sql").write_text(
        "create extension vector with schema extensions;"
        "do $$ begin create index on public.nowhere using hnsw (e vector_l2_ops); end $$;"
    )
    with pytest.raises(MigrationError, match="nowhere"):
        migrate.apply(empty_database, migrate.read(tmp_path))
