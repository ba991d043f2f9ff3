"""What the function's process may do: reach its API and its database, and nothing else."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import psutil
import pytest

from tests.site_api.project import FUNCTION, Project

PROBE = """
const attempts = {
  "read a file": () => Deno.readTextFile("/etc/passwd"),
  "write a file": () => Deno.writeTextFile("/tmp/wakti-sb-probe", "x"),
  "run a program": () => new Deno.Command("/usr/bin/id").output(),
  "reach another host": () => fetch("http://192.0.2.1/"),
  "reach another port": () => Deno.connect({ hostname: "127.0.0.1", port: 9 }),
  "load a library": () => Promise.resolve(Deno.dlopen("libc.so.6", {})),
  "reach its API": () => fetch(Deno.env.get("SUPABASE_URL") + "/auth/v1/health"),
};
const said = {};
for (const [name, attempt] of Object.entries(attempts)) {
  try {
    await attempt();
    said[name] = "done";
  } catch (error) {
    said[name] = error.name;
  }
}
console.log(JSON.stringify(said));
"""


def the_function(project: Project) -> psutil.Process:
    """The process that answers for the stack of this test."""
    assert project.api("POST", "submit", data={}).status_code == 200
    api = project.endpoint.api_url
    for process in psutil.process_iter(["cmdline"]):
        if any(FUNCTION in part for part in process.info["cmdline"] or ()):
            try:
                if process.environ().get("SUPABASE_URL") == api:
                    return process
            except psutil.Error:
                continue
    pytest.fail("no process of the function was found")


def test_the_process_may_reach_its_api_and_its_database_and_do_nothing_else(
    project: Project, tmp_path: Path
) -> None:
    process = the_function(project)
    command = process.cmdline()
    flags = [part for part in command[1:] if part.startswith("-")]
    probe = tmp_path / "probe.ts"
    probe.write_text(PROBE)
    lockless = [flag for flag in flags if not flag.startswith(("--frozen", "--lock"))]
    done = subprocess.run(
        [command[0], "run", *lockless, "--no-lock", str(probe)],
        env=process.environ(),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    assert said.pop("reach its API") == "done"
    assert set(said.values()) == {"NotCapable"}, said
    assert not os.path.exists("/tmp/wakti-sb-probe")


def test_the_process_knows_no_wider_way_into_the_database(project: Project) -> None:
    environment = the_function(project).environ()
    assert "SUPABASE_DB_URL" not in environment
    assert "postgres:postgres@" not in json.dumps(environment)
