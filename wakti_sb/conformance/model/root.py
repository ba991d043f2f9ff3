"""What findings about several objects can have in common."""

from __future__ import annotations

from enum import StrEnum


class Root(StrEnum):
    """What let something through, or stood in its way, where that can be said of many objects."""

    OBJECT = "object"  # nothing that other objects share
    RLS_OFF = "row level security is off"
    ROLE_IGNORED = "policies ask for membership but not for the role"
    VIEW_OWNER = "views read with their owner's rights"
    DEFINER = "security definer functions do not ask who calls"
    NO_POLICY = "no policy lets the rightful person through"
    NO_GRANT = "no grant lets the rightful person through"
    NOT_SERVED = "a trigger or a function calls what is not served here"
    UNDECLARED = "nobody described these"
