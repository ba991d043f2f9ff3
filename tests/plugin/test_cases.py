"""Conformance cases as tests."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.conformance.conftest import EXAMPLES, execute, expected_finding

from .conftest import Run

FAULT = EXAMPLES / "notes" / "faults" / "using_true_left_in.sql"
CASE = "notes: another owner cannot select this row"


def test_every_case_is_a_test_whose_name_is_a_sentence(run: Run, database: str) -> None:
    done = run("--wakti-rls", "--wakti-db-url", database, "-v")
    passed = done.parseoutcomes()
    assert set(passed) == {"passed"}
    assert passed["passed"] > 150
    claims = re.findall(r"wakti\.toml::(.+) PASSED", done.stdout.str())
    assert len(claims) == len(set(claims)) == passed["passed"]
    assert all(re.match(r"[^:]+: .+ ", claim) for claim in claims)


def test_without_the_option_nothing_is_collected(run: Run) -> None:
    assert run().ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_a_case_that_fails_tells_how_to_repeat_it_and_shows_no_traceback(
    run: Run, database: str
) -> None:
    execute(database, FAULT)
    done = run("--wakti-rls", "--wakti-db-url", database)
    assert done.ret == pytest.ExitCode.TESTS_FAILED
    text = done.stdout.str()
    assert expected_finding(FAULT) in text
    for part in ("  request:", "  SQL:", "  fix:", "decided by: while debugging"):
        assert part in text
    assert "Traceback" not in text
    assert "cases.py" not in text
    assert database not in text


def test_an_excused_finding_is_an_expected_failure_with_its_reason(
    run: Run, notes: Path, database: str
) -> None:
    execute(database, FAULT)
    (name,) = {expected_finding(FAULT).split(":")[0]}
    with (notes / "wakti.toml").open("a") as model:
        model.write(f'[[excuse]]\nobject = "public.{name}"\nreason = "shown on purpose"\n')
    done = run("--wakti-rls", "--wakti-db-url", database, "-rx")
    outcomes = done.parseoutcomes()
    assert set(outcomes) == {"passed", "xfailed"}
    assert "excused: shown on purpose" in done.stdout.str()


def test_cases_are_chosen_like_any_test(run: Run, database: str) -> None:
    done = run("--wakti-rls", "--wakti-db-url", database, "-k", "anon and delete")
    outcomes = done.parseoutcomes()
    assert outcomes["passed"] < 30
    assert outcomes["deselected"] > 100


def test_an_ini_file_switches_the_cases_on_until_somebody_asks_for_certain_tests(
    run: Run, notes: Path, database: str
) -> None:
    (notes / "pytest.ini").write_text("[pytest]\nwakti_rls = true\n")
    (notes / "test_own.py").write_text("def test_own(): pass\n")
    assert run("--wakti-db-url", database).parseoutcomes()["passed"] > 150
    assert run("--wakti-db-url", database, "test_own.py").parseoutcomes() == {"passed": 1}


def test_something_that_nobody_described_is_a_test_that_fails(
    run: Run, notes: Path, database: str
) -> None:
    stray = notes / "stray.sql"
    stray.write_text("create table public.stray (id bigint primary key);")
    execute(database, stray)
    done = run("--wakti-rls", "--wakti-db-url", database)
    assert done.parseoutcomes()["failed"] == 1
    done.stdout.fnmatch_lines(["*public.stray*"])


@pytest.mark.parametrize(
    ("model", "sentence"),
    [
        (None, "wakti.toml"),
        ('[[owned]]\ntable = "public.nots"\nowner = "user_id"\n', "notes"),
        ("", "no case"),
    ],
    ids=["no model", "a table that is not there", "a model that says nothing"],
)
def test_a_run_that_proves_nothing_never_passes(
    run: Run, notes: Path, database: str, model: str | None, sentence: str
) -> None:
    if model is None:
        (notes / "wakti.toml").unlink()
    else:
        (notes / "wakti.toml").write_text(model)
    done = run("--wakti-rls", "--wakti-db-url", database)
    assert done.ret not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
    text = done.stdout.str() + done.stderr.str()
    assert sentence in text
    assert "Traceback" not in text


def test_a_database_that_does_not_answer_is_one_sentence_without_its_password(run: Run) -> None:
    done = run("--wakti-rls", "--wakti-db-url", "postgresql://postgres:geheim@127.0.0.1:1/x")
    assert done.ret == pytest.ExitCode.INTERRUPTED
    text = done.stdout.str() + done.stderr.str()
    assert "the database does not answer" in text
    assert "geheim" not in text
