"""Going on without an extension: what is left out, and what stays an error."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from wakti_sb import migrate
from wakti_sb.errors import MigrationError
from wakti_sb.migrate.left_out import Missing, missing_from

VECTOR = "create extension vector with schema extensions;\n"

LeaveOut = Callable[..., list[tuple[int, str]]]


@pytest.fixture
def leave_out(tmp_path: Path, empty_database: str) -> LeaveOut:
    """Applies one migration without an extension; lines and reasons of what was left out."""

    def apply(text: str, *extensions: str) -> list[tuple[int, str]]:
        (tmp_path / "1_first.sql").write_text(text, "utf-8")
        leaving_out = migrate.LeavingOut(extensions or ("vector",))
        migrate.apply(empty_database, migrate.read(tmp_path), leaving_out=leaving_out)
        return [(one.line, one.reason.split(", left out at")[0]) for one in leaving_out.left_out]

    return apply


@pytest.mark.parametrize(
    ("sqlstate", "message", "missing"),
    [
        ("0A000", 'extension "vector" is not available', Missing("extension", "", "vector")),
        (
            "42704",
            'type "extensions.vector" does not exist',
            Missing("type", "extensions", "vector"),
        ),
        ("42704", 'type "vector[]" does not exist', Missing("type", "", "vector")),
        ("42704", "type vector does not exist", Missing("type", "", "vector")),
        ("42704", 'access method "hnsw" does not exist', Missing("access method", "", "hnsw")),
        (
            "42704",
            'operator class "vector_l2_ops" does not exist for access method "gin"',
            Missing("operator class", "", "vector_l2_ops"),
        ),
        ("42P01", 'relation "public.docs" does not exist', Missing("relation", "public", "docs")),
        (
            "42704",
            'policy "own docs" for table "docs" does not exist',
            Missing("policy", "", "own docs"),
        ),
        ("3F000", 'schema "pgmq" does not exist', Missing("schema", "", "pgmq")),
        (
            "42883",
            "function pgmq.send(unknown, jsonb) does not exist",
            Missing("function", "pgmq", "send"),
        ),
        (
            "42883",
            "operator does not exist: text <=> text",
            Missing("operator", "", "text <=> text"),
        ),
        ("42703", "column d.embedding does not exist", Missing("column", "", "embedding")),
        (
            "42703",
            'column "embedding" of relation "docs" does not exist',
            Missing("column", "", "embedding", "docs"),
        ),
        ("23505", 'relation "docs" does not exist', None),
        ("42601", "syntax error", None),
        ("0A000", "cannot use subquery in check constraint", None),
    ],
)
def test_what_is_missing_is_read_from_the_servers_message(
    sqlstate: str, message: str, missing: Missing | None
) -> None:
    assert missing_from(sqlstate, message) == missing


def test_what_depends_on_a_statement_that_was_left_out_is_left_out_too(
    leave_out: LeaveOut,
) -> None:
    left_out = leave_out(
        VECTOR + "create table public.docs (id int primary key, embedding extensions.vector(3));\n"
        "create index docs_embedding on docs using hnsw (embedding vector_l2_ops);\n"
        "create table notes (id int primary key, doc int references docs);\n"
        "create policy p on notes using (true);\n"
        "create view recent as select * from docs;\n"
        "create function latest() returns setof docs language sql as 'select * from docs';\n"
        "grant execute on function latest() to anon;\n"
        "comment on extension vector is 'meaning';\n"
        "create table other (id int primary key);\n"
    )

    assert left_out == [
        (1, 'extension "vector" is not available'),
        (2, 'type "extensions.vector" does not exist'),
        (3, 'relation "docs" does not exist'),
        (4, 'relation "docs" does not exist'),
        (5, 'relation "notes" does not exist'),
        (6, 'relation "docs" does not exist'),
        (7, 'type "docs" does not exist'),
        (8, "function latest() does not exist"),
        (9, 'extension "vector" does not exist'),
    ]


def test_a_column_that_was_left_out_takes_along_what_names_it(leave_out: LeaveOut) -> None:
    left_out = leave_out(
        "create table docs (id int primary key);\n"
        + VECTOR
        + "alter table docs add column embedding extensions.vector(3);\n"
        "create index on docs (embedding);\n"
        "update docs set embedding = null;\n"
        "create view seen as select d.embedding from docs as d;\n"
    )

    assert [line for line, _ in left_out] == [2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    "wrong",
    [
        "create policy p on public.doc using (true);",  # a typo
        "create table other (embedding int references nowhere);",
        "create table other (id int); create index on other (embedding);",  # of another table
        "select 1 / 0;",
        "create table docs (id int); create table docs (id int);",
        "select no_such_function();",
        "create table other (id int not null); insert into other values (null);",
        "create extension hypopg;",
    ],
)
def test_a_statement_that_fails_for_another_reason_is_an_error(
    wrong: str, leave_out: LeaveOut, empty_database: str
) -> None:
    with pytest.raises(MigrationError):
        leave_out(
            "create table docs_of (id int);\n"
            + VECTOR
            + "alter table docs_of add column embedding extensions.vector(3);\n"
            + wrong.replace("create table docs (id int); ", "create table docs (id int);\n")
        )
    with psycopg.connect(empty_database) as connection:
        found = connection.execute("select to_regclass('public.docs_of')").fetchone()
    assert found == (None,)


@pytest.mark.parametrize(
    "text",
    [
        "begin;\n{0}create table a (id int);\ncreate table b (v vector);\ncommit;\n",
        "begin;\n{0}create table a (id int);\ncreate table b (v vector);\ncommit;\nselect 1;",
        "-- pg-delta: transaction=false\n{0}create table a (id int);\ncreate table b (v vector);",
        "{0}create table a (id int);\n"
        "create index concurrently on a using hnsw (id);\ncreate table b (v vector);",
        "{0}savepoint x;\ncreate table a (id int);\nrelease x;\ncreate table b (v vector);",
    ],
    ids=["one transaction", "its own", "none", "concurrently", "savepoint"],
)
def test_the_rest_is_applied_however_the_file_is_run(
    text: str, leave_out: LeaveOut, empty_database: str
) -> None:
    leave_out(text.format(VECTOR))

    with psycopg.connect(empty_database) as connection:
        found = connection.execute("select to_regclass('a') is null, to_regclass('b')").fetchone()
    assert found == (False, None)


def test_names_may_be_of_any_letters(leave_out: LeaveOut) -> None:
    left_out = leave_out(
        VECTOR + 'create table public."وثائق" (id int, "معنى" extensions.vector(3));\n'
        'create policy "للجميع" on "وثائق" using (true);\n'
    )

    assert [line for line, _ in left_out] == [1, 2, 3]


def test_an_extension_nobody_knows_is_known_by_its_schema_and_its_name(
    leave_out: LeaveOut,
) -> None:
    left_out = leave_out(
        "create schema mine;\n"
        "create extension frobnicate with schema mine;\n"
        "select mine.start();\n"
        "select frobnicate();\n",
        "frobnicate",
    )

    assert [line for line, _ in left_out] == [2, 3, 4]


def test_an_extension_that_is_there_is_made_all_the_same(leave_out: LeaveOut) -> None:
    assert leave_out("create extension citext;\ncreate table a (b citext);", "citext") == []


def test_a_block_that_may_change_rights_is_named_by_its_place(
    tmp_path: Path, empty_database: str
) -> None:
    file = tmp_path / "1_first.sql"
    file.write_text(
        "create table docs (embedding vector);\n"
        "do $$ begin execute 'create policy p on docs using (true)'; end $$;\n"
        "do $$ begin perform count(*) from docs; end $$;\n"
    )
    leaving_out = migrate.LeavingOut(["vector"])

    migrate.apply(empty_database, migrate.read(tmp_path), leaving_out=leaving_out)

    concerns = [one.concerns for one in leaving_out.left_out]
    assert concerns == [("public.docs",), (f"{file}:2",), ()]


def test_a_project_that_wants_five_of_them_goes_on_without_what_is_not_there(
    empty_database: str,
) -> None:
    folder = Path(__file__).parents[1] / "stack" / "projects" / "places" / "supabase" / "migrations"
    leaving_out = migrate.LeavingOut(["postgis", "wrappers", "http", "pgtap", "pgmq"])

    migrate.apply(empty_database, migrate.read(folder), leaving_out=leaving_out)

    statements = sum(len(file.statements) for file in migrate.read(folder))
    with psycopg.connect(empty_database) as connection:
        # pgTAP is fetched by whoever first needs it; from then on it is there and is made.
        fetched = connection.execute(
            "select count(*) from pg_available_extensions where name = 'pgtap'"
        ).fetchone()
        assert fetched is not None
        assert statements - len(leaving_out.left_out) == 9 + fetched[0]
        there = connection.execute(
            "select to_regnamespace('stripe')::text, to_regprocedure('public.page_of(text)')::text,"
            " to_regclass('public.fine')::text"
        ).fetchone()
    assert there == ("stripe", "page_of(text)", "fine")


NAMED = """
create extension pgaudit;
comment on extension pgaudit is 'from a dump';
grant all on function public.pgaudit_sql_drop() to anon;
create table public.kept (id int);
"""


def test_of_an_extension_that_is_only_named_nothing_but_its_name_is_left_out(
    tmp_path: Path, empty_database: str
) -> None:
    leaving_out = migrate.LeavingOut(())
    leaving_out.lack(["pgaudit"])
    (tmp_path / "1_a.sql").write_text(NAMED)
    migrate.apply(empty_database, migrate.read(tmp_path), leaving_out=leaving_out)

    assert [one.line for one in leaving_out.left_out] == [2, 3, 4]
    assert [(*one.made, *one.concerns) for one in leaving_out.left_out] == [(), (), ()]
    for needs in (
        "select public.pgaudit_sql_drop();",
        "create policy p on public.kept using (pgaudit_allows());",
        "grant all on function public.other() to anon;",
    ):
        (tmp_path / "2_b.sql").write_text(needs)
        with pytest.raises(MigrationError, match="does not exist"):
            migrate.apply(empty_database, migrate.read(tmp_path), leaving_out=leaving_out)
