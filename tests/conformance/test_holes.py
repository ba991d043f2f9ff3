"""Holes as teams leave them, each beside the sound form that must come out clean."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.conformance.schemas import POLICY, applied, model, table
from wakti_sb.conformance import run
from wakti_sb.spec import parse

_DEFINER = "security definer set search_path = pg_catalog, pg_temp"
_CLOSED = "revoke execute on all functions in schema public from public, anon"


@dataclass(frozen=True)
class Hole:
    """A schema with a hole, what closes it, and the case that must show it."""

    schema: str
    closed: str
    case: str
    model: str


def _owned(select: str = "own", insert: str = "own", more: str = "") -> str:
    return (
        f"[[owned]]\ntable = 't'\nowner = 'user_id'\nselect = '{select}'\ninsert = '{insert}'\n"
        f"update = 'own'\ndelete = 'own'\n{more}\n"
    )


def _nullable(condition: str) -> str:
    return (
        "create table t (id uuid primary key default gen_random_uuid(),"
        " user_id uuid references auth.users on delete cascade, v text);"
        " alter table t enable row level security;"
        f" create policy own on t {condition};"
    )


def _admins(claims: str) -> str:
    return (
        table("t", "v text") + f"create policy admins on t for select to authenticated"
        f" using ((select coalesce({claims})) = 'admin');"
    )


_BY_ADMINS = _owned(select="own or claim:app_metadata.role=admin")
_ANONYMOUS = (
    "create policy named on t as restrictive for insert to authenticated"
    " with check ((select (auth.jwt() ->> 'is_anonymous')::boolean) is false)"
)
_PARTITIONED = (
    "create table t (id uuid default gen_random_uuid() primary key, user_id uuid not null"
    " references auth.users on delete cascade, v text) partition by hash (id);"
    " create table t_0 partition of t for values with (modulus 1, remainder 0);"
    " alter table t enable row level security; alter table t_0 enable row level security;"
    f" create policy own on t to authenticated using {POLICY};"
)

_HOLES = {
    "a claim that users write themselves": Hole(
        _admins(
            "auth.jwt() -> 'app_metadata' ->> 'role', auth.jwt() -> 'user_metadata' ->> 'role'"
        ),
        "alter policy admins on t using"
        " ((select auth.jwt() -> 'app_metadata' ->> 'role') = 'admin')",
        "t: a stranger with user_metadata.role=admin cannot see this row",
        _BY_ADMINS,
    ),
    "a claim that every token of the others has": Hole(
        table("t", "v text"),
        _ANONYMOUS,
        "t: the owner with is_anonymous=true cannot insert its own row",
        _owned(insert="own and claim:is_anonymous=false"),
    ),
    "rows of nobody are everybody's": Hole(
        _nullable("using (user_id = (select auth.uid()) or user_id is null)"),
        f"alter policy own on t using {POLICY}",
        "t: anon cannot see this row (of nobody)",
        _owned(),
    ),
    "rows in nobody's name": Hole(
        _nullable(f"using {POLICY} with check (user_id = (select auth.uid()) or user_id is null)"),
        f"alter policy own on t with check {POLICY}",
        "t: anon cannot insert a row in nobody's name",
        _owned(),
    ),
    "a parent in the same table": Hole(
        table("t", "v text", "parent uuid references t", "unique (id, user_id)"),
        "alter table t add foreign key (parent, user_id) references t (id, user_id)",
        "t: another owner cannot insert its own row under this row of t",
        _owned(),
    ),
    "a column taken from authenticated and left to anon": Hole(
        table("t", "v text", "secret text") + "create policy open on t for select using (true);"
        " revoke select on t from authenticated;"
        " grant select (id, user_id, v) on t to authenticated",
        "revoke select on t from anon; grant select (id, user_id, v) on t to anon",
        "t: anon cannot read secret",
        _owned(select="public", more="hidden = ['secret']"),
    ),
    "a policy of a partition": Hole(
        _PARTITIONED + "create policy all_of_it on t_0 for select using (true)",
        "drop policy all_of_it on t_0",
        "public.t: its partition t_0 has policies of its own",
        _owned(),
    ),
}


@pytest.mark.parametrize("name", _HOLES)
def test_a_hole_is_found_and_its_sound_form_is_clean(name: str, empty_database: str) -> None:
    hole = _HOLES[name]
    url = applied(empty_database, hole.schema)
    report = run(parse(hole.model), url)
    assert hole.case in {case for f in report.findings for case in (f.id, *f.cases)}
    assert not report.safe
    closed = run(parse(hole.model), applied(url, hole.closed))
    assert [(finding.id, finding.reason) for finding in closed.findings] == []
    assert closed.safe


def test_a_trigger_that_puts_the_callers_name_into_a_row_is_a_defence(empty_database: str) -> None:
    url = applied(
        empty_database,
        table("t", "v text") + "alter policy own on t with check (true)",
        "create function mine() returns trigger language plpgsql as"
        " $$ begin new.user_id := coalesce(auth.uid(), new.user_id); return new; end $$",
        "create trigger mine before insert or update on t for each row execute function mine()",
    )
    assert [(f.id, f.reason) for f in run(model("t"), url).findings] == []


@pytest.mark.parametrize("right", ["public", "authenticated"])
def test_an_aggregate_that_is_open_to_all_is_no_hole(right: str, empty_database: str) -> None:
    url = applied(
        empty_database,
        table("t", "v integer not null"),
        "create view totals as select count(*) as n, sum(v) as total from t",
        "create view per_value with (security_invoker) as select v, count(*) from t group by v",
        "revoke all on totals, per_value from anon, authenticated",
        f"grant select on totals, per_value to authenticated{', anon' * (right == 'public')}",
    )
    views = "".join(
        f"[[view]]\nview = '{name}'\nselect = '{right}'\ninvoker = {invoker}\n"
        for name, invoker in (("totals", "false"), ("per_value", "true"))
    )
    report = run(model("t", more=views), url)
    assert [(f.id, f.reason) for f in report.findings] == []
    applied(url, "grant select on totals, per_value to anon, authenticated")
    closed = run(model("t", more=views.replace(f"'{right}'", "'none'")), url)
    assert {f.table for f in closed.findings} == {"public.totals", "public.per_value"}
