"""Where only npm can be reached: what stands in for modules of other hosts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.command_line import wakti
from tests.stack.conftest import write_project
from tests.stack.functions import Caller, write
from wakti_sb.stack.embedded.edge import stand_ins
from wakti_sb.stack.embedded.edge.project import Function


@pytest.mark.parametrize(
    ("address", "substitute"),
    [
        ("https://esm.sh/@supabase/supabase-js@2", "npm:@supabase/supabase-js@2"),
        ("https://esm.sh/@supabase/supabase-js@2.38.4?dts", "npm:@supabase/supabase-js@2.38.4"),
        ("https://esm.sh/v135/stripe@14.21.0?target=deno&no-check", "npm:stripe@14.21.0"),
        ("https://esm.sh/stripe@^14.0.0", "npm:stripe@^14.0.0"),
        ("https://esm.sh/zod", "npm:zod"),
        ("https://esm.sh/date-fns@3.6.0/addDays", "npm:date-fns@3.6.0/addDays"),
        ("https://deno.land/x/zod@v3.22.4/mod.ts", "npm:zod@3.22.4"),
        ("https://deno.land/x/hono@v3.11.12/mod.ts", "npm:hono@3.11.12"),
        ("https://deno.land/x/jose@v4.14.4/index.ts", "npm:jose@4.14.4"),
        ("https://deno.land/x/zod/mod.ts", "npm:zod"),
        ("jsr:@supabase/supabase-js@2", "npm:@supabase/supabase-js@2"),
        ("jsr:@supabase/supabase-js", "npm:@supabase/supabase-js"),
        ("jsr:/@hono/hono@4", "npm:hono@4"),
    ],
)
def test_a_package_of_npm_stands_in_for_its_copy_elsewhere(address: str, substitute: str) -> None:
    assert stand_ins.for_address(address) == substitute


@pytest.mark.parametrize(
    "address",
    [
        "https://deno.land/x/postgres@v0.17.0/mod.ts",
        "https://deno.land/std@0.168.0/path/mod.ts",
        "https://deno.land/std@0.168.0/http/server_test.ts",
        "https://deno.land/x/hono@v3.11.12/middleware.ts",
        "https://deno.land/x/xhr@0.1.0/test.ts",
        "https://modules.example/esm.sh/zod",
        "jsr:@std/http",
        "npm:zod",
        "./server.ts",
    ],
)
def test_nothing_is_pretended_for_anything_else(address: str) -> None:
    assert stand_ins.for_address(address) is None


def test_the_functions_own_import_map_stays_beside_the_substitutes(tmp_path: Path) -> None:
    entry = tmp_path / "hello" / "index.ts"
    entry.parent.mkdir()
    config = entry.with_name("deno.json")
    config.write_text(
        '{ // a comment\n "imports": { "a": "../_shared/a.ts", "b/": "./b/", "c": "npm:c@1",'
        ' "d": "https://esm.sh/d@1", "../lib/e": "../lib/e.ts", /* and another */ }, }'
    )
    made = stand_ins.import_map(Function("hello", entry.parent, entry, config), {"d": "npm:d@1"})
    assert made["imports"] == {
        "a": (tmp_path / "_shared" / "a.ts").as_uri(),
        "b/": (tmp_path / "hello" / "b").as_uri() + "/",
        "c": "npm:c@1",
        "d": "npm:d@1",
        (tmp_path / "lib" / "e").as_uri(): (tmp_path / "lib" / "e.ts").as_uri(),
    }


@pytest.mark.slow
def test_a_function_of_2022_runs_where_only_npm_can_be_reached_and_up_says_how(
    tmp_path: Path,
) -> None:
    project = write_project(tmp_path / "p")
    write(project, "lost", 'import "https://deno.land/x/postgres@v0.17.0/mod.ts";')
    write(
        project,
        "old",
        'import { serve } from "https://deno.land/std@0.168.0/http/server.ts";\n'
        'import { createClient } from "https://esm.sh/@supabase/supabase-js@2";\n'
        'import "jsr:@supabase/functions-js/edge-runtime.d.ts";\n'
        "serve(async (req, info) => Response.json([\n"
        "  typeof createClient, await req.json(), info.remoteAddr.transport,\n"
        "]));",
    )
    # What is in the cache is as good as a registry that can be reached.
    write(project, "fetch", 'import "npm:@supabase/supabase-js@2";')
    nowhere = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")
    try:
        wakti("up", "--port", "0", cwd=project)
        wakti("down", cwd=project)
        up = wakti("up", "--port", "0", cwd=project, env=nowhere)
        assert up.returncode == 0, up.stderr
        env = json.loads(wakti("status", "-o", "json", cwd=project).stdout)
        answer = Caller(env["FUNCTIONS_URL"], env["PUBLISHABLE_KEY"])("old", {"n": 1})
        log = wakti("logs", "old", cwd=project).stdout
    finally:
        wakti("down", "--no-backup", cwd=project)
    assert answer.json() == ["function", {"n": 1}, "tcp"]
    [told] = [line for line in up.stderr.splitlines() if line.startswith("out of reach")]
    assert "npm:@supabase/supabase-js@2 for https://esm.sh/@supabase/supabase-js@2" in told
    assert "our own serve.ts for https://deno.land/std@0.168.0/http/server.ts" in told
    assert "stands in for it" in log
    assert "the function lost does not start: supabase/functions/lost/index.ts:1:8:" in up.stderr
