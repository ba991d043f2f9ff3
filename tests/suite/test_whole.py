"""One run of the packaged suite against a sound backend, by URL and keys."""

from __future__ import annotations

import re

import pytest

from bench.distant_suite import distant
from tests.suite.conftest import Run, Suite
from wakti_sb.stack import Endpoint

ACTIONS = {
    "submit",
    "list",
    "read",
    "create",
    "update",
    "delete",
    "upload",
    "delete file",
    "signup",
    "login",
    "me",
    "logout",
}
TABLES = {
    "projects",
    "project_backends",
    "project_uploads",
    "project_form_submissions",
    "project_collections",
    "project_collection_schemas",
    "project_site_users",
}


@pytest.mark.slow
def test_every_action_and_every_table_is_tried_by_everybody(whole: Run) -> None:
    assert whole.done.returncode == 0, whole.done.stderr
    results = whole.said["results"]
    assert whole.said["passed"] == whole.said["tests"] == len(results) > 900
    tried: dict[str, set[str]] = {}
    for each in results:
        tried.setdefault(each["subject"], set()).add(each["identity"])
    strangers = {"visitor", "foreign origin", "look-alike origin", "no origin"}
    for action in ACTIONS - {"delete file"}:
        assert tried[action] >= strangers | {"owner", "site user"}, action
    for action in ACTIONS - {"signup", "login", "me", "logout"}:
        assert tried[action] >= {
            "visitor",
            "owner",
            "other owner",
            "owner of nothing",
            "site user",
            "another site user",
            "suspended site user",
            "other site's user",
            "logged-out token",
            "garbage token",
            "expired access token",
            "forged access token",
            "publishable key",
            "secret key",
        }, action
    for table in TABLES:
        people = {"owner", "other owner", "owner of nothing", "visitor", "secret key"}
        assert tried[table] == people, table


@pytest.mark.slow
def test_the_suite_leaves_nothing_behind(whole: Run) -> None:
    assert whole.after == whole.before


@pytest.mark.slow
def test_the_reports_tell_the_same(whole: Run) -> None:
    count = whole.said["tests"]
    assert len(whole.junit.findall(".//testcase")) == count
    assert whole.junit.findall(".//failure") == []
    assert f"{count} of {count} tests passed" in whole.text("report.md")
    assert "| projects | ✓" in whole.text("report.md")
    page = whole.text("page.html")
    assert f"{count} of {count} tests passed" in page
    links = set(re.findall(r'href="#([^"]+)"', page))
    assert links
    assert links == set(re.findall(r'(?:aside|a) id="([^"]+)"', page))
    assert not re.search(r"<(link|img)|url\(|src=", page)


@pytest.mark.slow
def test_no_key_is_in_any_output(whole: Run, endpoint: Endpoint) -> None:
    files = [whole.text(name) for name in ("junit.xml", "page.html", "report.md")]
    for text in (*files, whole.done.stdout, whole.done.stderr):
        for secret in (endpoint.secret_key, endpoint.publishable_key, endpoint.jwt_secret):
            assert str(secret) not in text
        assert "eyJ" not in text


@pytest.mark.slow
def test_the_screen_shows_who_tried_what_and_how_much_passed(suite: Suite) -> None:
    done = suite("-k", "test_files and not upload", COLUMNS="100")
    assert done.returncode == 0, done.stderr
    assert re.search(r"^ *what +owner +other owner .*visitor", done.stdout, re.MULTILINE)
    assert re.search(r"^ *list the folder +✓ 1 +✓ 1 +✓ 1 +✓ 1 +✓ 1", done.stdout, re.MULTILINE)
    assert re.search(r"\d+ of \d+ tests passed", done.stderr)
    assert "--db-url adds" in done.stderr


@pytest.mark.slow
def test_workers_share_the_work(suite: Suite) -> None:
    done = suite("--json", "-n", "2", "-k", "test_files and list")
    assert done.returncode == 0, done.stderr
    assert '"passed": 5,' in done.stdout


@pytest.mark.slow
def test_several_processes_share_the_work_of_a_project_that_is_far_away(
    suite: Suite, endpoint: Endpoint
) -> None:
    with distant(endpoint.api_url, 0.02) as url:
        far = suite("--json", "-k", "test_files and list", WAKTI_URL=url)
        alone = suite("--json", "-n", "0", "-k", "test_files and list", WAKTI_URL=url)
    for done in (far, alone):
        assert done.returncode == 0, done.stderr
        assert '"passed": 5,' in done.stdout
    assert "4 processes share the work" in far.stderr
    assert "processes share" not in alone.stderr


@pytest.mark.slow
def test_a_database_adds_the_cases_of_the_model(suite: Suite, endpoint: Endpoint) -> None:
    done = suite("-k", "test_model", "--db-url", endpoint.database)
    assert done.returncode == 0, done.stderr
    assert re.search(r"public\.project_site_users +✓ 1", done.stdout)
    assert "postgres:postgres" not in done.stdout + done.stderr
