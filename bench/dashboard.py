"""How quickly the owner's page is there and answers, with 10,000 messages and items behind it.

Also the overview of 100,000 messages, an import of 10,000 items, and what an idle page asks for.

    python -m bench.dashboard [--runs 5] [--json]

Seconds as an owner who is signed in waits for them: from the address to the first message on
screen, and from an action to what it shows. A search waits a quarter of a second for
the next key first. Needs Debian's chromium and Playwright.
"""

from __future__ import annotations

import gzip
import json
import secrets
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import psycopg

from bench._project import folder, running
from bench._report import Report, figure, options, run, show, target, targets_table
from wakti_sb import dashboard
from wakti_sb.dashboard import Server, Site
from wakti_sb.errors import EnvironmentProblem
from wakti_sb.stack import Endpoint
from wakti_sb.stack.embedded import deno, paths

if TYPE_CHECKING:
    from playwright.sync_api import Page

NAME = "dashboard"
ROWS = 10_000
PAINT = "first message on screen"
CROWD = 100_000  # messages of the project whose overview is drawn
OVERVIEW = "overview of 100,000 messages"
IMPORT = "10,000 items imported"
TARGETS = {PAINT: 1.0, OVERVIEW: 1.0, IMPORT: 3.0}
IDLE = 40  # seconds of watching a page that nobody touches
PAUSE = 10  # seconds that lie between two of its looks at the least
BUDGET = 150  # KiB, compressed
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]

SUBMISSIONS = """
insert into public.project_form_submissions
  (project_id, user_id, form_name, data, status, created_at)
select %(project)s, %(owner)s, (array['contact', 'quote', 'newsletter'])[1 + n %% 3],
  jsonb_build_object('name', 'Guest ' || n, 'email', 'guest' || n || '@example.com',
    'message', repeat('A question about the menu of next week. ', 5)),
  case when n %% 4 = 0 then 'unread' else 'read' end, now() - n * interval '20 seconds'
from generate_series(1, %(rows)s) as n
"""
ITEMS = """
insert into public.project_collections (project_id, user_id, collection_name, data, sort_order)
select %(project)s, %(owner)s, 'menu',
  jsonb_build_object('name', 'Dish ' || n, 'price', n %% 40, 'vegetarian', n %% 2 = 0,
    'text', repeat('Slowly cooked, quickly eaten. ', 5)), n * 1024
from generate_series(1, %(rows)s) as n
"""
# Notes when the first message is drawn, by the browser's own clock since the navigation began.
WATCH = """
new MutationObserver((_, observer) => {
  if (!document.querySelector(".message-open")) return;
  observer.disconnect();
  requestAnimationFrame(() => setTimeout(() => {
    document.documentElement.dataset.painted = performance.now();
  }));
}).observe(document, { childList: true, subtree: true });
"""
# Told by the page itself: Playwright's own waiting looks only now and then.
APPEARS = """
text => new Promise((done) => {
  const shown = () => document.querySelector("main").textContent.includes(text);
  if (shown()) return done();
  new MutationObserver((_, observer) => {
    if (!shown()) return;
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(done));
  }).observe(document.body, { childList: true, subtree: true, characterData: true });
})
"""


@dataclass(frozen=True)
class Owner:
    """Whose page it is."""

    email: str
    password: str
    project: str
    crowded: str  # the project with 100,000 messages


def main() -> None:
    arguments = options(__doc__, runs=5).parse_args()
    cache = paths.cache()
    built = dashboard.build(deno.find(cache), cache)
    with folder() as project, running(project) as endpoint:
        owner = furnish(endpoint)
        site = Site(endpoint.api_url, endpoint.publishable_key)
        with Server(built, site).running() as url:
            seconds, pause = look(url, owner, arguments.runs)
    show(report(built, seconds, pause, arguments.runs), _markdown, as_json=arguments.json)


