"""Rules for what clients write: columns that stay as they are, and columns the database keeps."""

from __future__ import annotations

import psycopg
import pytest

from tests.conformance.schemas import applied
from wakti_sb import sources
from wakti_sb.conformance import mutate, run
from wakti_sb.conformance.model import Statements, refusal
from wakti_sb.generate.render import Renderer
from wakti_sb.spec import parse

TABLE = """
create table public.letters (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users on delete cascade,
  "Größe" numeric not null default 1.50,
  body text not null default '',
  read_at timestamptz not null default now()
);
"""
MODEL = """
[[owned]]
table = "public.letters"
owner = "user_id"
select = "own"
insert = "own"
update = ["body"]
fixed = ["id", "user_id", "Größe"]
kept = ["read_at"]
delete = "own"
"""
BY_HAND = """
create function public.stay() returns trigger language plpgsql as $$
begin
  if (old.id, old.user_id, old."Größe") is distinct from (new.id, new.user_id, new."Größe") then
    raise exception 'a letter stays what it is';
  end if;
  new.read_at := old.read_at;
  return new;
end $$;
create trigger stay before update on public.letters for each row execute function public.stay();
create function public.arrive() returns trigger language plpgsql as $$
begin new.read_at := now(); return new; end $$;
create trigger arrive before insert on public.letters for each row
execute function public.arrive();
revoke execute on function public.stay(), public.arrive() from public, anon, authenticated;
"""


def generated(toml: str) -> str:
    return Renderer(parse(toml), sources.root()).render("sql/policies/R_20_policies.sql.j2")


@pytest.fixture
def letters(empty_database: str) -> str:
    """URL of a database with the table, its policies and its rules."""
    return applied(empty_database, TABLE, generated(MODEL))


@pytest.mark.parametrize("keeps", [True, False])
def test_what_is_kept_is_seen_in_a_table_of_thousands_of_rows_too(
    letters: str, keeps: bool
) -> None:
    with psycopg.connect(letters) as connection:
        user = connection.execute(
            "insert into auth.users (id) values (gen_random_uuid()) returning id"
        ).fetchone()
        assert user is not None
        many = "insert into public.letters (user_id) select %s from generate_series(1, 2001)"
        connection.execute(many, user)
        if not keeps:
            connection.execute("drop trigger _wakti_kept_new on public.letters")
    found = {finding.id for finding in run(parse(MODEL), letters).findings}
    said = "letters: the owner cannot say what read_at of a new row is"
    assert [name for name in found if name.startswith("letters:")] == ([] if keeps else [said])


@pytest.mark.slow
def test_a_generated_table_comes_out_clean_and_every_weakening_is_noticed(letters: str) -> None:
    spec = parse(MODEL)
    report = run(spec, letters)
    assert [finding.id for finding in report.findings] == []
    told = {v.outcome.kind for v in report.verdicts if v.case.column in ("Größe", "user_id")}
    assert "refused by rule" in told
    mutation = mutate(spec, letters)
    assert [each.mutant.id for each in mutation.survivors] == []
    operators = {each.mutant.operator for each in mutation.judged}
    assert operators >= {"rule dropped", "rule without a column", "whole rows refused"}


def test_a_trigger_of_ones_own_is_as_good(empty_database: str) -> None:
    without = MODEL.replace("fixed", "immutable").replace('kept = ["read_at"]', "")
    grant = "grant update on public.letters to authenticated;"
    url = applied(empty_database, TABLE, generated(without), grant, BY_HAND)
    report = run(parse(MODEL), url)
    assert [finding.id for finding in report.findings] == []


@pytest.mark.slow_after(1)
@pytest.mark.parametrize(
    ("damage", "finding"),
    [
        (
            "drop trigger _wakti_fixed on public.letters",
            "letters: the owner cannot change Größe of its own row",
        ),
        (
            "drop trigger _wakti_kept on public.letters",
            "letters: the owner cannot set read_at of its own row",
        ),
        (
            "drop trigger _wakti_kept_new on public.letters",
            "letters: the owner cannot say what read_at of a new row is",
        ),
    ],
)
def test_a_missing_rule_is_a_finding_and_its_fix_closes_it(
    letters: str, damage: str, finding: str
) -> None:
    with psycopg.connect(letters) as connection:
        connection.execute(damage.encode())
    report = run(parse(MODEL), letters)
    found = {each.id: each for each in report.findings}
    assert finding in found
    fix = found[finding].fix
    assert isinstance(fix, Statements)
    with psycopg.connect(letters) as connection:
        connection.execute(str(fix).encode())
    assert [each.id for each in run(parse(MODEL), letters).findings] == []


def test_a_table_whose_whole_rows_are_refused_is_a_finding(letters: str) -> None:
    with psycopg.connect(letters) as connection:
        connection.execute('revoke update ("Größe") on public.letters from authenticated')
    found = [each.id for each in run(parse(MODEL), letters).findings]
    assert found == ["letters: the owner can write its own row whole"]


def test_a_change_that_is_swallowed_is_no_refusal(letters: str) -> None:
    with psycopg.connect(letters) as connection:
        connection.execute(
            "create function stay() returns trigger language plpgsql as"
            ' $$ begin new."Größe" := old."Größe"; return new; end $$;'
            " revoke execute on function stay() from public, anon, authenticated;"
            ' create trigger "A" before update on letters for each row execute function stay()'
        )
    found = {each.id for each in run(parse(MODEL), letters).findings}
    assert "letters: the owner cannot change Größe of its own row" in found


def test_a_refusal_by_a_rule_is_told_by_its_detail_and_not_by_its_sentence() -> None:
    assert refusal("42501", "anything", detail="rule: fixed").kind == "refused by rule"
    assert refusal("42501", "anything", detail="").kind == "refused by code"
    denied = refusal("42501", "permission denied for table t", detail="rule: fixed")
    assert denied.kind == "refused by grant"


def test_numbers_that_are_equal_are_the_same_value(letters: str) -> None:
    """JavaScript writes 1.50 back as 1.5."""
    with psycopg.connect(letters) as connection:
        connection.execute("insert into auth.users (id) values (gen_random_uuid())")
        connection.execute("insert into letters (user_id) select id from auth.users")
        connection.execute(
            "select set_config('role', 'authenticated', true),"
            " set_config('request.jwt.claims', json_build_object('sub', id)::text, true)"
            " from auth.users"
        )
        same = connection.execute('update letters set "Größe" = 1.5')
        assert same.rowcount == 1
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="Größe of letters cannot"):
            connection.execute('update letters set "Größe" = 1.51')


def test_the_rules_of_a_left_column_go(letters: str) -> None:
    with psycopg.connect(letters) as connection:
        less = MODEL.replace(', "Größe"', "").replace('kept = ["read_at"]', "")
        connection.execute(generated(less).encode())
        names = "select tgname from pg_trigger where tgrelid = 'letters'::regclass"
        left = connection.execute(f"{names} and not tgisinternal").fetchall()
    assert left == [("_wakti_fixed",)]
