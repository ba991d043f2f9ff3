"""Bad input through the command line: a clear verdict each, never "safe", nothing left behind."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from tests.command_line import assert_one_clear_sentence, wakti
from tests.conformance.schemas import POLICY, applied, as_superuser, content, table

_OWNED = (
    "[[owned]]\ntable = 't'\nowner = 'user_id'\nselect = 'own'\ninsert = 'own'\nupdate = 'own'\n"
    "delete = 'own'\n"
)
_SLEEPS = (
    "alter role anon set statement_timeout = '100ms'",
    "create policy sleepy on t for select to anon using ((select pg_sleep(60)) is null)",
)
_NEVER = (
    "create function public.never() returns trigger language plpgsql as"
    " $$ begin raise exception 'no row today'; end $$",
    "create trigger never before insert on t for each row execute function public.never()",
)


@dataclass(frozen=True)
class Project:
    """A folder with a model, and a database that runs."""

    folder: Path
    url: str

    def says(self, model: str) -> None:
        (self.folder / "wakti.toml").write_text(model, encoding="utf-8")

    def rls(self, *arguments: str, url: str | None = None) -> subprocess.CompletedProcess[str]:
        before = content(self.url)
        done = wakti("rls", "--db-url", url or self.url, *arguments, cwd=self.folder)
        assert content(self.url) == before
        assert "Traceback" not in done.stderr, done.stderr
        return done


@pytest.fixture
def project(tmp_path: Path, empty_database: str) -> Project:
    found = Project(tmp_path, applied(empty_database, table("t", "v text not null")))
    found.says(_OWNED)
    return found


def reported(done: subprocess.CompletedProcess[str]) -> dict[str, list[dict[str, str]]]:
    """The report of a run that has found something."""
    assert done.returncode == 1, done.stderr
    report: dict[str, list[dict[str, str]]] = json.loads(done.stdout)
    assert report["findings"]
    return report


def test_a_sound_project_exits_with_nothing_found(project: Project) -> None:
    done = project.rls("test", "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["cases"] == report["passed"] > 30
    assert (report["findings"], report["untested"]) == ([], [])


@pytest.mark.parametrize(
    ("model", "sentence"),
    [
        (_OWNED.replace("'t'", "'tt'"), "did you mean public.t"),
        (_OWNED.replace("'user_id'", "'userid'"), 'owner names "userid"'),
        (_OWNED + "hidden = ['w']\n", 'hidden names "w"'),
        (_OWNED.replace("'own'", "'owner'", 1), "not a right"),
        ("[[owned\n", "wakti.toml"),
    ],
    ids=["table", "column", "hidden column", "right", "no TOML"],
)
def test_a_model_that_cannot_be_read_is_one_sentence(
    model: str, sentence: str, project: Project
) -> None:
    project.says(model)
    done = project.rls("test")
    assert_one_clear_sentence(done)
    assert sentence in done.stderr


@pytest.mark.slow
def test_a_table_nobody_declared_is_reported_until_it_is_excused_and_again_afterwards(
    project: Project,
) -> None:
    applied(project.url, "create table forgotten (id integer)")
    (finding,) = reported(project.rls("test", "--json"))["findings"]
    assert finding["id"] == "public.forgotten: nobody described this table"
    excuse = "[[excuse]]\nobject = 'public.forgotten'\nreason = 'goes in May'\n"
    project.says(_OWNED + excuse + "until = 2999-05-31\n")
    assert project.rls("test", "--json").returncode == 0
    project.says(_OWNED + excuse + "until = 2020-05-31\n")
    (finding,) = reported(project.rls("test", "--json"))["findings"]
    assert "excused until 2020-05-31" in finding["reason"]
    project.says(_OWNED + "[[excuse]]\nobject = 'public.forgotten'\n")
    assert "reason" in project.rls("test").stderr


@pytest.mark.slow
def test_a_schema_that_only_the_configuration_exposes_is_looked_at(project: Project) -> None:
    applied(
        project.url,
        "create schema api",
        "create table api.forgotten (id integer)",
        "create table api.nobodys (id integer)",  # no role of the API has a privilege on it
        "grant select on api.forgotten to anon",
    )
    assert project.rls("test", "--json").returncode == 0
    (project.folder / "supabase").mkdir()
    config = project.folder / "supabase" / "config.toml"
    config.write_text("[api]\nschemas = ['public', 'graphql_public', 'api']\n")
    (finding,) = reported(project.rls("test", "--json"))["findings"]
    assert finding["id"] == "api.forgotten: nobody described this table"
    assert "api.forgotten" in project.rls("init").stdout


@pytest.mark.slow
def test_a_policy_that_recurses_without_end_is_no_verdict(project: Project) -> None:
    circle = "create policy circle on t using (exists (select from t as x where x.v = t.v))"
    applied(project.url, circle)
    findings = reported(project.rls("test", "--json"))["findings"]
    assert {f["problem"] for f in findings} == {"no verdict"}
    assert all("infinite recursion" in f["reason"] for f in findings)


@pytest.mark.slow
def test_a_statement_that_is_stopped_is_no_verdict(project: Project) -> None:
    applied(project.url, *_SLEEPS)
    try:
        findings = reported(project.rls("test", "--json"))["findings"]
    finally:
        applied(project.url, "alter role anon set statement_timeout = '3s'")
    assert any("statement timeout" in f["reason"] for f in findings)


def test_a_schema_that_cannot_be_seeded_is_untested(project: Project) -> None:
    applied(project.url, *_NEVER)
    report = reported(project.rls("test", "--json"))
    assert [(each["table"], "no row today" in each["reason"]) for each in report["untested"]] == [
        ("public.t", True)
    ]


@pytest.mark.slow
def test_a_role_of_the_api_that_passes_every_policy_is_a_finding(project: Project) -> None:
    with psycopg.connect(as_superuser(project.url), autocommit=True) as admin:
        admin.execute("alter role authenticated bypassrls")
        try:
            findings = reported(project.rls("test", "--json"))["findings"]
        finally:
            admin.execute("alter role authenticated nobypassrls")
    assert "role authenticated bypasses row level security" in {f["id"] for f in findings}


def test_credentials_that_policies_hold_back_cannot_judge(project: Project) -> None:
    with psycopg.connect(as_superuser(project.url)) as admin:
        admin.execute("alter role dashboard_user login password 'secret-word'")
    url = project.url.replace("postgres:postgres@", "dashboard_user:secret-word@", 1)
    done = project.rls("test", url=url)
    assert_one_clear_sentence(done)
    assert "held back by row level security itself" in done.stderr
    assert "secret-word" not in done.stderr


@pytest.mark.slow
def test_a_hosted_project_with_data_is_refused_unless_told(project: Project) -> None:
    user = "insert into auth.users (id, email) values (gen_random_uuid(), 'a@example.com')"
    applied(project.url, user)
    elsewhere = project.url.replace("@127.0.0.1:", "@0.0.0.0:")
    for command in ("test", "mutate", "fix"):
        done = project.rls(command, url=elsewhere)
        assert_one_clear_sentence(done)
        assert "hosted database holds data" in done.stderr
    assert project.rls("--allow-data", "test", url=elsewhere).returncode == 0
    proposed = project.rls("init", url=elsewhere)
    assert "auth.users of this hosted database holds data.\n" in proposed.stdout
    assert "not tried" not in project.rls("--allow-data", "init", url=elsewhere).stdout


@pytest.mark.slow
def test_a_cell_is_explained_with_its_policies_and_its_control(project: Project) -> None:
    done = project.rls("explain", "t: another owner cannot see this row")
    assert done.returncode == 0, done.stderr
    assert "outcome: zero rows" in done.stdout
    assert "policy: own, for all using (" in done.stdout
    assert "control: the owner: allowed (1 row)" in done.stdout
    assert_one_clear_sentence(project.rls("explain", "nothing like it at all"))


@pytest.mark.slow
def test_a_score_below_the_least_is_a_finding(project: Project) -> None:
    idle = f"alter policy own on t using ({POLICY} and (v is null or v is not null))"
    applied(project.url, idle)
    done = project.rls("mutate", "--json")
    assert done.returncode == 1, done.stderr
    assert "survived; the score is" in done.stderr
    score = json.loads(done.stdout)["score"]
    assert 0 < score < 1
    assert project.rls("mutate", "--min-score", f"{score - 0.01:.3f}").returncode == 0


@pytest.mark.slow
def test_a_migration_that_fails_is_named_with_its_line(tmp_path: Path) -> None:
    migrations = tmp_path / "supabase" / "migrations"
    migrations.mkdir(parents=True)
    (migrations / "20260101000000_broken.sql").write_text(
        "create table a (id integer);\nselect nonsense;\n"
    )
    (tmp_path / "wakti.toml").write_text(_OWNED)
    done = wakti("rls", "test", cwd=tmp_path)
    assert_one_clear_sentence(done)
    assert "20260101000000_broken.sql" in done.stderr
    assert "line 2" in done.stderr or ":2" in done.stderr
    assert list(tmp_path.rglob("*.pid")) == []


def test_a_model_that_cannot_be_written_is_said_before_a_database_is_asked(tmp_path: Path) -> None:
    (tmp_path / "wakti.toml").mkdir()
    nowhere = "postgresql://postgres@127.0.0.1:1/postgres"
    done = wakti("rls", "--db-url", nowhere, "init", "--overwrite", cwd=tmp_path)
    assert_one_clear_sentence(done)
    assert "cannot be written" in done.stderr
