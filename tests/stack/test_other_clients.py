"""What people already have works against the stack: supabase-js, the official CLI, a shell."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.command_line import PROGRAM
from wakti_sb.stack import EmbeddedStack, Endpoint
from wakti_sb.stack.embedded import deno, paths

ROOT = Path(__file__).parent.parent.parent

SCRIPT = """
import { createClient } from "npm:@supabase/supabase-js@2.119.1";

const client = createClient(Deno.env.get("API_URL")!, Deno.env.get("PUBLISHABLE_KEY")!, {
  auth: { persistSession: false, autoRefreshToken: false },
});
const email = `${crypto.randomUUID()}@example.com`;
const { data: { user } } = await client.auth.signUp({ email, password: crypto.randomUUID() });
await client.from("projects").insert({ user_id: user!.id, name: "From JavaScript" });
const { data } = await client.from("projects").select("name");
console.log(JSON.stringify(data));
"""


def test_supabase_js_signs_up_writes_and_reads(endpoint: Endpoint, tmp_path: Path) -> None:
    script = tmp_path / "script.ts"
    script.write_text(SCRIPT)
    program = deno.find(paths.cache())
    done = subprocess.run(
        [program.program, "run", "--quiet", "--allow-net", "--allow-env", str(script)],
        env=os.environ | program.env() | endpoint.env(),
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == '[{"name":"From JavaScript"}]', done.stderr


@pytest.mark.slow
def test_the_official_cli_lists_nothing_as_pending(endpoint: Endpoint, official_cli: Path) -> None:
    done = subprocess.run(
        [str(official_cli), "migration", "list", "--db-url", endpoint.database],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    versions = [file.name.split("_")[0] for file in (ROOT / "supabase/migrations").glob("*.sql")]
    for version in versions:
        assert done.stdout.count(version) >= 2, f"{version} is not on both sides: {done.stdout}"


def test_a_shell_takes_the_environment_over(stack: EmbeddedStack, endpoint: Endpoint) -> None:
    project = stack.project
    script = 'eval "$("$@" status -o env)"; echo "$API_URL $PUBLISHABLE_KEY"'
    done = subprocess.run(
        ["bash", "-c", script, "bash", *PROGRAM], cwd=project, capture_output=True, text=True
    )
    assert done.stdout.split() == [endpoint.api_url, endpoint.publishable_key], done.stderr
