"""Ten projects in the style of public ones: each is up unaided, and its functions answer."""

from __future__ import annotations

import hashlib
import hmac
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.command_line import wakti

PROJECTS = Path(__file__).parent / "projects"


class Ask:
    """Sends requests to the functions of a project."""

    def __init__(self, url: str, key: str) -> None:
        self._url = url
        self._key = key

    def __call__(
        self,
        path: str,
        *,
        method: str = "POST",
        content: str | None = None,
        key: bool = True,
        **headers: str,
    ) -> httpx.Response:
        """A request to `/functions/v1/PATH`."""
        with httpx.Client(trust_env=False, timeout=60) as http:
            sent = {name.replace("_", "-"): value for name, value in headers.items()}
            if key:
                sent["apikey"] = self._key
            return http.request(method, f"{self._url}/{path}", headers=sent, content=content)


def _profiles(ask: Ask) -> None:
    assert ask("send-welcome", method="OPTIONS").headers["access-control-allow-origin"] == "*"
    assert ask("send-welcome").json() == {"users": 0}


def _chat(ask: Ask) -> None:
    assert ask("notify/room").json() == {"notified": "/notify/room"}
    assert ask("answer").text.count("data: ") == 4


def _jobs(ask: Ask) -> None:
    assert ask("nightly", key=False).json() == {"code": "PGRST205"}


def _catalogue(ask: Ask) -> None:
    assert ask("prices", content='{"cents": 1250}').json() == {"price": "12.50 EUR"}
    assert ask("prices").status_code == 400


def _diffed(ask: Ask) -> None:
    assert ask("api/todos/7", method="GET").json() == {"id": "7"}
    assert ask("api/nothing", method="GET").status_code == 404


def _hooks(ask: Ask) -> None:
    signature = hmac.new(b"not a secret", b"body", hashlib.sha256).hexdigest()
    assert ask("webhook", content="body", key=False, x_signature=signature).text == "accepted"
    assert ask("webhook", content="other", key=False, x_signature=signature).status_code == 401


def _shop(ask: Ask) -> None:
    assert ask("checkout").json() == {"ready": True}
    assert ask("checkout", key=False).status_code == 401
    assert ask("stripe-webhook", key=False).text == "no signature"
    answer = ask("stripe-webhook", key=False, stripe_signature="t=1")
    assert answer.json() == {"provider": "object"}


def _letters(ask: Ask) -> None:
    assert ask("letter?name=Amal", method="GET").text == "<p>Dear Amal</p>\n"


def _rooms(ask: Ask) -> None:
    assert ask("join", method="GET").text == "a socket, please"


def _records(ask: Ask) -> None:
    assert ask("count").json() == {"count": 1}


_CHECKS: dict[str, Callable[[Ask], None]] = {
    "profiles": _profiles,
    "chat": _chat,
    "jobs": _jobs,
    "catalogue": _catalogue,
    "diffed": _diffed,
    "hooks": _hooks,
    "shop": _shop,
    "letters": _letters,
    "rooms": _rooms,
    "records": _records,
}


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=() if name == "shop" else pytest.mark.slow) for name in _CHECKS],
)
def test_a_project_is_up_unaided_and_its_functions_answer(name: str, tmp_path: Path) -> None:
    project = tmp_path / name
    shutil.copytree(PROJECTS / name, project)
    try:
        up = wakti("up", "--port", "0", cwd=project)
        assert up.returncode == 0, up.stderr
        assert "does not start" not in up.stderr
        env = json.loads(wakti("status", "-o", "json", cwd=project).stdout)
        _CHECKS[name](Ask(env["FUNCTIONS_URL"], env["PUBLISHABLE_KEY"]))
    finally:
        wakti("down", "--no-backup", cwd=project)
