"""Local and remote Supabase stacks: start them, stop them, and get their `Endpoint`.

What is big is imported when it is first asked for: the process that runs the functions needs none
of it, and lives as long as the stack.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wakti_sb.events import Event, LeftOut, Listener, Notice, Step
from wakti_sb.lazily import imported
from wakti_sb.stack.condition import Condition
from wakti_sb.stack.endpoint import Endpoint
from wakti_sb.stack.remote import remote

if TYPE_CHECKING:
    from wakti_sb.stack.embedded.copies import Copies
    from wakti_sb.stack.embedded.lifecycle import EmbeddedStack
    from wakti_sb.stack.embedded.throwaway import throwaway, throwaway_copies
    from wakti_sb.stack.mail import Mailbox, Message
    from wakti_sb.stack.official import OfficialStack
    from wakti_sb.stack.probe import check
    from wakti_sb.stack.target import Address, Target

__all__ = [
    "Address",
    "Condition",
    "Copies",
    "EmbeddedStack",
    "Endpoint",
    "Event",
    "LeftOut",
    "Listener",
    "Mailbox",
    "Message",
    "Notice",
    "OfficialStack",
    "Step",
    "Target",
    "check",
    "remote",
    "throwaway",
    "throwaway_copies",
]

_HOMES = {
    "Address": "wakti_sb.stack.target",
    "Copies": "wakti_sb.stack.embedded.copies",
    "EmbeddedStack": "wakti_sb.stack.embedded.lifecycle",
    "Mailbox": "wakti_sb.stack.mail",
    "Message": "wakti_sb.stack.mail",
    "OfficialStack": "wakti_sb.stack.official",
    "Target": "wakti_sb.stack.target",
    "check": "wakti_sb.stack.probe",
    "throwaway": "wakti_sb.stack.embedded.throwaway",
    "throwaway_copies": "wakti_sb.stack.embedded.throwaway",
}


def __getattr__(name: str) -> object:
    """Import a public name from the module where it is at home."""
    return imported(__name__, _HOMES, name)
