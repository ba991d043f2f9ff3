"""What can go wrong with one request: which, and how."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

Moment = Literal["before", "after"]  # the request's effect
PAGE = "<html><head><title>502 Bad Gateway</title></head><body>proxy</body></html>"


@dataclass
class Fault:
    """One fault of the platform, or of the way to it.

    Parameters:
        method, path: of the requests that it meets; the path is a regular expression.
        kind: `status` answers with one; `page` with HTML; `lost` breaks the connection; `kill`
            kills the command.
        moment: whether the request has had its effect by then.
        times: how many requests it meets; after that all is well again.
        skip: how many requests of the kind pass before the first that it meets.
    """

    method: str
    path: str
    kind: Literal["status", "page", "lost", "kill"]
    status: int = 0
    message: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    moment: Moment = "before"
    times: int = 1
    skip: int = 0
    met: int = 0

    def meets(self, method: str, path: str) -> bool:
        """Whether this request is one that it meets; counts it."""
        if self.method != method or not re.fullmatch(self.path, path):
            return False
        if self.skip:
            self.skip -= 1
            return False
        if self.met >= self.times:
            return False
        self.met += 1
        return True
