"""Through the client: real tokens, real files, and nothing left behind."""

from __future__ import annotations

import re
import signal
import subprocess
import threading
import time
from contextlib import closing
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import psycopg
import pytest
from storage3.exceptions import StorageApiError

from tests.command_line import PROGRAM
from tests.conformance.conftest import EXAMPLES, Example, execute, expected_finding
from tests.conformance.schemas import applied, content, model, table
from wakti_sb.conformance import Report, run
from wakti_sb.conformance.transports.clients import Clients
from wakti_sb.conformance.transports.files import refused
from wakti_sb.conformance.transports.tokens import SignedTokens
from wakti_sb.errors import ConformanceError
from wakti_sb.pytest_plugin.people import client, close
from wakti_sb.reports import as_json
from wakti_sb.spec import parse
from wakti_sb.stack import EmbeddedStack, Endpoint

FILEBOX = Example("filebox")
STORAGE_FAULTS = [
    EXAMPLES / name
    for name in (
        "filebox/faults/avatar_policy_for_every_bucket.sql",
        "filebox/faults/moves_files_into_foreign_boxes.sql",
        "filebox/faults/reads_any_folder.sql",
        "magazine/faults/covers_can_be_listed.sql",
        "magazine/faults/covers_without_folder.sql",
    )
]


@pytest.fixture
def filebox(clean: Endpoint) -> Endpoint:
    """The shared stack with the tables and buckets of `filebox`."""
    return served(clean, *FILEBOX.migrations)


def served(endpoint: Endpoint, *files: Path) -> Endpoint:
    execute(endpoint.database, *files)
    return reloaded(endpoint)


def reloaded(endpoint: Endpoint) -> Endpoint:
    with psycopg.connect(endpoint.database) as connection:
        connection.execute("notify pgrst, 'reload schema'")
    return endpoint


def through_client(endpoint: Endpoint, example: Example = FILEBOX) -> Report:
    return run(example.spec, endpoint.database, endpoint=endpoint)


def not_passed(report: Report) -> list[str]:
    return [v.case.id for v in report.verdicts if v.status != "passed"]


def rows(endpoint: Endpoint) -> dict[str, object]:
    """Everything but the log of Auth, which keeps a line for each sign-in."""
    return {n: v for n, v in content(endpoint.database).items() if n != "auth.audit_log_entries"}


def findings(report: Report) -> dict[str, str]:
    """Those that are not about what the stack's own backend has beside the example."""
    return {f.id: f.reason for f in report.findings if f.problem not in ("undeclared",)}


@pytest.mark.slow
def test_files_go_through_the_client_and_nothing_is_left(
    filebox: Endpoint, stack: EmbeddedStack
) -> None:
    before = content(filebox.database)
    report = through_client(filebox)
    assert not_passed(report) == []
    assert findings(report) == {}
    done = [v.case for v in report.verdicts if v.transport == "client"]
    words = " ".join(case.id for case in done if case.subject == "bucket boxes")
    for verb in ("lists", "read", "sign a URL for", "upload", "sign a URL to upload", "overwrite"):
        assert f"can {verb}" in words or verb == "lists"
        assert f"cannot {verb}" in words or "lists nothing" in words
    for verb in ("move", "copy", "remove"):
        assert f"can {verb}" in words
        assert f"cannot {verb}" in words
    assert content(filebox.database) == before
    assert [f for f in stack.project.rglob("embedded/storage/*") if f.is_file()] == []


def test_the_report_tells_cases_and_seconds_of_each_transport(clean: Endpoint) -> None:
    applied(clean.database, table("public.cards", "title text not null"))
    report = run(model("public.cards"), clean.database, endpoint=reloaded(clean))
    over = as_json(report)["transports"]
    assert over["sql"]["cases"] + over["client"]["cases"] == report.cases
    assert over["sql"]["seconds"] + over["client"]["seconds"] == report.seconds > 0


@pytest.mark.slow
@pytest.mark.parametrize("fault", STORAGE_FAULTS, ids=lambda p: p.stem)
def test_a_fault_in_storage_is_found_through_the_client_too(fault: Path, clean: Endpoint) -> None:
    example = Example(fault.parent.parent.name)
    report = through_client(served(clean, *example.migrations, fault), example)
    found = {v.case.id for v in report.verdicts if v.transport == "client" and v.leaked}
    assert expected_finding(fault) in found


@pytest.mark.slow
def test_a_row_that_is_added_and_removed_within_a_moment_is_noticed(clean: Endpoint) -> None:
    """Requests that have to be refused go together: nothing of such a moment is believed."""
    notes = Example("notes")
    fault = notes.folder / "faults" / "trusts_owner_column.sql"
    report = through_client(served(clean, *notes.migrations, fault), notes)
    assert [f.id for f in report.findings if f.problem == "disagreement"] == []
    found = {v.case.id for v in report.verdicts if v.transport == "client" and v.leaked}
    assert expected_finding(fault) in found


