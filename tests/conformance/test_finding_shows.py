"""What a finding shows: a request, a script that repeats it, and the place of what decided."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.catalogs import PROJECTS, UPLOADS, catalog, projects, spec, uploads
from wakti_sb.conformance.findings import (
    Place,
    http_parts,
    http_text,
    place_of,
    policy_lines,
    script,
)
from wakti_sb.conformance.findings.places import NOWHERE
from wakti_sb.conformance.model import (
    ANON,
    Attempt,
    Call,
    Copy,
    Delete,
    Finding,
    Identity,
    Insert,
    Join,
    Problem,
    Select,
    Subject,
    Update,
    Upsert,
)
from wakti_sb.conformance.scenario import Scenario, plan
from wakti_sb.spec import Relation

OTHER = Identity("another owner", user_id="u")
SCENARIO = plan(spec(), catalog())


T = Relation("public.t")


@pytest.mark.parametrize(
    ("request_", "told"),
    [
        (Select(T, ("id", "v")), "GET /rest/v1/t?select=id,v"),
        (Select(T, ("id",), (("a", "x y"), ("b", None))),
         "GET /rest/v1/t?select=id&a=eq.x%20y&b=is.null"),
        (Select(T, ("id",), present="v"), "GET /rest/v1/t?select=id&v=not.is.null"),
        (Select(T, ("id",), order="v"), "GET /rest/v1/t?select=id&order=v"),
        (Select(T, ("id",), count=True), "HEAD /rest/v1/t?select=id\nPrefer: count=exact"),
        (Select(T, ("id", "v"), join=Join(PROJECTS, (("a", "id"),), "fk")),
         "GET /rest/v1/projects?select=t!fk(id,v)"),
        (Select(T, ("id",), join=Join(PROJECTS, (("a", "id"),))),
         "GET /rest/v1/projects?select=t(id)"),
        (Insert(T, (("a", "1"),)), 'POST /rest/v1/t\nPrefer: return=minimal\n\n{"a": "1"}'),
        (Copy(T, (("a", "1"),), ()), 'POST /rest/v1/t\nPrefer: return=minimal\n\n{"a": "1"}'),
        (Upsert(T, (("a", None),), ("a", "b")),
         "POST /rest/v1/t?on_conflict=a,b\nPrefer: resolution=merge-duplicates,return=minimal"
         '\n\n{"a": null}'),
        (Update(T, (("a", "1"),), (("b", "2"),)),
         'PATCH /rest/v1/t?b=eq.2\nPrefer: return=minimal\n\n{"a": "1"}'),
        (Update(T, (("a", "1"),)), 'PATCH /rest/v1/t\nPrefer: return=minimal\n\n{"a": "1"}'),
        (Delete(T, (("b", "2"),)), "DELETE /rest/v1/t?b=eq.2\nPrefer: return=minimal"),
        (Delete(T), "DELETE /rest/v1/t\nPrefer: return=minimal"),
        (Call(T, "public.t(uuid)", (("a", "1"),)), 'POST /rest/v1/rpc/t\n\n{"a": "1"}'),
        (Call(T, "public.t()"), "POST /rest/v1/rpc/t\n\n{}"),
    ],
)  # fmt: skip
def test_a_finding_shows_the_request_of_a_client(request_: Any, told: str) -> None:
    assert http_text(Attempt(ANON, request_)) == told
    by_owner = http_text(Attempt(OTHER, request_)).splitlines()
    assert by_owner[1] == "Authorization: Bearer <another owner>"
    assert "\n".join((by_owner[0], *by_owner[2:])) == told
    assert http_parts(request_)[1].startswith("/rest/v1/")


def seeded(scenario: Scenario, attempt: Attempt) -> list[str]:
    lines = script(scenario, attempt).splitlines()
    assert (lines[0], lines[-1]) == ("begin;", "rollback;")
    return [line.split('"')[3] for line in lines if line.startswith('insert into "')]


def test_a_script_seeds_what_the_request_needs_and_leaves_nothing_behind() -> None:
    attempt = Attempt(OTHER, Select(PROJECTS, ("id",)), settings=(("a.b", "c'd"),))
    lines = script(SCENARIO, attempt).splitlines()
    assert lines[1].startswith("insert into auth.users (id, email) values ('")
    assert "select set_config('a.b', 'c''d', true);" in lines
    assert "select set_config('role', 'authenticated', true)" in script(SCENARIO, attempt)
    assert lines[-2].startswith('select "t"."id" from "public"."projects"')
    assert set(seeded(SCENARIO, attempt)) == {"projects"}
    under = Attempt(OTHER, Select(UPLOADS, ("id",)))
    assert set(seeded(SCENARIO, under)) == {"projects", "project_uploads"}
    call = Attempt(OTHER, Call(T, "public.t()"))
    assert set(seeded(SCENARIO, call)) == {"projects", "project_uploads"}
    arranged = replace(attempt, arrange=(Delete(PROJECTS, (("id", "1"),)),))
    assert 'delete from "public"."projects" where "id" = \'1\';' in script(SCENARIO, arranged)


def test_a_script_names_no_value_that_the_database_fills_in() -> None:
    columns = tuple(
        replace(column, default="now()") if column.name == "name" else column
        for column in projects().columns
    )
    there = replace(SCENARIO, catalog=catalog(replace(projects(), columns=columns), uploads()))
    text = script(there, Attempt(OTHER, Select(PROJECTS, ("id",))))
    assert '("id", "user_id")' in text
    made = tuple(replace(c, generated=c.name == "name") for c in projects().columns)
    there = replace(SCENARIO, catalog=catalog(replace(projects(), columns=made), uploads()))
    assert '("id", "user_id")' in script(there, Attempt(OTHER, Select(PROJECTS, ("id",))))
    plain = script(SCENARIO, Attempt(OTHER, Select(PROJECTS, ("id",))))
    assert '("id", "user_id", "name")' in plain  # gen_random_uuid() is no time
    assert "null" not in plain.lower().replace("nullif", "")


def test_a_script_leaves_out_people_who_have_no_row_there() -> None:
    text = script(SCENARIO, Attempt(OTHER, Select(PROJECTS, ("id",))))
    listed = next(line for line in text.splitlines() if line.startswith("insert into auth.users"))
    ids = {who.user_id for who in SCENARIO.identities if who.user_id}
    used = {
        str(value)
        for row in SCENARIO.rows
        if row.table == PROJECTS
        for value in row.values.values()
    }
    for each in ids:
        assert (f"('{each}', " in listed) is (each in used)
    assert ids - used


def project(folder: Path, **files: str) -> Path:
    migrations = folder / "supabase" / "migrations"
    migrations.mkdir(parents=True)
    for name, text in files.items():
        (migrations / f"{name}.sql").write_text(text, "utf-8")
    return folder


def test_objects_and_policies_are_found_where_they_were_written_last(tmp_path: Path) -> None:
    folder = project(
        tmp_path,
        a="-- first\ncreate table t (id int);\n\n/* why */ create policy p on t using (true);\n"
        "create view s.v as select 1;create function f() returns int language sql as 'select 1';",
        b="\nalter policy p on public.t using (false); create function s.g() returns int"
        " language sql as 'select 1'; grant select on t to anon;",
        c="create table (;",
    )
    assert {key: (place.file[-5:], place.line) for key, place in policy_lines(folder).items()} == {
        ("public.t", ""): ("a.sql", 2),
        ("public.t", "p"): ("b.sql", 2),
        ("s.v", ""): ("a.sql", 5),
        ("public.f", ""): ("a.sql", 5),
        ("s.g", ""): ("b.sql", 2),
    }
    assert policy_lines(tmp_path / "nowhere") == {}


@pytest.mark.parametrize(
    ("subject", "policy", "line"),
    [
        (Subject("public.t"), "p", 2),
        (Subject("public.t"), "q, p", 2),
        (Subject("public.t"), "p, r", 2),
        (Subject("public.t"), "row level security is off", 1),
        (Subject("public.t"), "", 1),
        (Subject("public.u"), "p", None),
        (Subject.bucket("b"), "p", 9),
        (Subject.function("public.t(uuid)"), "", 1),
        (Subject('public."t"'), "", 1),
        (Subject.channel("a:b c"), "", None),
    ],
)
def test_a_finding_points_at_the_policy_that_decided_or_else_at_the_object(
    subject: Subject, policy: str, line: int | None
) -> None:
    places = {
        ("public.t", ""): Place("a.sql", 1),
        ("public.t", "p"): Place("a.sql", 2),
        ("public.t", "r"): Place("a.sql", 3),
        ("storage.objects", "p"): Place("a.sql", 9),
    }
    one = Finding("a", subject, Problem.LEAK, "r", policy=policy)
    found = place_of(one, places)
    assert (found.line if found is not None else None) == line
    assert place_of(one, NOWHERE) is None
