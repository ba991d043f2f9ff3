"""A team's own project deploys the same way: migrations, buckets, functions, secrets, settings."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import psycopg
import pytest

from tests.command_line import assert_one_clear_sentence
from tests.deploy.hosted import Deploy
from tests.deploy.platform import Platform

CONFIG = """
project_id = "team"
[api]
schemas = ["public", "shop"]
max_rows = 250
[storage.buckets.photos]
public = true
file_size_limit = "60MiB"
[functions.hello]
verify_jwt = false
import_map = "./functions/hello/imports.json"
static_files = ["./functions/hello/*.txt"]
[functions.unused]
enabled = false
"""


def write(folder: Path, files: dict[str, str]) -> Path:
    """A project of these files."""
    for name, text in files.items():
        file = folder / "supabase" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return folder


@pytest.fixture
def team(tmp_path: Path) -> Path:
    """A project that has never heard of this backend."""
    return write(
        tmp_path / "team",
        {
            "config.toml": CONFIG,
            "migrations/20260101000000_shop.sql": "create schema shop;"
            " create table shop.orders (id int primary key);",
            "functions/hello/index.ts": 'import { greet } from "words/greet.ts";\n'
            'import type { Name } from "./name.ts";\n'
            'const name: Name = Deno.env.get("WHO") ?? "nobody";\n'
            "export default { fetch: () => new Response(greet(name)) };\n",
            "functions/hello/name.ts": "export type Name = string;\n",
            "functions/hello/never_imported.ts": "export const no = 1;\n",
            "functions/hello/page.txt": "a page\n",
            "functions/hello/imports.json": '{"imports": {"words/": "../_shared/"}}',
            "functions/_shared/greet.ts": 'import { mark } from "./mark.ts";\n'
            "export const greet = (name: string) => `hello ${name}${mark}`;\n",
            "functions/_shared/mark.ts": 'export const mark = "!";\n',
            "functions/unused/index.ts": "throw new Error();\n",
        },
    )


@pytest.mark.slow
def test_what_is_sent_is_the_import_map_static_files_and_every_module(
    platform: Platform, deploy: Deploy, team: Path, tmp_path: Path
) -> None:
    (tmp_path / "secrets.env").write_text("WHO=world\n")
    done = deploy("--env-file", str(tmp_path / "secrets.env"), project=team)
    assert done.returncode == 0, done.stderr
    assert not platform.complaints
    assert set(platform.state.functions) == {"hello"}
    sent = list(platform.state.functions["hello"].files)
    folder = "supabase/functions"
    assert sent[0] == f"{folder}/hello/imports.json"
    assert set(sent[1:]) == {
        f"{folder}/hello/page.txt",
        f"{folder}/hello/index.ts",
        f"{folder}/hello/name.ts",
        f"{folder}/_shared/greet.ts",
        f"{folder}/_shared/mark.ts",
    }
    answer = httpx.get(f"{platform.address}/functions/v1/hello")
    assert answer.text == "hello world!"
    assert platform.state.postgrest["db_schema"] == "public,graphql_public,shop"
    assert platform.state.postgrest["max_rows"] == 250
    assert platform.state.file_size_limit == 60 * 1024 * 1024
    with psycopg.connect(platform.superuser) as connection:
        row = connection.execute("select public from storage.buckets where id = 'photos'")
        assert row.fetchone() == (True,)
    assert platform.state.secrets == {"WHO": "world"}


@pytest.mark.slow
def test_only_what_differs_is_sent(
    platform: Platform, deploy: Deploy, team: Path, tmp_path: Path
) -> None:
    other = team / "supabase" / "functions" / "other"
    other.mkdir()
    (other / "index.ts").write_text("Deno.serve(() => new Response('other'));\n")
    env = tmp_path / "secrets.env"
    env.write_text("WHO='world'\n# a remark\nexport MORE=\"1 2\"\n")
    assert deploy("--env-file", str(env), project=team).returncode == 0
    # Two at once are bundled first, and take effect together.
    assert ("PUT", f"/v1/projects/{'abcdefghijklmnopqrst'}/functions") in platform.requests
    assert platform.state.secrets == {"WHO": "world", "MORE": "1 2"}
    (other / "index.ts").write_text("Deno.serve(() => new Response('another'));\n")
    env.write_text("WHO=you\nMORE=1 2\n")
    done = deploy("--env-file", str(env), "--dry-run", "--json", project=team)
    todo = {line["subject"] for line in json.loads(done.stdout)["plan"] if line["todo"]}
    assert todo == {"other", "WHO"}
    assert deploy("--env-file", str(env), project=team).returncode == 0
    versions = {name: one.record["version"] for name, one in platform.state.functions.items()}
    assert versions == {"hello": 1, "other": 2}


@pytest.mark.slow
def test_a_function_that_somebody_else_deployed_since_is_sent_again(
    platform: Platform, deploy: Deploy, team: Path
) -> None:
    assert deploy(project=team).returncode == 0
    record = platform.state.functions["hello"].record
    record.update(version=7, ezbr_sha256="another")
    done = deploy("--dry-run", project=team)
    assert "version 7 is another one" in " ".join(done.stdout.split())
    assert deploy(project=team).returncode == 0
    assert platform.state.functions["hello"].record["version"] == 8


@pytest.mark.slow_after(1)
@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"functions/hello/name.ts": None}, 'Module not found "supabase/functions/hello/name.ts"'),
        (
            {"functions/hello/index.ts": 'import "../../../../outside.ts";'},
            "outside of the project",
        ),
        ({"config.toml": "[functions"}, "supabase/config.toml"),
        (
            {"config.toml": '[functions.hello]\nentrypoint = "./functions/hello/main.ts"'},
            "the entry point of the function hello is not there",
        ),
        ({"functions/hello/big.txt": "x" * (21 << 20)}, "the platform takes 20"),
    ],
)
def test_a_function_that_cannot_be_sent_ends_in_a_sentence_and_nothing_is_changed(
    platform: Platform,
    deploy: Deploy,
    team: Path,
    tmp_path: Path,
    files: dict[str, str | None],
    sentence: str,
) -> None:
    (tmp_path / "outside.ts").write_text("export {};\n")
    for name, text in files.items():
        file = team / "supabase" / name
        if text is None:
            file.unlink()
        else:
            file.write_text(text)
    done = deploy(project=team)
    assert_one_clear_sentence(done)
    assert sentence in done.stderr
    assert not platform.state.functions
    assert not platform.state.secrets


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("SUPABASE_URL=x", "the platform's own"),
        ("no value", "is not NAME=value"),
        (f"LONG={'x' * 24_577}", "too long"),
    ],
)
def test_a_secret_that_cannot_be_set_is_named_with_its_line(
    platform: Platform, deploy: Deploy, team: Path, tmp_path: Path, line: str, sentence: str
) -> None:
    (tmp_path / "secrets.env").write_text(f"FINE=1\n{line}\n")
    done = deploy("--env-file", str(tmp_path / "secrets.env"), project=team)
    assert_one_clear_sentence(done)
    assert "secrets.env:2" in done.stderr
    assert sentence in done.stderr
    assert not platform.requests
