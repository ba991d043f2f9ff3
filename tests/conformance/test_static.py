"""What the catalog alone shows, beside the model: names that are not there, roles, buckets."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.conformance.catalogs import (
    MODEL,
    PROJECTS,
    UPLOADS,
    catalog,
    projects,
    spec,
    uploads,
)
from wakti_sb.conformance.catalog import Bucket, Catalog, Function, Partition, Role, Table
from wakti_sb.conformance.findings import check_names, misnamed, static_findings
from wakti_sb.conformance.model import (
    MESSAGES,
    Advice,
    Finding,
    Problem,
    Root,
    Statements,
    SubjectKind,
)
from wakti_sb.errors import SpecError
from wakti_sb.spec import Relation, Spec, parse


def found(model: Spec | None = None, known: Catalog | None = None) -> list[Finding]:
    return list(static_findings(model or spec(), known or catalog()))


def changed(table: Table, **more: Any) -> Catalog:
    there = {t.relation: t for t in (projects(), uploads())}
    return replace(catalog(), tables={**there, table.relation: replace(table, **more)})


def test_a_described_database_has_no_findings() -> None:
    assert found() == []
    check_names(spec(), catalog())
    assert list(misnamed(spec(), catalog())) == []


@pytest.mark.parametrize(
    ("section", "sentence"),
    [
        ('table = "public.project"',
         '[[owned]] public.project: there is no such table; did you mean'
         ' public.projects?'),
        ('table = "public.projects"\nowner = "usr_id"', '[[owned]] public.projects: owner names'
         ' "usr_id", which is no column; did you mean user_id?'),
        ('table = "public.projects"\nhidden = ["xyz"]', 'hidden names "xyz", which is no column'),
        ('table = "public.projects"\nowner = "user_id"\nupdate = ["nam"]',
         'update names "nam", which is no column; did you mean name?'),
        ('table = "public.projects"\nowner = "user_id"\nimmutable = ["idd"]',
         'immutable names "idd"'),
        ('table = "public.project_uploads"\nthrough = "public.projects"\nkey = "project"',
         'key names "project"'),
        ('table = "public.projects"\nfile = {bucket = "b", path = "pth"}', 'file names "pth"'),
        ('table = "public.projects"\nfile = {bucket = "b", path = "name", type = "mime"}',
         'file names "mime"'),
        ('table = "public.projects"\nselect = "claim:a={nam}"', 'claim names "nam"'),
        ('table = "public.projects"\nmembers = {table = "public.mem", key = "a", user = "b"}',
         "[[owned]] public.projects: members names public.mem, which is not there"),
        ('table = "public.projects"\nmembers = {table = "public.project_uploads", key = "project",'
         ' user = "user_id"}',
         'members.key names "project", which is no column of public.project_uploads; did you mean'
         ' project_id?'),
        ('table = "public.projects"\nmembers = {table = "public.project_uploads", key ='
         ' "project_id", user = "usr", role = "rl"}', 'members.role names "rl"'),
    ],
)  # fmt: skip
def test_names_of_the_model_that_are_not_there_are_told_with_the_nearest(
    section: str, sentence: str
) -> None:
    bucket = '[[bucket]]\nname = "b"\npublic = true\n' if "bucket" in section else ""
    model = parse(f"{bucket}[[owned]]\n{section}")
    with pytest.raises(SpecError) as error:
        check_names(model, catalog())
    assert sentence in str(error.value).replace("  ", " ")
    assert [each.name for each in misnamed(model, catalog())] == [model.owned[0].table.name]


def test_a_view_is_described_as_a_view_and_a_table_as_a_table() -> None:
    view = changed(projects(), kind="v")
    with pytest.raises(SpecError, match=r"it is a view; describe it as \[\[view\]\]"):
        check_names(parse('[[owned]]\ntable = "public.projects"'), view)
    with pytest.raises(SpecError, match=r"it is a table; describe it as \[\[owned\]\]"):
        check_names(parse('[[view]]\ntable = "public.projects"\nselect = "public"'), catalog())


def test_a_function_of_the_model_that_is_not_there_is_told() -> None:
    model = parse('[[function]]\nfunction = "public.chee"\nexecute = "public"')
    there = replace(catalog(), functions=(Function(Relation("public.cheer"), ""),))
    with pytest.raises(SpecError, match=r"\[\[function\]\] public.chee: not there"):
        check_names(model, there)
    check_names(parse('[[function]]\nfunction = "public.cheer"\nexecute = "public"'), there)


def test_a_table_whose_parent_is_not_there_is_not_as_it_is_described() -> None:
    only = catalog(uploads())
    assert list(misnamed(spec(), only)) == [PROJECTS, UPLOADS]


@pytest.mark.parametrize(("role", "bypasses"), [("anon", True), ("anon", False), ("other", True)])
def test_a_role_of_the_api_that_bypasses_policies_proves_nothing(role: str, bypasses: bool) -> None:
    roles = {**catalog().roles, role: Role(role, bypasses=bypasses)}
    listed = found(known=replace(catalog(), roles=roles))
    assert [each.id for each in listed] == (
        ["role anon bypasses row level security"] if (role, bypasses) == ("anon", True) else []
    )
    for each in listed:
        assert (each.problem, each.subject.kind) == (Problem.BYPASS, SubjectKind.ROLE)
        assert each.fix == "alter role anon nobypassrls nosuperuser;"


def test_a_role_that_owns_a_table_passes_its_policies() -> None:
    (one,) = found(known=changed(projects(), bypassers=("authenticated",)))
    assert one.id == "public.projects: role authenticated owns it and passes its policies"
    assert one.problem is Problem.BYPASS
    assert one.fix == "alter table public.projects force row level security;"


@pytest.mark.parametrize(
    ("default", "generated", "readers", "hidden", "told"),
    [
        ("upper(secret)", True, ("authenticated",), "secret", True),
        ("upper(secret)", False, ("authenticated",), "secret", False),
        ("upper(filename)", True, ("authenticated",), "secret", False),
        ("upper(secrets)", True, ("authenticated",), "secret", False),
        ("upper(secret)", True, ("service_role",), "secret", False),
        ("upper(secret)", True, ("authenticated",), 'secret", "shout', False),
        (None, True, ("authenticated",), "secret", False),
    ],
)
def test_a_generated_column_tells_what_it_is_made_of(
    default: str | None, generated: bool, readers: tuple[str, ...], hidden: str, told: bool
) -> None:
    made = replace(
        uploads().columns[-1], name="shout", default=default, generated=generated, readers=readers
    )  # fmt: skip
    known = changed(uploads(), columns=(*uploads().columns, made))
    listed = found(spec(MODEL.replace('hidden = ["secret"]', f'hidden = ["{hidden}"]')), known)
    assert [each.problem for each in listed] == ([Problem.LEAK] if told else [])
    for each in listed:
        assert each.reason == "shout is generated from secret, which nobody may read"
        assert each.identity == "authenticated"


@pytest.mark.parametrize("rls", [True, False])
def test_a_partition_that_is_reached_by_its_own_name_asks_its_own_policies(rls: bool) -> None:
    known = changed(projects(), open_partitions=(Partition("public.part", rls=rls),))
    (one,) = found(known=known)
    words = "has policies of its own" if rls else "has no row level security"
    assert one.id == f"public.projects: its partition part {words}"
    assert one.policy == ("the partition's own" if rls else "row level security is off")
    assert one.fix == (
        "revoke all on public.part from anon, authenticated;"
        if rls
        else "alter table public.part enable row level security;"
    )


@pytest.mark.parametrize(
    ("kind", "rls", "reason"),
    [
        ("r", True, "a table that the API shows and no model describes"),
        ("r", False, "a table that the API shows and no model describes, and row level security"
         " is off"),
        ("p", True, "a table that the API shows and no model describes"),
        ("v", False, "a view that the API shows and no model describes"),
        ("m", False, "a materialized view that the API shows and no model describes"),
        ("f", False, "a foreign table that the API shows and no model describes, and row level"
         " security is off"),
    ],
)  # fmt: skip
def test_whatever_nobody_described_is_a_finding(kind: str, rls: bool, reason: str) -> None:
    other = replace(projects(), relation=Relation("public.zoo"), kind=kind, rls=rls)
    known = changed(other)
    (one,) = found(known=known)
    assert (one.problem, one.root, one.reason) == (Problem.UNDECLARED, Root.UNDECLARED, reason)
    section = "[[view]]" if kind in "vm" else "[[owned]]"
    assert f"describe it as {section}" in one.fix
    assert (one.subject.kind is SubjectKind.VIEW) is (kind in "vm")
    closed = replace(other, deleters=(), columns=())
    assert found(known=changed(closed)) == []  # nobody reaches it
    hidden = replace(other, relation=Relation("private.other"))
    assert found(known=changed(hidden)) == []


@pytest.mark.parametrize(
    ("executors", "trigger", "described", "callers"),
    [
        (("anon", "authenticated"), False, False, "anon and authenticated"),
        (("authenticated", "postgres"), False, False, "authenticated"),
        (("service_role",), False, False, ""),
        (("anon",), True, False, ""),
        (("anon",), False, True, ""),
    ],
)
def test_a_function_that_people_can_call_has_to_be_described(
    executors: tuple[str, ...], trigger: bool, described: bool, callers: str
) -> None:
    one = Function(Relation("public.cheer"), "uuid", executors=executors, trigger=trigger)
    model = '[[function]]\nfunction = "public.cheer"\nexecute = "public"' if described else ""
    listed = found(spec(MODEL + model), replace(catalog(), functions=(one,)))
    assert [each.identity for each in listed] == ([callers] if callers else [])
    for each in listed:
        assert each.reason == f"{callers} can execute it over the API"
        definer = replace(one, definer=True)
        (again,) = found(known=replace(catalog(), functions=(definer,)))
        assert again.reason.endswith("with its owner's rights")


def messages(*, policies: bool) -> Catalog:
    return changed(replace(projects(), relation=MESSAGES), policies=projects().policies * policies)


def test_policies_of_channels_that_nobody_described_are_a_finding() -> None:
    (one,) = found(known=messages(policies=True))
    assert (one.problem, one.policy) == (Problem.UNDECLARED, "own")
    assert found(known=messages(policies=False)) == []
    topic = '[[channel]]\ntopic = "room:{public.projects}"\nread = "own"\n'
    assert found(spec(MODEL + topic), messages(policies=True)) == []
    (lost,) = found(spec(MODEL + topic))
    assert (lost.problem, lost.subject.kind) == (Problem.UNTESTED, SubjectKind.CHANNEL)


@pytest.mark.parametrize(
    ("public", "wanted", "problem", "fix"),
    [
        (True, False, Problem.LEAK, "update storage.buckets set public = false where id = 'b';"),
        (False, True, Problem.LOCKED_OUT,
         "update storage.buckets set public = true where id = 'b';"),
        (True, True, None, ""),
        (False, False, None, ""),
        (None, False, Problem.MISSING, "insert into storage.buckets (id, name) values ('b', 'b');"),
        (False, None, Problem.UNDECLARED, "describe it as [[bucket]]"),
    ],
)  # fmt: skip
def test_a_bucket_is_there_described_and_as_public_as_the_model_says(
    public: bool | None, wanted: bool | None, problem: Problem | None, fix: str
) -> None:
    buckets = {} if public is None else {"b": Bucket("b", public=public)}
    model = f'\n[[bucket]]\nname = "b"\npublic = {str(wanted).lower()}\nselect = "public"\n'
    model = "" if wanted is None else model + 'paths = ["{user}"]\n' * (not wanted)
    listed = found(spec(MODEL + model), replace(catalog(), buckets=buckets))
    assert [each.problem for each in listed] == ([problem] if problem else [])
    for each in listed:
        assert fix in each.fix
        assert (each.subject, each.subject.name) == ("bucket b", "b")
        assert isinstance(each.fix, Advice if problem is Problem.UNDECLARED else Statements)


def test_nothing_is_said_of_tables_of_the_model_that_are_not_there() -> None:
    empty = replace(catalog(), tables={})
    assert found(known=empty) == []
