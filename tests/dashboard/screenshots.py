"""Makes the pictures of docs/images anew.

python -m tests.dashboard.screenshots
"""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, sync_playwright

from bench._project import folder, running
from tests.chromium import FLAGS
from tests.dashboard.browser import Person
from tests.dashboard.people import Owner, new_owner
from wakti_sb import dashboard
from wakti_sb.dashboard import Server, Site
from wakti_sb.stack.embedded import deno, paths

IMAGES = Path(__file__).parents[2] / "docs" / "images"

GUESTS = (
    "Sara Haddad",
    "Tom Becker",
    "ليلى منصور",
    "Jonas Weber",
    "Amina El-Sayed",
    "Chloé Martin",
)
MESSAGES = (
    "Do you cater for small weddings? We would be around forty people at the end of June.",
    "The harissa jar arrived broken. Could you send a new one?",
    "هل تقدمون دورات طبخ للمبتدئين؟ أود الانضمام مع صديقتي.",
    "Is the lunch menu vegan on Tuesdays?",
    "We would like to order twenty gift boxes for our team.",
    "May I bring my dog to the terrace?",
)
DISHES = (
    ("Grilled halloumi", 9.5, True, "grill", (214, 160, 84)),
    ("Lentil soup with lemon", 7, True, "soup", (222, 186, 60)),
    ("Lamb kofta", 14.5, False, "grill", (146, 80, 60)),
    ("Fattoush", 8, True, "salad", (110, 160, 84)),
    ("Sea bass with thyme", 19, False, "fish", (90, 130, 160)),
    ("مقلوبة الباذنجان", 12, True, "rice", (60, 110, 90)),
    ("Pistachio cake", 6.5, True, "dessert", (150, 180, 100)),
)

TABS = (("uploads", "", "img"), ("data", "menu", "text=Fattoush"), ("users", "", "tbody"))


def main() -> None:
    cache = paths.cache()
    built = dashboard.build(deno.find(cache), cache)
    IMAGES.mkdir(parents=True, exist_ok=True)
    with folder() as project, running(project) as endpoint, sync_playwright() as playwright:
        owner = new_owner(endpoint, email="layla@example.com")
        furnish(owner)
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        with Server(built, Site(endpoint.api_url, endpoint.publishable_key)).running() as url:
            take(browser, url, owner)
        browser.close()


def take(browser: Browser, url: str, owner: Owner) -> None:
    """One picture for each tab, and for what else a reader of the README asks."""
    desk = visit(browser, url, owner)
    desk.page.locator(".message-open").nth(2).click()
    shoot(desk, "dashboard-inbox")
    for tab, detail, ready in TABS:
        desk.go(tab, detail)
        desk.page.locator(ready).first.wait_for()
        shoot(desk, f"dashboard-{tab}")
    desk.go("overview")
    desk.page.locator(".chart").wait_for()
    shoot(desk, "dashboard-overview")
    desk.go("settings", "collections")
    desk.page.locator(".rights").wait_for()
    desk.page.wait_for_timeout(300)  # the part that the address names is scrolled to
    shoot(desk, "dashboard-settings")
    arabic = visit(browser, url, owner, locale="ar", color_scheme="dark")
    arabic.page.locator(".message-open").nth(3).click()
    shoot(arabic, "dashboard-arabic-dark")
    phone = visit(browser, url, owner, viewport={"width": 390, "height": 780})
    shoot(phone, "dashboard-phone")


def visit(browser: Browser, url: str, owner: Owner, **options: Any) -> Person:
    """The owner in front of the inbox."""
    settings = {"viewport": {"width": 1280, "height": 760}, "locale": "en", **options}
    context = browser.new_context(timezone_id="Asia/Qatar", reduced_motion="reduce", **settings)
    person = Person(context.new_page(), url, owner)
    person.enter()
    person.page.locator(".message").first.wait_for()
    return person


def shoot(person: Person, name: str) -> None:
    """The picture, once every image in it is there."""
    person.page.evaluate("Promise.all([...document.images].map((image) => image.decode()))")
    person.page.screenshot(path=IMAGES / f"{name}.png")


def furnish(owner: Owner) -> None:
    """A restaurant's site after a good week."""
    for number in range(40):
        turn = number % len(GUESTS)
        form = ("contact", "contact", "catering")[number % 3]
        mail = f"guest{number}@example.com"
        document = {"name": GUESTS[turn], "email": mail, "message": MESSAGES[turn]}
        owner.submissions(document, form_name=form, status="unread" if number > 34 else "read")
        owner.execute(
            "update public.project_form_submissions set created_at = now() - "
            "%s * interval '3 hours' where project_id = %s and data ->> 'email' = %s",
            39 - number,
            owner.project,
            mail,
        )
    names = ("name", "price", "vegetarian", "kind")
    owner.items("menu", *(dict(zip(names, dish[:4], strict=True)) for dish in DISHES))
    owner.items("events", *({"title": f"Tasting evening {number}"} for number in range(1, 5)))
    for number, guest in enumerate(GUESTS):
        status = "suspended" if number == 3 else "active"
        login = None if number == 4 else f"2026-11-{20 - number:02} 18:0{number}+00"
        email = f"guest{number}@example.com"
        owner.users(email, display_name=guest, status=status, last_login=login)
    for name, *_, color in DISHES:
        upload(owner, f"{name}.png", picture(160, 110, color))
    upload(owner, "menu.pdf", b"%PDF-1.4\n" + b" " * 900_000)


def upload(owner: Owner, name: str, content: bytes) -> None:
    """A file, as the site's visitors or its owner would send it."""
    httpx.post(
        f"{owner.endpoint.functions_url}/project-backend-api",
        data={"projectId": owner.project},
        files={"file": (name, content)},
        headers={"Authorization": f"Bearer {owner.token}"},
    ).raise_for_status()


def picture(width: int, height: int, color: tuple[int, int, int]) -> bytes:
    """A PNG that fades from a color to a darker one."""
    lines = (
        bytes(
            int(part * (1.1 - 0.35 * (x + y) / (width + height))) % 256
            for x in range(width)
            for part in color
        )
        for y in range(height)
    )
    raw = b"".join(b"\0" + line for line in lines)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(raw)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


if __name__ == "__main__":
    main()
