"""What is wrong with the address, the keys or the command is said in one sentence."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.command_line import assert_one_clear_sentence, wakti
from tests.conftest import ROOT
from tests.suite.conftest import Suite
from wakti_sb import reports
from wakti_sb import site_suite as packaged
from wakti_sb.errors import ConformanceError
from wakti_sb.site_suite import Place, Report, Result
from wakti_sb.site_suite.probe import shared_by
from wakti_sb.stack import Endpoint


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"WAKTI_URL": "http://127.0.0.1:9"}, "nothing that the suite could test answers there"),
        ({"WAKTI_SECRET_KEY": "sb_secret_wrong"}, "the secret key is refused"),
        ({"WAKTI_PUBLISHABLE_KEY": "sb_publishable_wrong"}, "the publishable key is refused"),
    ],
)
def test_an_address_or_a_key_that_is_wrong(
    suite: Suite, changed: dict[str, str], sentence: str
) -> None:
    done = suite(**changed)
    assert_one_clear_sentence(done)
    assert sentence in done.stderr
    assert "sb_" not in done.stderr


def test_keys_that_were_exchanged(suite: Suite, endpoint: Endpoint) -> None:
    exchanged = {
        "WAKTI_PUBLISHABLE_KEY": str(endpoint.service_role_key),
        "WAKTI_SECRET_KEY": str(endpoint.anon_key),
    }
    done = suite(**exchanged)
    assert_one_clear_sentence(done)
    assert "the secret key is none" in done.stderr


def test_a_function_that_is_not_deployed(endpoint: Endpoint) -> None:
    elsewhere = replace(endpoint, functions_url=f"{endpoint.functions_url}/nowhere")
    with pytest.raises(ConformanceError, match="project-backend-api is not deployed"):
        packaged.check(elsewhere)


@pytest.mark.slow_after(1)
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("-k", "no such thing as this"), "cannot be read"),
        (("-k", "nosuchthing"), "no test of the suite matches"),
        (("--stack",), "name two different places"),
        (("-k", "test_files and list", "--html", "nowhere/page.html"), "cannot be written"),
    ],
)
def test_a_command_that_cannot_work(
    suite: Suite, arguments: tuple[str, ...], sentence: str
) -> None:
    done = suite(*arguments)
    assert_one_clear_sentence(done)
    assert sentence in done.stderr


@pytest.mark.slow
def test_without_an_address_a_stack_is_made_from_the_projects_files(tmp_path: Path) -> None:
    lost = wakti("test", cwd=tmp_path)
    assert_one_clear_sentence(lost)
    assert "there is no supabase/migrations here" in lost.stderr
    down = wakti("test", "--stack", cwd=tmp_path)
    assert_one_clear_sentence(down)
    assert "no stack runs here" in down.stderr

    shutil.copytree(ROOT / "supabase", tmp_path / "supabase")
    done = wakti("test", "-k", "(test_files and list) or (test_rights and submit)", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / ".wakti").exists()


def test_what_looks_like_a_secret_is_hidden(endpoint: Endpoint) -> None:
    hide = packaged.redaction(endpoint)
    token = "A" * 43
    text = f"{endpoint.secret_key} {endpoint.db_url} eyJhbGciOi.eyJzdWIi.c2ln {token} sb_secret_x"
    assert hide(text) == " ".join([packaged.HIDDEN] * 5)


def test_a_report_holds_any_text_as_text() -> None:
    place = Place("rows", "a|b", "<script>alert(1)</script>")
    wrong = Result("<b>\x00|", place, "failed", 0.1, "<i>", "<u>", "\x1b[31m</dd>|")
    report = Report("http://127.0.0.1", (wrong,), 1.0)
    assert not report.good
    results = reports.of_suite(report)
    page = reports.html(results)
    assert "<script>alert" not in page
    assert "<i>" not in page
    assert "\\|" in reports.markdown(results)
    assert "\x00" not in reports.junit(results)
    assert not Report("http://127.0.0.1", (), 0.0).good


@pytest.mark.parametrize(
    ("waited", "processes"),
    [((0.3, 0.004, 0.002), 0), ((0.05, 0.06, 0.05), 4), ((0.4, 0.06, 0.01), 0)],
)
def test_one_process_is_enough_unless_every_request_waits(
    waited: tuple[float, ...], processes: int
) -> None:
    assert shared_by(waited) == processes
