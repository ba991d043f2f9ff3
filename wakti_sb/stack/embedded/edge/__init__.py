"""Edge functions: find them, fetch what they import, run each in a Deno process of its own.

`launcher` is the process that does it, one for each stack; `client` is how `up` and `status` speak
to it. The gateway speaks to it too (`services/edge/launcher.ts`).
"""

from __future__ import annotations

from wakti_sb.stack.embedded.edge.client import (
    Report,
    about_failures,
    about_stand_ins,
    check,
    forget,
    reports,
    use,
)
from wakti_sb.stack.embedded.edge.project import Function, find, has_any, unserved

__all__ = [
    "Function",
    "Report",
    "about_failures",
    "about_stand_ins",
    "check",
    "find",
    "forget",
    "has_any",
    "reports",
    "unserved",
    "use",
]