@pytest.mark.slow
def test_a_bucket_that_is_public_by_mistake_is_one_disagreement(filebox: Endpoint) -> None:
    fault = FILEBOX.folder / "faults" / "bucket_made_public.sql"
    report = through_client(served(filebox, fault))
    disagreements = [f for f in report.findings if f.problem == "disagreement"]
    assert [f.table for f in disagreements] == ["bucket boxes"]
    assert len(disagreements[0].cases) > 3


@pytest.mark.slow
def test_users_sign_in_where_the_secret_is_not_known(filebox: Endpoint) -> None:
    """What needs the secret is said to be left out; forged tokens need none."""
    before = rows(filebox)
    report = through_client(replace(filebox, jwt_secret=None))
    assert not_passed(report) == []
    assert set(findings(report)) == {
        "the owner with an expired token: untested through the client",
        "anon with a made-up sub: untested through the client",
    }
    assert not report.safe
    tokens = {v.case.identity for v in report.verdicts if v.case.family == "token"}
    assert "the owner with an unsigned token" in tokens
    assert "service_role in a token signed with another secret" in tokens
    assert "a user who has been deleted" in tokens
    assert rows(filebox) == before


@pytest.mark.slow
def test_what_a_sign_in_cannot_show_can_be_excused(clean: Endpoint) -> None:
    applied(clean.database, table("public.cards", "title text not null"))
    left_out = "the owner with an expired token: untested through the client"
    excuse = f"[[excuse]]\nobject = 'auth.users'\nfinding = '{left_out}'\nreason = 'no secret'\n"
    endpoint = replace(reloaded(clean), jwt_secret=None)
    report = run(model("public.cards", more=excuse), clean.database, endpoint=endpoint)
    assert left_out in {finding.id for finding in report.excused}
    assert left_out not in findings(report)


@pytest.mark.slow_after(1)
@pytest.mark.parametrize(
    ("claim", "expression", "tried"),
    [
        ("app_metadata.desk=staff", "auth.jwt() -> 'app_metadata' ->> 'desk' = 'staff'", True),
        ("aal=aal2", "auth.jwt() ->> 'aal' = 'aal2'", False),
    ],
)
def test_claims_are_tried_where_a_sign_in_can_carry_them(
    clean: Endpoint, claim: str, expression: str, tried: bool
) -> None:
    policy = (
        f"create policy gate on public.cards as restrictive to authenticated using ({expression})"
    )
    applied(clean.database, table("public.cards", "title text not null"), policy)
    reloaded(clean)
    right = f"own and claim:{claim}"
    text = (
        f"[[owned]]\ntable = 'public.cards'\nowner = 'user_id'\nselect = '{right}'\n"
        f"insert = '{right}'\nupdate = '{right}'\ndelete = '{right}'\n"
    )
    report = run(parse(text), clean.database, endpoint=replace(clean, jwt_secret=None))
    assert not_passed(report) == []
    who = f"the owner with {claim}"
    assert (who in {v.case.identity for v in report.verdicts if v.transport == "client"}) == tried
    assert (f"{who}: untested through the client" in findings(report)) != tried


def start(endpoint: Endpoint) -> subprocess.Popen[str]:
    """A run through the client, until its objects are stored."""
    options = {
        "url": endpoint.api_url,
        "db-url": endpoint.database,
        "publishable-key": endpoint.publishable_key,
        "secret-key": endpoint.secret_key,
        "jwt-secret": str(endpoint.jwt_secret),
    }
    given = [word for name, value in options.items() for word in (f"--{name}", value)]
    command = [*PROGRAM, "rls", *given, "test", "--through-client"]
    started = subprocess.Popen(
        command, cwd=FILEBOX.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 60
    with psycopg.connect(endpoint.database, autocommit=True) as connection:
        while connection.execute("select from storage.objects where version <> ''").rowcount < 5:
            assert started.poll() is None, started.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.02)
    return started


@pytest.mark.slow
def test_the_next_run_takes_away_what_a_killed_one_has_left(filebox: Endpoint) -> None:
    before = content(filebox.database)
    killed = start(filebox)
    killed.kill()
    killed.communicate()
    assert content(filebox.database) != before
    report = through_client(filebox)
    assert not_passed(report) == []
    assert content(filebox.database) == before
    with psycopg.connect(filebox.database) as connection:
        query = "select to_regnamespace('wakti_conformance')"
        assert connection.execute(query).fetchone() == (None,)


