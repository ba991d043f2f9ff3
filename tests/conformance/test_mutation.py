"""Every way to weaken a database is tried in copies, and the copies go away."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import psycopg
import pytest

from tests.conformance.conftest import NAMES, Example, execute
from tests.conformance.schemas import POLICY, applied, as_superuser, model, table
from wakti_sb.conformance import mutate
from wakti_sb.conformance.mutation import mutants
from wakti_sb.conformance.run.session import catalog_for, connected
from wakti_sb.errors import ConformanceError
from wakti_sb.spec import parse

_LISTED = {
    "rls off",
    "owner locked out",  # the policy is dropped
    "using (true)",
    "conjunct removed",
    "no with check",
    "another role",
    "column grant",
    "function open to anon",
    "view of its owner",
    "no folder test",
}
_LONG = """
import sys
from pathlib import Path
from wakti_sb.conformance import mutate
from wakti_sb.spec import load
mutate(load(Path(sys.argv[1])), sys.argv[2], workers=1)
"""


def copies(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        query = "select datname from pg_database where starts_with(datname, 'wakti_mutant_')"
        return [name for (name,) in connection.execute(query)]


@pytest.mark.slow
def test_every_operator_has_its_mutants(empty_database: str) -> None:
    """Over all example projects; a test of theirs says that each one is noticed."""
    found: set[str] = set()
    for name in NAMES:
        example = Example(name)
        with connected(empty_database) as connection:  # never commits
            for file in example.migrations:
                connection.execute(file.read_text(encoding="utf-8"))
            catalog = catalog_for(example.spec, connection)
        found |= {mutant.operator for mutant in mutants(example.spec, catalog)}
    assert found >= _LISTED


@pytest.mark.parametrize(
    "how",
    [
        pytest.param(signal.SIGINT, id="Ctrl-C"),
        pytest.param(signal.SIGKILL, id="kill -9", marks=pytest.mark.slow),
    ],
)
def test_copies_of_a_run_that_was_stopped_do_not_stay(
    how: signal.Signals, empty_database: str
) -> None:
    example = Example("notes")
    execute(empty_database, *example.migrations)
    process = subprocess.Popen(
        [sys.executable, "-c", _LONG, str(example.folder / "wakti.toml"), empty_database],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 30
        while not (made := copies(empty_database)) and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(how)
        process.wait(timeout=30)
    finally:
        process.kill()
        process.wait()
    assert made
    if how is signal.SIGKILL:
        mutate(example.spec, empty_database)  # the next run takes them away
    assert not set(made) & set(copies(empty_database))


@pytest.mark.slow
def test_the_same_mutants_are_noticed_by_the_same_cases_however_many_work(
    empty_database: str,
) -> None:
    example = Example("notes")
    execute(empty_database, *example.migrations)
    one, three = (mutate(example.spec, empty_database, workers=n) for n in (1, 3))
    assert one.judged == three.judged


@pytest.mark.slow
def test_a_condition_that_changes_nothing_survives_and_lowers_the_score(
    empty_database: str,
) -> None:
    idle = f"alter policy own on t using ({POLICY} and (v is null or v is not null))"
    report = mutate(model("t"), applied(empty_database, table("t", "v text"), idle))
    assert [each.mutant.operator for each in report.survivors] == ["conjunct removed"]
    assert 0 < report.score < 1


def test_who_may_not_make_a_database_is_told_so(empty_database: str) -> None:
    url = applied(empty_database, table("t", "v text"))
    with psycopg.connect(as_superuser(url), autocommit=True) as admin:
        admin.execute("create role builder login bypassrls password 'builder'")
        admin.execute("grant postgres to builder")
        try:
            with pytest.raises(ConformanceError, match="cannot be copied: permission denied"):
                mutate(model("t"), url.replace("postgres:postgres@", "builder:builder@", 1))
        finally:
            admin.execute("drop role builder")


@pytest.mark.slow
def test_what_would_change_nothing_is_listed_and_not_counted(empty_database: str) -> None:
    sound = "create policy new on t for update to authenticated using (user_id = auth.uid())"
    few = "revoke update on t from authenticated, anon; grant update (v) on t to authenticated"
    url = applied(empty_database, table("t", "v text"), "drop policy own on t", sound, few)
    read = "create policy see on t for select to authenticated using (user_id = auth.uid())"
    applied(url, read, "revoke insert, delete on t from anon, authenticated")
    described = "[[owned]]\ntable = 't'\nowner = 'user_id'\nselect = 'own'\nupdate = ['v']\n"
    report = mutate(parse(described), url)
    assert report.score == 1.0
    assert [text.partition(":")[0] for text in report.equivalent] == ["public.t"]
    assert "without its check of new rows" in report.equivalent[0]
    assert "no with check" not in {each.mutant.operator for each in report.judged}
