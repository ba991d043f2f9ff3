"""Accounts and projects, as an owner meets them first."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable

import httpx
import psycopg
import pytest

pytest.importorskip("playwright", reason="needs: pip install playwright")

from playwright.sync_api import Page, Route, expect

from tests.dashboard.browser import Person
from tests.dashboard.people import PASSWORD, new_owner
from wakti_sb.stack import Endpoint


@pytest.mark.slow
def test_a_new_owner_signs_up_makes_a_project_and_can_receive_at_once(
    open_page: Callable[..., Page], page_url: str, endpoint: Endpoint
) -> None:
    page = open_page()
    page.goto(page_url)
    page.get_by_role("button", name="Create account").click()
    page.get_by_label("E-mail").fill("not an address")
    page.get_by_label("Password").fill("short")
    page.locator("button[type=submit]").click()
    expect(page.get_by_text("This is not an e-mail address.")).to_be_visible()
    expect(page.get_by_text("needs at least 8 characters")).to_be_visible()

    page.get_by_label("E-mail").fill(f"new-{secrets.token_hex(6)}@example.com")
    page.get_by_label("Password").fill("long enough")
    page.locator("button[type=submit]").click()
    expect(page.get_by_role("heading", name="Your first project")).to_be_visible()
    page.get_by_role("button", name="Create project").click()
    page.get_by_label("Name").fill("معرض النور")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="First steps")).to_be_visible()
    page.get_by_role("link", name="Inbox").click()
    expect(page.get_by_role("heading", name="No messages yet")).to_be_visible()

    project = page.url.split("/project/")[1].split("/")[0]
    sent = httpx.post(
        f"{endpoint.functions_url}/project-backend-api",
        json={"projectId": project, "action": "submit", "data": {"name": "Sara"}},
    )
    assert sent.status_code == 200
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.get_by_role("button", name="Sara")).to_be_visible()


@pytest.mark.slow
def test_a_session_outlives_a_reload_and_ends_at_sign_out(person: Person) -> None:
    person.page.goto(person.url)
    person.sign_in("wrong password")
    person.sees("E-mail or password is wrong.")
    person.sign_in()
    person.sees("Your projects")
    person.page.reload()
    person.sees("Your projects")
    person.press("Sign out")
    person.sees("Welcome back")
    person.page.reload()
    person.sees("Welcome back")


@pytest.mark.slow
def test_a_session_that_the_server_forgot_is_told_and_leads_back(person: Person) -> None:
    person.enter("users")
    person.sees("No users yet")
    person.page.route(
        "**/rest/v1/**", lambda route: route.fulfill(status=401, json={"message": "JWT expired"})
    )
    person.go("uploads")
    person.sees("Your session has ended. Sign in again to go on.")
    person.page.unroute("**/rest/v1/**")
    person.sign_in()
    expect(person.by("heading", "Uploads")).to_be_visible()


@pytest.mark.slow
def test_a_session_that_ends_keeps_what_was_written_and_fills_in_the_address(
    person: Person,
) -> None:
    person.owner.items("menu", {"name": "Soup"})
    person.enter("data", "menu")
    person.press("Edit Soup")
    person.by("textbox", "Name").fill("Broth")
    person.page.route(
        "**/rest/v1/**", lambda route: route.fulfill(status=401, json={"message": "JWT expired"})
    )
    person.press("Save")
    person.sees("Your session has ended. Sign in again to go on.")
    expect(person.page.locator("input[type=email]")).to_have_value(person.owner.email)
    person.page.unroute("**/rest/v1/**")
    person.page.locator("input[type=password]").fill(PASSWORD)
    person.page.locator("button[type=submit]").click()
    person.press("Go on editing")
    expect(person.by("textbox", "Name")).to_have_value("Broth")
    person.press("Save")
    person.sees("Item saved")
    assert person.owner.rows("project_collections", "data") == [{"data": {"name": "Broth"}}]


@pytest.mark.slow
def test_a_token_that_is_refused_once_is_renewed_and_nobody_notices(person: Person) -> None:
    person.enter("users")
    person.sees("No users yet")
    refused: list[str] = []

    def refuse_once(route: Route) -> None:
        token = route.request.headers["authorization"]
        if token in refused or not refused:
            refused.append(token)
            route.fulfill(status=401, json={"message": "JWT expired"})
        else:
            route.continue_()

    person.page.wait_for_timeout(1100)  # tokens of one second are equal
    person.page.route("**/rest/v1/**", refuse_once)
    person.go("uploads")
    expect(person.by("heading", "Uploads")).to_be_visible()
    person.sees("No files yet")
    assert refused
    person.page.unroute("**/rest/v1/**")


@pytest.mark.slow
def test_a_session_is_renewed_when_its_token_runs_out(person: Person) -> None:
    person.enter("users")
    person.sees("No users yet")
    person.page.evaluate(
        """() => {
          const [key] = Object.keys(localStorage).filter((one) => one.endsWith("auth-token"));
          const session = JSON.parse(localStorage.getItem(key));
          localStorage.setItem(key, JSON.stringify({ ...session, expires_at: 1 }));
        }"""
    )
    with person.page.expect_request("**/auth/v1/token?grant_type=refresh_token"):
        person.page.reload()
    person.sees("No users yet")


def test_signing_up_twice_is_answered_with_a_way_on(person: Person) -> None:
    person.page.goto(person.url)
    person.press("Create account")
    person.sign_in()
    person.sees("There is an account with this e-mail already. Sign in instead.")


def test_a_password_can_be_looked_at_while_it_is_typed(person: Person) -> None:
    person.page.goto(person.url)
    person.page.get_by_label("Password").fill("geheim")
    person.press("Show password")
    expect(person.page.get_by_label("Password")).to_have_attribute("type", "text")
    person.press("Hide password")
    expect(person.page.get_by_label("Password")).to_have_attribute("type", "password")


@pytest.mark.slow
def test_the_password_is_changed_from_the_account(person: Person) -> None:
    person.enter("inbox")
    person.press("Account")
    person.page.get_by_role("menuitem", name="Change password").click()
    person.by("textbox", "New password").fill("short")
    person.press("Save")
    person.sees("The password needs at least 8 characters.")
    person.by("textbox", "New password").fill("another horse")
    person.press("Save")
    person.sees("Your password is changed")
    person.press("Sign out")
    person.sign_in()
    person.sees("E-mail or password is wrong.")
    person.sign_in("another horse")
    expect(person.by("heading", "Inbox")).to_be_visible()


def test_a_forgotten_password_is_asked_for_with_the_address_that_was_typed(
    person: Person,
) -> None:
    person.page.goto(person.url)
    person.page.locator("input[type=email]").fill(person.owner.email)
    person.press("Forgot your password?")
    expect(person.page.locator("input[type=email]")).to_have_value(person.owner.email)
    person.press("Send link")
    person.sees("a link is on its way")


def reset_link(person: Person) -> str:
    person.page.goto(person.url)
    person.page.locator("input[type=email]").fill(person.owner.email)
    person.press("Forgot your password?")
    person.press("Send link")
    person.sees("a link is on its way")
    mails = httpx.get(
        f"{person.owner.endpoint.api_url}/_wakti/mail", params={"to": person.owner.email}
    ).json()
    return str(mails[0]["link"])


@pytest.mark.slow
def test_a_reset_link_from_the_mail_leads_to_a_new_password(person: Person) -> None:
    person.page.goto(reset_link(person))
    person.by("textbox", "New password").fill("a new password")
    person.press("Save")
    person.sees("Your password is changed")
    person.press("Sign out")
    person.sign_in()
    person.sees("E-mail or password is wrong.")
    person.sign_in("a new password")
    person.sees("Your projects")


@pytest.mark.slow
def test_a_reset_link_that_opens_in_a_background_tab_leads_to_a_new_password(
    person: Person, open_page: Callable[..., Page]
) -> None:
    link = reset_link(person)
    behind = Person(open_page(), person.url, person.owner)
    # A browser draws no frame of a tab that is not looked at, and its timers come late.
    behind.page.add_init_script(
        "window.requestAnimationFrame = () => 0;"
        "const later = window.setTimeout;"
        "window.setTimeout = (work, ms, ...rest) => later(work, ms ? ms + 2000 : ms, ...rest);"
    )
    behind.page.goto(link)
    expect(behind.by("textbox", "New password")).to_be_visible()
    # The script would stay with the tab, which another test may borrow.
    behind.page.context.close()


@pytest.mark.slow
def test_an_account_goes_with_everything_in_it_when_its_password_is_typed(
    person: Person,
) -> None:
    person.owner.items("menu", {"name": "Soup"})
    stored = person.owner.upload("menu.txt", b"Soup", "text/plain").json()
    person.enter("inbox")
    person.press("Account")
    person.page.get_by_role("menuitem", name="Delete account").click()
    person.page.get_by_label("Password").fill("a wrong one")
    person.press("Delete account")
    person.sees("This is not your password.")
    assert len(person.owner.rows("project_collections", "id")) == 1
    person.page.get_by_label("Password").fill(PASSWORD)
    person.press("Delete account")
    person.sees("Welcome back")
    assert person.owner.rows("project_collections", "id") == []
    assert httpx.get(stored["url"]).status_code in (400, 404)
    person.sign_in()
    person.sees("E-mail or password is wrong.")


@pytest.mark.parametrize(
    ("signed_in_ago", "whose", "answer"),
    [(0, "own", True), (0, "foreign", False), (599, "own", True), (601, "own", None)],
)
def test_only_a_fresh_session_deletes_its_own_account(
    endpoint: Endpoint, signed_in_ago: int, whose: str, answer: bool | None
) -> None:
    owner, other = new_owner(endpoint), new_owner(endpoint)
    account = owner.id if whose == "own" else other.id
    claims = json.dumps(
        {
            "sub": owner.id,
            "role": "authenticated",
            "amr": [{"method": "password", "timestamp": time.time() - signed_in_ago}],
        }
    )
    with psycopg.connect(endpoint.database) as connection:
        connection.execute("select set_config('request.jwt.claims', %s, true)", [claims])
        connection.execute("set local role authenticated")
        query = "select public.delete_account(%s)"
        if answer is None:
            with pytest.raises(psycopg.errors.InvalidAuthorizationSpecification, match="Sign in"):
                connection.execute(query, [account])
            return
        assert connection.execute(query, [account]).fetchone() == (answer,)
        connection.execute("reset role")
        left = connection.execute(
            "select id::text from auth.users where id in (%s, %s)", [owner.id, other.id]
        )
        assert {row[0] for row in left} == ({other.id} if answer else {owner.id, other.id})
