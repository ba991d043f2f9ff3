"""Requests to the Management API: retries, waiting when it asks to, and errors that say what to do.

Facts (docs/deploy.md): 120 requests a minute for each endpoint; 429 names the seconds to wait in
`X-RateLimit-Reset`; errors are `{"message": …}`; a proxy in between answers with a page.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from wakti_sb.deploy import errors
from wakti_sb.deploy.redaction import Secrets
from wakti_sb.events import Listener, Notice

_ATTEMPTS = 4
_PAUSE = 0.5  # seconds before the second attempt; doubled with each
_LONGEST_WAIT = 65.0  # seconds; the platform counts requests by the minute
_UNTOLD_WAIT = 10.0  # where a 429 does not say how long
_SECONDS = 30.0
_SECONDS_BUNDLING = 180.0
_TOKENS = "https://supabase.com/dashboard/account/tokens"

Parts = Sequence[tuple[str, tuple[str | None, bytes, str]]]


@dataclass(frozen=True)
class Call:
    """One operation of the API.

    Parameters:
        method, path: of the request; the path from `/v1/` on.
        doing: what it is for, in words that go on after "while".
        permission: what a limited token needs for it.
        repeatable: whether doing it twice is the same as doing it once.
    """

    method: str
    path: str
    doing: str
    permission: str
    repeatable: bool = True

    @property
    def place(self) -> str:
        """The operation as an error names it."""
        return f"{self.method} {self.path}"


class Http:
    """Sends calls with a token.

    Parameters:
        base: the API's address.
        token: the access token.
        secrets: what must not be shown.
        listener: is told when it waits.
    """

    def __init__(self, base: str, token: str, secrets: Secrets, listener: Listener) -> None:
        secrets.add(token)
        self._secrets = secrets
        self._tell = listener
        self._client = httpx.Client(
            base_url=base,
            headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
            timeout=httpx.Timeout(_SECONDS, read=_SECONDS_BUNDLING),
        )

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()

    def ask(
        self,
        call: Call,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        parts: Parts | None = None,
    ) -> Any:
        """The answer's JSON; None where it has no body. Raise a DeployError otherwise."""

        def send() -> httpx.Response:
            return self._client.request(
                call.method, call.path, params=params, json=json, files=parts
            )

        return self._read(call, self._persist(call, send))

    def _persist(self, call: Call, send: Callable[[], httpx.Response]) -> httpx.Response:
        """Send it, again where that helps and harms nothing."""
        for attempt in range(1, _ATTEMPTS + 1):
            last = attempt == _ATTEMPTS
            try:
                answer = send()
            except httpx.ConnectError as error:  # nothing was sent
                if last:
                    raise self._unreachable(call, error, sent=False) from None
            except httpx.HTTPError as error:
                if last or not call.repeatable:
                    raise self._unreachable(call, error, sent=True) from None
            else:
                if answer.status_code == httpx.codes.TOO_MANY_REQUESTS and not last:
                    self._wait(answer)
                    continue
                if not answer.is_server_error or last or not call.repeatable:
                    return answer
            time.sleep(_PAUSE * 2 ** (attempt - 1))
        raise AssertionError  # the last attempt returns or raises

    def _wait(self, answer: httpx.Response) -> None:
        seconds = _UNTOLD_WAIT
        told = answer.headers.get("x-ratelimit-reset", "")
        if told.replace(".", "", 1).isdecimal():
            seconds = min(float(told), _LONGEST_WAIT)
        self._tell(Notice(f"the platform asks to wait {seconds:g} s: too many requests."))
        time.sleep(seconds)

    def _read(self, call: Call, answer: httpx.Response) -> Any:
        body = _json(answer)
        if answer.is_success:
            if body is _NO_JSON:
                raise errors.PlatformFailed(
                    f"while {call.doing}, something that is not the Management API answered"
                    f" ({answer.status_code}, {_kind(answer)}).",
                    place=call.place,
                    remedy="Is there a proxy in between? Run this again without it.",
                )
            return body
        raise self._refusal(call, answer, body)

    def _refusal(self, call: Call, answer: httpx.Response, body: Any) -> errors.DeployError:
        code = answer.status_code
        if body is _NO_JSON:
            return errors.PlatformFailed(
                f"while {call.doing}, a page came back instead of the API's answer"
                f" ({code}, {_kind(answer)}).",
                place=call.place,
                remedy="A proxy or the platform's edge answered. Run this again; nothing is lost.",
            )
        said = self._secrets.redact(_message(body))
        kind, cause, remedy = _REFUSALS.get(code, (errors.PlatformFailed, "", ""))
        if not cause:
            cause, remedy = ("the platform failed", "Run this again; it goes on where it stopped.")
            if code < httpx.codes.INTERNAL_SERVER_ERROR:
                cause, remedy = ("the platform refuses", "The message above is the platform's.")
        return kind(
            f"while {call.doing}: {cause} ({code}{f': {said}' if said else ''}).",
            place=call.place,
            remedy=remedy.format(permission=call.permission),
        )

    def _unreachable(self, call: Call, error: httpx.HTTPError, *, sent: bool) -> errors.Unreachable:
        reason = self._secrets.redact(str(error) or type(error).__name__)
        if not sent:
            cause = f"while {call.doing}: the Management API cannot be reached: {reason}."
            remedy = "Check the network, then run this again."
        else:
            cause = f"while {call.doing}: the connection was lost: {reason}."
            remedy = (
                "Whether it was done is not known here. Run this again: it looks, and goes on from"
                " what is there."
            )
        return errors.Unreachable(cause, place=call.place, remedy=remedy)


_REFUSALS: Mapping[int, tuple[type[errors.DeployError], str, str]] = {
    400: (errors.PlatformFailed, "the platform cannot take this", "The message is its own."),
    401: (
        errors.TokenRefused,
        "the access token is refused: it is wrong, expired or withdrawn",
        f"Make a new one at {_TOKENS} and set SUPABASE_ACCESS_TOKEN.",
    ),
    402: (
        errors.PlanExhausted,
        "the organization's plan does not allow it",
        "Remove a function that nobody needs, or change the plan; then run this again.",
    ),
    403: (
        errors.NotPermitted,
        "this access token may not do that",
        "A limited token needs the permission: {permission}. Or the project is somebody else's.",
    ),
    404: (
        errors.NotFound,
        "there is no such thing, or it is not yours to see",
        "Check the project's ref: 20 small letters, in the dashboard's address.",
    ),
    429: (
        errors.TooManyRequests,
        "too many requests, and waiting did not help",
        "Wait a minute, then run this again; it goes on where it stopped.",
    ),
}

_NO_JSON = object()


def _json(answer: httpx.Response) -> Any:
    if not answer.content:
        return None
    try:
        return answer.json()
    except ValueError:
        return _NO_JSON


def _kind(answer: httpx.Response) -> str:
    return str(answer.headers.get("content-type", "no content type")).partition(";")[0]


def _message(body: Any) -> str:
    message = body.get("message") if isinstance(body, dict) else None
    if isinstance(message, list):
        message = "; ".join(str(one) for one in message)
    return str(message or "").strip().rstrip(".")
