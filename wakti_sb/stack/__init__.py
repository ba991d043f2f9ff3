"""Local and remote Supabase stacks: start them, stop them, and get their `Endpoint`."""

from __future__ import annotations

from wakti_sb.events import Event, LeftOut, Listener, Notice, Step
from wakti_sb.stack.condition import Condition
from wakti_sb.stack.embedded.copies import Copies
from wakti_sb.stack.embedded.lifecycle import EmbeddedStack
from wakti_sb.stack.embedded.throwaway import throwaway, throwaway_copies
from wakti_sb.stack.endpoint import Endpoint
from wakti_sb.stack.mail import Mailbox, Message
from wakti_sb.stack.official import OfficialStack
from wakti_sb.stack.probe import check
from wakti_sb.stack.remote import remote
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