def furnish(endpoint: Endpoint) -> Owner:
    """An owner with one project, full of rows."""
    email, password = f"{secrets.token_hex(6)}@example.com", secrets.token_urlsafe(12)
    with httpx.Client(base_url=endpoint.api_url, headers={"apikey": endpoint.publishable_key}) as c:
        signed_up = c.post("/auth/v1/signup", json={"email": email, "password": password})
        session = signed_up.raise_for_status().json()
        user = session["user"]["id"]
        headers = {
            "Authorization": f"Bearer {session['access_token']}",
            "Prefer": "return=representation",
        }
        rows = [{"user_id": user, "name": name} for name in ("Ten thousand", "Crowded")]
        made = c.post("/rest/v1/projects", json=rows, headers=headers).raise_for_status().json()
        project, crowded = (str(row["id"]) for row in made)
        backends = [{"project_id": i, "user_id": user, "enabled": True} for i in (project, crowded)]
        c.post("/rest/v1/project_backends", json=backends, headers=headers).raise_for_status()
    values = {"project": project, "owner": user, "rows": ROWS}
    with psycopg.connect(endpoint.database, autocommit=True) as connection:
        connection.execute(SUBMISSIONS, values)
        connection.execute(ITEMS, values)
        connection.execute(SUBMISSIONS, values | {"project": crowded, "rows": CROWD})
        connection.execute("analyze public.project_form_submissions, public.project_collections")
    return Owner(email, password, project, crowded)


