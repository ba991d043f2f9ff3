"""Visitors of several sites and their owners, at work until they are told to stop."""

from __future__ import annotations

import asyncio
import random
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from tests.faults.ledger import Action, Answer, Ledger
from tests.faults.requests import request
from tests.faults.world import World

PAUSE = 0.4  # seconds that a visitor thinks between two requests
PATIENCE = 60.0  # seconds after which a visitor counts as never answered

# Made once: everything is asked over loopback, without TLS.
_NO_TLS = ssl.create_default_context()

_SHARES: tuple[tuple[Action, int], ...] = (
    ("submit", 30),
    ("create", 20),
    ("update", 20),
    ("delete", 4),
    ("list", 14),
    ("signup", 4),
    ("upload", 8),
    ("suspended", 4),
    ("page", 3),
    ("insert", 4),
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
        self._failures: list[BaseException] = []

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
            if self._failures:
                raise self._failures[0]

    async def _visit(self) -> None:
        # A mistake of one of them must not close the connections of the others, which would
        # count as never answered.
        visits = (self._with_connections(number) for number in range(self._count))
        ends = await asyncio.gather(*visits, return_exceptions=True)
        self._failures = [one for one in ends if one is not None]

    async def _with_connections(self, number: int) -> None:
        """Each has its own: in a pool of hundreds a request is long on its way to one."""
        async with httpx.AsyncClient(timeout=PATIENCE, trust_env=False, verify=_NO_TLS) as http:
            await self._one(http, number)

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
            answer = await http.send(request(http, self._world, action, project, marker, subject))
            status: int | None = answer.status_code
            made = _made(answer)
            unknown = _is_unknown(answer)
            retry_after = answer.headers.get("retry-after", "").isdigit()
        except httpx.HTTPError:
            status, made, retry_after, unknown = None, None, False, False
        seconds = time.monotonic() - begun
        return Answer(action, project, marker, subject, seconds, status, retry_after, unknown, made)


def _is_unknown(answer: httpx.Response) -> bool:
    """Whether it says that nobody knows: a 504 of the gateway, or a 503 in these words."""
    return answer.status_code == 504 or (
        answer.status_code == 503 and "it is not known whether this was done" in answer.text
    )


def _made(answer: httpx.Response) -> str | None:
    if answer.status_code != 200:
        return None
    said = answer.json()
    if not isinstance(said, dict):
        return None
    found = said.get("id") or said.get("path") or (said.get("item") or {}).get("id")
    return str(found) if found else None
