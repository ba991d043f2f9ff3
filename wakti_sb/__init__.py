"""A Supabase backend for published sites, and proof of who can reach what in it.

What a Python program imports:

    EmbeddedStack   the local stack of a project: up, down, reset, endpoint
    Endpoint        addresses and keys of a stack, wherever it runs
    WaktiError      every error that wakti-sb raises on purpose

Each is imported when it is first asked for, so that `import wakti_sb` stays quick.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wakti_sb.lazily import imported

if TYPE_CHECKING:
    from wakti_sb.errors import WaktiError
    from wakti_sb.stack import EmbeddedStack, Endpoint

__version__ = "0.1.0"

__all__ = ["EmbeddedStack", "Endpoint", "WaktiError", "__version__"]

_HOMES = {
    "EmbeddedStack": "wakti_sb.stack",
    "Endpoint": "wakti_sb.stack",
    "WaktiError": "wakti_sb.errors",
}


def __getattr__(name: str) -> object:
    """Import a public name from the module where it is at home."""
    return imported(__name__, _HOMES, name)


def __dir__() -> list[str]:
    """The public names, also those that were not asked for yet."""
    return sorted({*globals(), *__all__})
