"""Whole projects: what is sound comes out clean, what is broken is found and named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tests.conformance.conftest import NAMES, Example, expected_finding, faults
from tests.conformance.schemas import content
from wakti_sb.conformance import Report, mutate, run
from wakti_sb.conformance.model import Statements

Migrated = Callable[..., str]


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("name", NAMES)
def test_a_sound_project_comes_out_clean(name: str, migrated: Migrated) -> None:
    example = Example(name)
    report = run(example.spec, migrated(example))
    assert [finding.id for finding in report.findings] == []
    assert report.safe
    assert report.cases > 100


def _each_fault(*quick: str) -> pytest.MarkDecorator:
    """Every seeded fault; those that neither bear nor belong to a name of `quick` are slow."""
    return pytest.mark.parametrize(
        "fault",
        [
            pytest.param(
                fault,
                id=f"{fault.parents[1].name}-{fault.stem}",
                marks=[] if {fault.parents[1].name, fault.stem} & {*quick} else [pytest.mark.slow],
            )
            for fault in faults()
        ],
    )


@pytest.mark.slow_after(1)
@_each_fault("notes")
def test_a_fault_is_found_and_named(fault: Path, migrated: Migrated) -> None:
    example = Example(fault.parent.parent.name)
    report = run(example.spec, migrated(example, fault))
    found = {name for finding in report.findings for name in (finding.id, *finding.cases)}
    assert expected_finding(fault) in found
    assert not report.safe


def repaired(url: str, report: Report) -> None:
    """Everything that was proposed as SQL, once, as a person would paste it."""
    with psycopg.connect(url) as connection:
        for statements in dict.fromkeys(
            f.fix for f in report.findings if isinstance(f.fix, Statements)
        ):
            connection.execute(statements)


@pytest.mark.slow
@_each_fault("trusts_owner_column", "adds_itself")
def test_a_proposed_fix_closes_its_fault(fault: Path, migrated: Migrated) -> None:
    example = Example(fault.parent.parent.name)
    url = migrated(example, fault)
    report = run(example.spec, url)
    assert all(finding.fix for finding in report.findings)
    for _ in range(2):  # a fix of one policy can show what was hidden behind it
        repaired(url, report)
        report = run(example.spec, url)
    assert [f.fix for f in report.findings if isinstance(f.fix, Statements)] == []
    assert [f.id for f in report.findings if "let " not in f.fix and "describe" not in f.fix] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_every_weakened_policy_is_noticed(name: str, migrated: Migrated) -> None:
    example = Example(name)
    report = mutate(example.spec, migrated(example))
    assert [each.mutant.id for each in report.survivors] == []
    assert report.score == 1.0


@pytest.mark.slow
def test_a_run_leaves_nothing_behind(migrated: Migrated) -> None:
    example = Example("notes")
    url = migrated(example)
    before = content(url)
    run(example.spec, url)
    mutate(example.spec, url)
    assert content(url) == before
    with psycopg.connect(url) as connection:
        copies = connection.execute(
            "select datname from pg_database where datname like 'wakti_mutant_%'"
        ).fetchall()
    assert copies == []


@pytest.mark.slow
def test_rows_of_other_people_do_not_change_the_verdict(migrated: Migrated) -> None:
    """Also where a table holds more than a run reads."""
    example = Example("notes")
    url = migrated(example)
    with psycopg.connect(url) as connection:
        connection.execute(
            "insert into auth.users (id, email)"
            " select gen_random_uuid(), n || '@example.com' from generate_series(1, 30) as n;"
            " insert into public.notebooks (user_id, title, slug, colour)"
            " select id, 'theirs', 'theirs', 'red' from auth.users;"
            " insert into public.notes (notebook_id, user_id, body, priority, starts_at, ends_at)"
            " select id, user_id, 'theirs', 1, now(), now() + interval '1 hour'"
            " from public.notebooks, generate_series(1, 80)"
        )
    assert run(example.spec, url).safe


@pytest.mark.slow
def test_the_same_run_gives_the_same_findings(migrated: Migrated) -> None:
    example = Example("notes")
    url = migrated(example, example.folder / "faults" / "using_true_left_in.sql")
    assert run(example.spec, url).findings == run(example.spec, url).findings
