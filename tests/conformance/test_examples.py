"""Whole projects: what is sound comes out clean, what is broken is found and named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tests.conformance.conftest import NAMES, Example, expected_finding, faults
from tests.conformance.schemas import content
from wakti_sb.conformance import mutate, run

Migrated = Callable[..., str]


@pytest.mark.parametrize("name", NAMES)
def test_a_sound_project_comes_out_clean(name: str, migrated: Migrated) -> None:
    example = Example(name)
    report = run(example.spec, migrated(example))
    assert [finding.id for finding in report.findings] == []
    assert report.safe
    assert report.cases > 100


@pytest.mark.parametrize("fault", faults(), ids=lambda p: f"{p.parent.parent.name}-{p.stem}")
def test_a_fault_is_found_and_named(fault: Path, migrated: Migrated) -> None:
    example = Example(fault.parent.parent.name)
    report = run(example.spec, migrated(example, fault))
    found = {name for finding in report.findings for name in (finding.id, *finding.cases)}
    assert expected_finding(fault) in found
    assert not report.safe


@pytest.mark.parametrize("fault", ["comments_in_anothers_name", "any_role_will_do"])
def test_a_proposed_policy_can_be_applied_and_closes_its_hole(
    fault: str, migrated: Migrated
) -> None:
    example = Example("team")
    file = example.folder / "faults" / f"{fault}.sql"
    url = migrated(example, file)
    (finding,) = (f for f in run(example.spec, url).findings if f.id == expected_finding(file))
    with psycopg.connect(url) as connection:
        connection.execute(finding.fix.encode())
    assert finding.id not in {f.id for f in run(example.spec, url).findings}


@pytest.mark.parametrize("name", NAMES)
def test_every_weakened_policy_is_noticed(name: str, migrated: Migrated) -> None:
    example = Example(name)
    report = mutate(example.spec, migrated(example))
    assert [each.mutant.id for each in report.survivors] == []
    assert report.score == 1.0


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


def test_the_same_run_gives_the_same_findings(migrated: Migrated) -> None:
    example = Example("notes")
    url = migrated(example, example.folder / "faults" / "using_true_left_in.sql")
    assert run(example.spec, url).findings == run(example.spec, url).findings
