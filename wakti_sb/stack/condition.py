"""How a local stack is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wakti_sb.stack.endpoint import Endpoint

if TYPE_CHECKING:
    from wakti_sb.stack.embedded.edge import Report


@dataclass(frozen=True)
class Condition:
    """How a stack is.

    Parameters:
        endpoint: where it answers; None when it is down.
        dead: processes that stopped by themselves, containers that are not well.
        memory: bytes of each living process of ours.
        functions: how each edge function is.
    """

    endpoint: Endpoint | None
    dead: tuple[str, ...] = ()
    memory: Mapping[str, int] = field(default_factory=dict)
    functions: tuple[Report, ...] = ()
