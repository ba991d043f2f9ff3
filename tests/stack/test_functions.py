"""Edge functions as people write them: each is served, and none stands in another's way."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from tests.command_line import wakti
from tests.stack import functions as written
from tests.stack.conftest import write_project
from tests.stack.functions import Caller, write

_SERVED = {
    "plain": written.PLAIN,
    "with-port": written.WITH_PORT,
    "own_port": written.OWN_PORT,
    "default-export": written.DEFAULT_EXPORT,
    "if-main": written.IF_MAIN,
    "old-serve": written.OLD_SERVE,
    # What is imported for its types alone is never looked for when it runs.
    "typed": 'import type { Name } from "./nowhere.ts";\n' + written.PLAIN,
    # No model runs here, which is told when one is asked for something.
    "model": 'const model = new Supabase.ai.Session("gte-small");\n'
    "Deno.serve(async (req) => {\n"
    "  const refused = await model.run('text', { mean_pool: true }).catch((e) => String(e));\n"
    "  const told = refused.includes('Supabase.ai is not part of this stack: gte-small');\n"
    "  return Response.json({ message: told ? (await req.json()).name : refused });\n"
    "});",
    # Neither has a deno.json or a lock file: only what they import tells them apart.
    "client": 'import { createClient } from "npm:@supabase/supabase-js@2";\n'
    "Deno.serve(() => Response.json({ message: typeof createClient }));",
    "cookies": 'import { createServerClient } from "npm:@supabase/ssr@0.5";\n'
    "Deno.serve(() => Response.json({ message: typeof createServerClient }));",
}
_BROKEN = {
    "syntax": ("const x = ;", "supabase/functions/syntax/index.ts:1:11: SyntaxError"),
    "missing": (
        'import "./nowhere.ts";\nDeno.serve(() => new Response());',
        'supabase/functions/missing/index.ts:1:8: Module not found "supabase/functions/missing/',
    ),
    "silent": ('console.log("hi");', "it serves nothing"),
    "dies": (
        '\nthrow new Error("no key for the shop");',
        "supabase/functions/dies/index.ts:2:7: Error: no key for the shop",
    ),
}
_CRASHES = """Deno.serve(async (req) => {
  const { mode } = await req.json();
  if (mode === "reject") { Promise.reject(new Error("later")); return new Response("sent"); }
  if (mode === "exit") Deno.exit(3);
  return new Response(String(Deno.pid));
});
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project whose stack is up, with functions that work and some that do not."""
    folder = write_project(tmp_path_factory.mktemp("functions") / "مشروع with spaces")
    for name, text in _SERVED.items():
        write(folder, name, text)
    for name, (text, _) in _BROKEN.items():
        write(folder, name, text)
    write(folder, "crashes", _CRASHES)
    write(folder, "edited", written.PLAIN)
    write(folder, "_shared", "export const greeting = 'hello';", "greeting.ts")
    up = wakti("up", "--port", "0", cwd=folder)
    assert up.returncode == 0, up.stderr
    (folder / "up.txt").write_text(up.stderr)
    yield folder
    wakti("down", "--no-backup", cwd=folder)


@pytest.mark.parametrize("name", _SERVED)
def test_a_function_is_served_however_it_is_written(call: Caller, name: str) -> None:
    answer = call(name, {"name": "function"})
    assert answer.status_code == 200, answer.text
    assert answer.json() == {"message": "function"}


@pytest.mark.parametrize("name", _BROKEN)
def test_one_that_does_not_start_is_503_with_the_reason_and_stops_no_other(
    project: Path, call: Caller, name: str
) -> None:
    reason = _BROKEN[name][1]
    answer = call(name, {})

    assert answer.status_code == 503
    assert answer.json()["code"] == "BOOT_ERROR"
    assert answer.headers["sb-error-code"] == "BOOT_ERROR"
    assert int(answer.headers["retry-after"]) > 0
    assert reason in answer.json()["reason"]
    assert f"the function {name} does not start: " in (project / "up.txt").read_text()
    assert reason in (project / "up.txt").read_text()
    assert reason in wakti("logs", name, cwd=project).stdout
    status = wakti("status", cwd=project)
    assert status.returncode == 0
    assert f"function {name}: does not start: {reason}" in status.stderr


@pytest.mark.parametrize("mode", ["reject", "exit"])
def test_a_function_that_died_has_a_new_process_with_the_next_request(
    project: Path, call: Caller, mode: str
) -> None:
    before = call("crashes", {"mode": "pid"}).text

    call("crashes", {"mode": mode})
    after = call("crashes", {"mode": "pid"})

    assert after.status_code == 200
    assert after.text != before
    # The stack is whole: what looks at it goes on.
    assert wakti("status", "-o", "env", cwd=project).returncode == 0
    assert wakti("migrate", cwd=project).returncode == 0


def test_a_request_that_ends_its_process_is_told_so(call: Caller) -> None:
    answer = call("crashes", {"mode": "exit"})
    assert answer.status_code == 503
    assert answer.json()["code"] == "WORKER_ERROR"
    assert answer.json()["reason"] == "it ended with code 3."
    assert int(answer.headers["retry-after"]) > 0


def test_a_process_that_was_killed_is_replaced_with_the_next_request(call: Caller) -> None:
    pid = int(call("crashes", {"mode": "pid"}).text)
    os.kill(pid, signal.SIGKILL)
    assert call("crashes", {"mode": "pid"}).status_code == 200


def test_an_edit_is_served_with_the_next_request(project: Path, call: Caller) -> None:
    assert call("edited", {"name": "x"}).json() == {"message": "x"}

    write(project, "edited", written.PLAIN.replace("message: name", "edited: name"))
    assert call("edited", {"name": "x"}).json() == {"edited": "x"}

    # Also one of a module that it imports, and of one that it did not import before.
    text = 'import { greeting } from "../_shared/greeting.ts";\n'
    write(project, "edited", text + "Deno.serve(() => new Response(greeting));")
    assert call("edited").text == "hello"
    write(project, "_shared", "export const greeting = 'good morning';", "greeting.ts")
    assert call("edited").text == "good morning"

    # One that breaks it, and one that mends it.
    write(project, "_shared", "export const greeting = ;", "greeting.ts")
    assert "supabase/functions/_shared/greeting.ts:1:" in call("edited").json()["reason"]
    write(project, "_shared", "export const greeting = 'again';", "greeting.ts")
    assert call("edited").text == "again"


def test_a_function_that_is_new_is_served_and_one_that_is_gone_is_not(
    project: Path, call: Caller
) -> None:
    assert call("fresh").status_code == 404
    file = write(project, "fresh", "Deno.serve(() => new Response('new'));")
    assert call("fresh").text == "new"
    file.unlink()
    assert call("fresh").status_code == 404


def test_a_function_runs_in_one_process(call: Caller) -> None:
    assert len({call("crashes", {"mode": "pid"}).text for _ in range(20)}) == 1


def test_each_line_of_a_functions_log_says_when(project: Path, call: Caller) -> None:
    write(
        project, "talks", 'Deno.serve(() => { console.log("one\\ntwo"); return new Response(); });'
    )
    call("talks")
    time.sleep(0.2)
    lines = (project / ".wakti/embedded/logs/functions/talks.log").read_text().splitlines()
    spoken = [line.split(" ", 1) for line in lines]
    assert [text for _, text in spoken if not text.startswith("[wakti-sb]")] == ["one", "two"]
    assert all(time[4] == "-" and time.endswith("Z") for time, _ in spoken)


@pytest.mark.slow
def test_down_leaves_no_process_of_a_function_behind(tmp_path: Path) -> None:
    folder = write_project(tmp_path / "p")
    write(folder, "crashes", _CRASHES)
    up = wakti("up", "--port", "0", cwd=folder)
    assert up.returncode == 0, up.stderr
    env = json.loads(wakti("status", "-o", "json", cwd=folder).stdout)
    pid = int(Caller(env["FUNCTIONS_URL"], env["PUBLISHABLE_KEY"])("crashes", {"mode": "pid"}).text)
    # Also where the gateway, and what started the function, are gone already.
    for parent in psutil.Process(pid).parents()[:1]:
        parent.kill()

    assert "functions stopped by itself" in wakti("status", cwd=folder).stderr
    assert wakti("down", "--no-backup", cwd=folder).returncode == 0

    assert not _runs(pid)
    with pytest.raises(httpx.ConnectError):
        httpx.get(env["API_URL"], trust_env=False)


@pytest.mark.slow
def test_a_killed_gateway_is_named_and_up_leaves_no_function_of_before(tmp_path: Path) -> None:
    folder = write_project(tmp_path / "p")
    write(folder, "crashes", _CRASHES)
    try:
        assert wakti("up", "--port", "0", cwd=folder).returncode == 0
        env = json.loads(wakti("status", "-o", "json", cwd=folder).stdout)
        call = Caller(env["FUNCTIONS_URL"], env["PUBLISHABLE_KEY"])
        before = int(call("crashes", {"mode": "pid"}).text)
        state = json.loads((folder / ".wakti/embedded/state.json").read_text())
        os.kill(state["processes"]["api"]["pid"], signal.SIGKILL)

        assert "api stopped by itself" in wakti("status", cwd=folder).stderr
        assert wakti("up", cwd=folder).returncode == 0

        after = int(call("crashes", {"mode": "pid"}).text)
        assert after != before
        assert not _runs(before)
        assert _runs(after)
    finally:
        wakti("down", "--no-backup", cwd=folder)
    assert not _runs(after)


@pytest.mark.slow
def test_what_was_fetched_once_needs_no_network_and_what_was_not_is_named(tmp_path: Path) -> None:
    folder = write_project(tmp_path / "p")
    write(folder, "client", _SERVED["client"])
    nowhere = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")
    try:
        first = wakti("up", "--port", "0", cwd=folder)
        assert "does not start" not in first.stderr
        wakti("down", cwd=folder)
        write(folder, "client", "// An edit.\n" + _SERVED["client"])
        write(folder, "remote", 'import "https://modules.example/a.ts";')

        second = wakti("up", "--port", "0", cwd=folder, env=nowhere)
    finally:
        wakti("down", "--no-backup", cwd=folder)
    assert second.returncode == 0, second.stderr
    [failed] = [line for line in second.stderr.splitlines() if "does not start" in line]
    assert failed == (
        "the function remote does not start: supabase/functions/remote/index.ts:1:8:"
        " modules.example is out of reach: cannot fetch https://modules.example/a.ts"
    )


def _runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