def look(url: str, owner: Owner, runs: int) -> tuple[dict[str, list[float]], float]:
    """Seconds of each thing an owner waits for, and between two looks of an idle page."""
    program = shutil.which("chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        program = None
    if program is None:
        raise EnvironmentProblem(
            "the dashboard cannot be measured: chromium or playwright is missing.",
            remedy="Run: apt-get install -y chromium && pip install playwright",
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.add_init_script(WATCH)
        inbox = f"{url}#/project/{owner.project}/inbox"
        page.goto(inbox)
        page.locator("input[type=email]").fill(owner.email)
        page.locator("input[type=password]").fill(owner.password)
        page.locator("button[type=submit]").click()
        page.wait_for_selector(".message-open")
        seconds = {PAINT: [paint(page, inbox) for _ in range(runs)]}
        for what, action in ACTIONS.items():
            seconds[what] = [timed(page, action) for _ in range(runs)]
        seconds[OVERVIEW] = []
        for _ in range(runs):
            elsewhere(f"{url}#", owner, page)
            seconds[OVERVIEW].append(timed(page, partial(overview, f"{url}#", owner)))
        choose_file(f"{url}#", owner, page)
        seconds[IMPORT] = [timed(page, import_items)]
        pause = idle(page, f"{url}#/project/{owner.project}/overview")
        browser.close()
    return seconds, pause


def elsewhere(base: str, owner: Owner, page: Page) -> None:
    """Another project than the one with many messages."""
    page.goto(f"{base}/project/{owner.project}/users")
    page.get_by_role("heading", name="Users").first.wait_for()


def overview(base: str, owner: Owner, page: Page) -> str:
    """The first tab of the project with many messages, until its last figures are drawn."""
    page.evaluate("to => { location.href = to }", f"{base}/project/{owner.crowded}/overview")
    return "Messages in 30 days"


def choose_file(base: str, owner: Owner, page: Page) -> None:
    """A file of 10,000 items, looked at and not yet imported."""
    page.goto(f"{base}/project/{owner.crowded}/data/dishes")
    page.get_by_role("button", name="Import", exact=True).click()
    rows = [{"name": f"Dish {number}", "price": number % 40} for number in range(ROWS)]
    file = {"name": "x.json", "mimeType": "", "buffer": json.dumps(rows).encode()}
    page.get_by_label("Choose a CSV or JSON file").set_input_files(file)  # type: ignore[arg-type]
    page.get_by_role("button", name="Import 10,000 items").wait_for()


def import_items(page: Page) -> str:
    """The last button of the import, until the items are listed."""
    page.get_by_role("button", name="Import 10,000 items").click()
    return "1–50 of 10,000"  # noqa: RUF001  (the page writes a dash between numbers)


def idle(page: Page, address: str) -> float:
    """The shortest pause between two looks for news; requests of one moment are one look."""
    page.goto(address)
    page.get_by_role("heading", name="Overview").wait_for()
    page.wait_for_timeout(5000)
    moments: list[float] = []
    page.on("request", lambda _: moments.append(time.perf_counter()))
    page.wait_for_timeout(IDLE * 1000)
    pauses = [after - before for before, after in pairwise(moments) if after - before > 1]
    return min(pauses, default=float(IDLE))


def paint(page: Page, address: str) -> float:
    """From the address to the first message, as the browser counts."""
    page.goto("about:blank")
    page.goto(address)
    page.wait_for_selector("html[data-painted]", state="attached")
    return float(page.get_attribute("html", "data-painted") or "nan") / 1000


def timed(page: Page, action: Callable[[Page], str]) -> float:
    """From an action until the text that it leads to is on screen."""
    begin = time.perf_counter()
    page.evaluate(APPEARS, action(page))
    return time.perf_counter() - begin


def next_page(page: Page) -> str:
    """The next fifty messages."""
    shown = page.locator(".pager .muted").inner_text()
    page.get_by_role("button", name="Next page").click()
    start = int(shown.split("–")[0].replace(",", "")) + 50  # noqa: RUF001  (as it is on screen)
    return f"{start}–{start + 49} of 10,000"  # noqa: RUF001  (the page writes a dash between numbers)


def unread(page: Page) -> str:
    """A filter, and back to all."""
    chosen = page.locator(".segment[aria-pressed=true]").inner_text() == "All"
    page.locator(".segment").nth(1 if chosen else 0).click()
    return f"1–50 of {'2,500' if chosen else '10,000'}"  # noqa: RUF001  (the page writes a dash between numbers)


def search_inbox(page: Page) -> str:
    """A search that one message answers."""
    page.locator(".segment").first.click()
    number = secrets.randbelow(8999) + 1000
    page.get_by_role("searchbox").fill(f"guest{number}@")
    return f"Guest {number}"


def open_data(page: Page) -> str:
    """The other tab with as much behind it."""
    page.locator(".tab[href$=inbox]").click()
    page.locator(".message-open").first.wait_for()
    page.locator(".tab[href$=data]").click()
    return "Dish 50"


def search_data(page: Page) -> str:
    """A search that one item answers."""
    number = secrets.randbelow(8999) + 1000
    page.get_by_role("searchbox").fill(f"dish {number}")
    return f"Dish {number}"


ACTIONS: dict[str, Callable[[Page], str]] = {
    "next page of the inbox": next_page,
    "unread ones alone, and back": unread,
    "search of the inbox": search_inbox,
    "open the data tab": open_data,
    "search of a collection": search_data,
}


def report(built: Path, seconds: dict[str, list[float]], pause: float, runs: int) -> Report:
    """The figures, and how they compare with what they should be."""
    sizes = (len(gzip.compress(file.read_bytes())) for file in built.iterdir())
    figures = {what: figure(values, 3) for what, values in seconds.items()}
    targets = {
        f"{what}, seconds": target(figures[what]["median"], at_most=limit)
        for what, limit in TARGETS.items()
    }
    targets["bundle, compressed, KiB"] = target(sum(sizes) / 1024, at_most=BUDGET)
    # A timer of the browser may come a little early.
    targets["idle, seconds between two looks"] = target(round(pause, 1), at_least=PAUSE - 0.5)
    return {"runs": runs, "contenders": {NAME: figures}, "ratios": {}, "targets": targets}


def _markdown(result: Report) -> str:
    lines = ["| seconds | median | fastest | slowest |", "| --- " * 4 + "|"]
    for what, one in result["contenders"][NAME].items():
        low, high = one["spread"]
        lines.append(f"| {what} | {one['median']} | {low} | {high} |")
    return "\n".join([*lines, "", *targets_table(result["targets"])])


if __name__ == "__main__":
    run(main)
