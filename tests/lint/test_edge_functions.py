"""The TypeScript of edge functions, by Deno's own tools."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.command_line import wakti

from .conftest import write_files

SOUND = 'Deno.serve(() => new Response("hello"));\n'


def found(project: Path, files: dict[str, str]) -> list[tuple[str, str, int]]:
    folder = project / "supabase" / "functions" / "greet"
    write_files(folder, {"index.ts": SOUND, **files})
    done = wakti("lint", "--ask", "all", "--json", cwd=project)
    findings = json.loads(done.stdout)["findings"]
    return [(f["rule"], f["file"].rpartition("/")[2], f["line"]) for f in findings]


@pytest.mark.slow
def test_a_sound_function_is_no_finding(project: Path) -> None:
    assert found(project, {}) == []


@pytest.mark.slow
def test_formatting_is_found_at_the_first_line_that_differs(project: Path) -> None:
    assert found(project, {"a.ts": "export const a = 1;\nexport const  b = 2;\n"}) == [
        ("deno/fmt", "a.ts", 2)
    ]


@pytest.mark.slow
def test_denos_rules_keep_their_names(project: Path) -> None:
    assert found(project, {"a.ts": "export const a: any = 1;\n"}) == [
        ("deno/no-explicit-any", "a.ts", 1)
    ]


@pytest.mark.slow
def test_a_type_error_is_found_where_it_is(project: Path) -> None:
    assert found(
        project,
        {
            "index.ts": 'import { a } from "./a.ts";\n\n' + SOUND.replace('"hello"', "String(a)"),
            "a.ts": '\nexport const a: number = "one";\n'.lstrip() + "export const b = a;\n",
        },
    ) == [("deno/check", "a.ts", 1)]


@pytest.mark.slow
def test_a_file_that_cannot_be_parsed_is_named_once(project: Path) -> None:
    assert found(project, {"a.ts": "export const a = ;\n"}) == [("deno/parse", "a.ts", 1)]


@pytest.mark.slow
def test_the_linter_can_be_left_out(project: Path) -> None:
    write_files(project, {"wakti.toml": '[lint.off]\ndeno = "its own job lints it"\n'})
    assert found(project, {"a.ts": "export const  a: any = 1;\n"}) == []


@pytest.mark.slow
def test_a_function_whose_packages_are_missing_does_not_end_lint(project: Path) -> None:
    folder = project / "supabase" / "functions"
    write_files(
        folder,
        {
            "gone/index.ts": 'import "https://127.0.0.1:1/gone.ts";\n',
            "greet/index.ts": SOUND + "export const a: number = String(1);\n",
        },
    )
    done = wakti("lint", "--ask", "functions", "--json", cwd=project)
    document = json.loads(done.stdout)
    assert [finding["rule"] for finding in document["findings"]] == ["deno/check"]
    assert [*document["not_looked_at"]] == ["gone"]
