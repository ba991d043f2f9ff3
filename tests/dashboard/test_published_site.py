"""A published site in a real browser, on an origin that is not the API's.

The requests are those that the owner's documentation prints, sent as a page sends them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.dashboard.people import Owner
from wakti_sb.stack import Endpoint

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SCRIPT = """async ([address, project]) => {
  const said = {};
  const send = async (name, method, body) => {
    const response = await fetch(address, {
      method,
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ projectId: project, ...body }),
    });
    return said[name] = await response.json();
  };
  await send('submit', 'POST', {
    action: 'submit', formName: 'contact', data: { name: 'John', message: 'Hello!' },
  });
  const action = 'collection/products';
  const { item } = await send('create', 'POST', { action, data: { name: 'Widget', price: 99 } });
  await send('update', 'PUT', { action, id: item.id, data: { name: 'Updated Widget' } });
  const list = address + '?projectId=' + project + '&action=collection/products';
  said.list = await (await fetch(list)).json();
  await send('delete', 'DELETE', { action, id: item.id });
  const data = { email: 'user@example.com', password: 'secret123', name: 'John Doe' };
  const { token } = await send('signup', 'POST', { action: 'auth/signup', data });
  await send('login', 'POST', { action: 'auth/login', data });
  await send('me', 'POST', { action: 'auth/me', data: { token } });
  const formData = new FormData();
  formData.append('projectId', project);
  formData.append('file', new Blob(['hello'], { type: 'text/plain' }));
  said.upload = await (await fetch(address, { method: 'POST', body: formData })).json();
  const guarded = await fetch(list, { headers: { 'X-Site-Token': token } });
  said.guarded = await guarded.json();
  return said;
}"""


class _Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Shop</title>")

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def site_url() -> Iterator[str]:
    """A published site's address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def run(browser: Browser, endpoint: Endpoint, owner: Owner, site_url: str) -> Callable[[], Any]:
    """Opens the site and runs its script; None where the browser withheld an answer."""

    def run() -> Any:
        page = browser.new_page()
        try:
            page.goto(site_url)
            address = f"{endpoint.functions_url}/project-backend-api"
            arguments = [address, owner.project]
            withheld = f"(given) => ({SCRIPT})(given).catch(() => null)"
            return page.evaluate(withheld, arguments)
        finally:
            page.close()

    return run


def allow(endpoint: Endpoint, owner: Owner, *origins: str) -> None:
    with psycopg.connect(endpoint.database) as connection:
        connection.execute(
            "update public.project_backends set enabled = true, allowed_origins = %s"
            " where project_id = %s",
            [list(origins), owner.project],
        )


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("listed", [False, True])
def test_every_printed_request_works_from_a_page_of_another_origin(
    run: Callable[[], Any], endpoint: Endpoint, owner: Owner, site_url: str, listed: bool
) -> None:
    allow(endpoint, owner, *([site_url] if listed else []))
    said = run()
    assert said["submit"]["success"] is True
    assert said["create"]["item"]["data"] == {"name": "Widget", "price": 99}
    assert said["list"] == {"items": [said["update"]["item"]], "total": 1}
    assert said["delete"] == {"success": True}
    assert said["signup"]["user"] == said["login"]["user"] == said["me"]["user"]
    assert (said["upload"]["success"], said["upload"]["filename"]) == (True, "blob")
    assert said["guarded"] == {"items": [], "total": 0}


def test_a_page_of_an_origin_that_is_not_listed_learns_nothing(
    run: Callable[[], Any], endpoint: Endpoint, owner: Owner
) -> None:
    allow(endpoint, owner, "https://shop.example.com")
    assert run() is None
