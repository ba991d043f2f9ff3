"""A function that computes too much for a request is ended, as on the platform, and no other is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.command_line import wakti
from tests.stack.conftest import write_project
from tests.stack.functions import Caller, write
from wakti_sb.stack.embedded.edge.computing import Computing

# Looks as (now, when the oldest request began, computed since the start), and what is counted.
CASES: dict[str, tuple[list[tuple[float, float, float]], list[float]]] = {
    "from the first look on": ([(1.0, 0.9, 5.0), (2.0, 0.9, 5.4), (3.0, 0.9, 6.5)], [0, 0.4, 1.5]),
    "anew with the next request": ([(1.0, 0.5, 5.0), (2.0, 0.5, 6.0), (3.0, 2.5, 7.0)], [0, 1, 0]),
    "what the oldest began before": (
        [(1.0, 0.5, 5.0), (2.0, 0.5, 6.0), (3.0, 1.5, 7.5), (4.0, 1.5, 8.0)],
        [0, 1, 1.5, 2],
    ),
    "nothing for waiting": ([(1.0, 0.0, 5.0), (100.0, 0.0, 5.0)], [0, 0]),
}

_COMPUTES = """import process from "node:process";
Deno.serve(async (req) => {
  const asked = new URL(req.url).searchParams;
  console.log(`begun ${asked.get("seconds")}`);
  if (asked.has("wait")) await new Promise((done) => setTimeout(done, 1500));
  const most = Number(asked.get("seconds")) * 1e6;
  const before = process.cpuUsage();
  for (let used = 0; used < most;) {
    const { user, system } = process.cpuUsage(before);
    used = user + system;
  }
  if (!asked.has("stream")) return new Response(String(Deno.pid));
  return new Response(new ReadableStream({ async start(stream) {
    stream.enqueue(new TextEncoder().encode(String(Deno.pid)));
    await new Promise((done) => setTimeout(done, 5000));
    stream.close();
  } }));
});
"""


@pytest.mark.parametrize("name", CASES)
def test_computing_is_counted_from_the_oldest_request_on(name: str) -> None:
    looks, counted = CASES[name]
    computing = Computing()
    assert [computing.look(*look) for look in looks] == pytest.approx(counted)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project whose function computes as long as it is told, where one second is the limit."""
    folder = write_project(tmp_path_factory.mktemp("computing"))
    write(folder, "computes", _COMPUTES)
    up = wakti("up", "--port", "0", cwd=folder, env={"WAKTI_CPU_LIMIT": "1"})
    assert up.returncode == 0, up.stderr
    yield folder
    wakti("down", "--no-backup", cwd=folder)


# A GET may be sent once more where its process ended: not where that was for this very request.
@pytest.mark.slow
@pytest.mark.parametrize("method", ["POST", "GET"])
def test_a_request_that_computes_beyond_the_limit_is_546_and_the_next_has_a_new_process(
    project: Path, call: Caller, method: str
) -> None:
    before = call("computes").text
    length = 1000.5 if method == "GET" else 1000.25

    answer = call("computes", method=method, path=f"?seconds={length}")

    assert answer.status_code == 546
    assert answer.json()["code"] == answer.headers["sb-error-code"] == "WORKER_LIMIT"
    assert answer.json()["reason"] == "it computed for more than 1 s while a request waited."
    after = call("computes")
    assert after.status_code == 200
    assert after.text != before
    said = wakti("logs", "computes", cwd=project).stdout
    assert "it computed for more than 1 s" in said
    assert said.count(f"begun {length}") == 1


@pytest.mark.slow
def test_requests_that_each_stay_below_it_go_on_in_one_process(call: Caller) -> None:
    answers = [call("computes", path="?seconds=0.3") for _ in range(6)]
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1


@pytest.mark.slow
def test_waiting_is_no_computing(call: Caller) -> None:
    answer = call("computes", path="?wait&seconds=0.1")
    assert answer.status_code == 200
    assert call("computes").text == answer.text


@pytest.mark.slow
def test_a_long_answer_does_not_pay_for_what_others_compute(call: Caller) -> None:
    with (
        httpx.Client(trust_env=False, timeout=60) as http,
        http.stream(
            "GET", f"{call.url}/computes?stream", headers={"apikey": call.key}
        ) as streaming,
    ):
        parts = streaming.iter_text()
        first = next(parts)
        others = [call("computes", path="?seconds=0.3") for _ in range(6)]
        assert "".join(parts) == ""  # it ends by itself, whole

    assert {answer.status_code for answer in others} == {200}
    assert others[0].text == first
    assert others[-1].text != first


@pytest.mark.slow_after(1)
@pytest.mark.parametrize(
    ("name", "value"),
    [("WAKTI_CPU_LIMIT", "two"), ("WAKTI_CPU_LIMIT", "-1"), ("WAKTI_WALL_CLOCK", "0")],
)
def test_a_limit_that_is_no_number_of_seconds_is_one_sentence(
    tmp_path: Path, name: str, value: str
) -> None:
    project = write_project(tmp_path / "p")
    write(project, "computes", _COMPUTES)

    up = wakti("up", "--port", "0", cwd=project, env={name: value})

    assert up.returncode == 2
    assert f"{name} is '{value}'; it is a number of seconds from" in up.stderr
    assert "Traceback" not in up.stderr
    assert not (project / ".wakti" / "embedded" / "state.json").exists()
