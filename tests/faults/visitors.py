"""Visitors of several sites, who submit, write, sign up and upload until they are told to stop."""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from tests.faults.ledger import Action, Answer, Ledger
from tests.faults.world import World

PAUSE = 0.4  # seconds that a visitor thinks between two requests
PATIENCE = 60.0  # seconds after which a visitor counts as never answered

_SHARES: tuple[tuple[Action, int], ...] = (
    ("submit", 30),
    ("create", 20),
    ("update", 20),
    ("delete", 4),
    ("list", 14),
    ("signup", 4),
    ("upload", 8),
)


class Crowd:
    """Visitors, each in a task of its own, in a thread of their own.

    Parameters:
        world: whose sites they visit.
        ledger: remembers what they were told.
        count: how many there are.
    """

    def __init__(self, world: World, ledger: Ledger, count: int) -> None:
        self._world = world
        self._ledger = ledger
        self._count = count
        self._leaving = threading.Event()

    @contextmanager
    def visiting(self) -> Iterator[None]:
        """They come, and have all left when the block is over."""
        self._leaving.clear()
        thread = threading.Thread(target=lambda: asyncio.run(self._visit()), daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._leaving.set()
            thread.join(PATIENCE + 30)
            assert not thread.is_alive(), "a visitor never left"

    async def _visit(self) -> None:
        limits = httpx.Limits(max_connections=self._count, max_keepalive_connections=self._count)
        async with httpx.AsyncClient(timeout=PATIENCE, limits=limits, trust_env=False) as http:
            await asyncio.gather(*(self._one(http, number) for number in range(self._count)))

    async def _one(self, http: httpx.AsyncClient, number: int) -> None:
        chance = random.Random(number)
        items: list[tuple[str, str]] = []  # project and id: this visitor's alone
        await asyncio.sleep(chance.random() * PAUSE)
        while not self._leaving.is_set():
            actions, shares = zip(*_SHARES, strict=True)
            [action] = chance.choices(actions, shares)
            if action in ("update", "delete") and not items:
                action = "create"
            project = chance.choice(self._world.projects)
            answer = await self._ask(http, action, project, items)
            self._ledger.write(answer)
            if answer.action == "create" and answer.succeeded and answer.made:
                items.append((project, answer.made))
            if answer.action == "delete":
                items.pop()
            await asyncio.sleep(PAUSE * (0.5 + chance.random()))

    async def _ask(
        self,
        http: httpx.AsyncClient,
        action: Action,
        project: str,
        items: list[tuple[str, str]],
    ) -> Answer:
        marker = self._ledger.marker()
        subject = None
        if action in ("update", "delete"):
            project, subject = items[-1]
        begun = time.monotonic()
        try:
            answer = await http.send(
                _request(http, self._world.url, action, project, marker, subject)
            )
            status: int | None = answer.status_code
            made = _made(answer)
            retry_after = answer.headers.get("retry-after", "").isdigit()
        except httpx.HTTPError:
            status, made, retry_after = None, None, False
        seconds = time.monotonic() - begun
        return Answer(action, project, marker, subject, seconds, status, retry_after, made)


def _request(
    http: httpx.AsyncClient,
    url: str,
    action: Action,
    project: str,
    marker: str,
    subject: str | None,
) -> httpx.Request:
    data: dict[str, object] = {"marker": marker, "text": "ملح و more " * 20}
    body: dict[str, object] = {"projectId": project}
    if action == "upload":
        content = marker.encode() * 2500
        files = {"file": (f"{marker}.txt", content, "text/plain")}
        return http.build_request("POST", url, data={"projectId": project}, files=files)
    if action == "list":
        query = {"projectId": project, "action": "collection/things", "limit": "20"}
        return http.build_request("GET", url, params=query)
    if action == "signup":
        account = {"email": f"{marker}@example.com", "password": "long enough"}
        return http.build_request(
            "POST", url, json=body | {"action": "auth/signup", "data": account}
        )
    if action == "submit":
        return http.build_request("POST", url, json=body | {"action": "submit", "data": data})
    body["action"] = "collection/things"
    if action == "delete":
        return http.build_request("DELETE", url, json=body | {"id": subject})
    if action == "update":
        return http.build_request("PUT", url, json=body | {"id": subject, "data": data})
    return http.build_request("POST", url, json=body | {"data": data})


def _made(answer: httpx.Response) -> str | None:
    if answer.status_code != 200:
        return None
    said = answer.json()
    found = said.get("id") or said.get("path") or (said.get("item") or {}).get("id")
    return str(found) if found else None
