"""Conformance cases as tests."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg
import pytest

from tests.conformance.conftest import EXAMPLES, execute, expected_finding
from wakti_sb.stack import Endpoint

from .conftest import Run

FAULT = EXAMPLES / "notes" / "faults" / "using_true_left_in.sql"


@pytest.mark.slow
def test_every_case_is_a_test_whose_name_is_a_sentence(run: Run, database: str) -> None:
    done = run("--wakti-rls", "--wakti-db-url", database, "-v")
    passed = done.parseoutcomes()
    assert set(passed) == {"passed"}
    assert passed["passed"] > 150
    claims = re.findall(r"wakti\.toml::(.+) PASSED", done.stdout.str())
    assert len(claims) == len(set(claims)) == passed["passed"]
    assert all(re.match(r"[^:]+: .+ ", claim) for claim in claims)


@pytest.mark.slow
def test_without_the_option_nothing_is_collected(run: Run) -> None:
    assert run().ret == pytest.ExitCode.NO_TESTS_COLLECTED


@pytest.mark.slow
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


@pytest.mark.slow
def test_an_excused_finding_is_an_expected_failure_with_its_reason(
    run: Run, notes: Path, database: str
) -> None:
    execute(database, FAULT)
    (name,) = {expected_finding(FAULT).split(":")[0]}
    with (notes / "wakti.toml").open("a") as model:
        model.write(
            f'[[excuse]]\nobject = "public.{name}"\nreason = "shown on purpose"\n'
            "until = 2999-12-31\n"
        )
    done = run("--wakti-rls", "--wakti-db-url", database, "-rx")
    outcomes = done.parseoutcomes()
    assert set(outcomes) == {"passed", "xfailed"}
    assert "excused: shown on purpose (until 2999-12-31)" in done.stdout.str()


@pytest.mark.slow
def test_cases_are_chosen_like_any_test(run: Run, notes: Path, database: str) -> None:
    some = ("--wakti-rls", "--wakti-db-url", database)
    outcomes = run(*some, "-k", "anon and delete", "--junitxml", "report.xml").parseoutcomes()
    assert outcomes["passed"] < 30
    assert outcomes["deselected"] > 100
    (name, *_) = re.findall(r'classname="wakti.toml" name="([^"]+)"', _report(notes))
    assert "anon" in name
    assert run(*some, f"wakti.toml::{name}", "-n", "2").parseoutcomes() == {"passed": 1}


@pytest.mark.slow
def test_cases_go_through_the_client_too(run: Run, address: Endpoint) -> None:
    told = ("--wakti-transport", "both", "--wakti-jwt-secret", str(address.jwt_secret))
    done = run("--wakti-rls", *told, "-k", "notebooks and anon", "-v")
    assert set(done.parseoutcomes()) == {"passed", "deselected"}
    claims = re.findall(r"wakti\.toml::(.+) PASSED", done.stdout.str())
    over_sql = {claim for claim in claims if not claim.endswith("(through the client)")}
    assert {f"{claim} (through the client)" for claim in over_sql} & set(claims)
    with psycopg.connect(address.database) as connection:
        assert connection.execute("select count(*) from auth.users").fetchone() == (0,)


@pytest.mark.slow
def test_an_ini_file_switches_the_cases_on_until_somebody_asks_for_certain_tests(
    run: Run, notes: Path, database: str
) -> None:
    (notes / "pytest.ini").write_text("[pytest]\nwakti_rls = true\n")
    (notes / "test_own.py").write_text("def test_own(): pass\n")
    assert run("--wakti-db-url", database).parseoutcomes()["passed"] > 150
    assert run("--wakti-db-url", database, "test_own.py").parseoutcomes() == {"passed": 1}


@pytest.mark.slow
def test_something_that_nobody_described_is_a_test_that_fails(
    run: Run, notes: Path, database: str
) -> None:
    stray = notes / "stray.sql"
    stray.write_text("create table public.stray (id bigint primary key);")
    execute(database, stray)
    done = run("--wakti-rls", "--wakti-db-url", database)
    assert done.parseoutcomes()["failed"] == 1
    done.stdout.fnmatch_lines(["*public.stray*"])


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_run_without_a_model_names_what_makes_one(run: Run, notes: Path, workers: str) -> None:
    (notes / "wakti.toml").unlink()
    done = run("--wakti-rls", "-n", workers)
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    assert "there is no wakti.toml here" in done.stderr.str()
    assert "wakti-sb rls init" in done.stderr.str()


@pytest.mark.slow_after(1)
@pytest.mark.parametrize(
    ("model", "sentence"),
    [
        ('[[owned]]\ntable = "public.nots"\nowner = "user_id"\n', "notes"),
        ("", "no case of the model could be tried"),
    ],
    ids=["a table that is not there", "a model that says nothing"],
)
def test_a_run_that_proves_nothing_never_passes(
    run: Run, notes: Path, database: str, model: str, sentence: str
) -> None:
    (notes / "wakti.toml").write_text(model)
    done = run("--wakti-rls", "--wakti-db-url", database)
    assert done.ret == pytest.ExitCode.INTERRUPTED
    assert sentence in done.stdout.str()
    assert "Traceback" not in done.stdout.str()


@pytest.mark.slow_after(1)
@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("postgresql://postgres:geheim@127.0.0.1:1/x", "the database does not answer"),
        ("postgresql://postgres:ge heim@127.0.0.1/x", "the database URL cannot be read"),
    ],
    ids=["nobody there", "no URL"],
)
def test_a_database_that_cannot_be_reached_is_one_sentence_without_its_password(
    run: Run, url: str, sentence: str
) -> None:
    done = run("--wakti-rls", "--wakti-db-url", url)
    assert done.ret == pytest.ExitCode.INTERRUPTED
    assert sentence in done.stdout.str()
    assert "heim" not in done.stdout.str() + done.stderr.str()


def _report(folder: Path) -> str:
    return (folder / "report.xml").read_text(encoding="utf-8")


@pytest.mark.slow
def test_what_was_left_out_of_the_stack_is_listed_and_fails(run: Run, notes: Path) -> None:
    file = notes / "supabase" / "migrations" / "20990101000000_search.sql"
    file.write_text(
        "create extension postgis with schema extensions;\n"
        "create table public.documents (embedding extensions.geometry);\n"
    )
    refused = run("--wakti-rls").stdout.str()
    assert '20990101000000_search.sql:2:42: type "extensions.geometry" does not exist' in refused
    assert "It may come with the extension postgis, which is not available" in refused
    assert "--wakti-without postgis" in refused

    (notes / "pytest.ini").write_text("[pytest]\nwakti_without = postgis\n")
    done = run("--wakti-rls", "-n", "2")

    outcomes = done.parseoutcomes()
    assert (outcomes["failed"], outcomes["passed"] > 150) == (1, True)
    done.stdout.fnmatch_lines(
        [
            "public.documents: untested",
            "*statements that were left out of the stack*",
            "*20990101000000_search.sql:2: create table public.documents*",
        ]
    )
