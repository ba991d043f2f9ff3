"""The script itself: how it is served, printed and typed, its size, and what the docs print."""

from __future__ import annotations

import gzip
import os
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.command_line import wakti
from tests.docs import site_js
from tests.pages import page
from tests.site_api.project import Project
from tests.site_api.site_js.the_page import FORM, said, submissions
from wakti_sb.stack.embedded import deno, paths

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

ROOT = Path(__file__).parents[3]


@pytest.mark.slow
def test_the_printed_page_sends_its_form(visitor: BrowserContext, project: Project) -> None:
    text = (ROOT / "docs" / "site-api.md").read_text("utf-8").partition("\n## site.js\n")[2]
    printed = re.findall(r"```html\n(.*?)```", text, re.S)
    assert len(printed) == 2
    html = printed[0].replace("YOUR_PROJECT_ID", project.id)
    html = re.sub(r'src="[^"?]*', f'src="{project.url}', html)
    with page(f"{FORM.replace('<form>', '<form><button>Send</button>')}{html}") as address:
        tab = visitor.new_page()
        tab.goto(address)
        with tab.expect_event("dialog") as dialog:
            tab.on("dialog", lambda one: one.accept())
            tab.get_by_text("Send").click()
        assert dialog.value.message == "Thank you"
        tab.close()
    assert len(submissions(project)) == 1


def test_the_api_serves_what_the_command_prints(project: Project) -> None:
    served = project.http.get(project.url, params={"action": "site.js"})
    assert served.status_code == 200
    assert served.headers["content-type"] == "text/javascript; charset=utf-8"
    assert served.headers["cache-control"] == "public, max-age=3600"
    assert wakti("site-js", cwd=ROOT).stdout == served.text == site_js.BUNDLE.read_text("utf-8")
    known = {"If-None-Match": served.headers["etag"]}
    again = project.http.get(project.url, params={"action": "site.js"}, headers=known)
    assert (again.status_code, again.content) == (304, b"")
    assert project.api("POST", "site.js").status_code == 405


def test_the_script_is_what_its_sources_make() -> None:
    written = site_js.BUNDLE.read_text("utf-8")
    assert site_js.bundled() == written, "run python -m tests.docs.site_js"


def test_the_script_is_at_most_3_kb_compressed() -> None:
    assert len(gzip.compress(site_js.BUNDLE.read_bytes())) <= 3_000


def test_filters_are_those_of_the_api() -> None:
    api = (ROOT / "docs" / "openapi.yaml").read_text("utf-8")
    words = re.search(r"\^\((where[a-z|]*)\)", api)
    assert words
    typed = (ROOT / "site_js" / "types.ts").read_text("utf-8")
    union = typed.partition("export type FilterWord =")[2].partition(";")[0]
    assert re.findall(r'"(\w+)"', union) == words[1].split("|")
    told = (ROOT / "wakti_sb/dashboard/app/settings/snippets.ts").read_text("utf-8")
    assert f"Filters: {', '.join(words[1].split('|'))}" in told.replace(
        "in (values with commas)", "in"
    )


USE = """
const { items, nextOffset } = await wakti.list("products", { "gte.price": 10, fields: ["name"] });
const { item } = await wakti.create("products", { name: "Pot" });
const many = await wakti.create("products", [{ name: "Pot" }]);
wakti.upload(new Blob([]), (sent) => console.log(sent * 100));
export const all = [...items, item, ...many.items].map(({ data }) => data.name);
export const place: number | undefined = nextOffset;
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("more", "wrong"), [("", ""), ('wakti.list("p", { price: 1 });', "'price' does not exist")]
)
def test_the_printed_types_fit_their_use(tmp_path: Path, more: str, wrong: str) -> None:
    (tmp_path / "types.ts").write_text(wakti("site-js", "--types", cwd=ROOT).stdout, "utf-8")
    (tmp_path / "page.ts").write_text(f'import "./types.ts";\n{USE}\n{more}\n', "utf-8")
    (tmp_path / "deno.json").write_text('{"compilerOptions": {"lib": ["dom", "esnext"]}}')
    program = deno.find(paths.cache())
    done = subprocess.run(
        [program.program, "check", "page.ts"],
        cwd=tmp_path,
        env=os.environ | program.env() | {"NO_COLOR": "1"},
        capture_output=True,
        text=True,
    )
    assert (done.returncode == 0) is (wrong == ""), done.stderr
    assert wrong in done.stderr


def test_a_script_without_a_project_says_so(visitor: BrowserContext, project: Project) -> None:
    html = f'<script src="{project.url}?action=site.js"></script>'
    with page(html) as address:
        tab = visitor.new_page()
        heard: list[str] = []
        tab.on("pageerror", lambda error: heard.append(error.message))
        tab.goto(address)
        tab.close()
    assert heard == ["site.js needs data-project"]


def test_a_printed_copy_asks_the_api_that_it_is_told(
    visitor: BrowserContext, project: Project
) -> None:
    element = f'<script src="/site.js" data-project="{project.id}" data-api="{project.url}">'
    with page(f"{element}</script>", site_js=wakti("site-js", cwd=ROOT).stdout) as address:
        tab = visitor.new_page()
        tab.goto(address)
        assert said(tab, "wakti.list('products')") == {"items": [], "total": 0}
        tab.close()
