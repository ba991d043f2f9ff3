"""The mail that the local stack would have sent: caught, and read here.

Asked over the standard library: a better HTTP client takes longer to import than this takes.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field, fields
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from wakti_sb.errors import StackError

_TIMEOUT = 10  # seconds


@dataclass(frozen=True)
class Message:
    """One message; its representation holds nothing that opens an account.

    Parameters:
        id: names it.
        sent_at: when, as RFC 3339 writes it.
        to: the address that it is for.
        subject: its first line.
        kind: confirmation, invite, recovery, magic_link, email_change or reauthentication.
        code: to be typed in; None if it has none.
        link: to be clicked on; None if it has none.
        token_hash: for `verify_otp` in place of the code; None if it has none.
        html: its text.
    """

    id: str
    sent_at: str
    to: str
    subject: str
    kind: str
    code: str | None = field(repr=False)
    link: str | None = field(repr=False)
    token_hash: str | None = field(repr=False)
    html: str = field(repr=False)


@dataclass(frozen=True)
class Mailbox:
    """The caught mail of a stack.

    Parameters:
        api_url: where the stack answers.
    """

    api_url: str

    def messages(self, to: str | None = None) -> tuple[Message, ...]:
        """What was caught, for one address or for all; the newest first.

        Raise StackError if the project catches no mail, or does not answer.
        """
        query = f"?{urlencode({'to': to})}" if to is not None else ""
        found = json.loads(self._ask("GET", query))
        names = [one.name for one in fields(Message)]
        return tuple(Message(**{name: one.get(name) for name in names}) for one in found)

    def latest(self, to: str, *, wait: float = 5.0) -> Message:
        """The newest message for an address.

        Parameters:
            wait: seconds until there has to be one.

        Raise StackError if there is none by then.
        """
        deadline = time.monotonic() + wait
        while not (found := self.messages(to)):
            if time.monotonic() >= deadline:
                raise StackError(f"no mail was sent to {to}.")
            time.sleep(0.05)
        return found[0]

    def clear(self) -> None:
        """Throw all away. Raise StackError as `messages` does."""
        self._ask("DELETE", "")

    def _ask(self, method: str, query: str) -> bytes:
        request = Request(f"{self.api_url}/_wakti/mail{query}", method=method)  # noqa: S310  (http)
        try:
            with urlopen(request, timeout=_TIMEOUT) as answer:  # noqa: S310  (http)
                body: Any = answer.read()
        except HTTPError as error:
            raise StackError(
                "no mail is caught there: only the embedded stack does that.", place=self.api_url
            ) from error
        except OSError as error:
            raise StackError(
                "the stack does not answer.", place=self.api_url, remedy="Run: wakti-sb up"
            ) from error
        return bytes(body)
