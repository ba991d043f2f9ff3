"""What an edge function finds around it: imports, environment, permissions, limits, sockets."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.command_line import wakti
from tests.stack.conftest import write_project
from tests.stack.functions import Caller, write
from wakti_sb.stack.embedded import deno, paths

_CONFIG = """
[edge_runtime.secrets]
from_config = "config"
both = "config"
supabase_url = "not theirs to set"

[functions.locked]
verify_jwt = true

[functions.mapped]
import_map = "./maps/mapped.json"

[functions.elsewhere]
entrypoint = "./other/main.ts"

[functions.off]
enabled = false

[functions.static]
static_files = ["./functions/shared-pages/*.html"]

[functions.own-variables.env]
OWN = "env(WAKTI_TEST_OWN)"
"""
_ENVIRONMENT = "Deno.serve(() => Response.json(Deno.env.toObject()));"
_TRIES = """const tries: Record<string, () => unknown> = {
  folder: () => Deno.readTextFileSync(new URL("./data.txt", import.meta.url)),
  static: () => Deno.readTextFileSync(new URL("../shared-pages/page.html", import.meta.url)),
  other: () => Deno.readTextFileSync(new URL("../environment/index.ts", import.meta.url)),
  system: () => Deno.readTextFileSync("/etc/passwd"),
  write: () => Deno.writeTextFileSync(new URL("./data.txt", import.meta.url), "changed"),
  run: () => new Deno.Command("/bin/true").outputSync(),
};
Deno.serve((req) => {
  const name = new URL(req.url).searchParams.get("try")!;
  try { return Response.json(tries[name]()); } catch (error) {
    return Response.json({ refused: (error as Error).name }, { status: 403 });
  }
});
"""
_SOCKET = """Deno.serve((req) => {
  if (req.headers.get("upgrade") !== "websocket") return new Response("no socket", { status: 426 });
  const { socket, response } = Deno.upgradeWebSocket(req, { protocol: "chat" });
  socket.onopen = () => socket.send("welcome " + new URL(req.url).searchParams.get("who"));
  socket.onmessage = ({ data }) => data === "end" ? socket.close(4001, "bye") : socket.send(data);
  return response;
});
"""
_TALKS_TO_IT = """const [address, key] = Deno.args;
const socket = new WebSocket(address, { protocols: ["chat"], headers: { apikey: key } } as never);
socket.binaryType = "arraybuffer";
const heard: unknown[] = [];
socket.onopen = () => {
  heard.push(socket.protocol);
  socket.send("text");
  socket.send(new Uint8Array([1, 2, 3]));
  socket.send("end");
};
socket.onmessage = ({ data }) => {
  heard.push(typeof data === "string" ? data : [...new Uint8Array(data)]);
};
socket.onclose = ({ code, reason }) => console.log(JSON.stringify([...heard, code, reason]));
"""
_EVENTS = """Deno.serve(() => new Response(new ReadableStream({
  async start(stream) {
    for (const n of [1, 2, 3]) {
      stream.enqueue(new TextEncoder().encode(`data: ${n}\\n\\n`));
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    stream.close();
  },
}), { headers: { "content-type": "text/event-stream" } }));
"""
_HANGS = """Deno.serve(async (req) => {
  const { how } = await req.json();
  if (how === "forever") await new Promise(() => {});
  if (how === "loop") while (true);
  if (how === "memory") {
    const held: unknown[] = [];
    while (true) held.push(new Array(1e6).fill(0).map((_, i) => ({ i })));
  }
  return new Response(String(Deno.pid));
});
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project whose functions look around them."""
    folder = write_project(tmp_path_factory.mktemp("surroundings"))
    supabase = folder / "supabase"
    (supabase / "config.toml").write_text(_CONFIG)
    (supabase / "functions").mkdir()
    (supabase / "functions" / ".env").write_text("FROM_FILE=${BASE}-file\n")
    (folder / "other.env").write_text(
        "# comment\nexport BASE='a b'\nCOLON: c d\nFROM_FILE=\"${BASE}-file\"\nBOTH=file\n"
        'SUPABASE_MINE=x\nMANY="one\ntwo"\n'
    )
    for name in ("environment", "locked", "off", "own-variables"):
        write(folder, name, _ENVIRONMENT)
    write(folder, "static", _TRIES)
    write(folder, "static", "mine", "data.txt")
    write(folder, "shared-pages", "<p>page</p>", "page.html")
    write(folder, "socket", _SOCKET)
    write(folder, "events", _EVENTS)
    write(folder, "hangs", _HANGS)
    said = 'import { said } from "said";\nDeno.serve(() => new Response(said));'
    for name in ("mapped", "own-map", "deno-json", "shared-map"):
        write(folder, name, said)
        write(folder, "_shared", f"export const said = '{name}';", f"{name}.ts")
    (supabase / "maps").mkdir()
    maps = {
        supabase / "maps" / "mapped.json": "../functions/_shared/mapped.ts",
        supabase / "functions" / "own-map" / "import_map.json": "../_shared/own-map.ts",
        supabase / "functions" / "import_map.json": "./_shared/shared-map.ts",
        supabase / "functions" / "deno-json" / "deno.json": "../_shared/deno-json.ts",
    }
    for file, target in maps.items():
        file.write_text(json.dumps({"imports": {"said": target}}))
    (supabase / "other").mkdir()
    (supabase / "other" / "main.ts").write_text("Deno.serve(() => new Response('elsewhere'));")
    write(
        folder,
        "builtin",
        'import { createHash } from "node:crypto";\nimport data from "./data.json" '
        'with { type: "json" };\nDeno.serve(async () => {\n'
        '  const late = await import("../_shared/mapped.ts");\n'
        "  EdgeRuntime.waitUntil(Promise.resolve());\n"
        '  return Response.json([createHash("md5").update("").digest("hex"), data, late.said]);\n'
        "});",
    )
    write(folder, "builtin", '{"n": 1}', "data.json")
    up = wakti(
        "up",
        "--port",
        "0",
        "--env-file",
        "other.env",
        cwd=folder,
        env={
            "WAKTI_WALL_CLOCK": "3",
            "WAKTI_CPU_LIMIT": "0",  # as long as it likes
            "WAKTI_TEST_OWN": "own",
            "HTTP_PROXY": "http://127.0.0.1:9",
        },
    )
    assert up.returncode == 0, up.stderr
    assert "does not start" not in up.stderr, up.stderr
    yield folder
    wakti("down", "--no-backup", cwd=folder)


@pytest.fixture(scope="module")
def env(project: Path) -> dict[str, str]:
    """What `status` says."""
    found: dict[str, str] = json.loads(wakti("status", "-o", "json", cwd=project).stdout)
    return found


@pytest.fixture(scope="module")
def call(env: dict[str, str]) -> Caller:
    """Asks the project's functions."""
    return Caller(env["FUNCTIONS_URL"], env["PUBLISHABLE_KEY"])


@pytest.mark.parametrize("name", ["mapped", "own-map", "deno-json", "shared-map"])
def test_imports_are_looked_up_where_the_official_cli_does(call: Caller, name: str) -> None:
    assert call(name).text == name


def test_an_entry_point_may_be_elsewhere(call: Caller) -> None:
    assert call("elsewhere").text == "elsewhere"


def test_builtins_json_and_late_imports_of_shared_code_work(call: Caller) -> None:
    assert call("builtin").json() == ["d41d8cd98f00b204e9800998ecf8427e", {"n": 1}, "mapped"]


def test_a_function_that_is_switched_off_is_not_there(call: Caller) -> None:
    assert call("off").status_code == 404


def test_a_function_that_asks_for_a_token_is_asked_in_vain_without(
    env: dict[str, str], call: Caller
) -> None:
    with httpx.Client(trust_env=False) as http:
        refused = http.get(f"{env['FUNCTIONS_URL']}/locked")
    assert refused.status_code == 401
    assert refused.headers["sb-error-code"] == "UNAUTHORIZED_NO_AUTH_HEADER"
    assert call("locked").status_code == 200


def test_the_environment_is_the_platforms_and_the_projects_own(
    env: dict[str, str], call: Caller
) -> None:
    found = call("environment").json()
    own = {
        name: found.pop(name)
        for name in ("FROM_CONFIG", "BOTH", "BASE", "COLON", "FROM_FILE", "MANY")
    }
    assert own == {
        "FROM_CONFIG": "config",
        "BOTH": "file",
        "BASE": "a b",
        "COLON": "c d",
        "FROM_FILE": "a b-file",
        "MANY": "one\ntwo",
    }
    assert found["SUPABASE_URL"] == env["API_URL"]
    assert found["SUPABASE_DB_URL"] == env["DB_URL"]
    assert json.loads(found["SUPABASE_SECRET_KEYS"]) == {"default": env["SECRET_KEY"]}
    of_the_platform = {name for name in found if name.startswith("SUPABASE_")}
    assert of_the_platform == {
        "SUPABASE_URL",
        "SUPABASE_ANON_KEY",
        "SUPABASE_SERVICE_ROLE_KEY",
        "SUPABASE_PUBLISHABLE_KEYS",
        "SUPABASE_SECRET_KEYS",
        "SUPABASE_JWKS",
        "SUPABASE_DB_URL",
    }
    # Nothing of the stack's own, and nothing of the person's.
    assert not {name for name in found if name.startswith(("WAKTI", "DENO", "HOME", "PATH"))}
    # A proxy is for the world and not for this machine.
    assert "127.0.0.1" in found["NO_PROXY"]
    assert call("own-variables").json()["OWN"] == "own"


@pytest.mark.parametrize(
    ("what", "answer"),
    [
        ("folder", "mine"),
        ("static", "<p>page</p>"),
        ("other", {"refused": "NotCapable"}),
        ("system", {"refused": "NotCapable"}),
        ("write", {"refused": "NotCapable"}),
        ("run", {"refused": "NotCapable"}),
    ],
)
def test_a_function_reads_its_folder_and_static_files_and_runs_nothing(
    call: Caller, what: str, answer: object
) -> None:
    assert call("static", method="GET", path=f"?try={what}").json() == answer


def test_a_websocket_passes_both_ways(env: dict[str, str], tmp_path: Path) -> None:
    client = tmp_path / "client.ts"
    client.write_text(_TALKS_TO_IT)
    address = env["FUNCTIONS_URL"].replace("http:", "ws:") + "/socket?who=you"
    done = subprocess.run(
        [
            deno.find(paths.cache()).program,
            "run",
            "--quiet",
            "--no-config",
            "--allow-net",
            client,
            address,
            env["PUBLISHABLE_KEY"],
        ],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == ["chat", "welcome you", "text", [1, 2, 3], 4001, "bye"]


def test_who_asks_for_a_socket_where_there_is_none_hears_what_the_function_says(
    call: Caller, env: dict[str, str]
) -> None:
    headers = {
        "apikey": env["PUBLISHABLE_KEY"],
        "connection": "upgrade",
        "upgrade": "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    with httpx.Client(trust_env=False) as http:
        answer = http.get(f"{env['FUNCTIONS_URL']}/elsewhere", headers=headers)
    assert (answer.status_code, answer.text) == (200, "elsewhere")
    assert call("socket", method="GET").text == "no socket"


def test_events_arrive_one_by_one(env: dict[str, str]) -> None:
    headers = {"apikey": env["PUBLISHABLE_KEY"]}
    with (
        httpx.Client(trust_env=False) as http,
        http.stream("GET", f"{env['FUNCTIONS_URL']}/events", headers=headers) as answer,
    ):
        parts = [part for part in answer.iter_text() if part]
    assert parts == ["data: 1\n\n", "data: 2\n\n", "data: 3\n\n"]


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("how", ["forever", "loop"])
def test_a_request_without_an_end_is_504_and_the_next_one_has_a_new_process(
    project: Path, call: Caller, how: str
) -> None:
    before = call("hangs", {"how": "not at all"}).text

    answer = call("hangs", {"how": how})

    assert answer.status_code == 504
    assert answer.json()["code"] == answer.headers["sb-error-code"] == "IDLE_TIMEOUT"
    assert int(answer.headers["retry-after"]) > 0
    assert call("hangs", {"how": "not at all"}).text != before
    assert "within 3 seconds" in wakti("logs", "hangs", cwd=project).stdout


@pytest.mark.slow
def test_a_function_that_eats_memory_is_ended_and_said_so(call: Caller) -> None:
    answer = call("hangs", {"how": "memory"})
    assert answer.status_code in (504, 546)  # whichever limit comes first
    assert answer.json()["code"] in ("IDLE_TIMEOUT", "WORKER_LIMIT")
    assert call("hangs", {"how": "not at all"}).status_code == 200


def test_a_broken_file_of_variables_is_named_with_its_line(project: Path, call: Caller) -> None:
    file = project / "other.env"
    text = file.read_text()
    file.write_text(text + "this is no assignment\n")
    _wait_for(lambda: call("environment").status_code == 503)
    assert call("environment").json()["reason"] == "other.env:9: this line is not NAME=value."
    file.write_text(text)
    _wait_for(lambda: call("environment").status_code == 200)


@pytest.mark.slow
def test_a_folder_whose_name_the_platform_refuses_is_named(tmp_path: Path) -> None:
    project = write_project(tmp_path / "p")
    for name in ("my function", "دالة", "9lives", "good", "Good"):
        write(project, name, "Deno.serve(() => new Response('here'));")
    (project / "supabase" / "functions" / ".env").write_text("no assignment\n")
    try:
        up = wakti("up", "--port", "0", cwd=project)
    finally:
        wakti("down", "--no-backup", cwd=project)
    assert up.returncode == 0, up.stderr
    for name in ("my function", "دالة", "9lives"):
        assert f"supabase/functions/{name} is not served" in up.stderr
    assert "functions Good and good differ in case only" in up.stderr
    assert "the functions Good, good do not start: supabase/functions/.env:1: this" in up.stderr


def test_a_file_of_variables_that_is_not_there_is_wrong_use(tmp_path: Path) -> None:
    project = write_project(tmp_path / "p")
    assert_one_clear_sentence_of_click(wakti("up", "--env-file", "none.env", cwd=project))


def _wait_for(happens: Callable[[], bool]) -> None:
    """What lies outside of `supabase/` is looked at every second."""
    deadline = time.monotonic() + 20
    while not happens() and time.monotonic() < deadline:
        time.sleep(0.1)


def assert_one_clear_sentence_of_click(done: subprocess.CompletedProcess[str]) -> None:
    """Click has its own way to say that an option is wrong."""
    assert done.returncode == 2
    assert "none.env" in done.stderr
    assert "Traceback" not in done.stderr