@pytest.mark.slow
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_stopped_cleans_up_at_once(filebox: Endpoint, sent: signal.Signals) -> None:
    before = content(filebox.database)
    stopped = start(filebox)
    stopped.send_signal(sent)
    _, told = stopped.communicate(timeout=60)
    assert told.splitlines()[-1] == "wakti-sb: stopped."
    assert stopped.returncode == 130
    assert content(filebox.database) == before


@pytest.mark.slow
def test_two_runs_at_once_do_not_disturb_each_other(filebox: Endpoint) -> None:
    first = start(filebox)
    with pytest.raises(ConformanceError, match="another run through the client is under way"):
        through_client(filebox)
    _, told = first.communicate(timeout=60)
    assert re.search(r"\b(\d{3,}) of \1 cases passed", told)


@pytest.mark.slow
def test_files_of_other_people_are_not_touched(filebox: Endpoint) -> None:
    service = client(filebox, filebox.secret_key)
    theirs = service.storage.from_("boxes")
    theirs.upload("theirs.txt", b"theirs", {"content-type": "text/plain"})
    row = content(filebox.database)["storage.objects"]
    report = through_client(filebox)
    assert not_passed(report) == []
    assert content(filebox.database)["storage.objects"] == row
    assert theirs.download("theirs.txt") == b"theirs"
    close(service)


def test_a_table_with_rows_of_other_people_is_refused(clean: Endpoint) -> None:
    user = "00000000-0000-4000-8000-000000000001"
    applied(
        clean.database,
        table("public.cards", "title text not null"),
        f"insert into auth.users (id, email) values ('{user}', 'a@example.com')",
        f"insert into public.cards (user_id, title) values ('{user}', 'theirs')",
    )
    before = content(clean.database)
    with pytest.raises(ConformanceError, match=r"public\.cards holds rows already"):
        run(model("public.cards"), clean.database, endpoint=clean)
    assert content(clean.database) == before


@pytest.mark.slow
def test_rows_that_a_trigger_leaves_behind_are_named(clean: Endpoint) -> None:
    applied(
        clean.database,
        table("public.cards", "title text not null"),
        "create schema private",
        "create table private.log (told text)",
        "create function private.tell() returns trigger language plpgsql security definer"
        " set search_path = pg_catalog, pg_temp as $$ begin"
        " insert into private.log values (new.title); return new; end $$",
        "create trigger tell after insert on public.cards"
        " for each row execute function private.tell()",
    )
    report = run(model("public.cards"), clean.database, endpoint=reloaded(clean))
    assert "private.log: rows of the run stay behind" in findings(report)
    assert not report.safe


@pytest.mark.slow
@pytest.mark.parametrize("jwt_secret", ["as it is", None], ids=["secret", "sign-in"])
def test_the_database_of_another_project_is_noticed(
    filebox: Endpoint, db_url: str, jwt_secret: str | None
) -> None:
    execute(db_url, *FILEBOX.migrations)
    secret = jwt_secret and filebox.jwt_secret
    before = content(db_url), content(filebox.database)
    with pytest.raises(ConformanceError, match="not of the same project"):
        through_client(replace(filebox, db_url=db_url, jwt_secret=secret))
    assert (content(db_url), content(filebox.database)) == before


@pytest.mark.slow
def test_a_secret_that_signs_nothing_is_noticed(filebox: Endpoint) -> None:
    before = content(filebox.database)
    with pytest.raises(ConformanceError, match="signed with the JWT secret are refused"):
        through_client(replace(filebox, jwt_secret="a secret of somebody else, long enough"))
    assert content(filebox.database) == before


@pytest.mark.parametrize(
    ("status", "message", "kind"),
    [
        ("403", "new row violates row-level security policy", "refused by policy"),
        ("403", "permission denied for table objects", "refused by grant"),
        ("404", "Object not found", "zero rows"),
        ("403", '"exp" claim timestamp check failed', "refused by code"),
        ("400", "Invalid Compact JWS", "refused by code"),
        ("409", "The resource already exists", "constraint"),
        ("500", "The database refused the request.", "error"),
    ],
)
def test_a_refusal_of_the_storage_api_is_told_from_others(
    status: str, message: str, kind: str
) -> None:
    assert refused(StorageApiError(message, "", status)).kind == kind


def test_a_cookie_that_is_set_for_one_person_is_sent_for_nobody() -> None:
    sent: list[str | None] = []

    class Server(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            sent.append(self.headers["cookie"])
            self.send_response(204)
            self.send_header("set-cookie", "who=ana")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Server) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        endpoint = Endpoint(
            api_url=url, functions_url=url, publishable_key="visitors", secret_key="secret"
        )
        with closing(Clients(endpoint, SignedTokens("secret", url))) as clients:
            for _ in range(2):
                clients.http.get(url)
        server.shutdown()
    assert sent == [None, None]
